//! The tab Log: exchanges of a site that moved something or failed, the idle ones counted by the hour, and a picture of the last days.

mod picture;
mod rows;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Texts, Visit, text};
use sitesync_web::{ApiError, Path, Query, blocking};

use picture::Picture;
use rows::{Entry, Row};

use super::head::{Head, Tab};
use crate::admin::overview::{self, SiteLine};
use crate::console::frame::{Here, frame};
use crate::retention;
use crate::server::Central;
use crate::sites::SiteError;

const DAY: Millis = 86_400_000;
/// So many exchanges are looked through, the newest ones.
const READ_MAX: usize = 10_000;
/// More are found by choosing a day, or in the file.
const SHOWN_MAX: usize = 300;

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    show: String,
    /// Such as `2026-11-24`, in UTC.
    #[serde(default)]
    day: String,
}

impl Asked {
    /// When the day begins, if one is asked for.
    fn begin(&self) -> Option<Millis> {
        let day: jiff::civil::Date = self.day.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok().map(jiff::Timestamp::as_millisecond)
    }
}

#[derive(Template)]
#[template(path = "site_log.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    head: Head,
    picture: Picture,
    show: &'a str,
    day: &'a str,
    rows: Vec<Row>,
    /// How many are left out.
    more: usize,
    /// Days for which the log is kept.
    kept: u32,
}

impl Page<'_> {
    fn shows(&self, what: &str) -> bool {
        self.show == what
    }
}

pub(in crate::console) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(site): Path<u32>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, ApiError> {
    blocking(move || render(&central, &visit, SiteId(site), &asked)).await.map(Html)
}

fn render(central: &Central, visit: &Visit, id: SiteId, asked: &Asked) -> Result<String, ApiError> {
    let t = visit.t;
    let (site, entries) = read(central, id)?;
    let found: Vec<_> = rows::found(&entries, asked).collect();
    let page = Page {
        frame: frame(visit, Here::Sites),
        t,
        head: Head::of(&site, Tab::Log, t),
        picture: picture::draw(&entries, id, central.clock().now(), t),
        show: &asked.show,
        day: &asked.day,
        kept: retention::get(&*central.store().snapshot()?)?.log_days,
        more: found.len().saturating_sub(SHOWN_MAX),
        rows: found.into_iter().take(SHOWN_MAX).map(|entry| Row::of(entry, t)).collect(),
    };
    text(&page)
}

/// The site, and what is known of its exchanges, newest first.
fn read(central: &Central, id: SiteId) -> Result<(SiteLine, Vec<Entry>), ApiError> {
    let site = overview::one(central, id)?.ok_or(SiteError::NotFound(id))?;
    central.flush()?;
    let moved = central.hub().log(id, READ_MAX)?;
    let since = central.clock().now() - picture::DAYS * DAY;
    let hours = central.hub().hours(&*central.store().snapshot()?, id, since)?;
    Ok((site, rows::joined(moved, &hours)))
}

/// The same as a file for a spreadsheet.
pub(in crate::console) async fn csv(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(site): Path<u32>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let text = blocking(move || {
        let (_, entries) = read(&central, SiteId(site))?;
        rows::csv(rows::found(&entries, &asked), visit.t).map_err(ApiError::unexpected)
    });
    let name = format!("attachment; filename=\"site-{site}-log.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, text.await?).into_response())
}
