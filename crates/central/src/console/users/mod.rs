//! Users: the list, and the window of one with its tabs General, Stores and Permissions.

mod draft;
mod list;
mod save;
mod window;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::server::Central;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new()
        .route("/users", get(list::page))
        .route("/users/new", get(window::new).post(window::press))
        .route("/users/{user}", get(window::open).post(window::press))
        .route("/users/{user}/sign-out", post(save::sign_out))
}
