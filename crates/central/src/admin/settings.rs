//! Settings: whether sites are let in, what happens to those who guess, and how long the log is kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use sitesync_store::StoreError;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, blocking};
use utoipa::ToSchema;

use super::guard::change as run;
use crate::auth::{AuthSettings, SettingsError, settings};
use crate::place;
use crate::retention::{self, Retention};
use crate::server::Central;

/// The settings in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Settings {
    /// Whose server it is: the name of the country or organisation, shown at the top of the pages.
    place: String,
    /// Off: every site is told to try later.
    accept_sync: bool,
    /// Wrong passwords in a row until a block.
    failures_before_block: u32,
    /// How long a block lasts.
    block_ms: i64,
    /// Failures of one address with one site name in a minute, until it has to wait for the next.
    address_failures_per_minute: u32,
    /// How long a verified password is remembered in memory.
    remember_ms: i64,
    /// Days for which the log keeps exchanges that moved something or went wrong.
    log_days: u32,
}

impl Settings {
    fn of(place: String, settings: AuthSettings, kept: Retention) -> Self {
        Self {
            place,
            accept_sync: settings.accept_sync,
            failures_before_block: settings.failures_before_block,
            block_ms: settings.block_ms,
            address_failures_per_minute: settings.address_failures_per_minute,
            remember_ms: settings.remember_ms,
            log_days: kept.log_days,
        }
    }
}

/// What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsChange {
    place: Option<String>,
    accept_sync: Option<bool>,
    failures_before_block: Option<u32>,
    block_ms: Option<i64>,
    address_failures_per_minute: Option<u32>,
    remember_ms: Option<i64>,
    log_days: Option<u32>,
}

impl SettingsChange {
    fn over(&self, before: AuthSettings) -> AuthSettings {
        AuthSettings {
            accept_sync: self.accept_sync.unwrap_or(before.accept_sync),
            failures_before_block: self.failures_before_block.unwrap_or(before.failures_before_block),
            block_ms: self.block_ms.unwrap_or(before.block_ms),
            address_failures_per_minute: self.address_failures_per_minute.unwrap_or(before.address_failures_per_minute),
            remember_ms: self.remember_ms.unwrap_or(before.remember_ms),
            hash_cost: before.hash_cost,
        }
    }
}

/// The settings in force.
#[utoipa::path(get, path = "/api/settings", tag = "settings", responses((status = 200, body = Settings)))]
pub(super) async fn get(State(central): State<Arc<Central>>) -> Result<Json<Settings>, ApiError> {
    let found = blocking(move || {
        let snapshot = central.store().snapshot()?;
        Ok::<_, StoreError>(Settings::of(
            place::get(&*snapshot)?,
            settings::get(&*snapshot)?,
            retention::get(&*snapshot)?,
        ))
    });
    found.await.map(Json)
}

/// Change settings. They count at once.
#[utoipa::path(put, path = "/api/settings", tag = "settings", request_body = SettingsChange,
    responses((status = 200, body = Settings)))]
pub(super) async fn change(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(wanted): Body<SettingsChange>,
) -> Result<Json<Settings>, ApiError> {
    let changed = run(&central, who, move |_, txn, by| {
        let after = wanted.over(settings::get(txn)?);
        settings::set(txn, by, &after)?;
        let before = retention::get(txn)?;
        let kept = Retention { log_days: wanted.log_days.unwrap_or(before.log_days) };
        retention::set(txn, by, kept)?;
        if let Some(name) = &wanted.place {
            place::set(txn, by, name)?;
        }
        Ok::<_, SettingsError>(Settings::of(place::get(txn)?, after, kept))
    });
    changed.await.map(Json)
}
