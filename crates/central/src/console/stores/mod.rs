//! Stores: where each is active, how it moves to another site, and how far its hand-over is.

pub(super) mod choose;
mod list;
mod window;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::server::Central;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new().route("/stores", get(list::page)).route("/stores/{store}", get(window::page).post(window::post))
}
