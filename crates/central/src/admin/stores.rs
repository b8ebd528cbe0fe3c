//! Stores, and on which site each is active. How one gets to another site is decided in [`crate::stores`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use sitesync_core::catalogue::Facts;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::record::Record;
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::change;
use crate::hub::HubError;
use crate::server::Central;
use crate::sites;
use crate::stores::{self, HandOverLine, MoveReport, Moving};

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
pub(crate) struct StoreLine {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) name: String,
    /// The record of the facility in `name`.
    pub(crate) facility: Option<String>,
    pub(crate) disabled: bool,
    /// Where it is active.
    pub(crate) site: u32,
    /// Empty if there is no such site.
    pub(crate) site_name: String,
    /// If it is being handed over to another site: how far that is.
    pub(crate) leaving: Option<HandOverLine>,
}

/// Stores by id, with the site where each is active.
#[utoipa::path(get, path = "/api/stores", tag = "stores", params(StoreParams),
    responses((status = 200, body = Vec<StoreLine>)))]
pub(super) async fn list(
    State(central): State<Arc<Central>>,
    Query(params): Query<StoreParams>,
) -> Result<Json<Vec<StoreLine>>, ApiError> {
    let limit = params.limit.unwrap_or(1000).min(10_000);
    blocking(move || lines(&central, params.after.as_deref(), limit)).await.map(Json)
}

/// Stores by id, after `after`.
pub(crate) fn lines(central: &Central, after: Option<&str>, limit: usize) -> Result<Vec<StoreLine>, HubError> {
    let snapshot = central.store().snapshot()?;
    let mut leaving = stores::leaving_by_store(&*snapshot, central.hub())?;
    let mut names = HashMap::new();
    let mut lines = Vec::new();
    for record in snapshot.table("store", after, limit)? {
        let mut line = line(central, &record)?;
        line.site_name = match names.entry(line.site) {
            Entry::Occupied(known) => String::clone(known.get()),
            Entry::Vacant(free) => free.insert(site_name(&*snapshot, line.site)?).clone(),
        };
        line.leaving = leaving.remove(&*line.id);
        lines.push(line);
    }
    Ok(lines)
}

/// One store.
pub(crate) fn line_of(central: &Central, id: &str) -> Result<StoreLine, HubError> {
    let snapshot = central.store().snapshot()?;
    let record = snapshot.records(&[RecordKey::new("store", id)])?.pop().flatten().filter(Record::is_live);
    let unknown =
        || HubError::asked("store_unknown", format!("There is no store {id}."), "Look at the list of stores.");
    let line = line(central, &record.ok_or_else(unknown)?)?;
    let leaving = stores::leaving_by_store(&*snapshot, central.hub())?.remove(id);
    Ok(StoreLine { site_name: site_name(&*snapshot, line.site)?, leaving, ..line })
}

fn site_name(snapshot: &dyn Snapshot, site: u32) -> Result<String, HubError> {
    Ok(sites::get(snapshot, SiteId(site))?.map(|site| site.name).unwrap_or_default())
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
        leaving: None,
    })
}

/// Move a store without waiting for its site: for devices that are lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakeOver {
    /// The code of the store, so that nobody does it to another one by mistake.
    code: String,
    reason: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    store: String,
    site: u32,
    take_over_now: Option<TakeOver>,
}

/// What became of the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It was active there already.
    Unchanged,
    /// It is active there now.
    Moved,
    /// It is active there once its site has sent the rest.
    Leaving,
    CalledOff,
    /// It is active there now, and its former site was not waited for.
    TakenOver,
}

/// Where the store is active now, and what became of the move.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Moved {
    store: String,
    outcome: Outcome,
    site: u32,
    /// Where it was before.
    from: u32,
    hand_over: Option<HandOverLine>,
}

/// Move a store to another site. If its site is in use, it is handed over: it stays active there until that site has sent everything,
/// and is active on the other one then. If not, it is moved at once.
#[utoipa::path(post, path = "/api/stores/move", tag = "stores", request_body = Move,
    responses((status = 200, body = Moved)))]
