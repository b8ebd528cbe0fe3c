//! A plan: the changes of records that are to be written together, and the central data as it will be after them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use sitesync_core::given::Random;
use sitesync_core::ids::RecordKey;
use sitesync_core::protocol::Change;
use sitesync_core::record::{Record, Role, link_target};
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};

use super::index::Master;
use crate::hub::HubError;

/// Changes by record, in the order in which each was first named.
pub struct Plan<'a> {
    /// With what is planned.
    pub master: Master,
    snapshot: &'a dyn Snapshot,
    random: &'a dyn Random,
    /// Today as `YYYY-MM-DD`.
    today: &'a str,
    changes: Vec<(RecordKey, Planned)>,
    places: HashMap<RecordKey, usize>,
    /// By name, the joins that show it in stores: stored ones, read once, as a supplier is asked for with each of its customers; and
    /// planned ones.
    joins: HashMap<String, Joins>,
}

/// The ids of joins by store.
type Joins = HashMap<String, Vec<String>>;

struct Planned {
    /// The columns that change; none deletes the record.
    columns: Option<Map<String, Value>>,
    /// What these columns were.
    before: Map<String, Value>,
    /// The record as it will be.
    whole: Map<String, Value>,
}

impl Planned {
    fn changes(&self) -> bool {
        self.columns.as_ref().is_none_or(|columns| !columns.is_empty())
    }
}

/// Up to so many records are noted one by one.
const NOTED_SINGLY_MAX: usize = 20;

impl<'a> Plan<'a> {
    /// `master` is caught up with `snapshot`.
    pub fn new(master: Master, snapshot: &'a dyn Snapshot, random: &'a dyn Random, today: &'a str) -> Self {
        Self { master, snapshot, random, today, changes: Vec::new(), places: HashMap::new(), joins: HashMap::new() }
    }

