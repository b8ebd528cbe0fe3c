//! Looks at a whole database: what must hold after any write, whoever asked for it.

use std::collections::{BTreeMap, BTreeSet};

use sitesync_core::catalogue::Catalogue;
use sitesync_core::hash::Hash;
use sitesync_core::ids::Feed;
use sitesync_core::record::EntryKind;
use sitesync_core::routing::{Route, route};
use sitesync_store::world::StoreWorld;
use sitesync_store::{PageLimit, Snapshot, Store, StoreError, Txn, write};

/// Everything at once.
pub const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

type Shown = BTreeMap<Feed, (Hash, u64)>;

/// On a central server each live record is in the feeds of its route and in no other, and each feed's sum, count and head are those
/// of its records.
pub fn central(store: &dyn Store) {
    write(store, |txn| {
        let shown = records(txn)?;
        for feed in txn.feeds()? {
            let state = txn.feed(&feed)?;
            let sum = shown.get(&feed).copied().unwrap_or_default();
            assert_eq!((state.sum, state.live), sum, "the sum of {feed}");
            let page = txn.page(&feed, 0, ALL)?;
            for entry in page.iter().filter(|page| page.entry.kind == EntryKind::Put) {
                assert!(entry.body.is_some(), "{feed} shows {} without a body", entry.entry.key);
            }
        }
        Ok::<_, StoreError>(())
    })
    .expect("the database can be read");
    entries_add_up(&*store.snapshot().expect("a store opens"));
}

/// Every live record is in the feeds of its route, as its present version. Returns the sums that follow.
fn records(txn: &mut dyn Txn) -> Result<Shown, StoreError> {
    let mut shown = Shown::new();
    for (table, _) in txn.tables()? {
        for record in txn.table(&table, None, usize::MAX)? {
            assert_eq!(Hash::of_record(&record.key, &record.body), record.hash, "the hash of {}", record.key);
            let entries = txn.entries_of(std::slice::from_ref(&record.key))?.pop().unwrap_or_default();
            let puts = entries.into_iter().filter(|entry| entry.kind == EntryKind::Put);
            let puts: BTreeMap<_, _> = puts.map(|entry| (entry.feed, entry.hash)).collect();
            let mut world = StoreWorld::new(txn, Catalogue::embedded());
            let known = world.read(&record)?;
            let Route::Feeds(feeds) = route(&known.facts, &mut world)? else {
                panic!("{} is stored without a route", record.key)
            };
            assert_eq!(puts.keys().cloned().collect::<BTreeSet<_>>(), feeds, "where {} is", record.key);
            assert!(puts.values().all(|hash| *hash == record.hash), "{} is shown in an old version", record.key);
            for feed in feeds {
                let sum = shown.entry(feed).or_default();
                *sum = (sum.0.plus(record.hash), sum.1 + 1);
            }
        }
    }
    Ok(shown)
}

/// On either side each feed's sum, count and head are those of its entries.
pub fn entries_add_up(snapshot: &dyn Snapshot) {
    for feed in snapshot.feeds().expect("a store is read") {
        let state = snapshot.feed(&feed).expect("a store is read");
        let page = snapshot.page(&feed, 0, ALL).expect("a store is read");
        assert!(page.last().is_none_or(|last| last.entry.number <= state.head), "the head of {feed}");
        let puts = page.iter().map(|page| &page.entry).filter(|entry| entry.kind == EntryKind::Put);
        let sum = puts.fold((Hash::default(), 0), |sum, entry| (sum.0.plus(entry.hash), sum.1 + 1));
        assert_eq!((state.sum, state.live), sum, "the sum of {feed}");
    }
}
