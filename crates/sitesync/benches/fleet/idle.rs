//! A sync with nothing to do, over HTTP, with ever more entries in the feed of the site.

use std::path::Path;

use sitesync_central::server::DATA_FILE;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::Cursor;
use sitesync_core::record::EntryKind;
use sitesync_store::sqlite::SqliteStore;
use sitesync_store::{NewEntry, Store, write};
use tokio::time::Instant;

use crate::load::{self, Times};
use crate::prepare::{self, Prepared};
use crate::records;
use crate::server::Server;
use crate::site::Site;

const TIMES: usize = 2_000;

pub(crate) fn run(steps: &[usize]) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut prepared = prepare::sites(&prepare::open(data.path()), 1);
    let mut before = 0;
    let mut first = None;
    for entries in steps {
        fill(data.path(), &mut prepared[0], before, *entries);
        before = *entries;
        let server = Server::central(data.path());
        let times = load::runtime().block_on(idle(&server, &prepared[0]));
        let half = times.percentile(50.0);
        println!(
            "{entries:>9} entries: half {half:.2} ms, 99% {:.2} ms, {:.2} of the first",
            times.percentile(99.0),
            half / *first.get_or_insert(half)
        );
    }
}

async fn idle(server: &Server, prepared: &Prepared) -> Times {
    let mut site = Site::open(server.address, prepared).await;
    let mut times = Vec::with_capacity(TIMES);
    for round in 0..TIMES + 100 {
        let begun = Instant::now();
        site.sync(Vec::new()).await;
        if round >= 100 {
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    assert_eq!(site.received, 0, "there was nothing to read");
    times.sort_unstable_by(f64::total_cmp);
    Times(times)
}

/// Entries as the hub appends them. Their records have no bodies, as nothing of them is read and disks are small.
fn fill(data: &Path, site: &mut Prepared, from: usize, to: usize) {
    let store = SqliteStore::open(data.join(DATA_FILE), &Default::default()).expect("a data file");
    let feed = Feed::store(site.store.clone());
    let entry = |number: usize| NewEntry {
        key: RecordKey::new("item_line", records::id(4, number as u64)),
        kind: EntryKind::Put,
        hash: Hash(records::mixed(number as u64).into()),
        source: 0,
    };
    for first in (from..to).step_by(50_000) {
        let entries: Vec<_> = (first..(first + 50_000).min(to)).map(entry).collect();
        write(&store, |txn| txn.append(&feed, &entries).map(drop)).expect("entries");
    }
    let number = store.snapshot().and_then(|snapshot| snapshot.feed(&feed)).expect("a feed").head;
    for position in site.positions.iter_mut().filter(|position| position.feed == feed) {
        position.cursor = Cursor { epoch: 1, generation: 1, number }.to_string();
    }
}