    pub(super) fn today(&self) -> &'a str {
        self.today
    }

    pub(super) fn new_id(&self) -> String {
        self.random.record_id()
    }

    /// Writes these columns of a record; those that are so already are left out. A record that is not there is made.
    pub(super) fn put<const N: usize>(
        &mut self,
        table: &str,
        id: &str,
        columns: [(&str, Value); N],
    ) -> Result<(), StoreError> {
        let key = RecordKey::new(table, id);
        let at = match self.places.get(&key) {
            Some(&at) => at,
            None => self.place(&key)?,
        };
        let Some((_, planned)) = self.changes.get_mut(at) else { return Ok(()) };
        for (name, value) in columns {
            if !same(planned.whole.get(name), &value) {
                if let Some(before) = planned.whole.insert(name.to_owned(), value.clone()) {
                    planned.before.entry(name).or_insert(before);
                }
                planned.columns.get_or_insert_default().insert(name.to_owned(), value);
            }
        }
        self.master.take(&key, Some(&planned.whole));
        Ok(())
    }

    fn place(&mut self, key: &RecordKey) -> Result<usize, StoreError> {
        let stored = self.snapshot.records(std::slice::from_ref(key))?.pop().flatten().filter(Record::is_live);
        let whole = stored.map(|record| StoreWorld::body(&record)).transpose()?.unwrap_or_default();
        self.places.insert(key.clone(), self.changes.len());
        self.changes.push((key.clone(), Planned { columns: Some(Map::new()), before: Map::new(), whole }));
        Ok(self.changes.len() - 1)
    }

    pub(super) fn delete(&mut self, table: &str, id: &str) {
        let key = RecordKey::new(table, id);
        self.master.take(&key, None);
        let planned = Planned { columns: None, before: Map::new(), whole: Map::new() };
        match self.places.get(&key).and_then(|&at| self.changes.get_mut(at)) {
            Some((_, known)) => *known = planned,
            None => {
                self.places.insert(key.clone(), self.changes.len());
                self.changes.push((key, planned));
            }
        }
    }

    /// The joins that show a name in a store, whether they are in force or not.
    pub(super) fn showing(&mut self, name: &str, store: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.joins_of(name)?.get(store).cloned().unwrap_or_default())
    }

    fn joins_of(&mut self, name: &str) -> Result<&mut Joins, StoreError> {
        Ok(match self.joins.entry(name.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(stored_joins(self.snapshot, name)?),
        })
    }

    /// Makes a name visible in a store, by the join that there is or a new one.
    pub(super) fn show(&mut self, name: &str, store: &str) -> Result<(), StoreError> {
        let join = match self.showing(name, store)?.into_iter().next() {
            Some(join) => join,
            None => {
                let join = self.new_id();
                self.joins_of(name)?.entry(store.to_owned()).or_default().push(join.clone());
                join
            }
        };
        let columns = [("name_ID", name.into()), ("store_ID", store.into()), ("inactive", false.into())];
        self.put("name_store_join", &join, columns)
    }

    /// How many records are made or changed.
    pub fn len(&self) -> usize {
        self.changes.iter().filter(|(_, planned)| planned.changes()).count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For the audit: what changes, from what to what. Above twenty records they are counted.
    pub fn noted(&self) -> (String, String) {
        let changed = || self.changes.iter().filter(|(_, planned)| planned.changes());
        if changed().count() > NOTED_SINGLY_MAX {
            let mut tables: BTreeMap<&str, usize> = BTreeMap::new();
            changed().for_each(|(key, _)| *tables.entry(&key.table).or_default() += 1);
            let counted: Vec<_> = tables.iter().map(|(table, count)| format!("{table}: {count}")).collect();
            return (String::new(), counted.join(", "));
        }
        let from = changed().map(|(key, planned)| (key, Some(&planned.before)));
        let to = changed().map(|(key, planned)| (key, planned.columns.as_ref()));
        (told(from), told(to))
    }

    /// As the hub takes them.
    pub fn into_changes(self) -> Result<Vec<Change>, HubError> {
        let written = |columns: &Map<String, Value>| {
            serde_json::value::to_raw_value(columns).map_err(|error| HubError::Stored(error.to_string()))
        };
        let mut changes = Vec::with_capacity(self.changes.len());
        for (RecordKey { table, id }, planned) in self.changes {
            let put = match &planned.columns {
                Some(columns) if columns.is_empty() => continue,
                columns => columns.as_ref().map(written).transpose()?,
            };
            let delete = put.is_none();
            changes.push(Change { table, id, put, delete, partial: !delete, aside: None });
        }
        Ok(changes)
    }
}

fn stored_joins(snapshot: &dyn Snapshot, name: &str) -> Result<Joins, StoreError> {
    let target = link_target(&RecordKey::new("name", name));
    let keys = snapshot.linked(Role::Subject, &target, None, usize::MAX)?;
    let mut joins = Joins::new();
    for record in snapshot.records(&keys)?.into_iter().flatten().filter(Record::is_live) {
        let body = StoreWorld::body(&record)?;
        let store = body.get("store_ID").and_then(Value::as_str).unwrap_or_default();
        joins.entry(store.to_owned()).or_default().push(record.key.id.to_string());
    }
    Ok(joins)
}

fn told<'a>(records: impl Iterator<Item = (&'a RecordKey, Option<&'a Map<String, Value>>)>) -> String {
    let one = |(key, columns): (&RecordKey, Option<&Map<String, Value>>)| match columns {
        None => Some(format!("{key} deleted")),
        Some(columns) if columns.is_empty() => None,
        Some(columns) => {
            let pairs: Vec<_> = columns.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            Some(format!("{key} ({})", pairs.join(", ")))
        }
    };
    records.filter_map(one).collect::<Vec<_>>().join("; ")
}

/// A column that is not stored has its default.
fn same(stored: Option<&Value>, value: &Value) -> bool {
    match (stored, value) {
        (Some(Value::Number(one)), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Some(stored), value) => stored == value,
        (None, Value::String(text)) => text.is_empty(),
        (None, Value::Number(number)) => number.as_f64() == Some(0.0),
        (None, Value::Bool(ticked)) => !ticked,
        (None, Value::Null) => true,
        (None, _) => false,
    }
}
