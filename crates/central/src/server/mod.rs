//! The central server as a running thing: one database, its doors, its background work, a beginning and an end.
//!
//! What the doors do is in [`crate::sync`], [`crate::admin`] and [`crate::console`]; nothing is decided here.

mod errors;
mod jobs;
mod start;
mod state;

pub(crate) use errors::sentence;
pub use start::{DATA_FILE, FIRST_USER, Options, RESTORING_FILE, Running, StartError, start};
pub use state::{Central, Limits};

use std::sync::Arc;

use axum::Router;
use axum::extract::Extension;
use sitesync_pages::Lines;
use sitesync_web::{BodyLimit, BodyRoom, common, fallback_method, fallback_path};

/// All doors of the central server.
pub fn router(central: &Arc<Central>) -> Router {
    router_with(central, None)
}

/// The same; in a demo with the lines to its sites, which have a page of their own.
pub fn router_with(central: &Arc<Central>, lines: Option<Arc<dyn Lines>>) -> Router {
    let doors = Router::new()
        .merge(crate::sync::router(central.clone()))
        .merge(crate::admin::router(central.clone()))
        .merge(crate::console::router(central.clone(), lines))
        .fallback(fallback_path)
        .method_not_allowed_fallback(fallback_method)
        .layer(Extension(BodyLimit(central.limits().body_bytes_max)))
        .layer(Extension(BodyRoom::new(central.limits().bodies_bytes_max)));
    common(doors)
}
