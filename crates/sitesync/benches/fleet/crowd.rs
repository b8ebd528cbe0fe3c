//! One site comes back with a million records while a thousand others go on with their routine.

use std::net::SocketAddr;
use std::time::Duration;

use sitesync_core::protocol::{Commit, StageRequest, commit_hash};
use tokio::time::Instant;

use crate::load::{self, Pace};
use crate::prepare::{self, Prepared};
use crate::server::Server;
use crate::site::Site;

/// A site sends up to about four megabytes in one request, and stages batches of them where a commit is larger.
const BATCH: usize = 5_500;

pub(crate) fn run(records: usize, sites: usize, rate: usize, per_commit: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut prepared = prepare::sites(&prepare::open(data.path()), sites + 1);
    let server = Server::central(data.path());
    let late = prepared.pop().expect("a site");
    println!("{sites} sites, together {rate} syncs/s of 2 records");
    load::runtime().block_on(async {
        let mut open = Vec::new();
        for prepared in &prepared {
            open.push(Site::open(server.address, prepared).await);
        }
        let pace = |seconds: u64| Pace {
            per_second: Some(rate as f64),
            records: 2,
            until: Some(Instant::now() + Duration::from_secs(seconds)),
        };
        let (open, alone) = load::run(open, pace(15), std::future::pending()).await;
        println!("alone                    {}", alone.told());
        let (told, ended) = tokio::sync::oneshot::channel();
        let address = server.address;
        // On a thread of its own, so that what it makes and packs holds up none of the others.
        let pushing = std::thread::spawn(move || {
            let took = load::runtime().block_on(push(address, &late, records, per_commit));
            let _ = told.send(());
            took
        });
        let beside = Pace { until: None, ..pace(0) };
        let (_, times) = load::run(open, beside, async { ended.await.expect("a push that ends") }).await;
        let took = pushing.join().expect("a push").as_secs_f64();
        println!("beside the push          {}", times.told());
        println!("the push                 {:.0} records/s in commits of {per_commit}", records as f64 / took);
    });
    println!("server: most memory {:.0} MB", server.used().peak_mb);
}

async fn push(address: SocketAddr, site: &Prepared, records: usize, per_commit: usize) -> Duration {
    let mut site = Site::open(address, site).await;
    let begun = Instant::now();
    let mut left = records;
    while left > 0 {
        let now = left.min(per_commit);
        commit(&mut site, now).await;
        left -= now;
    }
    begun.elapsed()
}

async fn commit(site: &mut Site, records: usize) {
    let changes = site.new_records(records);
    let (id, previous, push) = (commit_hash(site.last, &changes), site.last, "push".to_owned());
    let mut batches: Vec<_> = changes.chunks(BATCH).map(<[_]>::to_vec).collect();
    let last = batches.pop().unwrap_or_default();
    let staged = batches.len() as u32;
    for (index, changes) in (0..).zip(batches) {
        site.stage(&StageRequest { push: push.clone(), index, changes }).await;
    }
    site.commit(Some(Commit { id, previous, push, staged, changes: last })).await;
}
