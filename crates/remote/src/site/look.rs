//! Looks at one record of the data file.

use sitesync_core::ids::RecordKey;
use sitesync_core::record::{Entry, Record};
use sitesync_store::{Snapshot, StoreError};

/// The record, if it was ever here.
pub(super) fn record(snapshot: &dyn Snapshot, key: &RecordKey) -> Result<Option<Record>, StoreError> {
    Ok(snapshot.records(std::slice::from_ref(key))?.pop().flatten())
}

/// Its entries in all feeds.
pub(super) fn entries(snapshot: &dyn Snapshot, key: &RecordKey) -> Result<Vec<Entry>, StoreError> {
    Ok(snapshot.entries_of(std::slice::from_ref(key))?.pop().unwrap_or_default())
}