pub(super) async fn move_to(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<Move>,
) -> Result<Json<Moved>, ApiError> {
    run(&central, who, wanted.store, SiteId(wanted.site), wanted.take_over_now).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    store: String,
    take_over_now: Option<TakeOver>,
}

/// Take a store from its site: it goes to the central server in the same way as to another site.
#[utoipa::path(post, path = "/api/stores/remove", tag = "stores", request_body = Remove,
    responses((status = 200, body = Moved)))]
pub(super) async fn remove(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<Remove>,
) -> Result<Json<Moved>, ApiError> {
    run(&central, who, wanted.store, SiteId::CENTRAL, wanted.take_over_now).await
}

async fn run(
    central: &Arc<Central>,
    who: Who,
    store: String,
    to: SiteId,
    now: Option<TakeOver>,
) -> Result<Json<Moved>, ApiError> {
    let id = store.clone();
    let moved = change(central, who, move |central, txn, by| match &now {
        Some(TakeOver { code, reason }) => stores::take_over_now(txn, central.hub(), by, &store, to, code, reason),
        None => stores::begin_move(txn, central.hub(), by, &store, to),
    });
    told(central, id, to, moved.await?).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallOff {
    store: String,
}

/// Call off the hand-over of a store, as long as the other site has not taken it over. It stays where it is.
#[utoipa::path(post, path = "/api/stores/call-off", tag = "stores", request_body = CallOff,
    responses((status = 200, body = Moved)))]
pub(super) async fn call_off(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<CallOff>,
) -> Result<Json<Moved>, ApiError> {
    let id = wanted.store.clone();
    let ended =
        change(&central, who, move |central, txn, by| stores::call_off(txn, central.hub(), by, &wanted.store)).await?;
    let stays = ended.from;
    told(&central, id, stays, ended).await
}

/// The answer, once the change is stored.
async fn told(central: &Arc<Central>, store: String, to: SiteId, report: MoveReport) -> Result<Json<Moved>, ApiError> {
    report.wake(central.hub());
    let central = central.clone();
    let from = report.from;
    let (outcome, site, hand_over) = match report.moving {
        Moving::Unchanged => (Outcome::Unchanged, from, None),
        Moving::Moved => (Outcome::Moved, to, None),
        Moving::Leaving(hand_over) => (Outcome::Leaving, from, Some(hand_over)),
        Moving::CalledOff(hand_over) => (Outcome::CalledOff, from, Some(hand_over)),
        Moving::TakenOver(hand_over) => (Outcome::TakenOver, to, Some(hand_over)),
    };
    let line = blocking(move || match hand_over {
        Some(hand_over) => HandOverLine::of(&*central.store().snapshot()?, central.hub(), &hand_over).map(Some),
        None => Ok::<_, HubError>(None),
    });
    Ok(Json(Moved { store, outcome, site: site.0, from: from.0, hand_over: line.await? }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HandOverParams {
    /// Only those that are in progress, or whose store the new site is still reading.
    #[serde(default)]
    under_way: bool,
    /// At most so many, 100 if not given.
    limit: Option<usize>,
}

/// Hand-overs of stores, the newest first, with the step at which each is.
#[utoipa::path(get, path = "/api/hand-overs", tag = "stores", params(HandOverParams),
    responses((status = 200, body = Vec<HandOverLine>)))]
pub(super) async fn hand_overs(
    State(central): State<Arc<Central>>,
    Query(params): Query<HandOverParams>,
) -> Result<Json<Vec<HandOverLine>>, ApiError> {
    let limit = params.limit.unwrap_or(100).min(10_000);
    let lines = blocking(move || {
        let snapshot = central.store().snapshot()?;
        if !params.under_way {
            return stores::hand_overs(&*snapshot, central.hub(), limit);
        }
        let lines = stores::under_way(&*snapshot, central.hub())?;
        Ok::<_, HubError>(lines.into_iter().rev().take(limit).collect())
    });
    lines.await.map(Json)
}
