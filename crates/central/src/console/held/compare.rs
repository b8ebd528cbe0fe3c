//! A held document beside what the central server has: column by column, only where they differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::protocol::Change;
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};

/// A record of the document.
pub(super) struct Compared {
    pub(super) table: String,
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) columns: Vec<ColumnPair>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The central server has no such record.
    New,
    Changed,
    Same,
    Deleted,
}

pub(super) struct ColumnPair {
    pub(super) name: String,
    pub(super) sent: String,
    pub(super) here: String,
}

pub(super) fn compared(
    snapshot: &dyn Snapshot,
    catalogue: &Catalogue,
    changes: &[Change],
) -> Result<Vec<Compared>, StoreError> {
    let shown = changes.iter().filter(|change| !catalogue.is_private(&change.table));
    shown.map(|change| one(snapshot, change)).collect()
}

fn one(snapshot: &dyn Snapshot, change: &Change) -> Result<Compared, StoreError> {
    let key = RecordKey::new(change.table.clone(), change.id.clone());
    let stored = snapshot.records(std::slice::from_ref(&key))?.pop().flatten().filter(Record::is_live);
    let here = stored.as_ref().map(StoreWorld::body).transpose()?;
    let sent = change.put.as_ref().and_then(|put| serde_json::from_str::<Map<String, Value>>(put.get()).ok());
    let sent = sent.unwrap_or_default();
    let columns = if change.delete { Vec::new() } else { differing(&sent, here.as_ref(), change.partial) };
    let kind = match (&here, change.delete) {
        (_, true) => Kind::Deleted,
        (None, false) => Kind::New,
        (Some(_), false) if columns.is_empty() => Kind::Same,
        (Some(_), false) => Kind::Changed,
    };
    Ok(Compared { table: key.table.into(), id: key.id.into(), kind, columns })
}

/// What is left out of a whole record is at its default; of a part, it stays.
fn differing(sent: &Map<String, Value>, here: Option<&Map<String, Value>>, partial: bool) -> Vec<ColumnPair> {
    let none = Map::new();
    let here = here.unwrap_or(&none);
    let others = here.keys().filter(|_| !partial);
    let names: BTreeSet<_> = sent.keys().chain(others).collect();
    let pair =
        |name: &String| ColumnPair { name: name.clone(), sent: shown(sent.get(name)), here: shown(here.get(name)) };
    names.into_iter().map(pair).filter(|pair| pair.sent != pair.here).collect()
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
