//! The suite: records, links, tables.

use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::record::{Record, Role, State, link_target};

use super::{HEX, deleted, gone, key, link, live, numbers, one, put, write};
use crate::api::Store;
use sitesync_core::record::EntryKind;

pub fn records_come_back_as_put(store: &dyn Store) {
    let feed = Feed::store("S1");
    let mut rich = live("item", HEX, &feed, "{\"name\":\"Am\u{f6}x \u{1f48a}\"}");
    rich.revision = u32::MAX;
    rich.source = SiteId(u32::MAX);
    rich.links = vec![
        link(Role::Name, HEX),
        link(Role::Parent, &link_target(&key("transact", HEX))),
        link(Role::Parent, &link_target(&key("transact", "not hex"))),
        link(Role::Subject, ""),
        link(Role::Subject, "a\u{1f}b\u{1f}c"),
        link(Role::Name, HEX),
    ];
    let records = [rich, live("item", "b", &Feed::Central, ""), live("unit", "b", &Feed::Unread, "{}")];
    write(store, |txn| txn.put_records(&records));
    let keys = [key("unit", "b"), key("none", "b"), key("item", HEX), key("item", "c"), key("item", "b")];
    let found = store.snapshot().unwrap().records(&keys).unwrap();
    let [first, second, third] = records.map(Some);
    assert_eq!(found, [third, None, first, None, second], "in the order of the keys");
}

pub fn tombstones_and_merged_records(store: &dyn Store) {
    let tombstone = deleted("name", "1", &Feed::Central);
    let mut merged = deleted("name", "2", &Feed::Central);
    merged.state = State::Merged("3".into());
    write(store, |txn| txn.put_records(&[tombstone.clone(), merged.clone()]));
    assert_eq!(one(store, &tombstone.key), Some(tombstone));
    assert_eq!(one(store, &merged.key), Some(merged));
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.table("name", None, 9).unwrap(), []);
    assert_eq!(snapshot.tables().unwrap(), [("name".into(), 0)]);
}

pub fn a_record_put_again_replaces_all(store: &dyn Store) {
    let first = live("item", "1", &Feed::Central, "{\"a\":1}");
    let mut second = live("item", "1", &Feed::Central, "{\"b\":2}");
    second.revision = 7;
    second.source = SiteId(70);
    write(store, |txn| txn.put_records(&[first.clone(), second.clone()]));
    assert_eq!(one(store, &first.key), Some(second));
    write(store, |txn| txn.put_records(&[deleted("item", "1", &Feed::Central)]));
    assert_eq!(store.snapshot().unwrap().tables().unwrap(), [("item".into(), 0)]);
    write(store, |txn| txn.put_records(std::slice::from_ref(&first)));
    assert_eq!(one(store, &first.key), Some(first));
    assert_eq!(store.snapshot().unwrap().tables().unwrap(), [("item".into(), 1)]);
}

pub fn a_home_change_moves_the_record(store: &dyn Store) {
    let (from, to) = (Feed::store("from"), Feed::store("to"));
    let first = live("transact", HEX, &from, "{\"a\":1}");
    let moved = Record { links: vec![link(Role::Name, "n")], ..live("transact", HEX, &to, "{\"a\":2}") };
    write(store, |txn| {
        txn.put_records(std::slice::from_ref(&first))?;
        txn.append(&from, &[put(&first)])?;
        txn.append(&Feed::Changes, &[put(&first)]).map(drop)
    });
    write(store, |txn| txn.put_records(std::slice::from_ref(&moved)));
    assert_eq!(one(store, &first.key), Some(moved.clone()));
    assert_eq!(store.snapshot().unwrap().table("transact", None, 9).unwrap(), std::slice::from_ref(&moved));
    for feed in [from, Feed::Changes] {
        let page = store.snapshot().unwrap().page(&feed, 0, super::ALL).unwrap();
        assert_eq!(page.len(), 1, "its entries stay");
        assert_eq!(page[0].body.as_deref(), Some("{\"a\":2}"));
    }
    assert_eq!(store.snapshot().unwrap().entries_of(&[moved.key]).unwrap()[0].len(), 2);
}

pub fn links_are_replaced(store: &dyn Store) {
    let mut record = live("trans_line", "1", &Feed::Central, "{}");
    record.links = vec![link(Role::Parent, "p"), link(Role::Name, "n"), link(Role::Name, "n")];
    write(store, |txn| txn.put_records(std::slice::from_ref(&record)));
    record.links = vec![link(Role::Name, "n"), link(Role::Name, "m")];
    record.state = State::Deleted;
    write(store, |txn| txn.put_records(std::slice::from_ref(&record)));
    let snapshot = store.snapshot().unwrap();
    let linked = |role, target| snapshot.linked(role, target, None, 9).unwrap();
    assert_eq!(linked(Role::Parent, "p"), []);
    assert_eq!(linked(Role::Name, "n"), [record.key.clone()], "once, and of a tombstone too");
    assert_eq!(linked(Role::Name, "m"), [record.key.clone()]);
    assert_eq!(linked(Role::Subject, "n"), [], "roles are apart");
}

/// By (table name, id text), whatever order the tables came in.
pub fn links_are_paged(store: &dyn Store) {
    let lower = HEX.to_lowercase();
    let ids = ["", "0123456789ABCDEF", HEX, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "G", &lower, "\u{e4}"];
    let mut expected: Vec<_> = ["z", "a", "m"].iter().flat_map(|table| ids.map(|id| key(table, id))).collect();
    let target = link_target(&key("name", HEX));
    let records: Vec<_> = expected
        .iter()
        .map(|key| Record { links: vec![link(Role::Subject, &target)], ..live(&key.table, &key.id, &Feed::Unread, "") })
        .collect();
    write(store, |txn| txn.put_records(&records));
    expected.sort();
    for step in 1..6 {
        let mut seen = Vec::new();
        loop {
            let page = store.snapshot().unwrap().linked(Role::Subject, &target, seen.last(), step).unwrap();
            assert!(page.len() <= step);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, expected);
    }
    let from_elsewhere = store.snapshot().unwrap().linked(Role::Subject, &target, Some(&key("b", "x")), 1).unwrap();
    assert_eq!(from_elsewhere, [key("m", "")], "`after` need not exist");
}

