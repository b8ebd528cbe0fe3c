//! A data file of each published version, which every later version must read as it is, or bring up to date.
//!
//! The files are in `fixtures/`. One is made once, when its version is published, and never again:
//! `cargo test -p sitesync-store --test data_files -- --ignored make_the_file`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Entry, EntryKind, Link, Record, Role, State, link_target};
use sitesync_store::memory::MemoryStore;
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{NewEntry, PageLimit, Result, Space, Store, Txn};

const SPACES: [Space; 20] = [
    Space::Meta,
    Space::Site,
    Space::SiteName,
    Space::Token,
    Space::Subscription,
    Space::Staged,
    Space::Held,
    Space::HeldBy,
    Space::HeldFor,
    Space::Job,
    Space::Log,
    Space::Idle,
    Space::Audit,
    Space::Commit,
    Space::Pulled,
    Space::Base,
    Space::Aside,
    Space::OwnCommit,
    Space::Reading,
    Space::Written,
];

fn fixture(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{version}.db"))
}

/// Records in every state, with ids of both kinds and links in every role.
fn records() -> Vec<Record> {
    let record = |table: &str, id: &str, home: Feed, state: State, body: &str, links: &[(Role, &str)]| {
        let key = RecordKey::new(table, id);
        let hash = if state == State::Live { Hash::of_record(&key, body) } else { Hash::default() };
        let links = links.iter().map(|(role, target)| Link { role: *role, target: (*target).into() }).collect();
        Record { key, home, state, body: body.into(), hash, revision: 1, source: SiteId(2), links }
    };
    let header = link_target(&RecordKey::new("transact", "0123456789ABCDEF0123456789ABCDEF"));
    let patient = link_target(&RecordKey::new("name", "P"));
    let kept = link_target(&RecordKey::new("item", "I"));
    let store = || Feed::store("S1");
    vec![
        record("item", "I", Feed::Central, State::Live, r#"{"code":"am","item_name":"Amoxicillin"}"#, &[]),
        record("item", "old", Feed::Central, State::Merged("I".into()), "{}", &[(Role::Merged, &kept)]),
        record(
            "store",
            "S1",
            Feed::Central,
            State::Live,
            r#"{"code":"S1"}"#,
            &[(Role::Site, "2"), (Role::Facility, "N")],
        ),
        record(
            "transact",
            "0123456789ABCDEF0123456789ABCDEF",
            store(),
            State::Live,
            r#"{"store_ID":"S1"}"#,
            &[(Role::Name, "N")],
        ),
        record(
            "trans_line",
            "fedcba9876543210fedcba9876543210",
            store(),
            State::Live,
            r#"{"quantity":3}"#,
            &[(Role::Parent, &header)],
        ),
        record(
            "trans_line",
            "Ōpua 1",
            store(),
            State::Deleted,
            r#"{"transaction_ID":"x"}"#,
            &[(Role::Parent, &header)],
        ),
        record("name_store_join", "J", Feed::Unread, State::Live, r#"{"store_ID":"S1"}"#, &[(Role::Subject, &patient)]),
    ]
}

/// What is in the file: never change it for a version that was published.
fn fill(txn: &mut dyn Txn) -> Result<()> {
    let records = records();
    txn.put_records(&records)?;
    let entry = |record: &Record, kind, source| NewEntry {
        key: record.key.clone(),
        kind,
        hash: if kind == EntryKind::Put { record.hash } else { Hash::default() },
        source,
    };
    txn.append(&Feed::Central, &[entry(&records[0], EntryKind::Put, 0), entry(&records[1], EntryKind::Delete, 0)])?;
    txn.append(&Feed::Central, &[entry(&records[2], EntryKind::Put, 0), entry(&records[0], EntryKind::Put, 5)])?;
    txn.raise_head(&Feed::Central, 1 << 24)?;
    let lines = [
        entry(&records[3], EntryKind::Put, 9),
        entry(&records[4], EntryKind::Put, 9),
        entry(&records[5], EntryKind::Delete, 9),
        entry(&records[6], EntryKind::Withdraw, 0),
    ];
    txn.append(&Feed::store("S1"), &lines)?;
    txn.append(&Feed::Changes, &lines[..2])?;
    let (feed, not_held) = (Feed::store("S2"), RecordKey::new("transact", "not held"));
    let placed =
        Entry { feed: feed.clone(), number: 7, key: not_held, kind: EntryKind::Put, hash: Hash(77), source: 0 };
    txn.place(&feed, &[placed])?;
    for space in SPACES {
        txn.put_row(space, format!("{space:?}").as_bytes(), &[0, 1, 255, space as u8])?;
        txn.put_row(space, b"empty", b"")?;
    }
    Ok(())
}

#[test]
fn the_file_of_version_1_is_read_whole_and_written_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("v1.db");
    std::fs::copy(fixture(1), &path).unwrap();
    let file = SqliteStore::open(&path, &Options::default()).unwrap();
    let expected = MemoryStore::new();
    expected.write(&mut fill).unwrap();
    same(&expected, &file);

    let more = |txn: &mut dyn Txn| {
        let change = Record { body: r#"{"quantity":4}"#.into(), ..records().remove(4) };
        txn.put_records(std::slice::from_ref(&change))?;
        let entry = NewEntry { key: change.key, kind: EntryKind::Put, hash: change.hash, source: 0 };
        txn.append(&Feed::store("S1"), &[entry])?;
        txn.put_row(Space::Meta, b"more", b"1")
    };
    for store in [&expected as &dyn Store, &file] {
        store.write(&mut |txn| more(txn)).unwrap();
    }
    same(&expected, &file);
}

/// Everything that a store can tell.
fn same(expected: &MemoryStore, file: &SqliteStore) {
    let (one, other) = (expected.snapshot().unwrap(), file.snapshot().unwrap());
    let keys: Vec<RecordKey> = records().into_iter().map(|record| record.key).collect();
    assert_eq!(one.records(&keys).unwrap(), other.records(&keys).unwrap());
    assert!(other.records(&keys).unwrap().iter().all(Option::is_some));
    assert_eq!(one.entries_of(&keys).unwrap(), other.entries_of(&keys).unwrap());
    assert_eq!(one.tables().unwrap(), other.tables().unwrap());
    assert_eq!(one.feeds().unwrap(), other.feeds().unwrap());
    let all = PageLimit { entries: usize::MAX, bytes: usize::MAX };
    for feed in one.feeds().unwrap() {
        assert_eq!(one.feed(&feed).unwrap(), other.feed(&feed).unwrap(), "{feed}");
        assert_eq!(one.page(&feed, 0, all).unwrap(), other.page(&feed, 0, all).unwrap(), "{feed}");
    }
    for link in records().into_iter().flat_map(|record| record.links) {
        let found = other.linked(link.role, &link.target, None, 9).unwrap();
        assert!(!found.is_empty(), "{link:?}");
        assert_eq!(one.linked(link.role, &link.target, None, 9).unwrap(), found);
    }
    for space in SPACES {
        assert_eq!(one.rows(space, b"", None, 9).unwrap(), other.rows(space, b"", None, 9).unwrap(), "{space:?}");
    }
}

/// Makes the file of the present version; what was published is not replaced.
#[test]
#[ignore = "only when a version is published"]
fn make_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("data.db"), &Options::default()).unwrap();
    store.write(&mut fill).unwrap();
    // A copy has no log beside it.
    store.backup(&fixture(1)).unwrap();
}
