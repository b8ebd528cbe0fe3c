//! Writing records: many at once, all or nothing, by the same rules of ownership as sites.
//!
//! `repair` is the one exception to these rules: somebody mends what a site cannot. It is named, and noted as what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_core::record::{Record, State as RecordState};
use sitesync_store::Txn;
use sitesync_store::world::StoreWorld;
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::change;
use super::records::not_private;
use crate::audit;
use crate::hub::{HubError, Incoming, Report};
use crate::server::Central;
use crate::sites::{By, rows};

/// Up to so many records are noted one by one; more are an import, and noted as one.
const NOTED_SINGLY_MAX: usize = 100;

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
    let incoming = blocking(move || {
        for change in &changes {
            not_private(&parsing, &change.table)?;
        }
        let changes = changes.into_iter().map(RecordChange::into_change).collect::<Result<_, HubError>>()?;
        Ok::<_, HubError>(parsing.hub().parse(changes))
    });
    let incoming = incoming.await?;
    let actor = if params.repair { Actor::Repair } else { Actor::Site(SiteId::CENTRAL) };
    let report = change(&central, who, move |central, txn, by| edit_noted(central, txn, by, actor, &incoming));
    let report = report.await?;
    central.hub().wake(&report.grown);
    Ok(Json(Written { written: report.written, unchanged: report.unchanged }))
}

impl RecordChange {
    fn into_change(self) -> Result<Change, HubError> {
        let Self { table, id, data, delete, merge_into } = self;
        let (put, delete, partial) = match (data, delete, merge_into) {
            (Some(data), false, None) => (Some(data), false, true),
            (None, true, None) => (None, true, false),
            (None, false, Some(into)) => {
                let body = serde_json::value::to_raw_value(&serde_json::json!({ "into": into }));
                (Some(body.map_err(|error| HubError::Stored(error.to_string()))?), true, false)
            }
            _ => {
                return Err(HubError::asked(
                    "change_ambiguous",
                    format!("The change of {table} {id} does not say one thing."),
                    "Nothing was stored. Give each record exactly one of data, delete and merge_into.",
                ));
            }
        };
        Ok(Change { table, id, put, delete, partial, aside: None })
    }
}

fn edit_noted(
    central: &Central,
    txn: &mut dyn Txn,
    by: By<'_>,
    actor: Actor,
    incoming: &[Incoming],
) -> Result<Report, HubError> {
    rows::lock_directory(txn)?;
    let keys: Vec<_> = incoming.iter().map(|change| change.key.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    if keys.len() > NOTED_SINGLY_MAX {
        let report = central.hub().edit_in(txn, actor, incoming)?;
        note_many(txn, by, actor, &keys, &report)?;
        return Ok(report);
    }
    let before = txn.records(&keys)?;
    let report = central.hub().edit_in(txn, actor, incoming)?;
    let after = txn.records(&keys)?;
    for ((key, before), after) in keys.iter().zip(before).zip(after) {
        note_one(txn, by, actor, key, before.as_ref(), after.as_ref())?;
    }
    Ok(report)
}

fn note_one(
    txn: &mut dyn Txn,
    by: By<'_>,
    actor: Actor,
    key: &RecordKey,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Result<(), HubError> {
    if before == after {
        return Ok(());
    }
    let what = match (before.filter(|before| before.is_live()), after.map(|after| &after.state)) {
        _ if actor == Actor::Repair => "record.repair",
        (_, Some(RecordState::Merged(_))) => "record.merge",
        (_, None | Some(RecordState::Deleted)) => "record.delete",
        (None, Some(RecordState::Live)) => "record.create",
        (Some(_), Some(RecordState::Live)) => "record.edit",
    };
    // Names of columns and no values: some hold passwords.
    let columns = differing(before, after)?.join(", ");
    let (subject, to) = (key.to_string(), columns);
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: &subject, from: "", to: &to })?;
    Ok(())
}

fn differing(before: Option<&Record>, after: Option<&Record>) -> Result<Vec<String>, HubError> {
    let body = |record: Option<&Record>| match record {
        Some(record) => StoreWorld::body(record),
        None => Ok(serde_json::Map::new()),
    };
    let (before, after) = (body(before)?, body(after)?);
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    Ok(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}

fn note_many(txn: &mut dyn Txn, by: By<'_>, actor: Actor, keys: &[RecordKey], report: &Report) -> Result<(), HubError> {
    if report.written == 0 {
        return Ok(());
    }
    let mut tables: BTreeMap<&str, u64> = BTreeMap::new();
    for key in keys {
        *tables.entry(&key.table).or_default() += 1;
    }
    let counted: Vec<_> = tables.iter().map(|(table, count)| format!("{table}: {count}")).collect();
    let what = if actor == Actor::Repair { "records.repair" } else { "records.edit" };
    let (subject, to) = (format!("{} records", report.written), counted.join(", "));
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: &subject, from: "", to: &to })?;
    Ok(())
}
