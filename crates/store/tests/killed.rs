//! A process that writes is killed at any moment: everything it acknowledged is on disk, and whole.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{EntryKind, Record, State};
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{NewEntry, PageLimit, Snapshot, Store};

const PATH: &str = "SITESYNC_TEST_KILLED_PATH";
const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };
const ROUNDS: u64 = 6;

fn open(path: &std::path::Path) -> SqliteStore {
    let mut options = Options::default();
    // Often, so that the process is also killed while the log is moved.
    options.checkpoint_bytes = 100 << 10;
    SqliteStore::open(path, &options).unwrap()
}

/// One document: a header and a line, in two feeds, in one commit.
fn write_one(store: &SqliteStore, name: &str) {
    let record = |table: &str| {
        let key = RecordKey::new(table, name);
        let body: Box<str> = "x".repeat(700).into();
        let hash = Hash::of_record(&key, &body);
        let home = Feed::store("S");
        Record { key, home, state: State::Live, body, hash, revision: 1, source: SiteId(1), links: Vec::new() }
    };
    let records = [record("header"), record("line")];
    let entries = records.each_ref().map(|record| {
        let kind = EntryKind::Put;
        NewEntry { key: record.key.clone(), kind, hash: record.hash, source: 0 }
    });
    let work = |txn: &mut dyn sitesync_store::Txn| {
        txn.put_records(&records)?;
        txn.append(&Feed::store("S"), &entries)?;
        txn.append(&Feed::Changes, &entries).map(drop)
    };
    store.write(&mut { work }).unwrap();
}

/// The process that is killed. As a test of its own it does nothing.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let store = open(path.as_ref());
    let begun = store.snapshot().unwrap().feed(&Feed::Changes).unwrap().head;
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..100_000 {
                    let name = format!("{begun}-{thread}-{n}");
                    write_one(store, &name);
                    // In one piece, so that lines of threads do not mix.
                    std::io::stderr().write_all(format!("stored {name}\n").as_bytes()).unwrap();
                }
            });
        }
    });
}

fn check(snapshot: &dyn Snapshot, acknowledged: &[String]) {
    let keys =
        |table: &str| -> Vec<_> { acknowledged.iter().map(|name| RecordKey::new(table, name.as_str())).collect() };
    for table in ["header", "line"] {
        assert!(snapshot.records(&keys(table)).unwrap().iter().all(Option::is_some));
    }
    for feed in [Feed::store("S"), Feed::Changes] {
        let (state, page) = (snapshot.feed(&feed).unwrap(), snapshot.page(&feed, 0, ALL).unwrap());
        let sum = page.iter().fold(Hash::default(), |sum, found| sum.plus(found.entry.hash));
        assert_eq!((state.live, state.head), (page.len() as u64, page.last().unwrap().entry.number));
        assert_eq!(state.sum, sum);
        assert!(page.iter().all(|found| found.body.is_some()));
        let halves = snapshot.tables().unwrap();
        assert_eq!(halves[0].1, halves[1].1, "no half document");
        assert_eq!(halves[0].1 * 2, state.live);
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writes_until_it_is_killed", "--nocapture"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let wanted = acknowledged.len() + 20 + usize::try_from(round * 37).unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // What it still says after the kill counts too.
        for line in lines.map_while(Result::ok) {
            acknowledged.extend(line.strip_prefix("stored ").map(str::to_owned));
            if acknowledged.len() == wanted {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= wanted);
        check(&*open(&path).snapshot().unwrap(), &acknowledged);
    }
}