pub fn tables_are_paged_and_counted(store: &dyn Store) {
    let records: Vec<_> = (0..9).map(|n| live("item", &n.to_string(), &Feed::store(n.to_string()), "{}")).collect();
    write(store, |txn| {
        txn.put_records(&records)?;
        txn.put_records(&[live("a", "1", &Feed::Central, "{}"), deleted("item", "3", &Feed::Central)])
    });
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.tables().unwrap(), [("a".into(), 1), ("item".into(), 8)]);
    let ids = |after, limit| -> Vec<String> {
        snapshot.table("item", after, limit).unwrap().iter().map(|record| record.key.id.to_string()).collect()
    };
    assert_eq!(ids(None, 3), ["0", "1", "2"]);
    assert_eq!(ids(Some("2"), 2), ["4", "5"], "tombstones are passed over");
    assert_eq!(ids(Some("77"), 9), ["8"]);
    assert_eq!(ids(Some("8"), 9), [""; 0]);
    assert_eq!(snapshot.table("none", None, 9).unwrap(), []);
}

/// Ids that are 32 hex digits and others, in one table, in the order of their text, after any text.
pub fn a_mixed_table_is_paged_by_text(store: &dyn Store) {
    let top = "F".repeat(32);
    let lower = HEX.to_lowercase();
    let (short, long) = (&HEX[..31], format!("{HEX}0"));
    let mut ids =
        vec!["", "\u{1}", "0", "1", ":", "@", "A", "F", "FF", "G", "a", "f", "\u{e4}", HEX, &top, &lower, short, &long];
    let records: Vec<_> = ids.iter().map(|id| live("t", id, &Feed::Central, "{}")).collect();
    write(store, |txn| txn.put_records(&records));
    ids.sort_unstable();
    let found = |after: Option<&str>| -> Vec<String> {
        let records = store.snapshot().unwrap().table("t", after, 99).unwrap();
        records.iter().map(|record| record.key.id.to_string()).collect()
    };
    assert_eq!(found(None), ids);
    let strange = ["/", "0g", "9", "9:", "F ", "FG", "FFFFF@", "FFFFFG", "0123456789ABCDEF\u{e4}", "0123456789ABCDEF!"];
    for after in ids.iter().chain(&strange) {
        let expected: Vec<_> = ids.iter().filter(|id| id > &after).copied().collect();
        assert_eq!(found(Some(after)), expected, "after {after:?}");
    }
}

pub fn look_alike_ids_are_different(store: &dyn Store) {
    let long = "x".repeat(255);
    let accents = "\u{e9}".repeat(127);
    let lower = HEX.to_lowercase();
    let half = format!("{}f", &HEX[..31]);
    let ids = [
        "",
        " ",
        "a",
        "A",
        "a ",
        "0",
        "00",
        HEX,
        &lower,
        &half,
        &HEX[1..],
        "\u{e9}",
        "e\u{301}",
        &long,
        &accents,
        "%",
        "'",
    ];
    let records: Vec<_> =
        ids.iter().map(|id| live("item", id, &Feed::Central, &format!("{{\"was\":{id:?}}}"))).collect();
    write(store, |txn| {
        txn.put_records(&records)?;
        txn.append(&Feed::Central, &records.iter().map(put).collect::<Vec<_>>()).map(drop)
    });
    for record in &records {
        assert_eq!(one(store, &record.key).as_ref(), Some(record));
    }
    let expected: Vec<_> = (1..).zip(ids.map(str::to_owned)).collect();
    assert_eq!(numbers(store, &Feed::Central, 0), expected);
    assert_eq!(one(store, &key("Item", "a")), None, "tables are compared exactly too");
}

pub fn records_are_forgotten(store: &dyn Store) {
    let mut record = live("item", HEX, &Feed::Central, "{}");
    record.links = vec![link(Role::Name, "n")];
    let plain = live("item", "2", &Feed::Central, "{}");
    write(store, |txn| {
        txn.put_records(&[record.clone(), plain.clone()])?;
        txn.append(&Feed::Central, &[put(&record)]).map(drop)
    });
    write(store, |txn| txn.forget_records(&[record.key.clone(), plain.key.clone(), key("item", "never")]));
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.records(&[record.key.clone(), plain.key.clone()]).unwrap(), [None, None]);
    assert_eq!(snapshot.linked(Role::Name, "n", None, 9).unwrap(), []);
    assert_eq!(snapshot.table("item", None, 9).unwrap(), []);
    assert_eq!(snapshot.tables().unwrap(), []);
    let page = snapshot.page(&Feed::Central, 0, super::ALL).unwrap();
    assert_eq!((page.len(), page[0].entry.kind, &page[0].body), (1, EntryKind::Put, &None), "its entry stays");
    assert_eq!(snapshot.feed(&Feed::Central).unwrap().live, 1);
    drop(snapshot);
    write(store, |txn| {
        txn.append(&Feed::Central, &[gone(&record.key, EntryKind::Delete)])?;
        txn.put_records(std::slice::from_ref(&record))
    });
    assert_eq!(one(store, &record.key), Some(record), "and it may come again");
    assert_eq!(numbers(store, &Feed::Central, 0), [(2, HEX.to_owned())]);
}
