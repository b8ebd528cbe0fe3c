//! What a site was told is saved, and what it was told is on the central server: the promises that are held against the data files.
//!
//! Each version of a document is written to its header and to all its lines, so that half of one shows.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};
use sitesync_testkit::SeededRandom;

use crate::common::Reach;

/// Lines of each document.
pub(crate) const LINES: usize = 3;
/// More are not alive at a time, so that looking at all of them stays quick.
const ALIVE_MAX: usize = 60;

/// One document of a site, by its versions: 0 is none, and a last one may be its deletion.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) id: String,
    /// The highest version that the site said is saved.
    pub(crate) told: u64,
    /// The highest version that was sent to the site. Above `told`, nobody knows.
    pub(crate) tried: u64,
    /// The version that the site said is on the central server.
    pub(crate) acknowledged: u64,
    deleted_by: Option<u64>,
}

impl Document {
    /// The version that a file holds, given what was found in it.
    pub(crate) fn seen(&self, found: &BTreeMap<String, u64>) -> u64 {
        match found.get(&self.id) {
            Some(version) => *version,
            None => self.deleted_by.unwrap_or(0),
        }
    }
}

/// The documents of one site.
pub(crate) struct Ledger {
    store: String,
    /// Whom every document is sent to.
    other_party: String,
    pub(crate) documents: Vec<Document>,
    made: usize,
}

impl Ledger {
    pub(crate) fn new(store: &str, other_party: &str) -> Self {
        Self { store: store.to_owned(), other_party: other_party.to_owned(), documents: Vec::new(), made: 0 }
    }

    /// Writes a new document or a new version of one, or deletes one.
    pub(crate) fn write(&mut self, reach: &Reach, random: &SeededRandom) -> io::Result<()> {
        let alive: Vec<_> = (0..self.documents.len()).filter(|at| self.documents[*at].deleted_by.is_none()).collect();
        let at = if alive.is_empty() || (alive.len() < ALIVE_MAX && random.below(4) == 0) {
            let id = format!("{}-{}", self.store, self.made);
            self.made += 1;
            self.documents.push(Document { id, told: 0, tried: 0, acknowledged: 0, deleted_by: None });
            self.documents.len() - 1
        } else {
            *random.pick(&alive)
        };
        let delete = self.documents[at].told > 0 && random.below(12) == 0;
        let document = &mut self.documents[at];
        document.tried += 1;
        document.deleted_by = delete.then_some(document.tried);
        let edits = edits(&self.store, &self.other_party, document);
        let answer = reach.ask("POST", "/api/records", Some(&edits))?;
        assert!(answer.is_good(), "{}: {answer:?}", document.id);
        document.told = document.tried;
        Ok(())
    }

    /// Everything told by now is on the central server.
    pub(crate) fn acknowledge(&mut self) {
        for document in &mut self.documents {
            document.acknowledged = document.told;
        }
    }

    /// The central server was put back: nothing is promised of it until the next sync.
    pub(crate) fn unacknowledge(&mut self) {
        for document in &mut self.documents {
            document.acknowledged = 0;
        }
    }

    /// The device is wiped: of what was deleted only the central server knows now, and if that is put back too, nobody does.
    pub(crate) fn forget_deleted(&mut self) {
        self.documents.retain(|document| document.deleted_by.is_none());
    }

    /// The data file has spoken: what nobody knew is known now.
    pub(crate) fn settle(&mut self, found: &BTreeMap<String, u64>) {
        for document in &mut self.documents {
            let seen = document.seen(found);
            if found.contains_key(&document.id) {
                document.deleted_by = None;
            }
            (document.told, document.tried) = (seen, seen);
        }
    }

    /// Holds a file against the promises: every document is between what was promised and what was tried.
    #[track_caller]
    pub(crate) fn check(&self, what: &str, found: &BTreeMap<String, u64>, promised: fn(&Document) -> u64) {
        for document in &self.documents {
            let (seen, least) = (document.seen(found), promised(document));
            assert!(least <= seen && seen <= document.tried, "{what}: {document:?} is at version {seen}");
        }
    }
}

fn edits(store: &str, other_party: &str, document: &Document) -> Value {
    let Document { id, tried, deleted_by, .. } = document;
    let line = |at: usize| format!("{id}-line{at}");
    if deleted_by.is_some() {
        return json!([{ "table": "transact", "id": id, "delete": true }]);
    }
    let version = tried.to_string();
    let header = json!({ "table": "transact", "id": id, "data": {
        "store_ID": store, "name_ID": other_party, "type": "ci", "their_ref": version } });
    let lines = (0..LINES).map(|at| {
        json!({ "table": "trans_line", "id": line(at), "data": {
            "transaction_ID": id, "item_ID": "I0", "quantity": at + 1, "pack_size": 1, "note": version } })
    });
    std::iter::once(header).chain(lines).collect()
}
