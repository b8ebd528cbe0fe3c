//! Batches of a push that wait for their commit: one push of each site at a time, and not without end.

use serde::{Deserialize, Serialize};
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::{Change, StageRequest};
use sitesync_store::{Snapshot, Space, Txn};

use super::{HubError, rows};

/// The most batches of one push.
const BATCHES_MAX: u32 = 4_000;

/// The most bytes of them. A site cuts its commits at half of this.
const BYTES_MAX: u64 = 128 << 20;

/// The longest name of a push.
const NAME_MAX: usize = 64;

/// What is staged of a site. It stands before the batches, and goes with them.
#[derive(Default, Serialize, Deserialize)]
struct Tally {
    push: String,
    bytes: u64,
}

/// Stores a batch. Batches of another push are thrown away first (EXCHANGE B5).
pub(super) fn put(txn: &mut dyn Txn, site: SiteId, request: &StageRequest) -> Result<(), HubError> {
    if request.push.is_empty() || request.push.len() > NAME_MAX || request.index >= BATCHES_MAX {
        return Err(HubError::asked(
            "batch_unreadable",
            "A batch names its push (1 to 64 characters) and its index.",
            "Update the program on the site.",
        ));
    }
    let stored: Tally = rows::get(txn, Space::Staged, &tally_key(site))?.unwrap_or_default();
    let mut tally = if stored.push == request.push {
        stored
    } else {
        abandon(txn, site)?;
        Tally { push: request.push.clone(), bytes: 0 }
    };
    let key = batch_key(site, &request.push, request.index);
    let before = txn.row(Space::Staged, &key)?.map_or(0, |row| row.len() as u64);
    let batch = serde_json::to_vec(&request.changes).map_err(|error| HubError::Stored(error.to_string()))?;
    tally.bytes = (tally.bytes + batch.len() as u64).saturating_sub(before);
    if tally.bytes > BYTES_MAX {
        return Err(HubError::asked(
            "push_too_large",
            format!("A push is staged up to {} MiB.", BYTES_MAX >> 20),
            "Nothing was stored. Update the program on the site: it should send less at a time.",
        ));
    }
    txn.put_row(Space::Staged, &key, &batch)?;
    rows::put(txn, Space::Staged, &tally_key(site), &tally)
}

/// The changes of the first `count` batches of a push.
pub(super) fn changes(snapshot: &dyn Snapshot, site: SiteId, push: &str, count: u32) -> Result<Vec<Change>, HubError> {
    let mut changes = Vec::new();
    for index in 0..count.min(BATCHES_MAX) {
        let batch: Option<Vec<Change>> = rows::get(snapshot, Space::Staged, &batch_key(site, push, index))?;
        changes.extend(batch.ok_or_else(|| {
            HubError::asked(
                "batch_missing",
                format!("Batch {index} of the push did not arrive."),
                "Nothing was stored; the site sends all of it again by itself.",
            )
        })?);
    }
    Ok(changes)
}

/// Throws away all that is staged of a site.
pub(super) fn abandon(txn: &mut dyn Txn, site: SiteId) -> Result<(), HubError> {
    // A few at a time: a batch may be large.
    const CHUNK: usize = 16;
    loop {
        let rows = txn.rows(Space::Staged, &rows::site_key(site), None, CHUNK)?;
        for (key, _) in &rows {
            txn.delete_row(Space::Staged, key)?;
        }
        if rows.len() < CHUNK {
            return Ok(());
        }
    }
}

/// No push has an empty name, so this is the key of no batch.
fn tally_key(site: SiteId) -> Vec<u8> {
    [&rows::site_key(site)[..], &[0]].concat()
}

fn batch_key(site: SiteId, push: &str, index: u32) -> Vec<u8> {
    [&rows::site_key(site)[..], push.as_bytes(), &[0], &index.to_be_bytes()].concat()
}
