//! The pages of the central server. They are rendered here and work without JavaScript; nothing is changed by them yet.

mod files;
mod sites;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::admin::guard::guard;
use crate::server::Central;

pub fn router(central: Arc<Central>) -> Router {
    Router::new()
        .route("/", get(sites::page))
        .route_layer(from_fn_with_state(central.clone(), guard))
        // Style and script say nothing about anybody, and are the same for all.
        .route("/static/{file}", get(files::file))
        .with_state(central)
}
