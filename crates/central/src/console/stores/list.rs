//! The list of stores, with the hand-overs that are under way.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;
use sitesync_pages::{Frame, Paging, Texts, Visit, encoded, html};
use sitesync_web::{ApiError, Query, blocking};

use super::super::frame::{Here, frame};
use crate::admin::stores::{self, StoreLine};
use crate::server::Central;

/// Rows on a page.
const ROWS: usize = 300;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
    /// From 0.
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "stores.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    q: &'a str,
    rows: Vec<Row>,
    paging: Paging,
}

struct Row {
    id: String,
    code: String,
    name: String,
    site: u32,
    site_name: String,
    /// Of a hand-over: what it waits for.
    step: Option<String>,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let lines = blocking(move || stores::lines(&central, None, usize::MAX)).await?;
    let (t, sought) = (visit.t, params.q.trim().to_lowercase());
    let total = lines.len();
    let mut found: Vec<_> = lines.into_iter().filter(|line| matches(line, &sought)).collect();
    // What is moving comes first, then by name.
    found.sort_by_key(|line| (line.leaving.is_none(), line.name.to_lowercase(), line.code.clone()));
    let q = params.q.trim();
    let address = format!("/stores?q={}&page=", encoded(q));
    let (rows, paging) = Paging::cut(found, total, (params.page, ROWS), address, t);
    let rows = rows.into_iter().map(|line| Row::of(line, t)).collect();
    let page = Page { frame: frame(&visit, Here::Stores), t, q, rows, paging };
    html(&page)
}

fn matches(line: &StoreLine, sought: &str) -> bool {
    [&line.code, &line.name, &line.site_name].into_iter().any(|text| text.to_lowercase().contains(sought))
}

impl Row {
    fn of(line: StoreLine, t: &Texts) -> Self {
        Self {
            step: line.leaving.as_ref().map(|leaving| t.say(&leaving.words())),
            id: line.id,
            code: line.code,
            name: line.name,
            site: line.site,
            site_name: line.site_name,
        }
    }
}
