//! The pages of a site: how it stands, its settings, its log, and the first set-up. They use what the local API uses, with the same
//! permissions ([`crate::api::policy`]).

mod beside;
mod data;
mod frame;
mod log;
mod set_up;
mod settings;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sitesync_pages::{Door, Visit, as_page, entrance, let_in, lines};
use sitesync_web::ApiError;
use sitesync_web::sign_in::Who;

use self::frame::{Here, frame};
use crate::api::{Shared, desk, policy};
use crate::site::Site;

pub(crate) fn router(shared: Shared) -> Router {
    let desk = shared.desk.clone();
    let door = Door {
        sign_in: shared.api.0.sign_in.clone(),
        policy: policy::check,
        place: |t| t.get("remote-place"),
        left: Arc::new(move |who| desk.leave(&who.name)),
    };
    let api = shared.api.clone();
    let demo = api.0.lines.clone().map(|demo| {
        let api = api.clone();
        let frame = move |visit: &Visit| {
            let site = api.0.site.state()?.site;
            Ok(frame(visit, Here::Demo, site.as_ref().map(|site| site.name.as_str())))
        };
        lines(demo, Arc::new(frame))
    });
    let inside = Router::new()
        .route("/", get(status::page))
        .route("/sync", post(status::sync))
        .route("/set-up", get(set_up::page).post(set_up::post))
        .route("/settings", get(settings::page).post(settings::post))
        .route("/log", get(log::page))
        .route("/data", get(data::tables))
        .route("/data/{table}", get(data::records))
        .with_state(shared.api.clone())
        .merge(demo.unwrap_or_default())
        .route_layer(from_fn_with_state(shared.api.clone(), beside::put))
        .route_layer(from_fn_with_state(shared.clone(), sit))
        .route_layer(from_fn_with_state(door.clone(), let_in));
    inside.merge(entrance(door)).layer(from_fn_with_state(shared, reachable)).layer(from_fn(as_page))
}

/// Whoever comes must be allowed to from there.
async fn reachable(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let found = shared.api.with_site(Site::kind).await;
    let from = found.and_then(|kind| desk::reachable(kind, sitesync_web::peer_of(&parts)));
    match from {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

/// And find the desk free, where there is one place only.
async fn sit(State(shared): State<Shared>, request: Request, next: Next) -> Result<Response, ApiError> {
    let kind = shared.api.with_site(Site::kind).await?;
    if let Some(who) = request.extensions().get::<Who>() {
        shared.desk.sit(kind, &who.name, shared.api.0.clock.now())?;
    }
    Ok(next.run(request).await)
}
