//! The catalogue: every table declared in one readable file, [`catalogue.toml`](../../catalogue.toml), embedded in the program.
//!
//! It says what a table is; how records are routed, owned and stored follows from it elsewhere.

mod facts;
pub mod page;
mod parse;
mod people;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

pub use facts::{Facts, active_site};
pub use people::label;

/// Who owns and who receives a table's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Edited on the central server; for every site, or for one store where the table has a store column.
    Central,
    /// A store's own.
    Store,
    /// A line of another record: goes where its parent goes.
    Child,
    /// A store's own, and also for the store of the other party.
    Transfer,
    /// Edited wherever the patient is visible.
    Patient,
    /// Edited by any site.
    Shared,
    /// Sent by one store, edited by the store it is sent to.
    Message,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    /// Any number; whole ones are stored without fraction. The default is 0.
    Number,
    /// A number that may be absent: null and 0 are different.
    NumberOrNull,
    Bool,
    /// `YYYY-MM-DD`; the default is `0000-00-00`.
    Date,
    /// Seconds since midnight.
    Time,
    /// `YYYY-MM-DDTHH:MM:SS[.fff]`; the default is the empty text.
    Datetime,
    /// An object (or list), or null. A JSON text given for it is parsed.
    Object,
    /// Any JSON, or null; like [`Kind::Object`], but a text that is no JSON is kept (the body of a message).
    Json,
}

impl Kind {
    /// For people: what a value of this kind looks like.
    pub fn described(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::NumberOrNull => "a number or null",
            Kind::Bool => "true or false",
            Kind::Date => "a date like \"2026-01-31\"",
            Kind::Time => "a time like \"23:59:00\", or seconds since midnight",
            Kind::Datetime => "a date and time like \"2026-01-31T23:59:00\", without a zone",
            Kind::Object => "an object or a list, or null",
            Kind::Json => "any JSON",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Box<str>,
    pub kind: Kind,
}

/// A reference from a column to a table.
#[derive(Clone, Debug)]
pub struct Reference {
    pub column: Box<str>,
    pub table: Box<str>,
}

/// A column that must hold a value for a rule to apply.
#[derive(Clone, Debug)]
pub struct When {
    pub column: Box<str>,
    pub value: Box<str>,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub name: Box<str>,
    /// For people.
    pub title: Box<str>,
    pub class: Class,
    /// The column that holds the record's id.
    pub key: Box<str>,
    /// All columns except the key, sorted by name.
    pub columns: Vec<Column>,
    /// Columns that are not listed belong to it too and are sent by every door (the tables of v6). Values are kept as they
    /// came, null and empty text included: their readers tell them apart.
    pub open: bool,
    /// The column that names the owning store.
    pub store: Option<Box<str>>,
    /// A line's header.
    pub parent: Option<Reference>,
    /// The column with the `name` of the other party.
    pub other_party: Option<Box<str>>,
    /// Whose joins decide where a record is shown: the column, and the table it names. The key column means the record itself.
    pub subject: Option<Reference>,
    /// `subject` holds, and the class is [`Class::Patient`], only when this holds (`name` of type patient).
    pub patient_when: Option<When>,
    /// This table is a join: it shows the record named here in its own store.
    pub makes_visible: Option<Reference>,
    /// A join does not count when this bool column is true.
    pub unless: Option<Box<str>>,
    /// The column with the store that sent a message.
    pub from_store: Option<Box<str>>,
    /// Records of a store that the central server may edit too.
    pub central_may_edit: bool,
    /// Whether deletes are sent to readers of the mSupply doors.
    pub deletes: bool,
    /// Taken from mSupply sites, but never sent to one.
    pub up_only: bool,
    /// It holds secrets: only what they are for reads and writes them, and no list, form or import.
    pub private: bool,
    /// Tables that come before it when records are integrated or shown.
    pub after: Vec<Box<str>>,
    /// The few columns that people use.
    pub used: Vec<Box<str>>,
    /// How a reference to a record is shown: text with `{column}`.
    pub shown: Box<str>,
    /// References to other tables, for forms and pickers.
    pub references: Vec<Reference>,
    /// On which doors the table is known: `v5`, `v6` or only `native`.
    pub door: Box<str>,
    /// Position in the order of dependency.
    pub order: usize,
}

impl Table {
    /// The column of that name; the key is not among the columns.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let at = self.columns.binary_search_by(|column| (*column.name).cmp(name)).ok()?;
        self.columns.get(at)
    }

    /// The columns that [`Facts`] reads. One that two rules name is there twice.
    pub fn routing_columns(&self) -> Vec<&str> {
        let references = [&self.parent, &self.subject, &self.makes_visible];
        let referring = references.into_iter().flatten().map(|reference| &reference.column);
        let columns = [&self.store, &self.other_party, &self.unless, &self.from_store];
        let condition = self.patient_when.iter().map(|when| &when.column);
        let mut names: Vec<&str> =
            referring.chain(columns.into_iter().flatten()).chain(condition).map(|name| &**name).collect();
        if &*self.name == "store" {
            names.extend(["sync_id_remote_site", "name_ID"]);
        }
        names
    }
}

/// All tables.
#[derive(Debug)]
pub struct Catalogue {
    /// Raised with each change of a declaration that changes a normal form.
    pub revision: u32,
    /// In the order of dependency.
    tables: Vec<Table>,
    by_name: HashMap<Box<str>, usize>,
    /// The tables whose records have lines.
    headers: HashSet<Box<str>>,
}

impl Catalogue {
    /// The catalogue of this program.
    pub fn embedded() -> &'static Catalogue {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(parse::embedded);
        &CATALOGUE
    }

    pub fn table(&self, name: &str) -> Option<&Table> {
        self.by_name.get(name).map(|&at| &self.tables[at])
    }

    /// Whether a record of this table is a header or a line; any other is a document by itself.
    pub fn has_relatives(&self, table: &str) -> bool {
        self.headers.contains(table) || self.table(table).is_some_and(|table| table.parent.is_some())
    }

    /// Whether the records of this table are shown to nobody.
    pub fn is_private(&self, table: &str) -> bool {
        self.table(table).is_some_and(|table| table.private)
    }

    /// All tables in the order of dependency: what is referred to comes first.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }
}
