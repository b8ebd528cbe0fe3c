//! Pushing and pulling: stage, exchange, compare. Each in the site's turn.

use std::sync::Arc;

use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use sitesync_core::protocol::{CompareRequest, ExchangeReply, ExchangeRequest, StageRequest};
use sitesync_store::write;
use sitesync_web::{ApiError, Body, blocking};

use super::caller::Caller;
use crate::server::Central;
use crate::sites::{self, Initialisation, Site, SiteError};

pub(super) async fn stage(
    State(central): State<Arc<Central>>,
    Caller(site, _place): Caller,
    Body(request): Body<StageRequest>,
) -> Result<Response, ApiError> {
    let turn = central.turns().take(site.id).await?;
    blocking(move || {
        let _turn = turn;
        central.hub().stage(site.id, &request)?;
        json_of(&json!({}))
    })
    .await
}

pub(super) async fn exchange(
    State(central): State<Arc<Central>>,
    Caller(site, _place): Caller,
    Body(request): Body<ExchangeRequest>,
) -> Result<Response, ApiError> {
    let turn = central.turns().take(site.id).await?;
    blocking(move || {
        let _turn = turn;
        let reply = central.hub().exchange(&site.info(), &request)?;
        note_initialisation(&central, &site, &request, &reply)?;
        json_of(&reply)
    })
    .await
}

pub(super) async fn compare(
    State(central): State<Arc<Central>>,
    Caller(site, _place): Caller,
    Body(request): Body<CompareRequest>,
) -> Result<Response, ApiError> {
    let turn = central.turns().take(site.id).await?;
    blocking(move || {
        let _turn = turn;
        json_of(&central.hub().compare(&site.info(), &request)?)
    })
    .await
}

/// Notes that a first filling began or ended: two writes in the life of a data file, none in a routine sync.
fn note_initialisation(
    central: &Central,
    site: &Site,
    request: &ExchangeRequest,
    reply: &ExchangeReply,
) -> Result<(), SiteError> {
    let state = match (reply.complete, request.empty) {
        (true, _) => Initialisation::Completed,
        (false, true) => Initialisation::Started,
        (false, false) => return Ok(()),
    };
    if state == site.initialisation {
        return Ok(());
    }
    write(central.store(), |txn| sites::note_initialisation(txn, site.id, state))
}

/// A reply may be large: it is written where it holds up nobody.
fn json_of(reply: &impl Serialize) -> Result<Response, ApiError> {
    let bytes = serde_json::to_vec(reply).map_err(ApiError::unexpected)?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, kind)], Bytes::from(bytes)).into_response())
}
