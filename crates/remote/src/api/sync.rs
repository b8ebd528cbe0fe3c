//! Status, syncing by hand, Check connection, and what happened.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sitesync_core::ids::RecordKey;
use sitesync_pages::{Language, Texts};
use sitesync_web::{ApiError, Body, Query};

use super::{Api, configuration};
use crate::check;
use crate::runner::Progress;
use crate::site::{Site, SiteError, Status};
use crate::warnings;

#[derive(Serialize)]
pub(crate) struct StatusView {
    #[serde(flatten)]
    pub(crate) status: Status,
    /// The names of the stores, in the order of `stores`.
    pub(crate) store_names: Vec<String>,
    pub(crate) progress: Progress,
    /// What a person should look into.
    pub(crate) warnings: Vec<String>,
}

pub(crate) async fn status(State(api): State<Api>) -> Result<Json<StatusView>, ApiError> {
    view(&api).await.map(Json)
}

pub(crate) async fn view(api: &Api) -> Result<StatusView, ApiError> {
    let (status, store_names) = api
        .with_site(|site| {
            let status = site.status()?;
            let names = status.stores.iter().map(|store| store_name(site, &store.store)).collect::<Result<_, _>>()?;
            Ok((status, names))
        })
        .await?;
    let english = Texts::of(Language::English);
    let warnings = warnings::of(&status).iter().map(|words| english.say(words)).collect();
    Ok(StatusView { status, store_names, progress: api.0.runner.progress().borrow().clone(), warnings })
}

fn store_name(site: &Site, store: &str) -> Result<String, SiteError> {
    let record = site.record(&RecordKey::new("store", store))?;
    let name = record.as_ref().and_then(|record| record.get("name")).and_then(Value::as_str);
    Ok(name.filter(|name| !name.is_empty()).unwrap_or(store).to_owned())
}

pub(crate) async fn events(State(api): State<Api>) -> Result<Json<Value>, ApiError> {
    let events = api.with_site(|site| Ok(site.state()?.events)).await?;
    Ok(Json(json!({ "events": events })))
}

#[derive(Deserialize)]
pub(crate) struct Wait {
    wait: Option<bool>,
}

pub(crate) async fn now(State(api): State<Api>, Query(query): Query<Wait>) -> Result<Response, ApiError> {
    if query.wait == Some(false) {
        api.0.runner.ask();
        return Ok((StatusCode::ACCEPTED, Json(json!({ "started": true }))).into_response());
    }
    match api.0.runner.sync_now().await {
        Ok(moved) => Ok(Json(moved).into_response()),
        Err(error) => Err(ApiError::from_text(StatusCode::BAD_GATEWAY, error)),
    }
}

/// Checks what is stored, or, with a body, what it would be after that change; nothing is stored.
pub(crate) async fn check(State(api): State<Api>, request: Request) -> Result<Json<check::Report>, ApiError> {
    let change = if request.headers().contains_key(CONTENT_TYPE) {
        Some(Body::<configuration::Change>::from_request(request, &api).await?.0)
    } else {
        None
    };
    api.check_with(change).await.map(Json)
}

impl Api {
    /// Checks what the configuration would be after a change; nothing is stored.
    pub(crate) async fn check(&self, change: configuration::Change) -> Result<check::Report, ApiError> {
        self.check_with(Some(change)).await
    }

    async fn check_with(&self, change: Option<configuration::Change>) -> Result<check::Report, ApiError> {
        let stored = self.with_site(|site| Ok(site.state()?.configuration)).await?;
        let configuration = match change {
            Some(change) => configuration::changed(stored, change, self)?,
            None => stored.ok_or(SiteError::NotSetUp)?,
        };
        let url = configuration.server_url.clone();
        let request = self.with_site(move |site| site.login_request(configuration)).await?;
        Ok(check::check(&*self.0.link, &*self.0.clock, &url, &request).await)
    }
}
