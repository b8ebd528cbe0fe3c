//! Importing sheets: choosing a file, looking at what it would do, and OK. Nothing is stored before OK, and then all of it or nothing.

mod choose;
mod preview;
mod steps;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use sitesync_pages::Visit;
use sitesync_web::ApiError;

use super::frame::Here;
use crate::server::Central;
use crate::sheet::Kind;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new()
        .route("/import", get(start))
        .route("/import/{kind}", get(choose::page).post(steps::upload))
        .route("/import/{kind}/example.csv", get(choose::example))
        .route("/import/{kind}/{upload}", get(preview::page).post(steps::press))
}

/// Leads to the first kind that somebody may import.
async fn start(visit: Visit) -> Result<Response, ApiError> {
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| visit.may(kind.permission())) {
        return Ok(Redirect::to(&format!("/import/{}", kind.name())).into_response());
    }
    visit.who().map_or(Ok(()), |who| who.need(Kind::Items.permission()))?;
    Ok(Redirect::to("/").into_response())
}

/// The kind in a path, for who may import it.
fn kind_of(name: &str, visit: &Visit) -> Result<Kind, ApiError> {
    let next = "Take items, facilities or users.";
    let none =
        || ApiError::new(StatusCode::NOT_FOUND, "not_found", "There is nothing of this kind to be imported.", next);
    let kind = Kind::of_name(name).ok_or_else(none)?;
    visit.who().map_or(Ok(()), |who| who.need(kind.permission()))?;
    Ok(kind)
}

/// The page that lists what is imported: its place among the pages, its address and its name.
fn list_of(kind: Kind) -> (Here, &'static str, &'static str) {
    match kind {
        Kind::Items => (Here::Items, "/items", "nav-items"),
        Kind::Facilities => (Here::Facilities, "/facilities", "nav-facilities"),
        Kind::Users => (Here::Users, "/users", "nav-users"),
    }
}
