//! The hub's own rows, as JSON in the store: how they are keyed, read and written.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::protocol::{CommitId, EPOCHS_MAX, EpochCommit};
use sitesync_store::{Snapshot, Space, Txn};

use super::HubError;

/// Reads a row that holds JSON.
pub(crate) fn get<T: DeserializeOwned>(
    snapshot: &dyn Snapshot,
    space: Space,
    key: &[u8],
) -> Result<Option<T>, HubError> {
    snapshot.row(space, key)?.map(|bytes| decode(&bytes)).transpose()
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HubError> {
    serde_json::from_slice(bytes).map_err(|error| HubError::Stored(error.to_string()))
}

pub(crate) fn put<T: Serialize>(txn: &mut dyn Txn, space: Space, key: &[u8], value: &T) -> Result<(), HubError> {
    let bytes = serde_json::to_vec(value).map_err(|error| HubError::Stored(error.to_string()))?;
    Ok(txn.put_row(space, key, &bytes)?)
}

/// Which life of the database this is, and what it looked like when each began (EXCHANGE A11).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Epoch {
    pub number: u64,
    /// For each epoch after the first, the heads of all feeds as restored.
    pub restored: BTreeMap<u64, BTreeMap<Feed, u64>>,
}

impl Epoch {
    pub(crate) fn first() -> Self {
        Self { number: 1, restored: BTreeMap::new() }
    }

    /// The highest entry of a feed that a reader who last saw epoch `seen` can still rely on; `None` if nothing was restored since.
    pub(crate) fn restored_head(&self, feed: &Feed, seen: u64) -> Option<u64> {
        let since = self.restored.range(seen.saturating_add(1)..);
        since.map(|(_, heads)| heads.get(feed).copied().unwrap_or(0)).min()
    }
}

pub(crate) fn epoch(snapshot: &dyn Snapshot) -> Result<Option<Epoch>, HubError> {
    get(snapshot, Space::Meta, b"epoch")
}

pub(crate) fn put_epoch(txn: &mut dyn Txn, epoch: &Epoch) -> Result<(), HubError> {
    put(txn, Space::Meta, b"epoch", epoch)
}

pub(crate) fn site_key(site: SiteId) -> [u8; 4] {
    site.0.to_be_bytes()
}

/// The last commit of a site, and the epoch that took it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastCommit {
    /// Number 0 before the first.
    #[serde(flatten)]
    pub(crate) id: CommitId,
    /// 0 if an earlier version of the program took it, which did not note this.
    #[serde(default)]
    pub(crate) epoch: u64,
    /// What it rests on: the last commit of each earlier epoch, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rests_on: Vec<EpochCommit>,
}

impl LastCommit {
    /// The commit that follows this one. Who restores more often than it remembers has differences put aside where one would win.
    pub(crate) fn followed_by(self, id: CommitId, epoch: u64) -> Self {
        let mut rests_on = self.rests_on;
        if self.id.number > 0 && self.epoch != epoch {
            rests_on.push(EpochCommit { epoch: self.epoch, number: self.id.number });
            rests_on.drain(..rests_on.len().saturating_sub(EPOCHS_MAX));
        }
        Self { id, epoch, rests_on }
    }
}

pub(crate) fn last_commit(snapshot: &dyn Snapshot, site: SiteId) -> Result<LastCommit, HubError> {
    Ok(get(snapshot, Space::Commit, &site_key(site))?.unwrap_or_default())
}

pub(crate) fn put_last_commit(txn: &mut dyn Txn, site: SiteId, last: &LastCommit) -> Result<(), HubError> {
    put(txn, Space::Commit, &site_key(site), last)
}

/// The next number of a counter in `Space::Meta`. Numbers are never given twice.
pub(crate) fn next_number(txn: &mut dyn Txn, counter: &str) -> Result<u64, HubError> {
    let number = get::<u64>(txn, Space::Meta, counter.as_bytes())?.unwrap_or(0) + 1;
    put(txn, Space::Meta, counter.as_bytes(), &number)?;
    Ok(number)
}

/// A counter that may also go down; used for "is there any at all".
pub(crate) fn count(snapshot: &dyn Snapshot, counter: &str) -> Result<u64, HubError> {
    Ok(get(snapshot, Space::Meta, counter.as_bytes())?.unwrap_or(0))
}

pub(crate) fn put_count(txn: &mut dyn Txn, counter: &str, count: u64) -> Result<(), HubError> {
    put(txn, Space::Meta, counter.as_bytes(), &count)
}
