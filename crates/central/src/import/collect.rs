//! The records found so far: each once, however many rows name it.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sitesync_core::ids::RecordKey;

use super::{Change, ImportRecord};

#[derive(Default)]
pub(super) struct Collected {
    records: Vec<ImportRecord>,
    places: HashMap<RecordKey, usize>,
}

/// The same record with other content.
pub(super) struct Conflict {
    /// Where it stands first.
    pub(super) line: u64,
    /// The first column that differs, with its earlier value; none if one of the two is a delete.
    pub(super) column: Option<(String, Value)>,
}

impl Collected {
    /// Adds a change, unless it is there already. `loose` columns may differ: the first one counts.
    pub(super) fn add(&mut self, record: ImportRecord, loose: &dyn Fn(&str) -> bool) -> Result<(), Conflict> {
        let Some(&place) = self.places.get(&record.key) else {
            self.places.insert(record.key.clone(), self.records.len());
            self.records.push(record);
            return Ok(());
        };
        let earlier = &self.records[place];
        let column = match (&earlier.change, &record.change) {
            (Change::Delete, Change::Delete) => return Ok(()),
            (Change::Put(old), Change::Put(new)) => match difference(old, new, loose) {
                None => return Ok(()),
                Some(name) => Some((name.to_owned(), old.get(name).cloned().unwrap_or_default())),
            },
            _ => None,
        };
        Err(Conflict { line: earlier.line, column })
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn into_records(self) -> Vec<ImportRecord> {
        self.records
    }
}

fn difference<'a>(
    old: &'a Map<String, Value>,
    new: &'a Map<String, Value>,
    loose: &dyn Fn(&str) -> bool,
) -> Option<&'a str> {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    names.map(String::as_str).find(|name| !loose(name) && old.get(*name) != new.get(*name))
}
