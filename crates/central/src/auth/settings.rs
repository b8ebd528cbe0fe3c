//! The settings of authentication: one row, read with every login, so that a change counts at once and on every machine.

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_store::{Result, Snapshot, Space, StoreError, Txn};

use crate::audit::{self, Change};
use crate::sites::{By, rows};

const ROW: &[u8] = b"auth.settings";

/// What argon2id costs. Stored with each secret, so a change counts for passwords set from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for HashCost {
    /// About 20 ms on a small server.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// Who is let in, and what happens to those who guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthSettings {
    /// "Enabling sync". Off: every site is told to try later.
    pub accept_sync: bool,
    /// Wrong passwords in a row until a block.
    pub failures_before_block: u32,
    /// How long a block lasts.
    pub block_ms: Millis,
    /// Failures of one address with one site name in a minute, until it has to wait for the next.
    pub address_failures_per_minute: u32,
    /// How long a verified secret is remembered in memory.
    pub remember_ms: Millis,
    pub hash_cost: HashCost,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            accept_sync: true,
            failures_before_block: 5,
            block_ms: 3_600_000,
            address_failures_per_minute: 20,
            remember_ms: 900_000,
            hash_cost: HashCost::default(),
        }
    }
}

/// Why settings are not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    #[error("{field} must be from {from} to {to}")]
    OutOfRange { field: &'static str, from: i64, to: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthSettings {
    /// Until when a block lasts, if it still does. A clock that was set back must not make an hour a year: what reaches further than
    /// twice the length of a block was not written by this clock. Twice, so that a small step back does not end a block.
    pub fn block_in_force(&self, until: Option<Millis>, now: Millis) -> Option<Millis> {
        until.filter(|&until| until > now && until.saturating_sub(now) <= self.block_ms.saturating_mul(2))
    }

    fn check(&self) -> Result<(), SettingsError> {
        in_range("failures_before_block", self.failures_before_block.into(), 1, 1000)?;
        in_range("block_ms", self.block_ms, 1000, 30 * 86_400_000)?;
        in_range("address_failures_per_minute", self.address_failures_per_minute.into(), 1, 100_000)?;
        in_range("remember_ms", self.remember_ms, 0, 86_400_000)?;
        in_range("hash_cost.lanes", self.hash_cost.lanes.into(), 1, 16)?;
        in_range("hash_cost.passes", self.hash_cost.passes.into(), 1, 100)?;
        // argon2 needs eight blocks a lane.
        in_range("hash_cost.memory_kib", self.hash_cost.memory_kib.into(), i64::from(self.hash_cost.lanes) * 8, 1 << 20)
    }
}

/// A number within its bounds.
pub(crate) fn in_range(field: &'static str, value: i64, from: i64, to: i64) -> Result<(), SettingsError> {
    if (from..=to).contains(&value) { Ok(()) } else { Err(SettingsError::OutOfRange { field, from, to }) }
}

/// The settings in force; the defaults if none were stored.
pub fn get(snapshot: &dyn Snapshot) -> Result<AuthSettings> {
    match snapshot.row(Space::Meta, ROW)? {
        None => Ok(AuthSettings::default()),
        Some(row) => serde_json::from_slice(&row)
            .map_err(|error| StoreError::Damaged(format!("the settings of authentication: {error}"))),
    }
}

/// Stores settings, and notes who changed them.
pub fn set(txn: &mut dyn Txn, by: By<'_>, settings: &AuthSettings) -> Result<(), SettingsError> {
    settings.check()?;
    rows::lock_directory(txn)?;
    let before = get(txn)?;
    if before == *settings {
        return Ok(());
    }
    let text =
        |settings: &AuthSettings| serde_json::to_string(settings).map_err(|error| StoreError::Other(error.to_string()));
    let (from, to) = (text(&before)?, text(settings)?);
    txn.put_row(Space::Meta, ROW, to.as_bytes())?;
    let change = Change { who: by.who, what: "settings.authentication", subject: "settings", from: &from, to: &to };
    audit::append(txn, by.at, change)?;
    Ok(())
}
