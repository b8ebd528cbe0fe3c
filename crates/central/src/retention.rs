//! How long the log of exchanges is kept: a setting. What removes the rows is [`crate::hub`].

use serde::{Deserialize, Serialize};
use sitesync_store::{Result, Snapshot, Space, StoreError, Txn};

use crate::audit::{self, Change};
use crate::auth::SettingsError;
use crate::auth::settings::in_range;
use crate::sites::{By, rows};

const ROW: &[u8] = b"log.settings";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Days for which exchanges that moved something or went wrong are kept.
    pub log_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { log_days: 90 }
    }
}

/// What is in force; the default if nothing was stored.
pub fn get(snapshot: &dyn Snapshot) -> Result<Retention> {
    match snapshot.row(Space::Meta, ROW)? {
        None => Ok(Retention::default()),
        Some(row) => serde_json::from_slice(&row)
            .map_err(|error| StoreError::Damaged(format!("the settings of the log: {error}"))),
    }
}

/// Stores it, and notes who changed it.
pub fn set(txn: &mut dyn Txn, by: By<'_>, wanted: Retention) -> Result<(), SettingsError> {
    in_range("log_days", wanted.log_days.into(), 1, 3650)?;
    rows::lock_directory(txn)?;
    let before = get(txn)?;
    if before == wanted {
        return Ok(());
    }
    let row = serde_json::to_vec(&wanted).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Meta, ROW, &row)?;
    let (from, to) = (format!("{} days", before.log_days), format!("{} days", wanted.log_days));
    let change = Change { who: by.who, what: "settings.log", subject: "settings", from: &from, to: &to };
    audit::append(txn, by.at, change)?;
    Ok(())
}
