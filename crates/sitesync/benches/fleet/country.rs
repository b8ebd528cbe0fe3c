//! A country of many sites: starting, writing down who was heard of, and the list of all.

use std::time::Instant;

use sitesync_central::users;
use sitesync_core::protocol::SiteInfo;
use sitesync_web::accounts::{Cost, HashedPassword, Permissions};

use crate::http::Connection;
use crate::server::Server;
use crate::{load, prepare};

/// "bench:bench-password", as HTTP Basic carries it.
const SIGN_IN: &str = "Basic YmVuY2g6YmVuY2gtcGFzc3dvcmQ=";

pub(crate) fn run(sites: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let central = prepare::open(data.path());
    let begun = Instant::now();
    let made = prepare::made(&central, sites);
    println!("{sites} sites with a store each, made in {:.1} s", begun.elapsed().as_secs_f64());
    hear(&central, &made);
    let begun = Instant::now();
    central.hub().flush_contacts().expect("contacts");
    println!("all contacts written      {:>8.1} ms", ms(begun));
    let begun = Instant::now();
    let lines = central.hub().log(made[0].id, 100).expect("a log").len();
    println!("the log of a site         {:>8.1} ms, {lines} lines", ms(begun));
    let cost = Cost { memory_kib: 8, passes: 1 };
    let hashed = HashedPassword::new("bench-password", cost, central.random()).expect("a password");
    users::ensure(central.hub(), "bench", "bench", Permissions::NONE, &hashed).expect("a user");
    let token = load::runtime().block_on(async {
        let account = central.sign_in().check("bench".to_owned(), "bench-password".to_owned(), "here".to_owned());
        central.sign_in().begin(&account.await.expect("a user")).expect("a session")
    });
    drop(central);
    let begun = Instant::now();
    let server = Server::central(data.path());
    println!("start until it answers    {:>8.1} ms", ms(begun));
    load::runtime().block_on(async {
        let cookie = format!("sitesync{}={token}", server.address.port());
        let known = [("authorization", SIGN_IN), ("cookie", cookie.as_str())];
        let mut connection = Connection::open(server.address, &known).await;
        for path in ["/api/sites", "/", "/?page=7", "/?part=list&q=17", "/?sort=-held", "/sites.csv"] {
            time(&mut connection, path).await;
        }
    });
    println!("server: most memory {:.0} MB", server.used().peak_mb);
}

/// The middle of several, as other programs of the machine disturb a single one. The first request also checks the password.
async fn time(connection: &mut Connection, path: &str) {
    connection.get(path).await;
    let (mut times, mut packed, mut plain) = (Vec::new(), 0, 0);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let answer = connection.get(path).await;
        times.push(ms(begun));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        (packed, plain) = (answer.packed, answer.body.len());
    }
    times.sort_by(f64::total_cmp);
    let (middle, slowest) = (times[TIMES / 2], times[TIMES - 1]);
    let (packed, plain) = (packed as f64 / 1e3, plain as f64 / 1e3);
    println!("{path:<18} {middle:>8.1} ms (slowest {slowest:.1}), {packed:.1} KB on the wire, {plain:.0} KB unpacked");
    let is_page = path.starts_with("/?") || path == "/";
    assert!(!is_page || packed < PAGE_MAX, "{path} is larger than a page may be");
}

/// How often an answer is timed.
const TIMES: usize = 15;

/// The most kilobytes of a page on the wire.
const PAGE_MAX: f64 = 100.0;

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Each site is heard of once. Many at a time, so that they share the disk's turns.
fn hear(central: &sitesync_central::server::Central, sites: &[SiteInfo]) {
    std::thread::scope(|scope| {
        for part in sites.chunks(sites.len().div_ceil(32).max(1)) {
            scope.spawn(move || part.iter().for_each(|site| drop(prepare::at_head(central, site))));
        }
    });
}
