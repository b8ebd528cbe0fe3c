//! From the text of the catalogue to [`Catalogue`]. It checks everything that one table says of another; what the rules mean is
//! not known here.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::{Catalogue, Class, Column, Kind, Reference, Table, When};

/// The text does not declare a usable catalogue.
#[derive(Debug, thiserror::Error)]
pub(super) enum Faulty {
    #[error("the catalogue is not readable: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("table {table} is declared twice")]
    TwiceTable { table: Box<str> },
    #[error("{table}: column {column} is declared twice, or is the key")]
    TwiceColumn { table: Box<str>, column: Box<str> },
    #[error("{table}: `{rule}` names the column {column}, which is not declared")]
    NoColumn { table: Box<str>, rule: &'static str, column: Box<str> },
    #[error("{table}: `{rule}` names the column {column}, which is not a {expected} column")]
    WrongKind { table: Box<str>, rule: &'static str, column: Box<str>, expected: &'static str },
    #[error("{table}: `{rule}` names the table {other}, which is not declared")]
    NoTable { table: Box<str>, rule: &'static str, other: Box<str> },
    #[error("{table}: class child and a `parent` belong together")]
    ChildParent { table: Box<str> },
    #[error("{table}: `shown` has a brace without its pair")]
    Shown { table: Box<str> },
    #[error("{table}: the door is v5, v6 or native, not {door}")]
    Door { table: Box<str>, door: Box<str> },
    #[error("these tables come after one another in a circle: {0}")]
    Circle(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    revision: u32,
    table: Vec<TextTable>,
}

/// A block of the file. A name that it does not know is refused: most likely a slip of the pen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextTable {
    name: Box<str>,
    title: Box<str>,
    class: Class,
    #[serde(default = "usual_key")]
    key: Box<str>,
    #[serde(default = "usual_door")]
    door: Box<str>,
    #[serde(default)]
    open: bool,
    store: Option<Box<str>>,
    parent: Option<TextReference>,
    other_party: Option<Box<str>>,
    subject: Option<TextReference>,
    patient_when: Option<TextWhen>,
    makes_visible: Option<TextReference>,
    unless: Option<Box<str>>,
    from_store: Option<Box<str>>,
    #[serde(default)]
    central_may_edit: bool,
    #[serde(default)]
    deletes: bool,
    #[serde(default)]
    up_only: bool,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    after: Vec<Box<str>>,
    used: Vec<Box<str>>,
    shown: Box<str>,
    #[serde(default)]
    references: BTreeMap<Box<str>, Box<str>>,
    #[serde(default)]
    text: Vec<Box<str>>,
    #[serde(default)]
    number: Vec<Box<str>>,
    #[serde(default)]
    number_or_null: Vec<Box<str>>,
    #[serde(default)]
    bool: Vec<Box<str>>,
    #[serde(default)]
    date: Vec<Box<str>>,
    #[serde(default)]
    time: Vec<Box<str>>,
    #[serde(default)]
    datetime: Vec<Box<str>>,
    #[serde(default)]
    object: Vec<Box<str>>,
    #[serde(default)]
    json: Vec<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextReference {
    column: Box<str>,
    table: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextWhen {
    column: Box<str>,
    value: Box<str>,
}

fn usual_key() -> Box<str> {
    "ID".into()
}

fn usual_door() -> Box<str> {
    "v5".into()
}

impl From<TextReference> for Reference {
    fn from(text: TextReference) -> Self {
        Self { column: text.column, table: text.table }
    }
}

impl From<TextTable> for Table {
    fn from(text: TextTable) -> Self {
        let kinds = [
            (Kind::Text, text.text),
            (Kind::Number, text.number),
            (Kind::NumberOrNull, text.number_or_null),
            (Kind::Bool, text.bool),
            (Kind::Date, text.date),
            (Kind::Time, text.time),
            (Kind::Datetime, text.datetime),
            (Kind::Object, text.object),
            (Kind::Json, text.json),
        ];
        let mut columns: Vec<Column> = kinds
            .into_iter()
            .flat_map(|(kind, names)| names.into_iter().map(move |name| Column { name, kind }))
            .collect();
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        let references = text.references.into_iter().map(|(column, table)| Reference { column, table });
        Self {
            name: text.name,
            title: text.title,
            class: text.class,
            key: text.key,
            columns,
            open: text.open,
            store: text.store,
            parent: text.parent.map(Into::into),
            other_party: text.other_party,
            subject: text.subject.map(Into::into),
            patient_when: text.patient_when.map(|when| When { column: when.column, value: when.value }),
            makes_visible: text.makes_visible.map(Into::into),
            unless: text.unless,
            from_store: text.from_store,
            central_may_edit: text.central_may_edit,
            deletes: text.deletes,
            up_only: text.up_only,
            private: text.private,
            after: text.after,
            used: text.used,
            shown: text.shown,
            references: references.collect(),
            door: text.door,
            order: 0,
        }
    }
}

/// The catalogue of this program.
#[expect(clippy::expect_used, reason = "the file is part of the program; a test reads it")]
pub(super) fn embedded() -> Catalogue {
    parse(include_str!("../../catalogue.toml")).expect("the embedded catalogue is faulty")
}

pub(super) fn parse(text: &str) -> Result<Catalogue, Faulty> {
    let text: Text = toml::from_str(text)?;
    let mut tables: Vec<Table> = text.table.into_iter().map(Into::into).collect();
    let mut names = HashSet::new();
    if let Some(twice) = tables.iter().find(|table| !names.insert(table.name.clone())) {
        return Err(Faulty::TwiceTable { table: twice.name.clone() });
    }
    for table in &tables {
        check_columns(table)?;
        check_rules(table)?;
        check_tables(table, &names)?;
    }
    tables = in_order(tables)?;
    let by_name = tables.iter().map(|table| (table.name.clone(), table.order)).collect();
    let headers = tables.iter().filter_map(|table| Some(table.parent.as_ref()?.table.clone())).collect();
    Ok(Catalogue { revision: text.revision, tables, by_name, headers })
}

fn check_columns(table: &Table) -> Result<(), Faulty> {
    let name = || table.name.clone();
    let mut seen = HashSet::from([&table.key]);
    if let Some(twice) = table.columns.iter().find(|column| !seen.insert(&column.name)) {
        return Err(Faulty::TwiceColumn { table: name(), column: twice.name.clone() });
    }
    if let Some(column) = table.used.iter().find(|column| table.column(column).is_none()) {
        return Err(Faulty::NoColumn { table: name(), rule: "used", column: column.clone() });
    }
    for column in shown_columns(&table.shown).ok_or_else(|| Faulty::Shown { table: name() })? {
        if column != &*table.key && table.column(column).is_none() {
            return Err(Faulty::NoColumn { table: name(), rule: "shown", column: column.into() });
        }
    }
    Ok(())
}

/// The columns between braces; `None` if the braces do not pair.
fn shown_columns(shown: &str) -> Option<Vec<&str>> {
    let mut columns = Vec::new();
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once('{') {
        let (column, after) = after.split_once('}')?;
        if before.contains('}') {
            return None;
        }
        columns.push(column);
        rest = after;
    }
    (!rest.contains('}')).then_some(columns)
}

/// The columns that rules are read from exist, and are of the kind that is read.
fn check_rules(table: &Table) -> Result<(), Faulty> {
    let is_child = table.class == Class::Child;
    if is_child != table.parent.is_some() {
        return Err(Faulty::ChildParent { table: table.name.clone() });
    }
    if !["v5", "v6", "native"].contains(&&*table.door) {
        return Err(Faulty::Door { table: table.name.clone(), door: table.door.clone() });
    }
    fn column(reference: &Option<Reference>) -> Option<&str> {
        reference.as_ref().map(|reference| &*reference.column)
    }
    let texts = [
        ("store", table.store.as_deref()),
        ("other_party", table.other_party.as_deref()),
        ("from_store", table.from_store.as_deref()),
        ("patient_when", table.patient_when.as_ref().map(|when| &*when.column)),
        ("parent", column(&table.parent)),
        ("subject", column(&table.subject).filter(|column| *column != &*table.key)),
        ("makes_visible", column(&table.makes_visible)),
    ];
    for (rule, name) in texts {
        check_kind(table, rule, name, Kind::Text, "text")?;
    }
    for reference in &table.references {
        check_kind(table, "references", Some(&reference.column), Kind::Text, "text")?;
    }
    check_kind(table, "unless", table.unless.as_deref(), Kind::Bool, "bool")
}

fn check_kind(
    table: &Table,
    rule: &'static str,
    column: Option<&str>,
    kind: Kind,
    expected: &'static str,
) -> Result<(), Faulty> {
    let Some(name) = column else { return Ok(()) };
    let (table_name, column) = (table.name.clone(), name.into());
    match table.column(name) {
        None => Err(Faulty::NoColumn { table: table_name, rule, column }),
        Some(found) if found.kind != kind => Err(Faulty::WrongKind { table: table_name, rule, column, expected }),
        Some(_) => Ok(()),
    }
}

/// The tables that rules name exist.
fn check_tables(table: &Table, names: &HashSet<Box<str>>) -> Result<(), Faulty> {
    let single = [("parent", &table.parent), ("subject", &table.subject), ("makes_visible", &table.makes_visible)];
    let single = single.into_iter().filter_map(|(rule, to)| Some((rule, &to.as_ref()?.table)));
    let after = table.after.iter().map(|name| ("after", name));
    let references = table.references.iter().map(|to| ("references", &to.table));
    for (rule, other) in single.chain(after).chain(references) {
        if !names.contains(other) {
            return Err(Faulty::NoTable { table: table.name.clone(), rule, other: other.clone() });
        }
    }
    Ok(())
}

/// What comes before it: `after`, and the header of a line. Other references may be missing, or point in a circle.
fn before(table: &Table) -> impl Iterator<Item = &Box<str>> {
    let parent = table.parent.as_ref().map(|parent| &parent.table);
    table.after.iter().chain(parent)
}

/// Sorts so that what a table comes after is before it, and otherwise in the order of the file.
fn in_order(tables: Vec<Table>) -> Result<Vec<Table>, Faulty> {
    let mut waiting = tables;
    let mut placed: HashMap<Box<str>, usize> = HashMap::new();
    let mut sorted: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let next = waiting.iter().position(|table| before(table).all(|name| placed.contains_key(name)));
        let Some(next) = next else {
            let names: Vec<&str> = waiting.iter().map(|table| &*table.name).collect();
            return Err(Faulty::Circle(names.join(", ")));
        };
        let mut table = waiting.remove(next);
        table.order = sorted.len();
        placed.insert(table.name.clone(), table.order);
        sorted.push(table);
    }
    Ok(sorted)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
