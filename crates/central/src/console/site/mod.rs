//! The window of a site, with the tabs General, Details and Log. General is a draft until OK ([`draft`]); the others only show.

mod choose;
mod conflict;
pub(super) mod details;
mod draft;
mod faults;
mod general;
mod hardware;
mod head;
pub(super) mod log;
mod save;
mod store_rows;

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Visit, if_changed};
use sitesync_store::write;
use sitesync_web::accounts::generated_password;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path, Query, blocking};

use draft::Draft;
use general::View;
pub(super) use general::state as state_of;
use save::SaveError;

use crate::admin::guard::change;
use crate::admin::overview;
use crate::admin::site_actions::{connection, hashed};
use crate::auth::HashedSecret;
use crate::console::stores::choose as stores;
use crate::server::Central;
use crate::sites::{self, By, CheckLine, SiteError, SiteForm};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// The window was saved just now.
    saved: Option<String>,
    /// Check connection, also for those who may only look.
    check: Option<String>,
}

/// A new site.
pub(super) async fn new(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    shown(central, visit, Draft::default(), View::default()).await
}

/// A site as it is.
pub(super) async fn open(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(site): Path<u32>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let id = SiteId(site);
    let draft = fresh(&central, id).await?;
    let check = match asked.check {
        Some(_) => checked(&central, &visit, id).await?,
        None => Vec::new(),
    };
    shown(central, visit, draft, View { saved: asked.saved.is_some(), check, ..View::default() }).await
}

pub(super) async fn press_new(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    form: Form,
) -> Result<Response, ApiError> {
    press(central, who, visit, None, form).await
}

pub(super) async fn press_one(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(site): Path<u32>,
    form: Form,
) -> Result<Response, ApiError> {
    press(central, who, visit, Some(SiteId(site)), form).await
}

/// A button of the window. Only OK stores the draft; Unblock site, which is no part of it, counts at once.
async fn press(
    central: Arc<Central>,
    who: Who,
    visit: Visit,
    id: Option<SiteId>,
    form: Form,
) -> Result<Response, ApiError> {
    let mut draft = Draft::read(id, &form);
    let (word, about) = form.get("action").split_once(':').unwrap_or((form.get("action"), ""));
    match (word, id) {
        ("ok", _) => return ok(central, who, visit, draft).await,
        ("choose", _) if !draft.is_full() => return choose::shown(central, visit, draft, form.get("q"), false).await,
        ("add", _) if !draft.is_full() => return choose::add(central, visit, draft, &form).await,
        ("choose" | "add", _) => {
            let view = View::of(faults::mobile_full(visit.t));
            return shown(central, visit, draft, view).await;
        }
        ("check", Some(id)) => {
            let check = checked(&central, &visit, id).await?;
            return shown(central, visit, draft, View { check, ..View::default() }).await;
        }
        ("unblock", Some(id)) => {
            change(&central, who, move |_, txn, by| sites::unblock(txn, by, id)).await?;
            return shown(central, visit, draft, View { unblocked: true, ..View::default() }).await;
        }
        ("merge", Some(id)) => {
            let now = fresh(&central, id).await?.was;
            draft = draft.onto(now);
        }
        _ => draft.press(word, about),
    }
    shown(central, visit, draft, View::default()).await
}

async fn ok(central: Arc<Central>, who: Who, visit: Visit, draft: Draft) -> Result<Response, ApiError> {
    let made_up = draft.made_up.then(|| generated_password(central.random()));
    let secret = match made_up.clone().or_else(|| Some(draft.password.clone()).filter(|typed| !typed.is_empty())) {
        Some(password) => Some(hashed(&central, password).await?),
        None => None,
    };
    let (saving, mine) = (central.clone(), draft.clone());
    let saved = blocking(move || Ok::<_, ApiError>(save(&saving, &who, &mine, secret.as_ref()))).await?;
    match (saved, made_up) {
        (Ok(id), Some(password)) => general::told_once(central, visit, id, password).await,
        (Ok(id), None) => Ok(Redirect::to(&format!("/sites/{id}?saved=yes")).into_response()),
        (Err(SaveError::Changed), _) => conflict::shown(central, visit, draft).await,
        (Err(error), _) => {
            let fault = faults::of(visit.t, error);
            let status = fault.status;
            let page = shown(central, visit, draft, View::of(fault)).await?;
            Ok((status, page).into_response())
        }
    }
}

fn save(central: &Central, who: &Who, draft: &Draft, secret: Option<&HashedSecret>) -> Result<SiteId, SaveError> {
    let by = By { who: &who.name, at: central.clock().now() };
    let (id, moves) = write(central.store(), |txn| save::save(central, txn, by, draft, secret))?;
    for moved in &moves {
        moved.wake(central.hub());
    }
    Ok(id)
}

/// A new site with these stores and a password that is made up, stored at once. Answers the page that tells the password, or the
/// window with what is wrong.
pub(super) async fn make(
    central: Arc<Central>,
    who: Who,
    visit: Visit,
    form: SiteForm,
    wanted: Vec<String>,
) -> Result<Response, ApiError> {
    let reading = central.clone();
    let found = blocking(move || {
        let ids = wanted.iter().map(String::as_str);
        stores::some(&reading, &*reading.store().snapshot()?, ids)
    });
    let mut draft = Draft { form, made_up: true, ..Draft::default() };
    found.await?.into_values().for_each(|store| draft.add(&store.id, store.site));
    ok(central, who, visit, draft).await
}

/// How a site is now, for a page that waits for it.
pub(super) async fn state(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(site): Path<u32>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = SiteId(site);
    let line = blocking(move || overview::one(&central, id)?.ok_or(SiteError::NotFound(id)).map_err(ApiError::from));
    let html = state_of(&line.await?, visit.t)?;
    Ok(if_changed(html, &headers))
}

/// The draft of a site that nobody has touched.
async fn fresh(central: &Arc<Central>, id: SiteId) -> Result<Draft, ApiError> {
    let central = central.clone();
    blocking(move || {
        let snapshot = central.store().snapshot()?;
        let site = sites::get(&*snapshot, id)?.ok_or(SiteError::NotFound(id))?;
        Ok::<_, ApiError>(Draft::of(id, save::now(&*snapshot, &site)?))
    })
    .await
}

async fn checked(central: &Arc<Central>, visit: &Visit, id: SiteId) -> Result<Vec<CheckLine>, ApiError> {
    let (central, visit) = (central.clone(), visit.clone());
    blocking(move || {
        let mut lines = connection(&central, id)?;
        if id != SiteId::CENTRAL {
            lines.insert(1, general::address(&visit));
        }
        Ok::<_, ApiError>(lines)
    })
    .await
}

async fn shown(central: Arc<Central>, visit: Visit, draft: Draft, view: View) -> Result<Response, ApiError> {
    let html = blocking(move || general::render(&central, &visit, &draft, view)).await?;
    Ok(Html(html).into_response())
}
