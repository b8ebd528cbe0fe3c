//! The normal form of records: the one way in which a record is stored, on the central server and on a site alike (EXCHANGE A14).
//!
//! Values are converted by the kind of their column, defaults and the id are left out, unknown columns are kept, and the text
//! is canonical JSON, so equal records are equal bytes. What a door sends to others is made from it, but not here.

mod canonical;
mod values;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use canonical::canonical;
pub use values::default_value;

use crate::catalogue::{Catalogue, Kind, Table};
use crate::ids::RecordKey;
use values::{Fault, are_tidy, check, clean, convert, is_stored, is_tidy, shortened, tidy};

/// How deep a record may be nested, itself included. Deeper ones cost stack everywhere and mean nothing.
pub const MAX_DEPTH: usize = 64;

/// How long an id may be, in bytes. Longer ones do not fit into the indexes of every database (EXCHANGE A14).
pub const MAX_ID: usize = 255;

/// How long a record may be as text, in bytes. The longest that people make hold a picture.
pub const MAX_BYTES: usize = 16 << 20;

/// How many values a record may hold, those in lists and objects included. In memory each takes many times its room in text.
pub const MAX_VALUES: usize = 100_000;

/// The record cannot be brought into normal form. Whoever sent it can mend it; it is held, not dropped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the record is not readable as JSON ({reason}); send one JSON object")]
    NotJson { reason: Box<str> },
    #[error("the record is {found}; send a JSON object with its columns")]
    NotAnObject { found: Box<str> },
    #[error("a text holds half a character (a lone \\uD800 to \\uDFFF); send the character itself or both halves")]
    HalfCharacter,
    #[error("the record is nested deeper than {MAX_DEPTH} levels{}; send it flatter", in_column(column.as_deref()))]
    TooDeep { column: Option<Box<str>> },
    #[error("the record {how}; send less of it, or in several records")]
    TooLarge { how: &'static str },
    #[error("column {column}: the number {found} cannot be kept exactly; send one within 2^53, or a text")]
    Number { column: Box<str>, found: Box<str> },
    #[error("column {column}: {found} was found where {expected} is due; send that, or null for no value")]
    Wrong { column: Box<str>, expected: &'static str, found: Box<str> },
    #[error("column {column} says {found}, but the record is {id}; leave the column out or send that id")]
    OtherId { column: Box<str>, found: Box<str>, id: Box<str> },
    #[error("the id {id} {reason}")]
    Id { id: Box<str>, reason: &'static str },
}

impl Malformed {
    /// The column at fault, if it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Malformed::TooDeep { column } => column.as_deref(),
            Malformed::Number { column, .. } | Malformed::Wrong { column, .. } | Malformed::OtherId { column, .. } => {
                Some(column)
            }
            Malformed::NotJson { .. }
            | Malformed::NotAnObject { .. }
            | Malformed::HalfCharacter
            | Malformed::TooLarge { .. }
            | Malformed::Id { .. } => None,
        }
    }

    fn of(fault: Fault, column: &str, kind: Option<Kind>, found: &Value) -> Self {
        let column = column.into();
        match fault {
            Fault::TooDeep => Malformed::TooDeep { column: Some(column) },
            Fault::Number(found) => Malformed::Number { column, found },
            Fault::Wrong => {
                let expected = kind.unwrap_or(Kind::Json).described();
                Malformed::Wrong { column, expected, found: shortened(found) }
            }
        }
    }
}

fn in_column(column: Option<&str>) -> String {
    column.map(|column| format!(" in column {column}")).unwrap_or_default()
}

/// Whether a text may be the id of a record. Control characters are refused: ids stand in keys, logs and the names of feeds.
pub fn check_id(id: &str) -> Result<(), Malformed> {
    let refuse = |reason| Err(Malformed::Id { id: shortened(&Value::from(id)), reason });
    if id.is_empty() {
        return refuse("is empty; every record needs one");
    }
    if id.len() > MAX_ID {
        return refuse("is longer than 255 bytes; choose a shorter one");
    }
    if id.chars().any(char::is_control) {
        return refuse("holds a control character; leave it out");
    }
    Ok(())
}

/// Whether a record may be as large as this text of it.
pub fn check_size(text: &str) -> Result<(), Malformed> {
    if text.len() > MAX_BYTES {
        return Err(Malformed::TooLarge { how: "is longer than 16 MiB" });
    }
    // Every value takes a byte at least.
    if text.len() > MAX_VALUES && values::values_of_text(text) > MAX_VALUES {
        return Err(Malformed::TooLarge { how: "holds more than 100,000 values" });
    }
    Ok(())
}

/// Reads a record that came from outside. Of a column that is there twice, the last counts.
pub fn parse(text: &str) -> Result<Map<String, Value>, Malformed> {
    match serde_json::from_str(text) {
        // Almost always nothing needs tidying, and nothing is copied.
        Ok(Value::Object(map)) if are_tidy(&map, 1) => Ok(map),
        Ok(Value::Object(map)) => tidy_columns(&map),
        Ok(other) => Err(Malformed::NotAnObject { found: shortened(&other) }),
        Err(error) => Err(unreadable(text, &error)),
    }
}

