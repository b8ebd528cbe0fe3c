//! Looks into the data file of a program that was killed: into a copy, so that the program itself meets the file as it was left.

use std::collections::BTreeMap;
use std::path::Path;

use sitesync_core::hash::Hash;
use sitesync_core::ids::Feed;
use sitesync_core::record::{EntryKind, Record};
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{PageLimit, Snapshot, Space, Store};

use crate::ledger::LINES;

const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

/// What a data file holds.
pub(crate) struct Found {
    /// The versions of documents, by the id of the header.
    pub(crate) documents: BTreeMap<String, u64>,
    /// The versions of items.
    pub(crate) items: BTreeMap<String, u64>,
    pub(crate) feeds: BTreeMap<String, Sum>,
    /// Of a central server.
    pub(crate) epoch: u64,
    /// Of a site: it has read everything once. Before that, documents come in pieces and are not shown.
    pub(crate) initialised: bool,
}

/// What proves two feeds equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) head: u64,
    live: u64,
    sum: Hash,
}

impl Sum {
    /// Equal up to the head, which a site knows only by what it was sent.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.live, self.sum) == (other.live, other.sum)
    }
}

/// Reads a copy of a data file and of the log beside it.
pub(crate) fn look(data_file: &Path) -> Found {
    let home = tempfile::tempdir().unwrap();
    for end in ["", "-wal"] {
        let from = format!("{}{end}", data_file.display());
        if Path::new(&from).exists() {
            std::fs::copy(&from, home.path().join(format!("copy.db{end}"))).unwrap();
        }
    }
    let store = SqliteStore::open(home.path().join("copy.db"), &Options::default()).unwrap();
    let snapshot = store.snapshot().unwrap();
    let initialised = meta(&*snapshot, b"site").is_none_or(|state| state["initialised"] == true);
    Found {
        documents: if initialised { documents(&*snapshot) } else { BTreeMap::new() },
        items: versions(&snapshot.table("item", None, usize::MAX).unwrap(), "strength"),
        feeds: feeds(&*snapshot),
        epoch: meta(&*snapshot, b"epoch").map_or(0, |epoch| epoch["number"].as_u64().unwrap()),
        initialised,
    }
}

fn meta(snapshot: &dyn Snapshot, key: &[u8]) -> Option<serde_json::Value> {
    snapshot.row(Space::Meta, key).unwrap().map(|row| serde_json::from_slice(&row).unwrap())
}

fn column(record: &Record, name: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
    body[name].as_str().unwrap_or_default().to_owned()
}

fn versions(records: &[Record], name: &str) -> BTreeMap<String, u64> {
    records.iter().map(|record| (record.key.id.to_string(), column(record, name).parse().unwrap_or(0))).collect()
}

/// The documents, each of which must be whole.
fn documents(snapshot: &dyn Snapshot) -> BTreeMap<String, u64> {
    let headers = versions(&snapshot.table("transact", None, usize::MAX).unwrap(), "their_ref");
    let mut lines: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in snapshot.table("trans_line", None, usize::MAX).unwrap() {
        let version = column(&line, "note").parse().unwrap();
        lines.entry(column(&line, "transaction_ID")).or_default().push(version);
    }
    for (id, version) in &headers {
        assert_eq!(lines.remove(id), Some(vec![*version; LINES]), "half a document: {id} at version {version}");
    }
    assert!(lines.is_empty(), "lines without their headers: {lines:?}");
    headers
}

/// The state of every feed, which must agree with what is in it.
fn feeds(snapshot: &dyn Snapshot) -> BTreeMap<String, Sum> {
    let mut found = BTreeMap::new();
    for feed in snapshot.feeds().unwrap() {
        let state = snapshot.feed(&feed).unwrap();
        let page = snapshot.page(&feed, 0, ALL).unwrap();
        let live = page.iter().filter(|found| found.entry.kind == EntryKind::Put);
        let sum = live.clone().fold(Hash::default(), |sum, found| sum.plus(found.entry.hash));
        assert_eq!((state.live, state.sum), (live.count() as u64, sum), "the sum of {feed}");
        assert!(page.last().is_none_or(|last| last.entry.number <= state.head), "the head of {feed}");
        if feed != Feed::Changes {
            found.insert(feed.to_string(), Sum { head: state.head, live: state.live, sum });
        }
    }
    found
}
