//! The local API: how programs on this machine, or in its local network, work with the site.
//!
//! It decides nothing about records; the engine does ([`crate::site`]). Every change wakes the runner.

pub(crate) mod configuration;
pub(crate) mod desk;
mod error;
pub(crate) mod policy;
mod records;
pub(crate) mod sync;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use sitesync_core::given::Clock;
use sitesync_pages::Lines;
use sitesync_web::sign_in::SignIn;
use sitesync_web::{ApiError, BodyLimit, BodyRoom, basic, blocking};

use self::desk::Desk;
use crate::link::Link;
use crate::runner::Runner;
use crate::site::{Site, SiteError};

pub use configuration::{Change, View, password_secret};

/// What the API works with. Cheap to clone.
#[derive(Clone)]
pub struct Api(pub(crate) Arc<Parts>);

/// The parts of [`Api`].
pub struct Parts {
    pub site: Arc<Site>,
    pub runner: Runner,
    /// For Check connection only; what syncs is the runner.
    pub link: Arc<dyn Link>,
    pub clock: Arc<dyn Clock>,
    pub sign_in: Arc<SignIn>,
    pub hardware_id: String,
    pub app_version: String,
    /// The line to the central server, where it can be cut: in a demo.
    pub lines: Option<Arc<dyn Lines>>,
}

/// What may be written in one request.
const WRITE_MAX: usize = 16 << 20;

/// What may be written in all requests at a time.
const WRITES_MAX: usize = 64 << 20;

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) api: Api,
    pub(crate) desk: Arc<Desk>,
}

/// Everything that the site answers.
pub fn router(parts: Parts) -> Router {
    let api = Api(Arc::new(parts));
    let shared = Shared { api: api.clone(), desk: Arc::new(Desk::default()) };
    let inside = Router::new()
        .route("/api/status", get(sync::status))
        .route("/api/sync", post(sync::now))
        .route("/api/check", post(sync::check))
        .route("/api/events", get(sync::events))
        .route("/api/tables", get(records::tables))
        .route("/api/records", post(records::write))
        .route("/api/records/{table}", get(records::list))
        .route("/api/records/{table}/{id}", get(records::one))
        .route("/api/put-aside", get(records::put_aside))
        .route("/api/configuration", get(configuration::show).put(configuration::change))
        .layer(from_fn_with_state(shared.clone(), let_in))
        .layer(Extension(BodyLimit(WRITE_MAX)))
        .layer(Extension(BodyRoom::new(WRITES_MAX)));
    let router = inside
        .with_state(api)
        .merge(crate::pages::router(shared))
        .fallback(sitesync_web::fallback_path)
        .method_not_allowed_fallback(sitesync_web::fallback_method);
    sitesync_web::common(router)
}

/// Whoever comes must be allowed to from there, be signed in, and find the desk free.
async fn let_in(State(shared): State<Shared>, request: Request, next: Next) -> Result<Response, ApiError> {
    let kind = shared.api.with_site(Site::kind).await?;
    let (parts, body) = request.into_parts();
    desk::reachable(kind, sitesync_web::peer_of(&parts))?;
    let who = basic::who(&shared.api.0.sign_in, &parts).await?;
    policy::check(&who, &parts.method, parts.uri.path())?;
    shared.desk.sit(kind, &who.name, shared.api.0.clock.now())?;
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(who);
    Ok(next.run(request).await)
}

impl Api {
    /// The data file is waited for away from the threads that serve connections.
    pub(crate) async fn with_site<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let site = self.0.site.clone();
        blocking(move || work(&site)).await
    }
}
