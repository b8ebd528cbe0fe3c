//! Held documents: the list, and one of them beside what the central server has, with what can be done about it.

mod compare;
mod list;
mod window;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::server::Central;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new().route("/held", get(list::page)).route("/held/{id}", get(window::page).post(window::post))
}
