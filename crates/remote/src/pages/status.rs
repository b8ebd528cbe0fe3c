//! How the site stands: what is not on the central server yet, when it last synchronised, what it is doing, and one button.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Say, Texts, Time, Visit, Words, html, if_changed, shown, text};
use sitesync_web::{ApiError, Form, Query};

use super::frame::{Here, frame};
use crate::api::Api;
use crate::api::sync::{StatusView, view};
use crate::runner::{Phase, Progress};
use crate::site::Status;
use crate::warnings;

/// Most syncs are over within this time; the page of a longer one shows how far it is.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    /// `status` for what changes alone.
    #[serde(default)]
    part: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    name: String,
    /// Without a script the page looks again by itself while something moves.
    again: bool,
    part: Part,
}

#[derive(Template)]
#[template(path = "status_part.html")]
struct Part {
    t: &'static Texts,
    dot: &'static str,
    doing: String,
    percent: Option<u64>,
    fault: Option<(String, String)>,
    warnings: Vec<String>,
    unsent: String,
    success: Option<Time>,
    attempt: Option<Time>,
    server: Option<String>,
    stores: Vec<StoreRow>,
}

struct StoreRow {
    name: String,
    dot: &'static str,
    state: String,
}

pub(super) async fn page(
    State(api): State<Api>,
    visit: Visit,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = view(&api).await?;
    if view.status.server_url.is_none() {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let part = Part::of(&view, visit.t, api.0.clock.now());
    if params.part != "status" {
        let site = view.status.site.as_ref().map(|site| site.name.as_str());
        let name = site.map_or_else(|| visit.t.get("remote-place"), str::to_owned);
        let again = view.progress.phase.is_busy();
        let page = Page { frame: frame(&visit, Here::Status, site), t: visit.t, name, again, part };
        return html(&page).map(IntoResponse::into_response);
    }
    Ok(if_changed(text(&part)?, &headers))
}

/// The button. What came of it stands on the page that follows.
pub(super) async fn sync(State(api): State<Api>, _form: Form) -> Redirect {
    let _ = tokio::time::timeout(PATIENCE, api.0.runner.sync_now()).await;
    Redirect::to("/")
}

impl Part {
    fn of(view: &StatusView, t: &'static Texts, now: i64) -> Self {
        let status = &view.status;
        let (dot, doing) = doing(&view.progress, status);
        Self {
            t,
            dot,
            doing: t.say(&doing),
            percent: percent(&view.progress),
            fault: status.last_error.as_ref().filter(|_| !view.progress.phase.is_busy()).map(|error| told(t, error)),
            warnings: warnings::of(status).iter().map(|words| t.say(words)).collect(),
            unsent: t.say(&unsent(status, now)),
            success: status.last_success.map(|at| t.time(at)),
            attempt: status.last_attempt.map(|at| t.time(at)),
            server: status.server_url.clone(),
            stores: stores(view, t),
        }
    }
}

/// The words of the central server or of the link: in the reader's language where there are some.
fn told(t: &Texts, error: &ErrorText) -> (String, String) {
    shown(t, error)
}

fn doing(progress: &Progress, status: &Status) -> (&'static str, Words) {
    match progress.phase {
        Phase::Connecting => ("initialising", Words::new("status-connecting")),
        Phase::Sending => ("initialising", Words::new("status-sending").with("n", progress.moved.sent)),
        Phase::Receiving => {
            let words = Words::new("status-receiving").with("n", progress.moved.received);
            ("initialising", words.with("left", progress.left))
        }
        Phase::Idle | Phase::Failed if !status.enabled => ("never", Words::new("status-paused")),
        Phase::Failed => ("bad", Words::new("status-failed")),
        Phase::Idle if !status.initialised => ("never", Words::new("status-empty")),
        Phase::Idle => ("good", Words::new("status-idle")),
    }
}

/// Of what is being received.
fn percent(progress: &Progress) -> Option<u64> {
    let all = progress.moved.received + progress.left;
    (progress.phase == Phase::Receiving && all > 0).then(|| 100 * progress.moved.received / all)
}

fn unsent(status: &Status, now: i64) -> Words {
    match (status.unsent, status.unsent_since) {
        (0, _) => Words::new("status-unsent-none"),
        (count, None) => Words::new("status-unsent").with("n", count),
        (count, Some(since)) => {
            Words::new("status-unsent-since").with("n", count).with("since", Say::Length(now.saturating_sub(since)))
        }
    }
}

fn stores(view: &StatusView, t: &Texts) -> Vec<StoreRow> {
    let row = |(store, name): (&crate::site::StoreStatus, &String)| {
        let (dot, words) = match (&store.leaving, store.lost, store.ready) {
            (_, true, _) => ("never", Words::new("store-moved")),
            (Some(to), ..) => ("late", Words::new("store-leaving").with("to", to.as_str())),
            (None, _, true) => ("good", Words::new("store-ready")),
            (None, _, false) => ("initialising", Words::new("store-arriving").with("n", store.behind)),
        };
        StoreRow { name: name.clone(), dot, state: t.say(&words) }
    };
    view.status.stores.iter().zip(&view.store_names).map(row).collect()
}
