//! The list of synchronisation sites: the page, its list alone for the script that keeps it fresh, the same as a file, and deleting.

mod delete;
mod rows;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Paging, Texts, Visit, encoded, if_changed, text};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Query, blocking};

pub(super) use delete::{ask as ask_delete, run as delete};
use rows::{Column, Order, Row};
pub(super) use rows::{dot, harmless};

use super::frame::{Here, frame};
use crate::admin::overview::{self, SiteLine};
use crate::server::Central;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    /// `list` for the list alone.
    #[serde(default)]
    part: String,
    /// From 0.
    #[serde(default)]
    page: usize,
}

/// Rows on a page: what a slow link carries, and a reader takes in.
const ROWS: usize = 300;

#[derive(Template)]
#[template(path = "sites.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    may_edit: bool,
    /// Nobody synchronises yet.
    first_steps: bool,
    list: List<'a>,
}

#[derive(Template)]
#[template(path = "sites_list.html")]
struct List<'a> {
    t: &'static Texts,
    q: &'a str,
    order: Order,
    columns: Vec<Heading>,
    rows: Vec<Row>,
    paging: Paging,
}

/// The head of a column, which sorts by it.
struct Heading {
    label: String,
    class: &'static str,
    sort: &'static str,
    /// `ascending` or `descending` where the list is sorted by it.
    direction: Option<&'static str>,
    /// What a click asks for.
    next: String,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let list_only = params.part == "list";
    let html = blocking(move || {
        let sites = overview::all(&central)?;
        render(&sites, &params, &visit)
    });
    let html = html.await?;
    if !list_only {
        return Ok(Html(html).into_response());
    }
    Ok(if_changed(html, &headers))
}

fn render(sites: &[SiteLine], params: &Params, visit: &Visit) -> Result<String, ApiError> {
    let t = visit.t;
    let order = Order::parse(&params.sort);
    let found: Vec<_> = rows::found(sites, params.q.trim(), order, t).collect();
    let q = params.q.trim();
    let address = format!("/?sort={order}&q={}&page=", encoded(q));
    let (shown, paging) = Paging::cut(found, sites.len(), (params.page, ROWS), address, t);
    let list = List {
        t,
        q,
        order,
        columns: headings(t, order),
        rows: shown.into_iter().map(|site| Row::of(site, t)).collect(),
        paging,
    };
    if params.part == "list" {
        return text(&list);
    }
    let may_edit = visit.may(Permission::EditSyncSettings);
    let first_steps = may_edit && sites.iter().all(|site| site.id == SiteId::CENTRAL.0);
    text(&Page { frame: frame(visit, Here::Sites), t, may_edit, first_steps, list })
}

fn headings(t: &Texts, order: Order) -> Vec<Heading> {
    let heading = |column: Column| {
        let sorted = order.column == column;
        Heading {
            label: t.get(column.label()),
            class: column.class(),
            sort: column.name(),
            direction: sorted.then_some(if order.descending { "descending" } else { "ascending" }),
            next: Order { column, descending: sorted && !order.descending }.to_string(),
        }
    };
    Column::ALL.map(heading).into()
}

/// The list as it is shown, as a file for a spreadsheet.
pub(super) async fn csv(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let text = blocking(move || {
        let sites = overview::all(&central)?;
        let found = rows::found(&sites, params.q.trim(), Order::parse(&params.sort), visit.t);
        rows::csv(found, visit.t).map_err(ApiError::unexpected)
    });
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"sites.csv\"")];
    Ok((headers, text.await?).into_response())
}
