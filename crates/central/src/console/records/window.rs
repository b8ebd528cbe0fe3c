//! The window of a record: what its buttons do. It is drawn from the draft that its form carries, and again after each step until OK.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use sitesync_core::ids::RecordKey;
use sitesync_core::protocol::ErrorText;
use sitesync_pages::Visit;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path, Query, blocking};

use super::address;
use super::draft::{Draft, Faults};
use super::list::Params;
use super::page::render;
use super::save::{self, Refused};
use crate::server::Central;

/// What is to be drawn.
#[derive(Default)]
pub(super) struct Drawn {
    /// As it is stored, if there is none.
    pub(super) draft: Option<Draft>,
    pub(super) faults: Faults,
    pub(super) fault: Option<ErrorText>,
    pub(super) over: Over,
    pub(super) saved: bool,
}

/// What stands over the window.
#[derive(Default)]
pub(super) enum Over {
    #[default]
    None,
    /// Choosing a record for a column, or to merge into.
    Pick { column: String, q: String, after: Option<String> },
    /// Whether it is to be deleted.
    Delete,
    /// Whether it is to be merged into this one.
    Merge { into: String },
}

/// The column for which a record to merge into is chosen: no column has this name.
pub(super) const MERGE: &str = "";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Opened {
    #[serde(default)]
    saved: String,
}

/// The window of a record that is to be made; the list of lines of a record names it in the new one.
pub(super) async fn new(
    central: &Arc<Central>,
    visit: &Visit,
    table: String,
    params: Params,
) -> Result<Response, ApiError> {
    let filled: BTreeMap<_, _> = params.column.zip(params.is).into_iter().collect();
    let draft = Draft::new(&table, central.random().record_id(), filled);
    let key = draft.key.clone();
    draw(central, visit, key, Drawn { draft: Some(draft), ..Drawn::default() }).await
}

pub(super) async fn open(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path((table, id)): Path<(String, String)>,
    Query(opened): Query<Opened>,
) -> Result<Response, ApiError> {
    let saved = !opened.saved.is_empty();
    draw(&central, &visit, RecordKey::new(table, id), Drawn { saved, ..Drawn::default() }).await
}

pub(super) async fn post_new(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(table): Path<String>,
    form: Form,
) -> Result<Response, ApiError> {
    let key = RecordKey::new(table, form.get("id").trim());
    step(&central, visit, who, Draft::read(key, true, &form), form).await
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path((table, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    step(&central, visit, who, Draft::read(RecordKey::new(table, id), false, &form), form).await
}

/// What a button of the window does.
async fn step(
    central: &Arc<Central>,
    visit: Visit,
    who: Who,
    mut draft: Draft,
    form: Form,
) -> Result<Response, ApiError> {
    let (action, subject) = form.get("action").split_once(':').unwrap_or((form.get("action"), ""));
    let (key, picking) = (draft.key.clone(), form.get("picking").to_owned());
    let pick = |column: &str, after: Option<&str>| Over::Pick {
        column: column.to_owned(),
        q: form.get("q").to_owned(),
        after: after.map(str::to_owned),
    };
    let record = address(&key.table, Some(&key.id));
    let mut over = Over::None;
    match action {
        "ok" => return end(central, &visit, draft.clone(), save::save(central, who, draft).await, record).await,
        "delete-sure" => {
            let done = save::delete(central, who, &draft).await;
            return end(central, &visit, draft, done, address(&key.table, None)).await;
        }
        "merge-sure" => {
            let done = save::merge(central, who, &draft, subject).await;
            return end(central, &visit, draft, done, address(&key.table, Some(subject))).await;
        }
        "find" => over = pick(subject, None),
        "search" => over = pick(&picking, None),
        "go-on" => over = pick(&picking, Some(subject)),
        "pick" if picking == MERGE => over = Over::Merge { into: subject.to_owned() },
        "pick" => draft.set(&picking, subject),
        "clear" => draft.set(subject, ""),
        "delete" => over = Over::Delete,
        "merge" => over = pick(MERGE, None),
        _ => {}
    }
    draw(central, &visit, key, Drawn { draft: Some(draft), over, ..Drawn::default() }).await
}

/// To what was stored, or back to the window with what is wrong.
async fn end(
    central: &Arc<Central>,
    visit: &Visit,
    draft: Draft,
    done: Result<(), Refused>,
    to: String,
) -> Result<Response, ApiError> {
    let key = draft.key.clone();
    let drawn = Drawn { draft: Some(draft), ..Drawn::default() };
    let drawn = match done {
        Ok(()) => return Ok(Redirect::to(&format!("{to}?saved=1")).into_response()),
        Err(Refused::Faults(faults)) => Drawn { faults, ..drawn },
        Err(Refused::Error(error)) => Drawn { fault: Some(error.text().clone()), ..drawn },
    };
    draw(central, visit, key, drawn).await
}

async fn draw(central: &Arc<Central>, visit: &Visit, key: RecordKey, drawn: Drawn) -> Result<Response, ApiError> {
    let refused = drawn.fault.is_some() || !drawn.faults.is_empty();
    let (central, visit) = (central.clone(), visit.clone());
    let html = blocking(move || render(&central, &visit, &key, &drawn)).await?;
    let status = if refused { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, Html(html)).into_response())
}
