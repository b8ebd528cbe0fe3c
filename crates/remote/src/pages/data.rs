//! What is on this site, to be looked at: its tables and their records. Each says where it is edited; nothing is changed here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::catalogue::{Class, Table};
use sitesync_pages::{Frame, Head, Row, Rows, Searched, Texts, Visit, html};
use sitesync_store::search::{Effort, Sought, search};
use sitesync_web::{ApiError, Path, Query};

use super::frame::{Here, frame, site_name};
use crate::api::Api;
use crate::site::{Site, SiteError};

/// Records on a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "data.html")]
struct Tables {
    frame: Frame,
    t: &'static Texts,
    rows: Vec<TableRow>,
}

struct TableRow {
    name: String,
    title: String,
    edited: String,
    records: String,
}

#[derive(Template)]
#[template(path = "data_table.html")]
struct Records {
    frame: Frame,
    t: &'static Texts,
    table: String,
    title: String,
    edited: String,
    q: String,
    list: List,
}

#[derive(Template)]
#[template(path = "data_list.html")]
struct List {
    t: &'static Texts,
    title: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    shown: String,
    total: String,
    /// What was looked through, where that was not all.
    looked: Option<String>,
    next: Option<String>,
    nothing: String,
}

/// Where the records of a table are edited.
fn edited(table: &Table, t: &Texts) -> String {
    match table.class {
        Class::Central => t.get("edited-centrally"),
        Class::Shared | Class::Patient => t.get("edited-everywhere"),
        Class::Store | Class::Child | Class::Transfer | Class::Message => t.get("edited-in-store"),
    }
}

pub(super) async fn tables(State(api): State<Api>, visit: Visit) -> Result<Response, ApiError> {
    let name = site_name(&api).await?;
    let counts = api.with_site(|site| Ok(site.store().snapshot()?.tables()?)).await?;
    let catalogue = api.0.site.catalogue();
    let t = visit.t;
    let known = counts.iter().filter(|(_, count)| *count > 0).filter_map(|(name, count)| {
        let table = catalogue.table(name).filter(|table| !table.private)?;
        Some(TableRow {
            name: name.to_string(),
            title: table.title.to_string(),
            edited: edited(table, t),
            records: t.number(*count),
        })
    });
    let mut rows: Vec<_> = known.collect();
    rows.sort_by(|one, other| one.title.cmp(&other.title));
    html(&Tables { frame: frame(&visit, Here::Data, name.as_deref()), t, rows }).map(Html::into_response)
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    after: Option<String>,
    /// How many were looked through on the way here.
    #[serde(default)]
    seen: u64,
    /// `list` for the list alone.
    #[serde(default)]
    part: String,
}

pub(super) async fn records(
    State(api): State<Api>,
    visit: Visit,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let Some(table) = api.0.site.catalogue().table(&name).filter(|table| !table.private) else {
        let message = format!("There is no table {name}.");
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message, "Look at the list of tables."));
    };
    let (t, q, part) = (visit.t, asked.q.trim().to_owned(), asked.part.clone());
    let list = api.with_site(move |site| list(site, table, &asked, t)).await?;
    if part == "list" {
        return html(&list).map(Html::into_response);
    }
    let site = site_name(&api).await?;
    let page = Records {
        frame: frame(&visit, Here::Data, site.as_deref()),
        t,
        table: table.name.to_string(),
        title: table.title.to_string(),
        edited: edited(table, t),
        q,
        list,
    };
    html(&page).map(Html::into_response)
}

/// A bounded piece of the table, with what is sought.
fn list(site: &Site, table: &'static Table, asked: &Asked, t: &'static Texts) -> Result<List, SiteError> {
    let (snapshot, catalogue) = (site.store().snapshot()?, site.catalogue());
    let sought = Sought::text(&asked.q);
    let page = (asked.after.as_deref(), PAGE);
    let found = search(&*snapshot, catalogue, &table.name, &sought, page, Effort::default())?;
    let total = snapshot.tables()?.into_iter().find(|(name, _)| *name == table.name).map_or(0, |(_, count)| count);
    let searched = Searched::of(&found, &sought, &asked.q, (asked.seen, total), t);
    let mut rows = Rows::new(&*snapshot, catalogue, &table.name, None, |_| None, t);
    Ok(List {
        t,
        title: table.title.to_string(),
        heads: rows.heads(),
        rows: rows.rows(&found.records)?,
        shown: t.number(found.records.len() as u64),
        total: t.number(total),
        looked: searched.looked,
        nothing: searched.nothing,
        next: found.next.map(|after| further(&table.name, asked.q.trim(), &after, searched.seen)),
    })
}

/// The address of the next piece.
fn further(table: &str, q: &str, after: &str, seen: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", q).append_pair("after", after).append_pair("seen", &seen.to_string());
    format!("/data/{table}?{}", query.finish())
}
