//! All tables: what each is for, who edits its records, who receives them, and how many there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use sitesync_core::catalogue::{Catalogue, Class, Table};
use sitesync_pages::{Frame, Texts, Visit, html};
use sitesync_web::{ApiError, blocking};

use super::address;
use crate::console::frame::{Here, frame};
use crate::hub::HubError;
use crate::server::Central;

#[derive(Template)]
#[template(path = "record_tables.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    rows: Vec<Row>,
    filled: String,
    total: String,
}

struct Row {
    href: String,
    name: String,
    title: String,
    edits: String,
    receives: String,
    count: u64,
    records: String,
}

pub(super) async fn page(State(central): State<Arc<Central>>, visit: Visit) -> Result<Html<String>, ApiError> {
    let catalogue = central.hub().catalogue();
    let counts = blocking(move || Ok::<_, HubError>(central.store().snapshot()?.tables()?)).await?;
    let t = visit.t;
    let mut rows = rows(catalogue, counts.into_iter().collect(), t);
    rows.sort_by_cached_key(|row| (row.count == 0, row.title.to_lowercase()));
    let filled = rows.iter().filter(|row| row.count > 0).count() as u64;
    let total = t.number(rows.len() as u64);
    html(&Page { frame: frame(&visit, Here::Records), t, filled: t.number(filled), total, rows })
}

/// Those of the catalogue, and those that sites have sent beside it. Private ones are not shown.
fn rows(catalogue: &Catalogue, mut counts: BTreeMap<Box<str>, u64>, t: &Texts) -> Vec<Row> {
    let known = catalogue.tables().iter().map(|table| (table, counts.remove(&table.name).unwrap_or(0)));
    let known: Vec<_> = known.filter(|(table, _)| !table.private).collect();
    let others = counts.into_iter().map(|(name, count)| row(&name, None, count, t)).collect::<Vec<_>>();
    known.into_iter().map(|(table, count)| row(&table.name, Some(table), count, t)).chain(others).collect()
}

fn row(name: &str, table: Option<&Table>, count: u64, t: &Texts) -> Row {
    Row {
        href: address(name, None),
        name: name.to_owned(),
        title: table.map_or(name, |table| &table.title).to_owned(),
        edits: t.get(edits(table)),
        receives: t.get(receives(table)),
        count,
        records: t.number(count),
    }
}

/// Who edits the records of a table.
pub(super) fn edits(table: Option<&Table>) -> &'static str {
    let Some(table) = table else { return "edits-sender" };
    match table.class {
        Class::Central if table.patient_when.is_some() => "edits-names",
        Class::Central => "edits-central",
        Class::Store if table.central_may_edit => "edits-store-central",
        Class::Store | Class::Transfer => "edits-store",
        Class::Child => "edits-child",
        Class::Patient => "edits-patient",
        Class::Shared => "edits-any",
        Class::Message => "edits-receiver",
    }
}

/// Who receives the records of a table.
pub(super) fn receives(table: Option<&Table>) -> &'static str {
    let Some(table) = table else { return "receives-sender" };
    match table.class {
        Class::Central | Class::Shared if table.patient_when.is_some() => "receives-names",
        Class::Central | Class::Shared if table.subject.is_some() => "receives-shown",
        Class::Central | Class::Shared if table.store.is_some() => "receives-named",
        Class::Central | Class::Shared => "receives-all",
        Class::Store => "receives-store",
        Class::Child => "receives-child",
        Class::Transfer => "receives-transfer",
        Class::Patient => "receives-patient",
        Class::Message => "receives-message",
    }
}
