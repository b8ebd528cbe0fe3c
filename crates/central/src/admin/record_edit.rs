//! Writing records: many at once, all or nothing, by the same rules of ownership as sites.
//!
//! `repair` is the one exception to these rules: somebody mends what a site cannot. It is named, and noted as what it is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::change;
use crate::records::{Edit, One, edit_noted};
use crate::server::Central;

/// A change of one record: exactly one of `data`, `delete`, `merge_into`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordChange {
    table: Box<str>,
    id: Box<str>,
    /// The columns to be written; others stay. A record that is not there is made.
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
    #[serde(default)]
    delete: bool,
    /// The record is the same as this one, which stays.
    merge_into: Option<String>,
    /// Only if the record still has this hash; empty: only if there is no such record.
    if_hash: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EditParams {
    /// Write against the rules of ownership; the owner gets it as a change.
    #[serde(default)]
    repair: bool,
}

/// How many records changed, and how many were already as sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Written {
    written: u64,
    unchanged: u64,
}

/// Write and delete records, all or nothing. A refusal lists every document that is refused.
/// Users and their rights need `manage_users`, and where a store is active `edit_sync_settings`.
#[utoipa::path(post, path = "/api/records", tag = "records", params(EditParams), request_body = Vec<RecordChange>,
    responses((status = 200, body = Written)))]
pub(super) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Query(params): Query<EditParams>,
    Body(changes): Body<Vec<RecordChange>>,
) -> Result<Json<Written>, ApiError> {
    if params.repair {
        who.need(Permission::HandleHeld)?;
    }
    let parsing = central.clone();
    let edit = blocking(move || {
        Edit::read(parsing.hub(), params.repair, changes.into_iter().map(RecordChange::into_one).collect())
    });
    let edit = edit.await?;
    edit.is_for(&who)?;
    let report = change(&central, who, move |central, txn, by| edit_noted(central, txn, by, &edit)).await?;
    central.hub().wake(&report.grown);
    Ok(Json(Written { written: report.written, unchanged: report.unchanged }))
}

impl RecordChange {
    fn into_one(self) -> One {
        let Self { table, id, data, delete, merge_into, if_hash } = self;
        One { table, id, data, delete, merge_into, if_hash }
    }
}
