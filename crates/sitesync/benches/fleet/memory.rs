//! The real programs while a site reads a million records and sends a hundred thousand: how fast, beside a raw insert of the same
//! rows, and the most memory and processor time of each.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::{Server, Used};
use crate::{raw, records, wire};

pub(crate) fn run(entries: usize, pushed: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let (name, store) = wire::one_site(data.path(), entries);
    let central = Server::central(data.path());
    let before = central.used();
    let site = data.path().join("site");
    let url = format!("http://{}", central.address);
    let begun = Instant::now();
    let remote = Server::remote(&site, &["--server-url", &url, "--site-name", &name, "--kind", "client-server"]);
    let password = remote.password.clone().expect("the password of the first account");
    until(&remote, &password, |status| status["initialised"] == true && status["last_success"].is_i64());
    let initialised = Done::of(entries, begun, [(&central, before), (&remote, Used::default())]);
    drop(remote);
    initialised.tell("initialise", raw::insert(&store, entries));
    write(&site, &store, pushed);
    let before = central.used();
    let begun = Instant::now();
    let remote = Server::remote(&site, &[]);
    until(&remote, &password, |status| status["unsent"] == 0);
    let sent = Done::of(pushed, begun, [(&central, before), (&remote, Used::default())]);
    drop(remote);
    sent.tell("push", raw::insert(&store, pushed));
}

/// How long something took, and what it cost the two programs.
struct Done {
    records: usize,
    seconds: f64,
    /// Processor time of each record in microseconds, and the most memory; of the central server, then of the site.
    ends: [(f64, f64); 2],
}

impl Done {
    fn of(records: usize, begun: Instant, ends: [(&Server, Used); 2]) -> Self {
        let seconds = begun.elapsed().as_secs_f64();
        let ends = ends.map(|(server, before)| {
            let now = server.used();
            ((now.seconds - before.seconds) * 1e6 / records as f64, now.peak_mb)
        });
        Self { records, seconds, ends }
    }

    fn tell(&self, what: &str, raw: f64) {
        let per_second = self.records as f64 / self.seconds;
        let [central, site] = self.ends;
        println!(
            "{what} {}: {per_second:.0} records/s, {:.0}% of a raw insert ({raw:.0}); processor per record: central server {:.1} us, \
             site {:.1} us; most memory: {:.0} MB, {:.0} MB",
            self.records,
            100.0 * per_second / raw,
            central.0,
            site.0,
            central.1,
            site.1,
        );
    }
}

fn write(site: &Path, store: &str, number: usize) {
    let site = wire::open_site(&site.join("site.db"));
    for first in (0..number).step_by(1_000) {
        let lines = (first..(first + 1_000).min(number)).map(|number| records::line(store, 1 << 40 | number as u64));
        site.write(&lines.map(|line| wire::edit(&line)).collect::<Vec<_>>()).expect("records");
    }
}

/// Asks the site how it is until it is as it should be.
fn until(remote: &Server, password: &str, holds: impl Fn(&Value) -> bool) {
    let url = format!("http://{}", remote.address);
    loop {
        let asked = Command::new(env!("CARGO_BIN_EXE_sitesync"))
            .args(["site", "--server", &url, "--user", "admin", "--json", "status"])
            .env("SITESYNC_PASSWORD", password)
            .output()
            .expect("the program");
        let status: Value = serde_json::from_slice(&asked.stdout).unwrap_or_default();
        if holds(&status) {
            return;
        }
        assert!(status["last_error"].is_null(), "{status}");
        std::thread::park_timeout(Duration::from_millis(300));
    }
}
