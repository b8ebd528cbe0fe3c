//! The fields of the window of a record: from the catalogue and the draft to what is drawn.

use serde_json::Value;
use sitesync_core::catalogue::{Catalogue, Column, Kind, Table, label};
use sitesync_core::ids::RecordKey;
use sitesync_pages::Texts;
use sitesync_store::names::Names;

use super::draft::{Draft, Faults, REST, field, is_fixed};
use super::{address, inputs};
use crate::hub::HubError;

/// Longer texts get more room.
const LINE: usize = 80;

/// How a value is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Line,
    Long,
    Number,
    Tick,
    Date,
    Time,
    Moment,
    Json,
    Reference,
    /// Only shown.
    Fixed,
}

pub(super) struct Field {
    pub(super) column: String,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) input: Input,
    pub(super) value: String,
    /// As it is stored.
    pub(super) before: String,
    pub(super) fault: Option<String>,
    /// What a reference leads to: its name and address. No address where it leads to nothing.
    pub(super) leads: Option<(String, Option<String>)>,
}

/// What is needed to draw fields.
pub(super) struct Drawing<'a> {
    pub(super) catalogue: &'static Catalogue,
    pub(super) draft: &'a Draft,
    /// As it is stored; empty for a new record.
    pub(super) before: &'a Draft,
    pub(super) faults: &'a Faults,
    /// None of them can be changed.
    pub(super) fixed: bool,
    pub(super) t: &'static Texts,
}

impl Drawing<'_> {
    /// The fields that people use, and all others.
    pub(super) fn fields(&self, names: &mut Names<'_>) -> Result<(Vec<Field>, Vec<Field>), HubError> {
        let Some(table) = self.catalogue.table(&self.draft.key.table) else { return Ok(Default::default()) };
        names.learn(self.references(table))?;
        let first = first(table);
        let used = first.iter().filter_map(|name| table.column(name));
        let used: Vec<_> = used.map(|column| self.field(table, column, names)).collect();
        let others = table.columns.iter().filter(|column| !first.contains(&&*column.name));
        let others = others.map(|column| self.field(table, column, names));
        // Where nothing can be filled in, what is empty says nothing.
        let others = others.filter(|field| !self.fixed || !field.value.is_empty());
        Ok((used, others.collect()))
    }

    /// The field of all columns that the catalogue does not list.
    pub(super) fn rest(&self) -> Option<Field> {
        let open = self.catalogue.table(&self.draft.key.table).is_none_or(|table| table.open);
        let value = self.draft.rest.clone().unwrap_or_default();
        let shown = !value.is_empty() || (open && !self.fixed) || self.faults.contains_key(REST);
        shown.then(|| Field {
            column: REST.to_owned(),
            name: REST.to_owned(),
            id: "rest".to_owned(),
            label: self.t.get("record-rest"),
            input: if self.fixed { Input::Fixed } else { Input::Json },
            before: self.before.rest.clone().unwrap_or_default(),
            fault: self.fault(REST),
            leads: None,
            value,
        })
    }

    fn references(&self, table: &Table) -> Vec<RecordKey> {
        let leads = table.columns.iter().filter_map(|column| self.reference(table, &column.name));
        leads.collect()
    }

    fn reference(&self, table: &Table, column: &str) -> Option<RecordKey> {
        let to = table.leads_to(column).filter(|to| !self.catalogue.is_private(to))?;
        let id = self.draft.values.get(column).filter(|id| !id.is_empty())?;
        Some(RecordKey::new(to, id.as_str()))
    }

    fn fault(&self, column: &str) -> Option<String> {
        self.faults.get(column).map(|id| self.t.get(id))
    }

    fn field(&self, table: &Table, column: &Column, names: &Names<'_>) -> Field {
        let name = &*column.name;
        let value = self.draft.values.get(name).cloned().unwrap_or_default();
        let fixed = self.fixed || is_fixed(&table.name, name);
        let leads_on = table.leads_to(name).is_some();
        let leads = self.reference(table, name).map(|to| match names.of(&to) {
            Some(known) => (known.to_owned(), Some(address(&to.table, Some(&to.id)))),
            None => (to.id.to_string(), None),
        });
        let input = if fixed { Input::Fixed } else { input(column.kind, leads_on, &value) };
        let before = self.before.values.get(name).cloned().unwrap_or_default();
        let as_input = |text: String| if input == Input::Moment { inputs::shortest(&text) } else { text };
        Field {
            column: name.to_owned(),
            name: field(name),
            id: format!("c-{}", name.replace(' ', "-")),
            label: label(name, leads_on),
            input,
            before: as_input(before),
            fault: self.fault(name),
            leads,
            value: if fixed { self.read_only(column.kind, &value) } else { as_input(value) },
        }
    }

    /// In the reader's way.
    fn read_only(&self, kind: Kind, text: &str) -> String {
        match kind {
            Kind::Text | Kind::Object | Kind::Json => text.to_owned(),
            _ => self.t.value(Some(kind), &inputs::value(kind, text).unwrap_or_else(|| Value::from(text))),
        }
    }
}

/// The columns that say where a record belongs, and those that people use.
fn first(table: &Table) -> Vec<&str> {
    let belongs = table.parent.iter().map(|parent| &*parent.column).chain(table.store.as_deref());
    let mut first: Vec<_> = belongs.filter(|column| !table.used.iter().any(|used| **used == **column)).collect();
    first.extend(table.used.iter().map(|column| &**column));
    first
}

fn input(kind: Kind, leads_on: bool, value: &str) -> Input {
    match kind {
        _ if leads_on => Input::Reference,
        Kind::Text if value.contains('\n') || value.chars().count() > LINE => Input::Long,
        Kind::Text => Input::Line,
        Kind::Number | Kind::NumberOrNull => Input::Number,
        Kind::Bool => Input::Tick,
        Kind::Date => Input::Date,
        Kind::Time => Input::Time,
        // Browsers drop a fraction that is finer than theirs.
        Kind::Datetime if value.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 3) => Input::Line,
        Kind::Datetime => Input::Moment,
        Kind::Object | Kind::Json => Input::Json,
    }
}
