//! Who changed what, newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;
use sitesync_pages::{Frame, Texts, Time, Visit, html};
use sitesync_web::{ApiError, Query, blocking};

use super::frame::{Here, frame};
use crate::audit::{self, AuditLine};
use crate::server::Central;

/// Lines on a page.
const PAGE: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    rows: Vec<(Time, AuditLine)>,
    next: Option<u64>,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let lines = blocking(move || audit::list(&*central.store().snapshot()?, params.before, PAGE)).await?;
    let next = lines.last().map(|line| line.number).filter(|number| *number > 1 && lines.len() == PAGE);
    let t = visit.t;
    let rows = lines.into_iter().map(|line| (t.time(line.at), line)).collect();
    html(&Page { frame: frame(&visit, Here::Audit), t, rows, next })
}
