//! The settings of the site: how it reaches the central server, how often, and checking the connection. Nothing is stored before OK.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Form};

use super::frame::{Here, frame, site_name};
use crate::api::Api;
use crate::api::configuration::{Change, View};
use crate::check::{Report, Verdict};
use crate::site::DeviceKind;

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    may: bool,
    /// As it is shown in the fields.
    shown: View,
    password: String,
    kinds: Vec<(&'static str, String, bool)>,
    changed: bool,
    fault: Option<(String, String)>,
    check: Option<Vec<CheckRow>>,
}

/// A step of Check connection.
pub(super) struct CheckRow {
    pub(super) dot: &'static str,
    pub(super) what: String,
    pub(super) text: String,
    pub(super) next: String,
}

pub(super) async fn page(State(api): State<Api>, visit: Visit) -> Result<Response, ApiError> {
    let shown = api.configuration().await?;
    draw(&api, &visit, shown, String::new(), None, None).await
}

pub(super) async fn post(State(api): State<Api>, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let change = read(&form);
    if form.get("action") == "check" {
        let report = api.check(change.clone()).await;
        return drawn_with(&api, &visit, &form, report).await;
    }
    match api.configure(change).await {
        Ok(_) => Ok(Redirect::to("/").into_response()),
        Err(error) => drawn_with(&api, &visit, &form, Err(error)).await,
    }
}

async fn drawn_with(
    api: &Api,
    visit: &Visit,
    form: &Form,
    report: Result<Report, ApiError>,
) -> Result<Response, ApiError> {
    let shown = typed(form, api.configuration().await?);
    let password = form.get("site_password").to_owned();
    match report {
        Ok(report) => draw(api, visit, shown, password, Some(&report), None).await,
        Err(error) => draw(api, visit, shown, password, None, Some(error.text())).await,
    }
}

/// What the form asks for. An empty password stays.
pub(super) fn read(form: &Form) -> Change {
    let kind = KINDS.into_iter().find(|(name, _)| *name == form.get("kind")).map(|(_, kind)| kind);
    Change {
        server_url: Some(form.get("server_url").to_owned()),
        site_name: Some(form.get("site_name").to_owned()),
        password: Some(form.get("site_password").to_owned()),
        kind,
        interval_minutes: Some(form.get("interval_minutes").trim().parse().unwrap_or(0)),
        enabled: Some(form.has("enabled")),
        request_size: Some(form.get("request_size").trim().parse().unwrap_or(0)),
        plain_requests: Some(form.has("plain_requests")),
    }
}

/// What was typed, to be shown again.
fn typed(form: &Form, stored: View) -> View {
    let change = read(form);
    View {
        server_url: change.server_url.unwrap_or_default(),
        site_name: change.site_name.unwrap_or_default(),
        kind: change.kind.unwrap_or(stored.kind),
        interval_minutes: change.interval_minutes.unwrap_or_default(),
        enabled: form.has("enabled"),
        request_size: change.request_size.unwrap_or_default(),
        plain_requests: form.has("plain_requests"),
        ..stored
    }
}

pub(super) const KINDS: [(&str, DeviceKind); 3] = [
    ("single_user", DeviceKind::SingleUser),
    ("client_server", DeviceKind::ClientServer),
    ("mobile", DeviceKind::Mobile),
];

/// The kinds of installations, to be chosen from.
pub(super) fn kinds(t: &Texts, chosen: DeviceKind) -> Vec<(&'static str, String, bool)> {
    let label = |kind| match kind {
        DeviceKind::SingleUser => t.get("kind-single-user"),
        DeviceKind::ClientServer => t.get("kind-client-server"),
        DeviceKind::Mobile => t.get("kind-mobile"),
    };
    KINDS.map(|(name, kind)| (name, label(kind), kind == chosen)).into()
}

async fn draw(
    api: &Api,
    visit: &Visit,
    view: View,
    password: String,
    report: Option<&Report>,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let stored = api.configuration().await?;
    let name = site_name(api).await?;
    let t = visit.t;
    let page = Page {
        frame: frame(visit, Here::Settings, name.as_deref()),
        t,
        may: visit.may(Permission::EditSyncSettings),
        kinds: kinds(t, view.kind),
        changed: view != stored || !password.is_empty(),
        shown: view,
        password,
        fault: fault.map(|text| shown(t, text)),
        check: report.map(|report| check_rows(report, t)),
    };
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

/// The steps of a check, in order.
pub(super) fn check_rows(report: &Report, t: &Texts) -> Vec<CheckRow> {
    let row = |step: &crate::check::Check| {
        let dot = match step.result {
            Verdict::Passed => "good",
            Verdict::Warning => "late",
            Verdict::Failed => "bad",
            Verdict::Skipped => "never",
        };
        let (text, next) = step.said(t);
        CheckRow { dot, what: t.get(step.what.label()), text, next }
    };
    report.steps.iter().map(row).collect()
}