fn tidy_columns(map: &Map<String, Value>) -> Result<Map<String, Value>, Malformed> {
    map.iter()
        .map(|(name, value)| match tidy(value, 2) {
            Ok(tidied) => Ok((clean(name), tidied)),
            Err(fault) => Err(Malformed::of(fault, name, None, value)),
        })
        .collect()
}

/// Says in plain words why a text is no JSON, where the parser's own words would not help.
fn unreadable(text: &str, error: &serde_json::Error) -> Malformed {
    let reason = error.to_string();
    if values::depth_of_text(text) > MAX_DEPTH {
        Malformed::TooDeep { column: None }
    } else if values::has_half_character(text) {
        Malformed::HalfCharacter
    } else {
        Malformed::NotJson { reason: reason.into() }
    }
}

/// The stored form: `base` (a stored form, or nothing for a new record) with the columns of `incoming` put over it.
///
/// Columns that are not in `incoming` stay as they are. A base of an older catalogue revision is first normalised by itself.
pub fn normalise(
    catalogue: &Catalogue,
    key: &RecordKey,
    incoming: &Map<String, Value>,
    base: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, Malformed> {
    let table = catalogue.table(&key.table);
    let mut stored = base.cloned().unwrap_or_default();
    for (name, value) in incoming {
        let name = clean(name);
        let kept = match table {
            Some(table) if name == *table.key => key_column(table, key, value)?,
            Some(table) => {
                column(table, &name, value).map_err(|(fault, kind)| Malformed::of(fault, &name, kind, value))?
            }
            None => Some(tidy(value, 2).map_err(|fault| Malformed::of(fault, &name, None, value))?),
        };
        match kept {
            Some(kept) => stored.insert(name, kept),
            None => stored.remove(&name),
        };
    }
    Ok(stored)
}

/// The stored form of a whole record. What comes from a site is nearly always in it already, and then nothing is copied.
pub fn normalise_whole<'a>(
    catalogue: &Catalogue,
    key: &RecordKey,
    body: &'a Map<String, Value>,
) -> Result<Cow<'a, Map<String, Value>>, Malformed> {
    let stored = |table: &Table| body.iter().all(|(name, value)| is_stored_column(table, name, value));
    if catalogue.table(&key.table).is_some_and(|table| !table.open && stored(table)) {
        return Ok(Cow::Borrowed(body));
    }
    normalise(catalogue, key, body, None).map(Cow::Owned)
}

/// Whether this column would stay as it is.
fn is_stored_column(table: &Table, name: &str, value: &Value) -> bool {
    let kept = match table.column(name) {
        Some(column) => is_stored(column.kind, value),
        None => is_tidy(value, 2),
    };
    kept && name != &*table.key && !name.contains('\0')
}

/// The value as it is stored; `None` is the default.
fn column(table: &Table, name: &str, value: &Value) -> Result<Option<Value>, (Fault, Option<Kind>)> {
    let kind = table.column(name).map(|column| column.kind);
    match kind {
        Some(kind) if !table.open => convert(kind, value),
        Some(kind) => check(kind, value).and_then(|()| tidy(value, 2)).map(Some),
        None => tidy(value, 2).map(Some),
    }
    .map_err(|fault| (fault, kind))
}

/// The id is the record's name and not stored again. Only a `pref` may be named by its store and still have an id of its own.
fn key_column(table: &Table, key: &RecordKey, value: &Value) -> Result<Option<Value>, Malformed> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if *text == *key.id => Ok(None),
        Value::String(text) if &*table.name == "pref" => {
            check_id(text)?;
            Ok(Some(value.clone()))
        }
        other => Err(Malformed::OtherId {
            column: table.key.clone(),
            found: shortened(other),
            id: shortened(&(*key.id).into()),
        }),
    }
}

/// The record as people and the local API see it: with its id and every column. Open tables have no defaults to fill in.
pub fn complete(catalogue: &Catalogue, key: &RecordKey, stored: &Map<String, Value>) -> Map<String, Value> {
    let Some(table) = catalogue.table(&key.table) else { return stored.clone() };
    let mut whole = Map::new();
    if !table.open {
        whole.extend(table.columns.iter().map(|column| (column.name.to_string(), default_value(column.kind))));
    }
    whole.insert(table.key.to_string(), Value::from(&*key.id));
    whole.extend(stored.iter().map(|(name, value)| (name.clone(), value.clone())));
    whole
}

/// What a tombstone keeps: the columns that [`Facts`](crate::catalogue::Facts) reads.
pub fn routing_columns(table: Option<&Table>, stored: &Map<String, Value>) -> Map<String, Value> {
    let names = table.map_or_else(|| vec!["store_ID"], Table::routing_columns);
    names.into_iter().filter_map(|name| Some((name.to_owned(), stored.get(name)?.clone()))).collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
