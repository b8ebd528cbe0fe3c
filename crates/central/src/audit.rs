//! Who changed what: one row per change that an administrator (or the server by itself) made, numbered in order.
//! It is written in the same transaction as the change, so neither is there without the other.
//!
//! It is not the log of exchanges, and never holds a password: a caller says that it was set, not to what.

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_store::{Result, Snapshot, Space, StoreError, Txn};

/// The row in [`Space::Meta`] with the number given last.
const COUNTER: &[u8] = b"audit.number";

/// A change to be noted.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Who did it: the name of an account, or "server".
    pub who: &'a str,
    /// What was done, as a short stable word such as `site.edit`.
    pub what: &'a str,
    /// What it was done to, such as `site 12` or a record's table and id.
    pub subject: &'a str,
    pub from: &'a str,
    pub to: &'a str,
}

/// A noted change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditLine {
    pub number: u64,
    #[schema(value_type = i64)]
    pub at: Millis,
    pub who: String,
    pub what: String,
    pub subject: String,
    pub from: String,
    pub to: String,
}

/// Notes a change. The caller holds the lock under which audit lines are numbered (see [`crate::sites`]).
pub fn append(txn: &mut dyn Txn, at: Millis, change: Change<'_>) -> Result<u64> {
    let number = last(txn)? + 1;
    let line = AuditLine {
        number,
        at,
        who: change.who.to_owned(),
        what: change.what.to_owned(),
        subject: change.subject.to_owned(),
        from: change.from.to_owned(),
        to: change.to.to_owned(),
    };
    let row = serde_json::to_vec(&line).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Audit, &number.to_be_bytes(), &row)?;
    txn.put_row(Space::Meta, COUNTER, &number.to_be_bytes())?;
    Ok(number)
}

/// The newest lines with a number below `before` (all if none), newest first, at most `limit`.
pub fn list(snapshot: &dyn Snapshot, before: Option<u64>, limit: usize) -> Result<Vec<AuditLine>> {
    // Numbers have no gaps, except at the old end, so the page's lower end can be computed.
    let end = before.unwrap_or(u64::MAX).min(last(snapshot)? + 1);
    let below = end.saturating_sub(1).saturating_sub(limit as u64).to_be_bytes();
    let mut lines = Vec::new();
    for (_, row) in snapshot.rows(Space::Audit, b"", Some(&below), limit)? {
        let line: AuditLine =
            serde_json::from_slice(&row).map_err(|error| StoreError::Damaged(format!("an audit row: {error}")))?;
        if line.number < end {
            lines.push(line);
        }
    }
    lines.reverse();
    Ok(lines)
}

fn last(snapshot: &dyn Snapshot) -> Result<u64> {
    match snapshot.row(Space::Meta, COUNTER)? {
        None => Ok(0),
        Some(row) => match <[u8; 8]>::try_from(row.as_slice()) {
            Ok(bytes) => Ok(u64::from_be_bytes(bytes)),
            Err(_) => Err(StoreError::Damaged("the counter of audit lines".to_owned())),
        },
    }
}
