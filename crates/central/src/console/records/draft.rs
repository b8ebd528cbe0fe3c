//! A record as its window holds it before OK: what was typed travels in the form, so that nothing is stored before.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Table};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::record::Record;
use sitesync_store::StoreError;
use sitesync_store::world::StoreWorld;
use sitesync_web::Form;

use super::inputs;
use crate::records::version;

/// The field with the columns that the catalogue does not list, as JSON.
pub(super) const REST: &str = "rest";

/// Messages about fields, by column.
pub(super) type Faults = BTreeMap<String, &'static str>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) key: RecordKey,
    /// It is not made yet.
    pub(super) new: bool,
    /// The version that the window was filled from.
    pub(super) version: String,
    /// Of listed columns, as they stand in the fields.
    pub(super) values: BTreeMap<String, String>,
    pub(super) rest: Option<String>,
}

/// The field of a column.
pub(super) fn field(column: &str) -> String {
    format!("c.{column}")
}

/// Columns that are changed elsewhere: where a store is active is decided in its own window.
pub(super) fn is_fixed(table: &str, column: &str) -> bool {
    table == "store" && column == "sync_id_remote_site"
}

impl Draft {
    pub(super) fn of(catalogue: &Catalogue, record: &Record) -> Result<Self, StoreError> {
        let body = StoreWorld::body(record)?;
        let table = catalogue.table(&record.key.table);
        let columns = table.into_iter().flat_map(|table| &table.columns);
        let values =
            columns.map(|column| (column.name.to_string(), inputs::shown(column.kind, body.get(&*column.name))));
        Ok(Self {
            key: record.key.clone(),
            version: version(Some(record)),
            values: values.collect(),
            rest: Some(rest_text(table, &body)),
            new: false,
        })
    }

    pub(super) fn new(table: &str, id: String, filled: BTreeMap<String, String>) -> Self {
        let (version, rest) = (String::new(), None);
        Self { key: RecordKey::new(table, id), new: true, version, values: filled, rest }
    }

    /// Reads the form of the window; of a box that is ticked, the last of two values counts.
    pub(super) fn read(key: RecordKey, new: bool, form: &Form) -> Self {
        let columns = form.0.iter().filter_map(|(name, value)| Some((name.strip_prefix("c.")?, value)));
        Self {
            key,
            new,
            version: form.get("version").to_owned(),
            values: columns.map(|(column, value)| (column.to_owned(), inputs::one_break(value))).collect(),
            rest: form.has(REST).then(|| inputs::one_break(form.get(REST))),
        }
    }

    pub(super) fn set(&mut self, column: &str, value: &str) {
        self.values.insert(column.to_owned(), value.to_owned());
    }

    /// The columns that differ from what is stored, or what is wrong with which.
    pub(super) fn changed(
        &self,
        catalogue: &Catalogue,
        stored: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Faults> {
        let key = &self.key;
        let (mut changed, mut faults) = (Map::new(), Faults::new());
        let table = catalogue.table(&key.table);
        for (name, text) in &self.values {
            let column = table.and_then(|table| table.column(name)).filter(|_| !is_fixed(&key.table, name));
            let Some(kind) = column.map(|column| column.kind) else { continue };
            if inputs::same(kind, text, &inputs::shown(kind, stored.get(name))) {
                continue;
            }
            match inputs::value(kind, text).filter(|value| is_sound(catalogue, key, name, value)) {
                Some(value) => drop(changed.insert(name.clone(), value)),
                None => drop(faults.insert(name.clone(), inputs::fault(kind))),
            }
        }
        match self.changed_rest(table, stored) {
            Ok(rest) if rest.iter().all(|(name, value)| is_sound(catalogue, key, name, value)) => changed.extend(rest),
            Ok(_) | Err(()) => drop(faults.insert(REST.to_owned(), "record-fault-rest")),
        }
        if faults.is_empty() { Ok(changed) } else { Err(faults) }
    }

    fn changed_rest(&self, table: Option<&Table>, stored: &Map<String, Value>) -> Result<Map<String, Value>, ()> {
        let Some(text) = &self.rest else { return Ok(Map::new()) };
        let now = match text.trim() {
            "" => Map::new(),
            text => serde_json::from_str::<Map<String, Value>>(text).map_err(|_| ())?,
        };
        // Listed columns have fields of their own.
        if now.keys().any(|name| is_listed(table, name)) {
            return Err(());
        }
        Ok(inputs::differing(&rest(table, stored), &now))
    }
}

/// Whether the value can be stored in the column.
fn is_sound(catalogue: &Catalogue, key: &RecordKey, column: &str, value: &Value) -> bool {
    let one = Map::from_iter([(column.to_owned(), value.clone())]);
    normal::normalise(catalogue, key, &one, None).is_ok()
}

fn is_listed(table: Option<&Table>, column: &str) -> bool {
    table.is_some_and(|table| table.column(column).is_some() || *table.key == *column)
}

/// The columns that the catalogue does not list.
fn rest(table: Option<&Table>, body: &Map<String, Value>) -> Map<String, Value> {
    let others = body.iter().filter(|(name, _)| !is_listed(table, name));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn rest_text(table: Option<&Table>, body: &Map<String, Value>) -> String {
    let rest = rest(table, body);
    if rest.is_empty() { String::new() } else { inputs::pretty(&Value::Object(rest)) }
}
