//! The records of a table: searched, a page at a time, each page a bounded piece of work.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::catalogue::label;
use sitesync_core::ids::RecordKey;
use sitesync_pages::{Frame, Head, Row, Rows, Searched, Texts, Visit, Words, text};
use sitesync_store::Snapshot;
use sitesync_store::names::Names;
use sitesync_store::search::{Effort, Found, Sought, search};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Path, Query, blocking};

use super::{address, csv, tables, way, window};
use crate::console::frame::{Here, frame};
use crate::hub::HubError;
use crate::records::{is_of_user, may_make, not_private};
use crate::server::Central;

/// Records on a page.
const PAGE: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    pub(super) q: String,
    after: Option<String>,
    /// How many were looked through on the way here.
    #[serde(default)]
    seen: u64,
    /// A column, and the record that it has to name.
    pub(super) column: Option<String>,
    pub(super) is: Option<String>,
    /// `list` for the list alone, `csv` for a file, `new` for the window of a record that is to be made.
    #[serde(default)]
    part: String,
}

impl Params {
    pub(super) fn sought(&self) -> Sought {
        let sought = Sought::text(&self.q);
        match (&self.column, &self.is) {
            (Some(column), Some(is)) => sought.referring(column, is),
            _ => sought,
        }
    }

    /// The address of a page like this one, with `more`.
    fn address(&self, table: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", self.q.trim());
        if let (Some(column), Some(is)) = (&self.column, &self.is) {
            query.append_pair("column", column).append_pair("is", is);
        }
        query.extend_pairs(more);
        format!("{}?{}", address(table, None), query.finish())
    }
}

#[derive(Template)]
#[template(path = "records.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    title: String,
    /// Who edits and who receives its records.
    rule: String,
    q: String,
    /// The column and the record that all of them name.
    of: Option<Of>,
    address: String,
    refresh: String,
    new: Option<String>,
    list: List,
}

struct Of {
    column: String,
    is: String,
    label: String,
    name: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "records_list.html")]
struct List {
    t: &'static Texts,
    title: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    shown: String,
    total: String,
    /// What was looked through, where that was not all.
    looked: Option<String>,
    /// Where it goes on, and what that is called.
    next: Option<(String, String)>,
    first: Option<String>,
    /// The same as a file.
    csv: String,
    nothing: String,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(table): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    not_private(central.hub().catalogue(), &table)?;
    match params.part.as_str() {
        "csv" => Ok(csv::answer(central, table, &params)),
        "new" => window::new(&central, &visit, table, params).await,
        _ => blocking(move || render(&central, &visit, &table, &params)).await.map(|html| Html(html).into_response()),
    }
}

fn render(central: &Central, visit: &Visit, table: &str, params: &Params) -> Result<String, ApiError> {
    let (t, catalogue) = (visit.t, central.hub().catalogue());
    let snapshot = central.store().snapshot()?;
    let known = catalogue.table(table);
    let total = snapshot.tables()?.into_iter().find(|(name, _)| **name == *table);
    if known.is_none() && total.is_none() {
        return Err(HubError::asked(
            "table_unknown",
            format!("There is no table {table}."),
            "Look at the list of tables.",
        )
        .into());
    }
    let total = total.map_or(0, |(_, count)| count);
    let page = (params.after.as_deref(), PAGE);
    let found = search(&*snapshot, catalogue, table, &params.sought(), page, Effort::default())?;
    let title = known.map_or(table, |known| &known.title).to_owned();
    let list = list(&*snapshot, central, (table, title.clone()), params, &found, total, t)?;
    if params.part == "list" {
        return text(&list);
    }
    let may = visit.may(Permission::EditCentralData) && !is_of_user(table);
    let new = match known {
        Some(known) if may && may_make(&*snapshot, catalogue, known)? => {
            Some(params.address(table, &[("part", "new")]))
        }
        _ => None,
    };
    let (edits, receives) = (t.get(tables::edits(known)), t.get(tables::receives(known)));
    let rule = Words::new("records-rule").with("edits", edits).with("receives", receives);
    text(&Page {
        frame: frame(visit, Here::Records),
        t,
        title,
        rule: t.say(&rule),
        q: params.q.trim().to_owned(),
        of: of(&*snapshot, central, table, params)?,
        address: address(table, None),
        refresh: params.address(table, &[("part", "list")]),
        new,
        list,
    })
}

fn list(
    snapshot: &dyn Snapshot,
    central: &Central,
    (table, title): (&str, String),
    params: &Params,
    found: &Found,
    total: u64,
    t: &'static Texts,
) -> Result<List, HubError> {
    let mut rows = Rows::new(snapshot, central.hub().catalogue(), table, params.column.as_deref(), way, t);
    let searched = Searched::of(found, &params.sought(), &params.q, (params.seen, total), t);
    let seen = searched.seen.to_string();
    let next = found.next.as_deref().map(|after| params.address(table, &[("after", after), ("seen", &seen)]));
    let label = if found.records.len() < PAGE { "records-go-on" } else { "next-page" };
    Ok(List {
        t,
        title,
        heads: rows.heads(),
        rows: rows.rows(&found.records)?,
        shown: t.number(found.records.len() as u64),
        total: t.number(total),
        looked: searched.looked,
        csv: params.address(table, &[("part", "csv")]),
        first: params.after.as_ref().map(|_| params.address(table, &[])),
        nothing: searched.nothing,
        next: next.map(|next| (next, t.get(label))),
    })
}

/// What all of the records name.
fn of(snapshot: &dyn Snapshot, central: &Central, table: &str, params: &Params) -> Result<Option<Of>, HubError> {
    let (Some(column), Some(is)) = (&params.column, &params.is) else { return Ok(None) };
    let catalogue = central.hub().catalogue();
    let leads = catalogue.table(table).and_then(|table| table.leads_to(column)).filter(|to| !catalogue.is_private(to));
    let key = leads.map(|to| RecordKey::new(to, is.as_str()));
    let mut names = Names::new(snapshot, catalogue);
    names.learn(key.clone())?;
    Ok(Some(Of {
        column: column.clone(),
        is: is.clone(),
        label: label(column, leads.is_some()),
        name: key.as_ref().and_then(|key| names.of(key)).unwrap_or(is).to_owned(),
        href: key.map(|key| address(&key.table, Some(&key.id))),
    }))
}
