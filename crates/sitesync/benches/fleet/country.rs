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
        for path in ["/api/sites", "/", "/?part=list&q=17", "/sites.csv"] {
            // The first request also checks the password.
            connection.get(path).await;
            let begun = Instant::now();
            let answer = connection.get(path).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            println!("{path:<12} {:>21.1} ms, {} KB", ms(begun), answer.body.len() >> 10);
        }
    });
    println!("server: most memory {:.0} MB", server.used().peak_mb);
}

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
