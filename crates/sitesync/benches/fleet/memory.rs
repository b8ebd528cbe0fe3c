//! The most memory that the real programs hold while a site reads a million records and sends a hundred thousand.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::Server;
use crate::{records, wire};

pub(crate) fn run(entries: usize, pushed: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let (name, store) = wire::one_site(data.path(), entries);
    let central = Server::central(data.path());
    let site = data.path().join("site");
    let url = format!("http://{}", central.address);
    let begun = Instant::now();
    let remote = Server::remote(&site, &["--server-url", &url, "--site-name", &name, "--kind", "client-server"]);
    let password = remote.password.clone().expect("the password of the first account");
    until(&remote, &password, |status| status["initialised"] == true && status["last_success"].is_i64());
    told(&format!("initialise {entries}"), entries, begun, &central, &remote);
    drop(remote);
    write(&site, &store, pushed);
    let begun = Instant::now();
    let remote = Server::remote(&site, &[]);
    until(&remote, &password, |status| status["unsent"] == 0);
    told(&format!("push {pushed}"), pushed, begun, &central, &remote);
}

fn told(what: &str, records: usize, begun: Instant, central: &Server, remote: &Server) {
    println!(
        "{what:<22} {:>8.0} records/s; most memory: central server {:.0} MB, site {:.0} MB",
        records as f64 / begun.elapsed().as_secs_f64(),
        central.used().peak_mb,
        remote.used().peak_mb,
    );
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
