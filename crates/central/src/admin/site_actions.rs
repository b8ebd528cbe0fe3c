//! What is done to a site beside its form: password, devices, blocks; and what is asked about it: check and log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_core::ids::SiteId;
use sitesync_pages::Words;
use sitesync_web::accounts::generated_password;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Path, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use super::guard::{change, refuse};
use super::overview::{SiteLine, count_active};
use super::sites::{SiteWithPassword, shown};
use crate::auth::{HashedSecret, Secret, settings};
use crate::hub::{Moved, Phases};
use crate::server::Central;
use crate::sites::{self, CheckLine, Level, SiteError};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The version of the site that the change was made from.
    version: u64,
    /// Made up and returned if none is given.
    password: Option<String>,
}

/// The password as it is stored; takes its time, so it is done before a transaction.
pub(crate) async fn hashed(central: &Arc<Central>, password: String) -> Result<HashedSecret, ApiError> {
    let secret = Secret::of_password(&password).ok_or_else(|| {
        refuse(StatusCode::BAD_REQUEST, "password_empty", "The password is empty.", "Give one, or have one made up.")
    })?;
    let central = central.clone();
    blocking(move || {
        let cost = settings::get(&*central.store().snapshot()?)?.hash_cost;
        HashedSecret::new(&secret, cost, central.random())
    })
    .await
}

/// Set the password of a site. Its device stops until it is given the new one.
#[utoipa::path(post, path = "/api/sites/{site}/password", tag = "sites", params(("site" = u32, Path)),
    request_body = PasswordChange, responses((status = 200, body = SiteWithPassword)))]
pub(super) async fn set_password(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
    Body(wanted): Body<PasswordChange>,
) -> Result<Json<SiteWithPassword>, ApiError> {
    let made_up = wanted.password.is_none().then(|| generated_password(central.random()));
    let password = made_up.clone().or(wanted.password).unwrap_or_default();
    let (id, secret) = (SiteId(site), hashed(&central, password).await?);
    let set = change(&central, who, move |_, txn, by| sites::set_password(txn, by, id, wanted.version, secret.clone()));
    set.await?;
    Ok(Json(SiteWithPassword { site: shown(&central, id).await?, password: made_up }))
}

/// Let another device take over the site. The present one is refused from now on.
#[utoipa::path(post, path = "/api/sites/{site}/reset-hardware", tag = "sites", params(("site" = u32, Path)),
    responses((status = 200, body = SiteLine)))]
pub(super) async fn reset_hardware(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
) -> Result<Json<SiteLine>, ApiError> {
    let id = SiteId(site);
    change(&central, who, move |_, txn, by| sites::reset_hardware(txn, by, id)).await?;
    shown(&central, id).await.map(Json)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    hardware_id: String,
}

/// Allow a device again that was replaced. It can bind itself if no other device is bound.
#[utoipa::path(post, path = "/api/sites/{site}/allow-former-device", tag = "sites", params(("site" = u32, Path)),
    request_body = Device, responses((status = 200, body = SiteLine)))]
pub(super) async fn allow_former_device(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
    Body(device): Body<Device>,
) -> Result<Json<SiteLine>, ApiError> {
    let id = SiteId(site);
    let allowed = change(&central, who, move |_, txn, by| sites::allow_former_device(txn, by, id, &device.hardware_id));
    allowed.await?;
    shown(&central, id).await.map(Json)
}

/// Lift blocks after wrong passwords.
#[utoipa::path(post, path = "/api/sites/{site}/unblock", tag = "sites", params(("site" = u32, Path)),
    responses((status = 200, body = SiteLine)))]
pub(super) async fn unblock(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
) -> Result<Json<SiteLine>, ApiError> {
    let id = SiteId(site);
    change(&central, who, move |_, txn, by| sites::unblock(txn, by, id)).await?;
    shown(&central, id).await.map(Json)
}

/// Could this site connect now, and if not, what is to be done?
#[utoipa::path(get, path = "/api/sites/{site}/check", tag = "sites", params(("site" = u32, Path)),
    responses((status = 200, body = Vec<CheckLine>)))]
pub(super) async fn check(
    State(central): State<Arc<Central>>,
    Path(site): Path<u32>,
) -> Result<Json<Vec<CheckLine>>, ApiError> {
    blocking(move || connection(&central, SiteId(site))).await.map(Json)
}

/// What is stored about it, and whether the site can be reached at this moment. The central server never calls a site; one that holds
/// a request open is answered, and comes at once.
pub(crate) fn connection(central: &Central, site: SiteId) -> Result<Vec<CheckLine>, SiteError> {
    central.gate().flush_contacts(central.store())?;
    let snapshot = central.store().snapshot()?;
    let stores = count_active(&*snapshot, site)?;
    let mut lines = sites::connectable(&*snapshot, site, stores, central.clock().now())?;
    if site != SiteId::CENTRAL {
        let (level, words) = match central.waiters().call(site) {
            true => (Level::Good, "connection-called"),
            false => (Level::Notice, "connection-not-waiting"),
        };
        lines.push(CheckLine::new("waiting", level, Words::new(words)));
    }
    Ok(lines)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogParams {
    /// At most so many, 100 if not given.
    limit: Option<usize>,
}

/// An exchange that moved something, or went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogLine {
    at: i64,
    /// Records that the site sent and that changed something; sent but equal; documents held; entries it was sent.
    received: u64,
    unchanged: u64,
    held: u64,
    sent: u64,
    /// `refused` if the site was turned away before it could exchange anything.
    outcome: String,
    /// How long it took here, in milliseconds: in all, and until the request had come, had its turn, was stored, until the reply was
    /// read and packed.
    took: i64,
    phases: PhasesLine,
    /// Bytes of the records that came and went, before they are packed.
    bytes_in: u64,
    bytes_out: u64,
    /// Why it was turned away, and how often since that was noted before.
    refusal: Option<String>,
    times: u64,
}

/// In milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PhasesLine {
    received: i64,
    waited: i64,
    stored: i64,
    prepared: i64,
    packed: i64,
}

impl From<Phases> for PhasesLine {
    fn from(Phases { received, waited, stored, prepared, packed }: Phases) -> Self {
        Self { received, waited, stored, prepared, packed }
    }
}

impl From<Moved> for LogLine {
    fn from(moved: Moved) -> Self {
        Self {
            at: moved.at,
            received: moved.received,
            unchanged: moved.unchanged,
            held: moved.held,
            sent: moved.sent,
            outcome: moved.outcome,
            took: moved.took,
            phases: moved.phases.into(),
            bytes_in: moved.bytes_in,
            bytes_out: moved.bytes_out,
            refusal: moved.refusal,
            times: moved.times,
        }
    }
}

/// The exchanges of a site, newest first.
#[utoipa::path(get, path = "/api/sites/{site}/log", tag = "sites", params(("site" = u32, Path), LogParams),
    responses((status = 200, body = Vec<LogLine>)))]
pub(super) async fn log(
    State(central): State<Arc<Central>>,
    Path(site): Path<u32>,
    Query(params): Query<LogParams>,
) -> Result<Json<Vec<LogLine>>, ApiError> {
    let id = SiteId(site);
    let lines = blocking(move || {
        if sites::get(&*central.store().snapshot()?, id)?.is_none() {
            return Err(ApiError::from(SiteError::NotFound(id)));
        }
        central.flush()?;
        let lines = central.hub().log(id, params.limit.unwrap_or(100).min(10_000))?;
        Ok(lines.into_iter().rev().map(LogLine::from).collect())
    });
    lines.await.map(Json)
}
