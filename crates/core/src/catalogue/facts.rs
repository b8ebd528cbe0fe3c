//! What routing and ownership need to know of one record, read from its columns.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Class, Reference, Table};
use crate::ids::{RecordKey, SiteId};
use crate::record::{Link, Role, link_target};

/// The routing keys of a record. A tombstone keeps the columns they are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub class: Class,
    /// The central server may write it too, wherever its store is active.
    pub central_may_edit: bool,
    /// The owning store.
    pub store: Option<Box<str>>,
    /// The header of a line.
    pub parent: Option<RecordKey>,
    /// The store that sent a message.
    pub from_store: Option<Box<str>>,
    /// The `name` of the other party.
    pub other_party: Option<Box<str>>,
    /// The record whose joins decide where this one is shown.
    pub subject: Option<RecordKey>,
    /// What this record, being a join, makes visible in its store.
    pub makes_visible: Option<RecordKey>,
    /// Of a store: the site where it is active.
    pub active_on: Option<SiteId>,
    /// Of a store: its `name`.
    pub facility: Option<Box<str>>,
}

impl Facts {
    /// Reads the facts of a record of `table`. `None` is a table that the catalogue does not know: a store's own, if it names one.
    pub fn read(table: Option<&Table>, key: &RecordKey, body: &Map<String, Value>) -> Self {
        let Some(table) = table else {
            return Self { store: text(body, "store_ID"), ..Self::of_class(Class::Store) };
        };
        let patient = table.patient_when.as_ref().is_none_or(|when| holds(body, &when.column, &when.value));
        let class = if table.patient_when.is_some() && patient { Class::Patient } else { table.class };
        let is_store = &*table.name == "store";
        Self {
            class,
            central_may_edit: table.central_may_edit,
            store: table.store.as_ref().and_then(|column| text(body, column)),
            parent: table.parent.as_ref().and_then(|parent| refer(parent, body)),
            from_store: table.from_store.as_ref().and_then(|column| text(body, column)),
            other_party: table.other_party.as_ref().and_then(|column| text(body, column)),
            subject: table
                .subject
                .as_ref()
                .filter(|_| patient)
                .and_then(|subject| if subject.column == table.key { Some(key.clone()) } else { refer(subject, body) }),
            makes_visible: table.makes_visible.as_ref().filter(|_| counts(table, body)).and_then(|to| refer(to, body)),
            active_on: is_store.then(|| active_site(body)),
            facility: if is_store { text(body, "name_ID") } else { None },
        }
    }

    /// The same from the text of a stored record. Only the columns that are needed are unpacked.
    ///
    /// # Errors
    /// The text is no JSON object.
    pub fn read_text(table: Option<&Table>, key: &RecordKey, text: &str) -> Result<Self, serde_json::Error> {
        let columns = table.map_or_else(|| vec!["store_ID"], Table::routing_columns);
        let mut reader = serde_json::Deserializer::from_str(text);
        let body = Chosen(&columns).deserialize(&mut reader)?;
        reader.end()?;
        Ok(Self::read(table, key, &body))
    }

    fn of_class(class: Class) -> Self {
        Self {
            class,
            central_may_edit: false,
            store: None,
            from_store: None,
            parent: None,
            other_party: None,
            subject: None,
            makes_visible: None,
            active_on: None,
            facility: None,
        }
    }

    /// The references of the record `key` that routing follows backwards.
    pub fn links(&self, key: &RecordKey) -> Vec<Link> {
        let mut links = Vec::new();
        if let Some(parent) = &self.parent {
            links.push(Link { role: Role::Parent, target: link_target(parent) });
        }
        if let Some(join) = &self.makes_visible {
            links.push(Link { role: Role::Subject, target: link_target(join) });
        }
        let patient = self.subject.as_ref().filter(|subject| *subject != key && &*subject.table == "name");
        for name in self.other_party.iter().chain(patient.map(|subject| &subject.id)) {
            links.push(Link { role: Role::Name, target: name.clone() });
        }
        if let Some(site) = self.active_on {
            links.push(Link { role: Role::Site, target: site.to_string().into() });
        }
        if let Some(name) = &self.facility {
            links.push(Link { role: Role::Facility, target: name.clone() });
        }
        links
    }
}

fn text(body: &Map<String, Value>, column: &str) -> Option<Box<str>> {
    body.get(column).and_then(Value::as_str).filter(|text| !text.is_empty()).map(Into::into)
}

fn refer(to: &Reference, body: &Map<String, Value>) -> Option<RecordKey> {
    text(body, &to.column).map(|id| RecordKey { table: to.table.clone(), id })
}

fn holds(body: &Map<String, Value>, column: &str, value: &str) -> bool {
    body.get(column).and_then(Value::as_str) == Some(value)
}

/// Whether a join is in force.
fn counts(table: &Table, body: &Map<String, Value>) -> bool {
    table.unless.as_ref().is_none_or(|column| body.get(&**column).and_then(Value::as_bool) != Some(true))
}

/// The site where a store is active, from its columns. 0 (or nothing) on the wire means the central server's own site.
pub fn active_site(body: &Map<String, Value>) -> SiteId {
    let number = body.get("sync_id_remote_site").and_then(Value::as_u64).unwrap_or(0);
    match u32::try_from(number) {
        Ok(0) | Err(_) => SiteId::CENTRAL,
        Ok(number) => SiteId(number),
    }
}

/// Unpacks these columns of an object, and passes over the others.
struct Chosen<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Chosen<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Chosen<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut columns: A) -> Result<Self::Value, A::Error> {
        let mut chosen = Map::new();
        while let Some(Name(name)) = columns.next_key()? {
            if self.0.contains(&&*name) {
                chosen.insert(name.into_owned(), columns.next_value()?);
            } else {
                columns.next_value::<IgnoredAny>()?;
            }
        }
        Ok(chosen)
    }
}

/// The name of a column, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
