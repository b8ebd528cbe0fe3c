//! What is on this site, to be looked at: its tables and their records. Each says where it is edited; nothing is changed here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use sitesync_core::catalogue::{Class, Table};
use sitesync_core::record::Record;
use sitesync_pages::{Frame, Texts, Visit, html};
use sitesync_store::world::StoreWorld;
use sitesync_web::{ApiError, Path, Query};

use super::frame::{Here, frame, site_name};
use crate::api::Api;
use crate::site::SiteError;

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
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    next: Option<String>,
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

#[derive(Debug, Deserialize)]
pub(super) struct From {
    after: Option<String>,
}

pub(super) async fn records(
    State(api): State<Api>,
    visit: Visit,
    Path(name): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, ApiError> {
    let Some(table) = api.0.site.catalogue().table(&name).filter(|table| !table.private) else {
        let message = format!("There is no table {name}.");
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message, "Look at the list of tables."));
    };
    let site = site_name(&api).await?;
    let mut found =
        api.with_site(move |site| Ok(site.store().snapshot()?.table(&name, from.after.as_deref(), PAGE + 1)?)).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let t = visit.t;
    let rows = found.iter().map(|record| cells(table, record, t)).collect::<Result<Vec<_>, SiteError>>()?;
    let page = Records {
        frame: frame(&visit, Here::Data, site.as_deref()),
        t,
        table: table.name.to_string(),
        title: table.title.to_string(),
        edited: edited(table, t),
        columns: table.used.iter().map(ToString::to_string).collect(),
        rows,
        next: found.last().filter(|_| more).map(|record| record.key.id.to_string()),
    };
    html(&page).map(Html::into_response)
}

/// The columns that people use.
fn cells(table: &Table, record: &Record, t: &Texts) -> Result<Vec<String>, SiteError> {
    let body = StoreWorld::body(record)?;
    let shown = |column: &str| match body.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(ticked)) => {
            if *ticked {
                t.get("yes")
            } else {
                t.get("no")
            }
        }
        Some(other) => other.to_string(),
    };
    Ok(table.used.iter().map(|column| shown(column)).collect())
}
