//! The suite: filling an empty store.

use sitesync_core::ids::Feed;
use sitesync_core::record::{EntryKind, Record, Role};

use super::{ALL, gone, key, link, live, numbers, one, placed, put, write};
use crate::api::{Loaded, Store};

fn loaded(feed: &Feed, number: u64, record: &Record) -> Loaded {
    Loaded { entry: placed(feed, number, put(record)), record: Some(record.clone()) }
}

fn index(store: &dyn Store) {
    let mut more = true;
    while more {
        write(store, |txn| {
            more = txn.index()?;
            Ok(())
        });
    }
}

/// Several transactions, two feeds, a record that comes twice in one and another that comes in both.
pub fn what_is_loaded_is_found_after_indexing(store: &dyn Store) {
    let (central, own) = (Feed::Central, Feed::store("1"));
    let line = |n: u32, body: &str| Record {
        links: vec![link(Role::Parent, "head")],
        ..live("line", &n.to_string(), &own, body)
    };
    write(store, |txn| txn.load(&central, &[loaded(&central, 5, &live("item", "a", &central, "first"))]));
    for n in 0..40 {
        write(store, |txn| txn.load(&own, &[loaded(&own, u64::from(n) + 1, &line(n, "old"))]));
    }
    let twice = live("item", "a", &own, "second");
    let named = Loaded { entry: placed(&own, 90, put(&live("item", "b", &own, ""))), record: None };
    write(store, |txn| txn.load(&own, &[loaded(&own, 60, &line(7, "new")), loaded(&own, 70, &twice), named.clone()]));
    index(store);
    assert_eq!(one(store, &key("line", "7")), Some(line(7, "new")));
    assert_eq!(one(store, &key("item", "a")), Some(twice));
    assert_eq!(one(store, &key("item", "b")), None, "it is only named");
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.tables().unwrap(), [("item".into(), 1), ("line".into(), 40)]);
    assert_eq!(snapshot.linked(Role::Parent, "head", None, 99).unwrap().len(), 40);
    let state = snapshot.feed(&own).unwrap();
    assert_eq!((state.head, state.live), (90, 42));
    assert_eq!(snapshot.feed(&central).unwrap().head, 5);
    assert_eq!(numbers(store, &own, 39), [(40, "39".into()), (60, "7".into()), (70, "a".into()), (90, "b".into())]);
    let entries = snapshot.entries_of(&[key("item", "a")]).unwrap().remove(0);
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [5, 70]);
    assert_eq!(snapshot.page(&central, 0, ALL).unwrap()[0].body.as_deref(), Some("second"));
}

/// Anything else would not come out as it was given.
pub fn only_puts_above_the_head_are_loaded(store: &dyn Store) {
    let own = Feed::store("1");
    let record = live("line", "1", &own, "body");
    write(store, |txn| txn.load(&own, &[loaded(&own, 5, &record)]));
    let elsewhere = Record { home: Feed::Central, ..record.clone() };
    let deleted = Loaded { entry: placed(&own, 9, gone(&record.key, EntryKind::Delete)), record: None };
    for wrong in [loaded(&own, 5, &record), loaded(&own, 9, &elsewhere), deleted] {
        assert!(store.write(&mut |txn| txn.load(&own, std::slice::from_ref(&wrong))).is_err());
    }
}
