//! The suite: rows, and what a transaction promises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::record::EntryKind;

use super::{ALL, gone, key, live, one, put, write};
use crate::api::{Lock, Space, Store, StoreError};

pub fn rows_by_prefix(store: &dyn Store) {
    let keys: [&[u8]; 8] = [b"", b"\0", b"a", b"a\0", b"ab", b"a\xff", b"a\xff\xff", b"b"];
    write(store, |txn| {
        for key in keys {
            txn.put_row(Space::Meta, key, b"old")?;
            txn.put_row(Space::Meta, key, &[key, b"!"].concat())?;
        }
        txn.put_row(Space::Site, b"a", b"")?;
        txn.delete_row(Space::Site, b"never")
    });
    let snapshot = store.snapshot().unwrap();
    let found = |prefix: &[u8], after: Option<&[u8]>, limit| -> Vec<Vec<u8>> {
        let rows = snapshot.rows(Space::Meta, prefix, after, limit).unwrap();
        assert!(rows.iter().all(|(key, value)| *value == [key, &b"!"[..]].concat()));
        rows.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(found(b"", None, 99), keys);
    assert_eq!(found(b"a", None, 99), keys[2..7]);
    assert_eq!(found(b"a", None, 2), keys[2..4]);
    assert_eq!(found(b"a", Some(b"ab"), 99), keys[5..7]);
    assert_eq!(found(b"a\xff", None, 99), keys[5..7]);
    assert_eq!(found(b"a", Some(b"A"), 1), keys[2..3], "after something before the prefix");
    assert_eq!(found(b"a", Some(b"b"), 99), keys[..0], "after something behind it");
    assert_eq!(found(b"", Some(b""), 1), keys[1..2]);
    assert_eq!(snapshot.row(Space::Site, b"a").unwrap(), Some(Vec::new()));
    assert_eq!(snapshot.row(Space::Site, b"b").unwrap(), None);
    drop(snapshot);
    write(store, |txn| txn.delete_row(Space::Meta, b"a"));
    assert_eq!(store.snapshot().unwrap().row(Space::Meta, b"a").unwrap(), None);
}

pub fn a_failed_write_leaves_nothing(store: &dyn Store) {
    let kept = live("item", "kept", &Feed::Central, "{}");
    let lost = live("new table", "lost", &Feed::store("new feed"), "{}");
    write(store, |txn| txn.put_records(std::slice::from_ref(&kept)));
    let failed = store.write(&mut |txn| {
        txn.put_records(std::slice::from_ref(&lost))?;
        txn.append(&lost.home, &[put(&lost)])?;
        txn.forget_records(std::slice::from_ref(&kept.key))?;
        txn.put_row(Space::Meta, b"k", b"v")?;
        Err(StoreError::Other("on purpose".to_owned()))
    });
    assert!(matches!(failed, Err(StoreError::Other(text)) if text == "on purpose"), "the work's own error comes back");
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.records(&[kept.key.clone(), lost.key.clone()]).unwrap(), [Some(kept), None]);
    assert_eq!(snapshot.tables().unwrap(), [("item".into(), 1)]);
    assert_eq!(snapshot.feeds().unwrap(), []);
    assert_eq!(snapshot.row(Space::Meta, b"k").unwrap(), None);
    drop(snapshot);
    let other = live("other table", "1", &Feed::store("other feed"), "{}");
    for record in [&other, &lost] {
        write(store, |txn| {
            txn.put_records(std::slice::from_ref(record))?;
            txn.append(&record.home, &[put(record)]).map(drop)
        });
        assert_eq!(one(store, &record.key).as_ref(), Some(record), "names of the failed write do not linger");
        assert_eq!(store.snapshot().unwrap().page(&record.home, 0, ALL).unwrap().len(), 1);
    }
}

pub fn a_panic_leaves_nothing(store: &dyn Store) {
    let lost = live("item", "lost", &Feed::Central, "{}");
    let ran = catch_unwind(AssertUnwindSafe(|| {
        store.write(&mut |txn| {
            txn.put_records(std::slice::from_ref(&lost))?;
            std::panic::resume_unwind(Box::new("on purpose"))
        })
    }));
    assert!(ran.is_err(), "the panic goes on");
    assert_eq!(one(store, &lost.key), None);
    write(store, |txn| txn.put_records(std::slice::from_ref(&lost)));
    assert!(one(store, &lost.key).is_some(), "and the store goes on too");
}

