//! What records are called: those that others refer to, read in one go for a whole page.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;

use crate::world::StoreWorld;
use crate::{Result, Snapshot};

/// Names kept in memory; with more, those of before are read again where they are needed.
const KEPT_MAX: usize = 20_000;

/// Names that were read from one snapshot.
pub struct Names<'a> {
    snapshot: &'a dyn Snapshot,
    catalogue: &'a Catalogue,
    known: HashMap<RecordKey, Option<String>>,
}

/// A value as one line of text, as far as it can be without knowing its reader.
pub fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The record to which a column of a record leads.
pub fn target(catalogue: &Catalogue, table: &str, body: &Map<String, Value>, column: &str) -> Option<RecordKey> {
    let to = catalogue.table(table)?.leads_to(column).filter(|to| !catalogue.is_private(to))?;
    let id = body.get(column)?.as_str().filter(|id| !id.is_empty())?;
    Some(RecordKey::new(to, id))
}

impl<'a> Names<'a> {
    pub fn new(snapshot: &'a dyn Snapshot, catalogue: &'a Catalogue) -> Self {
        Self { snapshot, catalogue, known: HashMap::new() }
    }

    pub fn snapshot(&self) -> &'a dyn Snapshot {
        self.snapshot
    }

    /// Reads the names of these records, as far as they are not known.
    pub fn learn(&mut self, keys: impl IntoIterator<Item = RecordKey>) -> Result<()> {
        if self.known.len() > KEPT_MAX {
            self.known.clear();
        }
        self.read(keys.into_iter().collect(), true)
    }

    /// The name of a live record that was learnt.
    pub fn of(&self, key: &RecordKey) -> Option<&str> {
        self.known.get(key)?.as_deref()
    }

    /// What this record is called: its id, if it has nothing else.
    pub fn called(&mut self, record: &Record) -> Result<String> {
        let body = StoreWorld::body(record)?;
        self.read(self.within(&record.key, &body), false)?;
        Ok(self.name(&record.key, &body))
    }

    fn read(&mut self, keys: HashSet<RecordKey>, follow: bool) -> Result<()> {
        let keys: Vec<_> = keys.into_iter().filter(|key| !self.known.contains_key(key)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let live = |record: Option<Record>| record.filter(Record::is_live).as_ref().map(StoreWorld::body).transpose();
        let bodies = self.snapshot.records(&keys)?.into_iter().map(live).collect::<Result<Vec<_>>>()?;
        if follow {
            // The name of a line may be that of its item. Those names are not followed further.
            let pairs = keys.iter().zip(&bodies);
            let below = pairs.filter_map(|(key, body)| Some(self.within(key, body.as_ref()?))).flatten().collect();
            self.read(below, false)?;
        }
        for (key, body) in keys.into_iter().zip(bodies) {
            let name = body.map(|body| self.name(&key, &body));
            self.known.insert(key, name);
        }
        Ok(())
    }

    /// The records that the name of this one names.
    fn within(&self, key: &RecordKey, body: &Map<String, Value>) -> HashSet<RecordKey> {
        let columns = self.catalogue.table(&key.table).into_iter().flat_map(|table| table.shown_columns());
        columns.filter_map(|column| target(self.catalogue, &key.table, body, column)).collect()
    }

    fn name(&self, key: &RecordKey, body: &Map<String, Value>) -> String {
        let text = |column: &str| match target(self.catalogue, &key.table, body, column) {
            Some(to) => self.of(&to).map_or_else(|| to.id.to_string(), str::to_owned),
            None => plain(body.get(column)),
        };
        let called = self.catalogue.table(&key.table).map(|table| table.called(text)).unwrap_or_default();
        if called.is_empty() { key.id.to_string() } else { called }
    }
}
