//! The administrators' door: a JSON API, described by itself at `/api/openapi.json`.
//!
//! Who may ask is settled once, in `guard`, before anything else; handlers check and decide nothing that the hub or
//! [`crate::sites`] decides. Every change is noted in the audit in the transaction that makes it.

mod audit;
pub(crate) mod backup;
pub(crate) mod central_data;
pub(crate) mod guard;
pub(crate) mod held;
mod import;
pub mod overview;
mod record_edit;
mod records;
mod settings;
pub(crate) mod site_actions;
mod sites;
mod state;
pub(crate) mod stores;
pub(crate) mod users;
mod why;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::server::Central;

/// The frame of the description; the calls add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "sitesync central server",
        description = "Sites, stores, records, held documents, settings and users of a central server. \
                       Sign in with HTTP Basic. Each change needs a permission. Times are milliseconds since 1970 UTC."
    ),
    components(schemas(Refusal))
)]
struct Frame;

/// A refusal: what happened, and what to do next.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes what sitesync-web writes")]
struct Refusal {
    error: RefusalText,
    /// The documents that were refused, where several were sent.
    refused: Option<Vec<RefusedDocument>>,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes what sitesync-web writes")]
struct RefusalText {
    /// Stable, for programs.
    code: String,
    message: String,
    next: String,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes what sitesync-web writes")]
struct RefusedDocument {
    table: String,
    id: String,
    reason: String,
}

fn calls() -> OpenApiRouter<Arc<Central>> {
    OpenApiRouter::with_openapi(Frame::openapi())
        .routes(routes!(sites::list, sites::create))
        .routes(routes!(sites::one, sites::edit, sites::delete))
        .routes(routes!(site_actions::set_password))
        .routes(routes!(site_actions::reset_hardware))
        .routes(routes!(site_actions::allow_former_device))
        .routes(routes!(site_actions::unblock))
        .routes(routes!(site_actions::check))
        .routes(routes!(site_actions::log))
        .routes(routes!(stores::list))
        .routes(routes!(stores::move_to))
        .routes(routes!(stores::remove))
        .routes(routes!(stores::call_off))
        .routes(routes!(stores::hand_overs))
        .routes(routes!(records::tables))
        .routes(routes!(record_edit::edit))
        .routes(routes!(records::page))
        .routes(routes!(records::one))
        .routes(routes!(why::why))
        .routes(routes!(central_data::items::list, central_data::items::create))
        .routes(routes!(central_data::items::one, central_data::items::edit))
        .routes(routes!(central_data::facilities::list, central_data::facilities::create))
        .routes(routes!(central_data::facilities::one, central_data::facilities::edit))
        .routes(routes!(central_data::lists::list, central_data::lists::create))
        .routes(routes!(central_data::lists::one, central_data::lists::edit))
        .routes(routes!(held::list))
        .routes(routes!(held::one))
        .routes(routes!(held::release))
        .routes(routes!(held::send_back))
        .routes(routes!(held::drop_document))
        .routes(routes!(settings::get, settings::change))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::one, users::edit))
        .routes(routes!(users::set_password))
        .routes(routes!(users::sign_out))
        .routes(routes!(import::import))
        .routes(routes!(audit::list))
        .routes(routes!(backup::backup))
}

pub fn router(central: Arc<Central>) -> Router {
    let (router, mut description) = calls().split_for_parts();
    describe_refusals(&mut description);
    let description = Arc::new(description);
    let open = Router::new().route("/api/openapi.json", get(async move || Json(description.as_ref().clone())));
    router.route_layer(from_fn_with_state(central.clone(), guard::guard)).with_state(central).merge(open)
}

/// Every call may be refused, and all in the same form.
fn describe_refusals(description: &mut utoipa::openapi::OpenApi) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
    let refusal = ResponseBuilder::new().description("A refusal").content("application/json", content).build();
    for item in description.paths.paths.values_mut() {
        let calls = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        for call in calls.into_iter().flatten() {
            call.responses.responses.insert("default".to_owned(), RefOr::T(refusal.clone()));
        }
    }
}