pub fn a_snapshot_is_fixed(store: &dyn Store) {
    let (central, own) = (Feed::Central, Feed::store("S"));
    let record = live("item", "1", &central, "{}");
    let before = store.snapshot().unwrap();
    write(store, |txn| {
        txn.put_records(std::slice::from_ref(&record))?;
        txn.append(&central, &[put(&record)])?;
        txn.append(&own, &[put(&record)])?;
        txn.put_row(Space::Meta, b"k", b"v")
    });
    assert_eq!(before.records(std::slice::from_ref(&record.key)).unwrap(), [None]);
    assert_eq!(before.tables().unwrap(), []);
    for feed in [&central, &own] {
        assert_eq!(before.feed(feed).unwrap().head, 0);
        assert_eq!(before.page(feed, 0, ALL).unwrap(), []);
    }
    assert_eq!(before.row(Space::Meta, b"k").unwrap(), None);
    let after = store.snapshot().unwrap();
    assert_eq!((after.feed(&central).unwrap().head, after.feed(&own).unwrap().head), (1, 1));
    assert_eq!(before.feed(&own).unwrap().head, 0, "two snapshots stand side by side");
}

pub fn a_transaction_reads_its_writes(store: &dyn Store) {
    let record = live("item", "1", &Feed::Central, "{}");
    write(store, |txn| {
        txn.put_records(std::slice::from_ref(&record))?;
        txn.append(&Feed::Central, &[put(&record)])?;
        txn.put_row(Space::Meta, b"k", b"v")?;
        assert_eq!(txn.records(std::slice::from_ref(&record.key))?, [Some(record.clone())]);
        assert_eq!(txn.table("item", None, 9)?, std::slice::from_ref(&record));
        assert_eq!(txn.tables()?, [("item".into(), 1)]);
        assert_eq!((txn.feed(&Feed::Central)?.head, txn.page(&Feed::Central, 0, ALL)?.len()), (1, 1));
        assert_eq!(txn.rows(Space::Meta, b"", None, 9)?.len(), 1);
        assert_eq!(store.snapshot()?.tables()?, [], "and nobody else does before the end");
        Ok(())
    });
}

/// A store may run the work again: only the last run counts.
pub fn work_may_be_repeated(store: &dyn Store) {
    let mut runs = 0_u8;
    write(store, |txn| {
        runs += 1;
        let entry = gone(&key("run", &runs.to_string()), EntryKind::Delete);
        txn.append(&Feed::Central, &[entry])?;
        txn.put_row(Space::Meta, &[runs], b"")
    });
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.feed(&Feed::Central).unwrap().head, 1);
    assert_eq!(snapshot.rows(Space::Meta, b"", None, 9).unwrap(), [(vec![runs], vec![])]);
}

pub fn locks_are_taken(store: &dyn Store) {
    let locks = [Lock::Site(SiteId(2).0), Lock::Record(key("item", "1")), Lock::Feed(Feed::Central)];
    write(store, |txn| {
        txn.lock(&locks)?;
        txn.lock(&[])
    });
}

/// Many threads write to one feed; some writes fail. Every write that was acknowledged is there, once, and no other.
pub fn writers_of_many_threads(store: &dyn Store) {
    const THREADS: u32 = 8;
    const EACH: u32 = 25;
    let feed = Feed::store("S");
    let one_write = |thread: u32, n: u32| {
        let record = live("item", &format!("{thread}-{n}"), &feed, "{}");
        let stored = store.write(&mut |txn| {
            txn.put_records(std::slice::from_ref(&record))?;
            txn.append(&feed, &[put(&record)])?;
            if n % 5 == 4 { Err(StoreError::Other("on purpose".to_owned())) } else { Ok(()) }
        });
        assert_eq!(stored.is_ok(), n % 5 != 4);
        assert_eq!(one(store, &record.key).is_some(), stored.is_ok(), "readable as soon as acknowledged");
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || (0..EACH).for_each(|n| one_write(thread, n)));
        }
    });
    let expected = u64::from(THREADS * EACH / 5 * 4);
    let snapshot = store.snapshot().unwrap();
    let state = snapshot.feed(&feed).unwrap();
    assert_eq!((state.head, state.live), (expected, expected), "numbers without gaps");
    assert_eq!(snapshot.tables().unwrap(), [("item".into(), expected)]);
    assert_eq!(snapshot.page(&feed, 0, ALL).unwrap().len() as u64, expected);
}
