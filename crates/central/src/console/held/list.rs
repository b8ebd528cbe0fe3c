//! The list of held documents, oldest first: of one site, or of all.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Texts, Time, Visit, html};
use sitesync_web::{ApiError, Query, blocking};

use super::super::frame::{Here, frame};
use crate::hub::{HeldDocument, HubError};
use crate::server::Central;
use crate::sites;

/// Documents on a page.
const PAGE: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    site: Option<u32>,
    after: Option<u64>,
}

#[derive(Template)]
#[template(path = "held.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    /// The site whose documents alone are shown.
    site: Option<(u32, String)>,
    rows: Vec<Row>,
    next: Option<u64>,
}

struct Row {
    id: u64,
    since: Time,
    site: u32,
    site_name: String,
    table: String,
    record: String,
    records: String,
    reason: String,
}

/// The message for a reason of this code. The server's own words stand in the window.
pub(super) fn reason(code: &str, t: &Texts) -> String {
    match code {
        "malformed" => t.get("held-malformed"),
        "refused" => t.get("held-refused"),
        "waits" => t.get("held-waits"),
        "parent_deleted" => t.get("held-parent-deleted"),
        "deleted" => t.get("held-deleted"),
        "merged" => t.get("held-merged"),
        "overtaken" => t.get("held-overtaken"),
        "aside" => t.get("held-aside"),
        other => other.to_owned(),
    }
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let (wanted, after) = (params.site, params.after);
    let (mut found, names) = blocking(move || {
        let found = found(&central, wanted.map(SiteId), after)?;
        let names = names(&central, &found, wanted)?;
        Ok::<_, HubError>((found, names))
    })
    .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let t = visit.t;
    let name = |site: u32| names.get(&site).cloned().unwrap_or_else(|| site.to_string());
    let page = Page {
        frame: frame(&visit, Here::Held),
        t,
        site: wanted.map(|site| (site, name(site))),
        next: found.last().filter(|_| more).map(|document| document.id),
        rows: found.iter().map(|document| row(document, name(document.site.0), t)).collect(),
    };
    html(&page)
}

fn row(document: &HeldDocument, site_name: String, t: &Texts) -> Row {
    Row {
        id: document.id,
        since: t.time(document.since),
        site: document.site.0,
        site_name,
        table: document.root.table.to_string(),
        record: document.root.id.to_string(),
        records: t.number(document.changes.len() as u64),
        reason: reason(&document.reason.code, t),
    }
}

/// One more than a page, which tells whether there is a next one.
fn found(central: &Central, site: Option<SiteId>, after: Option<u64>) -> Result<Vec<HeldDocument>, HubError> {
    let mut found = Vec::new();
    let mut after = after;
    while found.len() <= PAGE {
        let slice = central.hub().held(after, PAGE)?;
        let Some(last) = slice.last().map(|document| document.id) else { break };
        found.extend(slice.into_iter().filter(|document| site.is_none_or(|site| document.site == site)));
        after = Some(last);
    }
    found.truncate(PAGE + 1);
    Ok(found)
}

fn names(central: &Central, found: &[HeldDocument], wanted: Option<u32>) -> Result<HashMap<u32, String>, HubError> {
    let snapshot = central.store().snapshot()?;
    let mut names = HashMap::new();
    for id in found.iter().map(|document| document.site.0).chain(wanted) {
        if !names.contains_key(&id)
            && let Some(site) = sites::get(&*snapshot, SiteId(id))?
        {
            names.insert(id, site.name);
        }
    }
    Ok(names)
}
