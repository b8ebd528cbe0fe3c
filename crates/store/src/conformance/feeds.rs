//! The suite: feeds, entries, pages.

use sitesync_core::hash::Hash;
use sitesync_core::ids::Feed;
use sitesync_core::record::{EntryKind, FeedState, Record, State};

use super::{ALL, HEX, deleted, gone, key, live, numbers, placed, put, write};
use crate::api::{PageLimit, Store};

fn three() -> [Record; 3] {
    [HEX, "b", "c"].map(|id| live("item", id, &Feed::Central, &format!("{{\"id\":{id:?}}}")))
}

fn state(store: &dyn Store, feed: &Feed) -> FeedState {
    store.snapshot().unwrap().feed(feed).unwrap()
}

pub fn append_numbers_and_moves(store: &dyn Store) {
    let [a, b, c] = three();
    let feed = Feed::store("S");
    let mut heads = Vec::new();
    write(store, |txn| {
        txn.put_records(&[a.clone(), b.clone(), c.clone()])?;
        heads = vec![
            txn.append(&feed, &[])?,
            txn.append(&feed, &[put(&a), put(&b), put(&c)])?,
            txn.append(&feed, &[put(&b)])?,
            txn.append(&feed, &[put(&a), put(&a)])?,
            txn.append(&Feed::Central, &[put(&a)])?,
        ];
        Ok(())
    });
    assert_eq!(heads, [0, 3, 4, 6, 1], "numbers are each feed's own and only grow");
    let expected = [(3, "c"), (4, "b"), (6, HEX)].map(|(number, id)| (number, id.to_owned()));
    assert_eq!(numbers(store, &feed, 0), expected, "one entry per record");
    let sum = a.hash.plus(b.hash).plus(c.hash);
    assert_eq!(state(store, &feed), FeedState { head: 6, sum, live: 3 });
    assert_eq!(state(store, &Feed::Central), FeedState { head: 1, sum: a.hash, live: 1 });
}

pub fn sums_follow_the_kinds(store: &dyn Store) {
    let [a, b, _] = three();
    let changed = live("item", HEX, &Feed::Central, "{\"other\":true}");
    let feed = Feed::store("S");
    let steps = [
        (put(&a), a.hash, 1),
        (put(&changed), changed.hash, 1),
        (gone(&a.key, EntryKind::Delete), Hash::default(), 0),
        (gone(&a.key, EntryKind::Delete), Hash::default(), 0),
        (put(&a), a.hash, 1),
        (put(&b), a.hash.plus(b.hash), 2),
        (gone(&a.key, EntryKind::Withdraw), b.hash, 1),
        (gone(&a.key, EntryKind::Delete), b.hash, 1),
        (put(&a), a.hash.plus(b.hash), 2),
    ];
    write(store, |txn| txn.put_records(&[a.clone(), b.clone()]));
    for (head, (entry, sum, live)) in (1..).zip(steps) {
        write(store, |txn| txn.append(&feed, std::slice::from_ref(&entry)).map(drop));
        assert_eq!(state(store, &feed), FeedState { head, sum, live }, "after step {head}");
    }
}

pub fn an_entry_needs_no_record(store: &dyn Store) {
    let unknown = key("item", HEX);
    let feed = Feed::store("S");
    write(store, |txn| {
        txn.append(&Feed::Changes, &[gone(&unknown, EntryKind::Delete)])?;
        txn.place(&feed, &[placed(&feed, 41, gone(&unknown, EntryKind::Delete))])
    });
    let snapshot = store.snapshot().unwrap();
    let entries = snapshot.entries_of(std::slice::from_ref(&unknown)).unwrap().remove(0);
    let found: Vec<_> = entries.iter().map(|entry| (&entry.feed, entry.number, entry.kind)).collect();
    assert_eq!(found, [(&feed, 41, EntryKind::Delete), (&Feed::Changes, 1, EntryKind::Delete)]);
    assert_eq!(snapshot.records(std::slice::from_ref(&unknown)).unwrap(), [None]);
    assert_eq!(snapshot.tables().unwrap(), []);
    assert_eq!(snapshot.page(&feed, 0, ALL).unwrap()[0].entry, entries[0]);
}

