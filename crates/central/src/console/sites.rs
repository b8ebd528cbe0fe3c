//! The list of synchronisation sites: the page, and its list alone for the script that keeps it fresh.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Query, blocking};

use super::files::VERSION;
use crate::admin::overview::{self, SiteLine, StateKind};
use crate::server::Central;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
    /// `list` for the list alone.
    #[serde(default)]
    part: String,
}

#[derive(Template)]
#[template(path = "sites.html")]
struct Page<'a> {
    version: &'a str,
    who: &'a str,
    q: &'a str,
    rows: Vec<Row>,
    shown: usize,
    total: usize,
}

#[derive(Template)]
#[template(path = "sites_list.html")]
struct List<'a> {
    q: &'a str,
    rows: Vec<Row>,
    shown: usize,
    total: usize,
}

struct Row {
    own: bool,
    code: String,
    name: String,
    device: Option<String>,
    dot: &'static str,
    state: String,
    percent: Option<u64>,
    synced: Option<Time>,
    /// When the numbers are from.
    heard: Option<String>,
    behind: Option<String>,
    held: String,
    stores: usize,
    store_names: String,
}

struct Time {
    exact: String,
    words: String,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let list_only = params.part == "list";
    let html = blocking(move || {
        let sites = overview::all(&central)?;
        render(&sites, &params, &who).map_err(ApiError::unexpected)
    });
    let html = html.await?;
    let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
    if !list_only {
        return Ok(([kind], html).into_response());
    }
    // On a slow link a list that has not changed is not sent again.
    let mark = format!("\"{}\"", &blake3::hash(html.as_bytes()).to_hex()[..16]);
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == mark.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, mark)]).into_response());
    }
    Ok(([kind], [(ETAG, mark)], html).into_response())
}

fn render(sites: &[SiteLine], params: &Params, who: &Who) -> askama::Result<String> {
    let sought = params.q.trim().to_lowercase();
    let mut found: Vec<_> = sites.iter().filter(|site| matches(site, &sought)).collect();
    // The central server first, then by name.
    found.sort_by_key(|site| (site.id != SiteId::CENTRAL.0, site.name.to_lowercase(), site.id));
    let rows: Vec<_> = found.into_iter().map(Row::of).collect();
    let (shown, total, q) = (rows.len(), sites.len(), params.q.trim());
    if params.part == "list" {
        return List { q, rows, shown, total }.render();
    }
    Page { version: &VERSION, who: &who.name, q, rows, shown, total }.render()
}

fn matches(site: &SiteLine, sought: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(sought);
    holds(&site.code)
        || holds(&site.name)
        || device(site).as_deref().is_some_and(holds)
        || site.stores.iter().any(|store| holds(&store.code) || holds(&store.name))
}

impl Row {
    fn of(site: &SiteLine) -> Self {
        let own = site.id == SiteId::CENTRAL.0;
        let names: Vec<_> = site.stores.iter().map(|store| store.name.as_str()).collect();
        Self {
            own,
            code: site.code.clone(),
            name: site.name.clone(),
            device: if own { Some("server".to_owned()) } else { device(site) },
            dot: dot(site.state.kind),
            state: site.state.text.clone(),
            percent: site.state.percent,
            synced: site.last_sync.and_then(time),
            heard: site.behind.and(site.last_connection).and_then(time).map(|time| time.words),
            behind: site.behind.map(grouped),
            held: grouped(site.held),
            stores: names.len(),
            store_names: names.join(", "),
        }
    }
}

fn dot(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Good => "good",
        StateKind::Initialising => "initialising",
        StateKind::Late => "late",
        StateKind::Bad => "bad",
        StateKind::Never => "never",
    }
}

/// What it runs, and on what, as far as the site has said.
fn device(site: &SiteLine) -> Option<String> {
    let program = site.app_name.as_deref()?;
    let version = site.app_version.as_deref().unwrap_or("");
    let words = [program, version].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Some(match &site.device_type {
        Some(kind) => format!("{words} · {kind}"),
        None => words,
    })
}

fn time(at: Millis) -> Option<Time> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(Time { exact: at.to_string(), words: at.strftime("%-d %b %Y %H:%M").to_string() })
}

/// A number in groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 48_210, 1_234_567].map(grouped), ["0", "999", "1,000", "48,210", "1,234,567"]);
    }
}
