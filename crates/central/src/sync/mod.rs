//! The native door: the messages of the protocol over HTTP.
//!
//! It proves who asks, keeps one sync per site at a time and holds those who wait; what is asked is answered by the hub.

mod caller;
mod callers;
mod enter;
mod exchange;
mod refusal;
mod turns;
mod version;
mod wait;
mod waiters;

pub use callers::Callers;
pub use turns::Turns;
pub use waiters::Waiters;

use std::sync::Arc;

use axum::extract::Extension;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use sitesync_core::protocol::VERSIONS;
use sitesync_web::{BodyLimit, fallback_path};

use crate::server::Central;

/// Nobody has proved anything yet when these bodies are read.
const LOGIN_BYTES_MAX: usize = 64 << 10;

pub fn router(central: Arc<Central>) -> Router {
    let strangers = Router::new()
        .route("/login", post(enter::login))
        .route("/check", post(enter::check))
        .layer(Extension(BodyLimit(LOGIN_BYTES_MAX)));
    let calls = Router::new()
        .merge(strangers)
        .route("/stage", post(exchange::stage))
        .route("/exchange", post(exchange::exchange))
        .route("/compare", post(exchange::compare))
        .route("/wait", post(wait::wait))
        .fallback(fallback_path)
        .layer(from_fn(version::known));
    Router::new().route("/sync", get(hello)).nest("/sync/{version}", calls).with_state(central)
}

/// Who is here, for a site that has only an address.
async fn hello() -> Json<serde_json::Value> {
    Json(json!({ "name": "sitesync", "versions": VERSIONS }))
}