pub fn entries_are_placed(store: &dyn Store) {
    let [a, b, c] = three();
    let feed = Feed::store("S");
    write(store, |txn| {
        txn.put_records(&[a.clone(), b.clone(), c.clone()])?;
        txn.place(&feed, &[placed(&feed, 70, put(&a)), placed(&feed, 5, put(&b)), placed(&feed, 20, put(&c))])
    });
    assert_eq!(numbers(store, &feed, 5), [(20, "c".to_owned()), (70, HEX.to_owned())]);
    assert_eq!(state(store, &feed), FeedState { head: 70, sum: a.hash.plus(b.hash).plus(c.hash), live: 3 });
    write(store, |txn| {
        let moved = [placed(&feed, 60, put(&a)), placed(&feed, 61, gone(&b.key, EntryKind::Withdraw))];
        txn.place(&feed, &moved)
    });
    let expected = [(20, "c"), (60, HEX), (61, "b")].map(|(number, id)| (number, id.to_owned()));
    assert_eq!(numbers(store, &feed, 0), expected);
    assert_eq!(state(store, &feed), FeedState { head: 70, sum: a.hash.plus(c.hash), live: 2 }, "the head stays");
    write(store, |txn| txn.place(&feed, &[placed(&feed, 20, put(&b))]));
    let expected = [(20, "b"), (60, HEX)].map(|(number, id)| (number, id.to_owned()));
    assert_eq!(numbers(store, &feed, 0), expected, "a number belongs to who was placed there last");
    assert_eq!(state(store, &feed), FeedState { head: 70, sum: a.hash.plus(b.hash), live: 2 });
    write(store, |txn| txn.append(&feed, &[put(&c)]).map(drop));
    assert_eq!(state(store, &feed).head, 71);
}

pub fn entries_are_removed(store: &dyn Store) {
    let [a, b, c] = three();
    let unheld = key("item", "unheld");
    let feed = Feed::store("S");
    write(store, |txn| {
        txn.put_records(&[a.clone(), b.clone(), c.clone()])?;
        txn.append(&feed, &[put(&a), put(&b), gone(&unheld, EntryKind::Delete)])?;
        txn.append(&Feed::Changes, &[put(&a)])?;
        txn.remove_entries(&feed, &[a.key.clone(), c.key.clone(), unheld.clone(), key("none", "none")])
    });
    assert_eq!(numbers(store, &feed, 0), [(2, "b".to_owned())]);
    assert_eq!(state(store, &feed), FeedState { head: 3, sum: b.hash, live: 1 });
    assert_eq!(numbers(store, &Feed::Changes, 0).len(), 1, "other feeds are left alone");
    write(store, |txn| txn.append(&feed, &[put(&a), gone(&unheld, EntryKind::Delete)]).map(drop));
    let expected = [(2, "b"), (4, HEX), (5, "unheld")].map(|(number, id)| (number, id.to_owned()));
    assert_eq!(numbers(store, &feed, 0), expected, "the numbers of removed entries are not given again");
}

pub fn heads_are_raised(store: &dyn Store) {
    let [a, ..] = three();
    write(store, |txn| {
        txn.put_records(std::slice::from_ref(&a))?;
        txn.raise_head(&Feed::Unread, 0)?;
        txn.raise_head(&Feed::Central, 1 << 40)?;
        txn.raise_head(&Feed::Central, 7)?;
        txn.append(&Feed::Central, &[put(&a)]).map(drop)
    });
    assert_eq!(state(store, &Feed::Central), FeedState { head: (1 << 40) + 1, sum: a.hash, live: 1 });
    assert_eq!(store.snapshot().unwrap().feeds().unwrap(), [Feed::Central]);
}

pub fn entries_of_records(store: &dyn Store) {
    let [a, b, c] = three();
    let feeds = [Feed::Changes, Feed::store("b"), Feed::Unread, Feed::Central, Feed::store("a")];
    write(store, |txn| {
        txn.put_records(&[a.clone(), b.clone(), c.clone()])?;
        for feed in &feeds {
            txn.append(feed, &[put(&b), put(&a)])?;
        }
        Ok(())
    });
    let keys = [a.key.clone(), key("none", "1"), c.key.clone(), b.key.clone()];
    let found = store.snapshot().unwrap().entries_of(&keys).unwrap();
    let mut sorted = feeds.to_vec();
    sorted.sort();
    let expected =
        |record: &Record, number| -> Vec<_> { sorted.iter().map(|feed| placed(feed, number, put(record))).collect() };
    assert_eq!(found, [expected(&a, 2), vec![], vec![], expected(&b, 1)]);
}

