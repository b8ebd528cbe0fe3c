//! Records as people meet them: finding one, saying who may edit it and why it is where it is, and changing it.
//!
//! The API and the pages are two doors to these functions. What is decided is decided in `core`; what is written, by the hub.

mod edit;
mod may;
mod why;

pub(crate) use edit::{Edit, One, edit_noted};
pub(crate) use may::{may_edit, may_make, refusal_words};
pub(crate) use why::{FeedWhy, Reader, Why, why};

use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::Snapshot;

use crate::hub::HubError;

/// A record that is there, or was.
pub(crate) fn find(snapshot: &dyn Snapshot, catalogue: &Catalogue, key: &RecordKey) -> Result<Record, HubError> {
    not_private(catalogue, &key.table)?;
    let found = snapshot.records(std::slice::from_ref(key))?.pop().flatten();
    found.ok_or_else(|| {
        HubError::asked("record_unknown", format!("There is no record {key}."), "Check the table and the id.")
    })
}

/// Records that hold secrets are reached by their own doors only.
pub(crate) fn not_private(catalogue: &Catalogue, table: &str) -> Result<(), HubError> {
    if !catalogue.is_private(table) {
        return Ok(());
    }
    let message = format!("Records of {table} hold secrets and are not shown or written here.");
    Err(HubError::asked("table_private", message, "Use the users of the central server."))
}

/// Whether a table holds users and their rights.
pub(crate) fn is_of_user(table: &str) -> bool {
    matches!(table, "user" | "user_store" | "om_user_permission")
}

/// The version of a record: its hash, or nothing where there is no live record.
pub(crate) fn version(record: Option<&Record>) -> String {
    record.filter(|record| record.is_live()).map(|record| record.hash.to_string()).unwrap_or_default()
}
