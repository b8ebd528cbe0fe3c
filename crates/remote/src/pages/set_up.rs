//! The first set-up in three steps: where the central server is and as whom; checking that, and beginning; and then the page that shows
//! how the data arrive.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Form};

use super::frame::{Here, frame};
use super::settings::{CheckRow, check_rows, kinds, read};
use crate::api::Api;
use crate::api::configuration::Change;
use crate::check::Report;
use crate::site::DeviceKind;

#[derive(Template)]
#[template(path = "set_up.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    may: bool,
    server_url: String,
    site_name: String,
    password: String,
    kinds: Vec<(&'static str, String, bool)>,
    fault: Option<(String, String)>,
    /// The second step.
    check: Option<Vec<CheckRow>>,
    /// Whether it would work.
    good: bool,
}

pub(super) async fn page(State(api): State<Api>, visit: Visit) -> Result<Response, ApiError> {
    if api.configuration().await?.set_up {
        return Ok(Redirect::to("/").into_response());
    }
    draw(&visit, &Form::default(), None, None)
}

pub(super) async fn post(State(api): State<Api>, visit: Visit, form: Form) -> Result<Response, ApiError> {
    if api.configuration().await?.set_up {
        return Ok(Redirect::to("/").into_response());
    }
    let form = with_three_lines(form);
    let change = first(&form);
    match form.get("action") {
        "back" => draw(&visit, &form, None, None),
        "begin" => match api.configure(change).await {
            Ok(_) => Ok(Redirect::to("/").into_response()),
            Err(error) => draw(&visit, &form, None, Some(error.text())),
        },
        _ => match api.check(change).await {
            Ok(report) => draw(&visit, &form, Some(&report), None),
            Err(error) => draw(&visit, &form, None, Some(error.text())),
        },
    }
}

/// The three things as the central server's code tells them to a camera: each a line.
fn with_three_lines(mut form: Form) -> Form {
    let lines: Vec<String> = form.get("three").lines().map(|line| line.trim().to_owned()).collect();
    if let [address, name, password] = lines.as_slice() {
        form.0.retain(|(name, _)| !["server_url", "site_name", "site_password", "three"].contains(&name.as_str()));
        let filled = [("server_url", address), ("site_name", name), ("site_password", password)];
        form.0.extend(filled.map(|(name, value)| (name.to_owned(), value.clone())));
    }
    form
}

/// What a first set-up leaves open is as usual.
fn first(form: &Form) -> Change {
    Change { interval_minutes: None, enabled: None, request_size: None, plain_requests: None, ..read(form) }
}

fn draw(visit: &Visit, form: &Form, report: Option<&Report>, fault: Option<&ErrorText>) -> Result<Response, ApiError> {
    let t = visit.t;
    let text = |name: &str| form.get(name).to_owned();
    let page = Page {
        frame: frame(visit, Here::SetUp, None),
        t,
        may: visit.may(Permission::EditSyncSettings),
        server_url: text("server_url"),
        site_name: text("site_name"),
        password: text("site_password"),
        kinds: kinds(t, read(form).kind.unwrap_or(DeviceKind::SingleUser)),
        fault: fault.map(|text| shown(t, text)),
        good: report.is_some_and(|report| report.ok),
        check: report.map(|report| check_rows(report, t)),
    };
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}
