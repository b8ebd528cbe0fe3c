//! One held document, and what a person decides about it. Each decision is asked for once more where it cannot be undone.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Time, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path, blocking};

use super::super::frame::{Here, frame};
use super::compare::{Compared, Kind, compared};
use super::list::reason;
use crate::admin::held::{Decision, decide};
use crate::hub::{HeldDocument, Hub, HubError};
use crate::server::Central;
use crate::sites;

#[derive(Template)]
#[template(path = "held_document.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    id: u64,
    site: u32,
    site_name: String,
    title: String,
    reason: String,
    told: String,
    waits_for: Option<String>,
    since: Time,
    records: Vec<Compared>,
    may: bool,
    /// A decision that is to be asked for once more.
    asked: Option<Decision>,
    fault: Option<(String, String)>,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(id): Path<u64>,
) -> Result<Response, ApiError> {
    draw(&central, &visit, id, None, None).await
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(id): Path<u64>,
    form: Form,
) -> Result<Response, ApiError> {
    let Some(decision) = Decision::of_name(form.get("action")) else {
        return draw(&central, &visit, id, None, None).await;
    };
    if decision.is_final() && !form.has("sure") {
        return draw(&central, &visit, id, Some(decision), None).await;
    }
    match decide(&central, who, id, decision).await {
        Ok(()) => Ok(Redirect::to("/held").into_response()),
        Err(error) => draw(&central, &visit, id, None, Some(error.text())).await,
    }
}

async fn draw(
    central: &Arc<Central>,
    visit: &Visit,
    id: u64,
    asked: Option<Decision>,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let reading = central.clone();
    let (document, site_name, records) = blocking(move || read(&reading, id)).await?;
    let t = visit.t;
    let page = Page {
        frame: frame(visit, Here::Held),
        t,
        id,
        site: document.site.0,
        site_name,
        title: document.root.to_string(),
        reason: reason(&document.reason.code, t),
        told: document.reason.text.clone(),
        waits_for: document.reason.waits_for.as_ref().map(ToString::to_string),
        since: t.time(document.since),
        records,
        may: visit.may(Permission::HandleHeld),
        asked,
        fault: fault.map(|text| shown(t, text)),
    };
    let status = if fault.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

fn read(central: &Central, id: u64) -> Result<(HeldDocument, String, Vec<Compared>), HubError> {
    let snapshot = central.store().snapshot()?;
    let document = Hub::held_document(&*snapshot, id)?;
    let name = sites::get(&*snapshot, document.site)?.map_or_else(|| document.site.to_string(), |site| site.name);
    let records = compared(&*snapshot, central.hub().catalogue(), &document.changes)?;
    Ok((document, name, records))
}