pub fn pages_are_limited(store: &dyn Store) {
    let records: Vec<_> = (0..6).map(|n| live("item", &n.to_string(), &Feed::Central, &"x".repeat(10))).collect();
    let feed = Feed::store("S");
    write(store, |txn| {
        txn.put_records(&records)?;
        txn.append(&feed, &records.iter().map(put).collect::<Vec<_>>())?;
        txn.append(&Feed::store("T"), &[put(&records[0])]).map(drop)
    });
    let snapshot = store.snapshot().unwrap();
    let count = |after, entries, bytes| snapshot.page(&feed, after, PageLimit { entries, bytes }).unwrap().len();
    assert_eq!(count(0, 4, usize::MAX), 4);
    assert_eq!(count(4, 4, usize::MAX), 2);
    assert_eq!(count(6, 4, usize::MAX), 0);
    assert_eq!(count(u64::MAX, 4, usize::MAX), 0);
    assert_eq!(count(0, 99, 30), 3, "as many bytes as allowed");
    assert_eq!(count(0, 99, 39), 3);
    assert_eq!(count(0, 99, 1), 1, "one entry at least");
    assert_eq!(count(0, 0, 0), 1);
    assert_eq!(snapshot.page(&Feed::store("none"), 0, ALL).unwrap(), []);
}

pub fn pages_show_the_present(store: &dyn Store) {
    let [a, b, mut c] = three();
    let feed = Feed::store("S");
    write(store, |txn| {
        txn.put_records(&[a.clone(), b.clone(), c.clone()])?;
        txn.append(&feed, &[put(&a), put(&b), put(&c)])?;
        let newer = live("item", HEX, &Feed::Central, "{\"now\":1}");
        c.state = State::Merged("b".into());
        txn.put_records(&[newer, c.clone()])?;
        txn.append(&feed, &[gone(&b.key, EntryKind::Withdraw)]).map(drop)
    });
    let page = store.snapshot().unwrap().page(&feed, 0, ALL).unwrap();
    let found: Vec<_> = page.iter().map(|p| (p.entry.number, p.body.as_deref(), p.merged_into.as_deref())).collect();
    assert_eq!(found, [(1, Some("{\"now\":1}"), None), (3, None, Some("b")), (4, None, None)]);
    write(store, |txn| txn.put_records(&[deleted("item", HEX, &Feed::Central)]));
    assert_eq!(store.snapshot().unwrap().page(&feed, 0, ALL).unwrap()[0].body, None, "no body of a tombstone");
}

pub fn counts_are_limited(store: &dyn Store) {
    let records: Vec<_> = (0..6).map(|n| live("item", &n.to_string(), &Feed::Central, "{}")).collect();
    write(store, |txn| txn.append(&Feed::Central, &records.iter().map(put).collect::<Vec<_>>()).map(drop));
    let snapshot = store.snapshot().unwrap();
    let count = |after, at_most| snapshot.count_after(&Feed::Central, after, at_most).unwrap();
    assert_eq!(
        [count(0, 99), count(0, 4), count(4, 99), count(6, 99), count(u64::MAX, 9), count(0, 0)],
        [6, 4, 2, 0, 0, 0]
    );
    assert_eq!(count(0, u64::MAX), 6);
    assert_eq!(snapshot.count_after(&Feed::Unread, 0, 9).unwrap(), 0);
}

pub fn feeds_are_listed(store: &dyn Store) {
    let feeds =
        [Feed::Unread, Feed::store("b"), Feed::Changes, Feed::Central, Feed::store("B"), Feed::store("central")];
    write(store, |txn| {
        txn.put_records(&[live("item", "1", &Feed::store("a home only"), "{}")])?;
        for feed in &feeds {
            txn.append(feed, &[gone(&key("item", "1"), EntryKind::Withdraw)])?;
        }
        txn.append(&Feed::store("nothing"), &[]).map(drop)
    });
    let mut sorted = feeds.to_vec();
    sorted.sort();
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.feeds().unwrap(), sorted);
    assert_eq!(snapshot.feed(&Feed::store("a home only")).unwrap(), FeedState::default());
}
