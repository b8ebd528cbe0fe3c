//! Held documents: what was refused or cannot be routed yet, kept whole with the reason (EXCHANGE A8).
//!
//! The previous version stays visible; the rest of the commit is applied. A held document is tried again when what it waits for
//! arrives, and a person may release it, send it back or drop it.

mod again;
mod join;
mod keep;
mod person;
mod reason;
mod truth;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::protocol::Change;
use sitesync_store::Snapshot;

use super::HubError;

pub(crate) use again::{retry, wake};
pub(crate) use join::join;
pub(crate) use keep::{count, end_life, hold};
pub use reason::Reason;
pub(crate) use truth::{correct_sender, tell_taken};

/// The number of a held document.
pub type HeldId = u64;

/// A held document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeldDocument {
    pub id: HeldId,
    /// Who sent it.
    pub site: SiteId,
    pub root: RecordKey,
    pub reason: Reason,
    pub changes: Vec<Change>,
    pub since: Millis,
    /// What the central server had of each record when the document was held; no hash for what was not there.
    pub seen: Vec<(RecordKey, Hash)>,
}

/// What stays of a document that is judged again.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    id: HeldId,
    since: Millis,
    seen: Vec<(RecordKey, Hash)>,
}

impl HeldDocument {
    fn before(&self) -> Before {
        Before { id: self.id, since: self.since, seen: self.seen.clone() }
    }

    fn keys(&self) -> Vec<RecordKey> {
        keys_of(&self.changes)
    }
}

/// The records that are changed, each once.
fn keys_of(changes: &[Change]) -> Vec<RecordKey> {
    let keys = changes.iter().map(|change| RecordKey { table: change.table.clone(), id: change.id.clone() });
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is stored of these records now.
fn present(snapshot: &dyn Snapshot, keys: Vec<RecordKey>) -> Result<Vec<(RecordKey, Hash)>, HubError> {
    let records = snapshot.records(&keys)?;
    let hashes = records.into_iter().map(|record| record.map_or(Hash::default(), |record| record.hash));
    Ok(keys.into_iter().zip(hashes).collect())
}

impl HeldDocument {
    /// The records whose later changes join it: those it changes, and the parent of them all. What was put aside is
    /// another version of the record, for a person; it is not continued.
    fn continued_by(&self) -> BTreeSet<RecordKey> {
        if &*self.reason.code == "aside" {
            return BTreeSet::new();
        }
        self.keys().into_iter().chain([self.root.clone()]).collect()
    }
}
