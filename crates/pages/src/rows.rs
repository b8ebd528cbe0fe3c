//! Records as rows of a table: the columns that people use, with references by name.
//!
//! It follows from the catalogue alone; where a record has a page of its own is told to it.

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Kind, label};
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::names::{Names, target};
use sitesync_store::world::StoreWorld;
use sitesync_store::{Result, Snapshot};

use crate::texts::Texts;

/// On a phone, so many columns are shown.
const FIRST: usize = 4;

/// The head of a column.
pub struct Head {
    /// As the catalogue names it.
    pub column: String,
    pub label: String,
    pub class: &'static str,
}

/// A record.
pub struct Row {
    pub id: String,
    /// Its page, if it has one.
    pub href: Option<String>,
    pub cells: Vec<Cell>,
}

/// A value of a record.
pub struct Cell {
    pub text: String,
    /// Where a reference leads.
    pub href: Option<String>,
    pub class: &'static str,
    pub label: String,
}

/// The address of the page of a record.
pub type Address = fn(&RecordKey) -> Option<String>;

/// Makes rows of the records of one table.
pub struct Rows<'a> {
    catalogue: &'static Catalogue,
    table: &'a str,
    columns: Vec<&'a str>,
    names: Names<'a>,
    address: Address,
    t: &'static Texts,
}

impl<'a> Rows<'a> {
    /// `without` is left out: what all of the rows have in common.
    pub fn new(
        snapshot: &'a dyn Snapshot,
        catalogue: &'static Catalogue,
        table: &'a str,
        without: Option<&str>,
        address: Address,
        t: &'static Texts,
    ) -> Self {
        let used = catalogue.table(table).into_iter().flat_map(|table| table.used.iter().map(|column| &**column));
        let columns = used.filter(|column| Some(*column) != without).collect();
        Self { catalogue, table, columns, names: Names::new(snapshot, catalogue), address, t }
    }

    /// The heads of the columns.
    pub fn heads(&self) -> Vec<Head> {
        let head = |(at, column): (usize, &&str)| Head {
            column: (*column).to_owned(),
            label: self.label(column),
            class: self.class(column, at),
        };
        let heads: Vec<_> = self.columns.iter().enumerate().map(head).collect();
        if !heads.is_empty() {
            return heads;
        }
        // Of a table that the catalogue does not know, nobody can say which columns are used.
        vec![Head { column: String::new(), label: self.t.get("records-content"), class: "name" }]
    }

    /// The rows of these records.
    ///
    /// # Errors
    /// If the records that they name cannot be read.
    pub fn rows(&mut self, records: &[Record]) -> Result<Vec<Row>> {
        let bodies = records.iter().map(StoreWorld::body).collect::<Result<Vec<_>>>()?;
        let (catalogue, table, columns) = (self.catalogue, self.table, &self.columns);
        let leads = |body| columns.iter().filter_map(move |column| target(catalogue, table, body, column));
        self.names.learn(bodies.iter().flat_map(leads).collect::<Vec<_>>())?;
        Ok(records.iter().zip(&bodies).map(|(record, body)| self.row(record, body)).collect())
    }

    fn row(&self, record: &Record, body: &Map<String, Value>) -> Row {
        let mut cells: Vec<_> =
            self.columns.iter().enumerate().map(|(at, column)| self.cell(at, column, body)).collect();
        if cells.is_empty() {
            let text = self.t.value(None, &Value::Object(body.clone()));
            cells.push(Cell { text, href: None, class: "name", label: String::new() });
        }
        // The first cell leads to the record, so something has to stand there.
        if let Some(first) = cells.first_mut() {
            first.href = None;
            if first.text.trim().is_empty() {
                first.text = record.key.id.to_string();
            }
        }
        Row { id: record.key.id.to_string(), href: (self.address)(&record.key), cells }
    }

    fn cell(&self, at: usize, column: &str, body: &Map<String, Value>) -> Cell {
        let (class, label) = (self.class(column, at), self.label(column));
        match target(self.catalogue, self.table, body, column) {
            Some(to) => {
                let text = self.names.of(&to).unwrap_or(&to.id).to_owned();
                Cell { text, href: (self.address)(&to), class, label }
            }
            None => {
                let text = self.t.value(self.kind(column), body.get(column).unwrap_or(&Value::Null));
                Cell { text, href: None, class, label }
            }
        }
    }

    fn kind(&self, column: &str) -> Option<Kind> {
        self.catalogue.table(self.table)?.column(column).map(|column| column.kind)
    }

    fn label(&self, column: &str) -> String {
        let leads = self.catalogue.table(self.table).is_some_and(|table| table.leads_to(column).is_some());
        label(column, leads)
    }

    fn class(&self, column: &str, at: usize) -> &'static str {
        let number = matches!(self.kind(column), Some(Kind::Number | Kind::NumberOrNull));
        match (at, number) {
            (0, _) => "name",
            (_, true) if at >= FIRST => "n more",
            (_, true) => "n",
            (_, false) if at >= FIRST => "more",
            (_, false) => "",
        }
    }
}
