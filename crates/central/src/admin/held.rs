//! Held documents: looking at them, releasing them, giving them up.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_store::Txn;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Path, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::change;
use crate::audit;
use crate::hub::{HeldDocument, HeldId, Hub, HubError};
use crate::server::Central;
use crate::sites::{By, rows};

/// Documents are read so many at a time.
const SLICE: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HeldParams {
    /// Only those of this site.
    site: Option<u32>,
    /// Begin after this number.
    after: Option<u64>,
    /// At most so many, 100 if not given.
    limit: Option<usize>,
}

/// A held document: a parent with its lines, as its site sent it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HeldLine {
    id: u64,
    site: u32,
    /// The parent.
    table: String,
    record: String,
    /// Stable, for programs: malformed, refused, waits, parent_deleted, deleted, merged, aside.
    code: String,
    /// Why it is held.
    reason: String,
    /// Table and id of the record whose arrival makes it worth another try.
    waits_for: Option<String>,
    since: i64,
    /// How many records belong to it.
    records: u64,
    /// What the site sent; only when one document is asked for.
    #[schema(value_type = Option<Vec<Object>>)]
    changes: Option<Value>,
}

impl HeldLine {
    fn of(document: &HeldDocument) -> Self {
        Self {
            id: document.id,
            site: document.site.0,
            table: document.root.table.to_string(),
            record: document.root.id.to_string(),
            code: document.reason.code.to_string(),
            reason: document.reason.text.clone(),
            waits_for: document.reason.waits_for.as_ref().map(ToString::to_string),
            since: document.since,
            records: document.changes.len() as u64,
            changes: None,
        }
    }
}

/// Held documents, oldest first.
#[utoipa::path(get, path = "/api/held", tag = "held", params(HeldParams),
    responses((status = 200, body = Vec<HeldLine>)))]
pub(super) async fn list(
    State(central): State<Arc<Central>>,
    Query(params): Query<HeldParams>,
) -> Result<Json<Vec<HeldLine>>, ApiError> {
    blocking(move || lines(&central, &params)).await.map(Json)
}

fn lines(central: &Central, params: &HeldParams) -> Result<Vec<HeldLine>, HubError> {
    let limit = params.limit.unwrap_or(100).min(10_000);
    let mut lines = Vec::new();
    let mut after = params.after;
    while lines.len() < limit {
        let slice = central.hub().held(after, SLICE)?;
        let Some(last) = slice.last().map(|document| document.id) else { break };
        let wanted = |document: &&HeldDocument| params.site.is_none_or(|site| SiteId(site) == document.site);
        lines.extend(slice.iter().filter(wanted).map(HeldLine::of));
        after = Some(last);
    }
    lines.truncate(limit);
    Ok(lines)
}

/// One held document with what the site sent.
#[utoipa::path(get, path = "/api/held/{id}", tag = "held", params(("id" = u64, Path)),
    responses((status = 200, body = HeldLine)))]
pub(super) async fn one(State(central): State<Arc<Central>>, Path(id): Path<u64>) -> Result<Json<HeldLine>, ApiError> {
    let line = blocking(move || {
        let document = Hub::held_document(&*central.store().snapshot()?, id)?;
        let changes = serde_json::to_value(&document.changes).map_err(|error| HubError::Stored(error.to_string()))?;
        Ok::<_, HubError>(HeldLine { changes: Some(changes), ..HeldLine::of(&document) })
    });
    line.await.map(Json)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReleaseParams {
    /// Apply it against the rules of ownership.
    #[serde(default)]
    repair: bool,
}

/// Apply a held document, with all checks made anew. If it still cannot be taken, it stays held.
#[utoipa::path(post, path = "/api/held/{id}/release", tag = "held", params(("id" = u64, Path), ReleaseParams),
    responses((status = 204)))]
pub(super) async fn release(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<u64>,
    Query(params): Query<ReleaseParams>,
) -> Result<StatusCode, ApiError> {
    let decision = if params.repair { Decision::Repair } else { Decision::Release };
    decide(&central, who, id, decision).await.map(|()| StatusCode::NO_CONTENT)
}

/// Give a document up: its site gets what the central server has, and keeps its own version put aside.
#[utoipa::path(post, path = "/api/held/{id}/send-back", tag = "held", params(("id" = u64, Path)),
    responses((status = 204)))]
pub(super) async fn send_back(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<u64>,
) -> Result<StatusCode, ApiError> {
    decide(&central, who, id, Decision::SendBack).await.map(|()| StatusCode::NO_CONTENT)
}

/// Drop a document. Its site is told the truth all the same, so this does what sending back does.
#[utoipa::path(post, path = "/api/held/{id}/drop", tag = "held", params(("id" = u64, Path)),
    responses((status = 204)))]
pub(super) async fn drop_document(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<u64>,
) -> Result<StatusCode, ApiError> {
    decide(&central, who, id, Decision::Drop).await.map(|()| StatusCode::NO_CONTENT)
}

/// What a person decides about a held document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Tried again, with all checks.
    Release,
    /// Applied against the rules of ownership.
    Repair,
    SendBack,
    Drop,
}

impl Decision {
    const ALL: [Self; 4] = [Self::Release, Self::Repair, Self::SendBack, Self::Drop];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Repair => "repair",
            Self::SendBack => "send_back",
            Self::Drop => "drop",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.name() == name)
    }

    /// Whether it cannot be undone.
    pub(crate) fn is_final(self) -> bool {
        self != Self::Release
    }

    fn run(self, hub: &Hub, txn: &mut dyn Txn, id: HeldId) -> Result<BTreeSet<Feed>, HubError> {
        match self {
            Self::Release => hub.release_in(txn, id, false),
            Self::Repair => hub.release_in(txn, id, true),
            Self::SendBack | Self::Drop => hub.send_back_in(txn, id),
        }
    }
}

/// Does what was decided, noted in the audit.
pub(crate) async fn decide(central: &Arc<Central>, who: Who, id: HeldId, decision: Decision) -> Result<(), ApiError> {
    let grown = change(central, who, move |central, txn, by| {
        rows::lock_directory(txn)?;
        let document = Hub::held_document(txn, id)?;
        let grown = decision.run(central.hub(), txn, id)?;
        note(txn, by, &format!("held.{}", decision.name()), &document)?;
        Ok::<_, HubError>(grown)
    });
    central.hub().wake(&grown.await?);
    Ok(())
}

fn note(txn: &mut dyn Txn, by: By<'_>, what: &str, document: &HeldDocument) -> Result<(), HubError> {
    let subject = format!("held {}: {} of site {}", document.id, document.root, document.site);
    audit::append(
        txn,
        by.at,
        audit::Change { who: by.who, what, subject: &subject, from: &document.reason.text, to: "" },
    )?;
    Ok(())
}
