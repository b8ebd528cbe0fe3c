//! The routine of a country: every site sends two records and reads what is there for it, in one request.

use std::time::Duration;

use tokio::time::Instant;

use crate::load::{self, Pace};
use crate::prepare;
use crate::server::{self, Server};
use crate::site::Site;

const RECORDS: usize = 2;

pub(crate) fn run(sites: usize, rate: usize, seconds: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let prepared = prepare::sites(&prepare::open(data.path()), sites);
    let server = Server::central(data.path());
    load::runtime().block_on(async {
        let mut open = Vec::new();
        for prepared in &prepared {
            open.push(Site::open(server.address, prepared).await);
        }
        println!("{sites} sites, {RECORDS} records a sync, for {seconds} s each");
        open = measure(&server, open, None, 3, "warming up").await;
        open = measure(&server, open, None, seconds, "as fast as answered").await;
        measure(&server, open, Some(rate as f64), seconds, &format!("{rate} syncs/s asked for")).await;
    });
    println!("server: most memory {:.0} MB", server.used().peak_mb);
}

async fn measure(server: &Server, sites: Vec<Site>, per_second: Option<f64>, seconds: usize, what: &str) -> Vec<Site> {
    let (before, ours) = (server.used(), server::ours());
    let begun = Instant::now();
    let pace = Pace { per_second, records: RECORDS, until: Some(begun + Duration::from_secs(seconds as u64)) };
    let (sites, times) = load::run(sites, pace, std::future::pending()).await;
    let (took, syncs) = (begun.elapsed().as_secs_f64(), times.0.len() as f64);
    let cost = |before: f64, after: f64| (after - before) * 1e6 / syncs;
    println!(
        "{what:<24} {:>6.0} syncs/s, {}; processor per sync: server {:.0} us, bench {:.0} us",
        syncs / took,
        times.told(),
        cost(before.seconds, server.used().seconds),
        cost(ours.seconds, server::ours().seconds),
    );
    sites
}
