//! Reading who changed what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sitesync_web::{ApiError, Query, blocking};
use utoipa::IntoParams;

use crate::audit::{self, AuditLine};
use crate::server::Central;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditParams {
    /// Only lines with a lower number.
    before: Option<u64>,
    /// At most so many, 100 if not given.
    limit: Option<usize>,
}

/// Who changed what, newest first.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(AuditParams),
    responses((status = 200, body = Vec<AuditLine>)))]
pub(super) async fn list(
    State(central): State<Arc<Central>>,
    Query(params): Query<AuditParams>,
) -> Result<Json<Vec<AuditLine>>, ApiError> {
    let limit = params.limit.unwrap_or(100).min(10_000);
    blocking(move || audit::list(&*central.store().snapshot()?, params.before, limit)).await.map(Json)
}
