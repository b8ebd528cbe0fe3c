//! One store: where it is active, and moving it: in the ordinary way, against a site that is lost, or not after all.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Time, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path, blocking};

use super::super::frame::{Here, frame};
use crate::admin::guard::change;
use crate::admin::stores::{StoreLine, line_of};
use crate::hub::HubError;
use crate::server::Central;
use crate::sites;
use crate::stores::{self, HandOverLine};

/// Hand-overs of a store that are shown.
const SHOWN: usize = 20;
/// Newest hand-overs that are looked through for them.
const LOOKED_THROUGH: usize = 1000;

#[derive(Template)]
#[template(path = "store.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    store: StoreLine,
    /// Of a hand-over in progress: the step, and what else is to be known.
    step: Option<String>,
    told: Option<Time>,
    held: Option<String>,
    past: Vec<(Time, String, String)>,
    targets: Vec<(u32, String, bool)>,
    may: bool,
    code: String,
    reason: String,
    fault: Option<(String, String)>,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    draw(&central, &visit, id, &Form::default(), None).await
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, ApiError> {
    match run(&central, who, &id, &form).await {
        Ok(()) => Ok(Redirect::to(&visit.path).into_response()),
        Err(error) => draw(&central, &visit, id, &form, Some(error.text())).await,
    }
}

async fn run(central: &Arc<Central>, who: Who, id: &str, form: &Form) -> Result<(), ApiError> {
    let (store, form) = (id.to_owned(), form.clone());
    let moved = change(central, who, move |central, txn, by| {
        let to = SiteId(form.get("site").parse().unwrap_or(0));
        match form.get("action") {
            "call-off" => stores::call_off(txn, central.hub(), by, &store),
            "take-over" => {
                let (code, reason) = (form.get("code"), form.get("reason"));
                stores::take_over_now(txn, central.hub(), by, &store, to, code, reason)
            }
            _ => stores::begin_move(txn, central.hub(), by, &store, to),
        }
    });
    moved.await?.wake(central.hub());
    Ok(())
}

async fn draw(
    central: &Arc<Central>,
    visit: &Visit,
    id: String,
    form: &Form,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let reading = central.clone();
    let (store, past, sites) = blocking(move || read(&reading, &id)).await?;
    let t = visit.t;
    let going_to = store.leaving.as_ref().map(|leaving| leaving.to);
    let chosen = form.get("site").parse().ok().or(going_to);
    let targets = sites.into_iter().filter(|(number, _)| *number != store.site);
    let held = store.leaving.as_ref().filter(|leaving| leaving.held + leaving.aside > 0);
    let page = Page {
        frame: frame(visit, Here::Stores),
        t,
        step: store.leaving.as_ref().map(|leaving| t.say(&leaving.words())),
        told: store.leaving.as_ref().and_then(|leaving| leaving.told).map(|at| t.time(at)),
        held: held.map(|leaving| t.one("store-held", "n", leaving.held + leaving.aside)),
        past: past.iter().map(|line| (t.time(line.began), route(line), t.say(&line.words()))).collect(),
        targets: targets.map(|(number, name)| (number, name, chosen == Some(number))).collect(),
        may: visit.may(Permission::EditSyncSettings),
        code: form.get("code").to_owned(),
        reason: form.get("reason").to_owned(),
        fault: fault.map(|text| shown(t, text)),
        store,
    };
    let status = if fault.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

fn route(line: &HandOverLine) -> String {
    format!("{} → {}", line.from_name, line.to_name)
}

type Read = (StoreLine, Vec<HandOverLine>, Vec<(u32, String)>);

fn read(central: &Central, id: &str) -> Result<Read, HubError> {
    let store = line_of(central, id)?;
    let snapshot = central.store().snapshot()?;
    let newest = stores::hand_overs(&*snapshot, central.hub(), LOOKED_THROUGH)?;
    let past = newest.into_iter().filter(|line| line.store == id).take(SHOWN).collect();
    let mut all: Vec<_> =
        sites::list(&*snapshot, None, usize::MAX)?.into_iter().map(|site| (site.id.0, site.name)).collect();
    all.sort_by_key(|(number, name)| (*number != SiteId::CENTRAL.0, name.to_lowercase()));
    Ok((store, past, all))
}
