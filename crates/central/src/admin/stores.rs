//! Stores, and on which site each is active. The site is a column of the store record; its change is a commit like any other,
//! and takes the subscriptions with it (EXCHANGE A20).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sitesync_core::catalogue::Facts;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_core::record::Record;
use sitesync_store::Txn;
use sitesync_store::world::StoreWorld;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::change;
use crate::audit;
use crate::hub::{Hub, HubError};
use crate::server::Central;
use crate::sites::{self, By, DeviceType, rows};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StoreParams {
    /// Begin after this id.
    after: Option<String>,
    /// At most so many, 1000 if not given.
    limit: Option<usize>,
}

/// A store.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoreLine {
    id: String,
    code: String,
    name: String,
    /// The record of the facility in `name`.
    facility: Option<String>,
    disabled: bool,
    /// Where it is active.
    site: u32,
    /// Empty if there is no such site.
    site_name: String,
}

/// Stores by id, with the site where each is active.
#[utoipa::path(get, path = "/api/stores", tag = "stores", params(StoreParams),
    responses((status = 200, body = Vec<StoreLine>)))]
pub(super) async fn list(
    State(central): State<Arc<Central>>,
    Query(params): Query<StoreParams>,
) -> Result<Json<Vec<StoreLine>>, ApiError> {
    let lines = blocking(move || {
        let snapshot = central.store().snapshot()?;
        let limit = params.limit.unwrap_or(1000).min(10_000);
        let mut lines = Vec::new();
        for record in snapshot.table("store", params.after.as_deref(), limit)? {
            let mut line = line(&central, &record)?;
            let site = sites::get(&*snapshot, SiteId(line.site))?;
            line.site_name = site.map(|site| site.name).unwrap_or_default();
            lines.push(line);
        }
        Ok::<_, HubError>(lines)
    });
    lines.await.map(Json)
}

fn line(central: &Central, record: &Record) -> Result<StoreLine, HubError> {
    let body = StoreWorld::body(record)?;
    let facts = Facts::read(central.hub().catalogue().table("store"), &record.key, &body);
    let text = |column: &str| body.get(column).and_then(|value| value.as_str()).unwrap_or("").to_owned();
    Ok(StoreLine {
        id: record.key.id.to_string(),
        code: text("code"),
        name: text("name"),
        facility: facts.facility.map(Into::into),
        disabled: body.get("disabled").and_then(|value| value.as_bool()).unwrap_or(false),
        site: facts.active_on.unwrap_or(SiteId::CENTRAL).0,
        site_name: String::new(),
    })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    store: String,
    site: u32,
}

/// Where the store is active now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Moved {
    store: String,
    site: u32,
    /// Where it was before.
    from: u32,
}

/// Move a store to another site, which alone may edit its records from then on.
#[utoipa::path(post, path = "/api/stores/move", tag = "stores", request_body = Move,
    responses((status = 200, body = Moved)))]
pub(super) async fn move_to(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<Move>,
) -> Result<Json<Moved>, ApiError> {
    run(&central, who, wanted.store, SiteId(wanted.site)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    store: String,
}

/// Take a store from its site: it is active on the central server then.
#[utoipa::path(post, path = "/api/stores/remove", tag = "stores", request_body = Remove,
    responses((status = 200, body = Moved)))]
pub(super) async fn remove(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<Remove>,
) -> Result<Json<Moved>, ApiError> {
    run(&central, who, wanted.store, SiteId::CENTRAL).await
}

async fn run(central: &Arc<Central>, who: Who, store: String, to: SiteId) -> Result<Json<Moved>, ApiError> {
    let moved = change(central, who, move |central, txn, by| move_store(central, txn, by, &store, to));
    let (moved, grown) = moved.await?;
    central.hub().wake(&grown);
    Ok(Json(moved))
}

type Grown = std::collections::BTreeSet<sitesync_core::ids::Feed>;

fn move_store(
    central: &Central,
    txn: &mut dyn Txn,
    by: By<'_>,
    store: &str,
    to: SiteId,
) -> Result<(Moved, Grown), HubError> {
    rows::lock_directory_and(txn, to)?;
    let key = RecordKey::new("store", store);
    let record = txn.records(std::slice::from_ref(&key))?.pop().flatten().filter(Record::is_live);
    let record = record.ok_or_else(|| store_unknown(store))?;
    let from = line(central, &record)?.site;
    if from != to.0 {
        may_take(txn, store, to)?;
    }
    let incoming = central.hub().parse(vec![active_on(&key, to)?]);
    let report = central.hub().edit_in(txn, Actor::Site(SiteId::CENTRAL), &incoming)?;
    if report.written > 0 {
        let (from, to, subject) = (format!("site {from}"), format!("site {to}"), format!("store {store}"));
        let noted = audit::Change { who: by.who, what: "store.move", subject: &subject, from: &from, to: &to };
        audit::append(txn, by.at, noted)?;
    }
    Ok((Moved { store: store.to_owned(), site: to.0, from }, report.grown))
}

fn active_on(store: &RecordKey, site: SiteId) -> Result<Change, HubError> {
    let body = serde_json::value::to_raw_value(&json!({ "sync_id_remote_site": site }));
    let put = body.map_err(|error| HubError::Stored(error.to_string()))?;
    let (table, id) = (store.table.clone(), store.id.clone());
    Ok(Change { table, id, put: Some(put), delete: false, partial: true, aside: None })
}

fn store_unknown(store: &str) -> HubError {
    HubError::asked("store_unknown", format!("There is no store {store}."), "Look at the list of stores.")
}

/// A mobile site has one store only.
fn may_take(txn: &dyn Txn, store: &str, to: SiteId) -> Result<(), HubError> {
    let site = sites::get(txn, to)?.ok_or_else(|| {
        HubError::asked("site_unknown", format!("There is no site {to}."), "Look at the list of sites.")
    })?;
    let others = Hub::stores_of_site(txn, to)?.into_iter().filter(|other| **other != *store).count();
    if site.device_type != Some(DeviceType::Mobile) || others == 0 {
        return Ok(());
    }
    Err(HubError::asked(
        "mobile_has_store",
        format!("Site {to} ({}) is mobile and can have one store only; it has one already.", site.name),
        "Remove its store first, or choose another site.",
    ))
}
