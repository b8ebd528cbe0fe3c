//! What belongs together on a site: a header with its lines, and their lines. It is sent, put aside and dropped as one.

use std::collections::HashSet;

use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::ids::RecordKey;
use sitesync_core::record::{Role, link_target};
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;

use super::{SiteError, look};

/// The header that a record stands under, and its lines.
fn relatives(
    snapshot: &dyn Snapshot,
    catalogue: &'static Catalogue,
    key: &RecordKey,
) -> Result<Vec<RecordKey>, SiteError> {
    if !catalogue.has_relatives(&key.table) {
        return Ok(Vec::new());
    }
    let mut relatives = snapshot.linked(Role::Parent, &link_target(key), None, usize::MAX)?;
    if let Some(record) = look::record(snapshot, key)? {
        let body = StoreWorld::body(&record)?;
        relatives.extend(Facts::read(catalogue.table(&key.table), key, &body).parent);
    }
    Ok(relatives)
}

/// What else belongs to the documents of these records, as far as `wanted` says so of each.
pub(super) fn rest_of_documents(
    snapshot: &dyn Snapshot,
    catalogue: &'static Catalogue,
    keys: &[RecordKey],
    mut wanted: impl FnMut(&RecordKey) -> Result<bool, SiteError>,
) -> Result<Vec<RecordKey>, SiteError> {
    let mut seen: HashSet<_> = keys.iter().cloned().collect();
    let mut queue = keys.to_vec();
    let mut rest = Vec::new();
    while let Some(key) = queue.pop() {
        for relative in relatives(snapshot, catalogue, &key)? {
            if !seen.contains(&relative) && wanted(&relative)? {
                seen.insert(relative.clone());
                rest.push(relative.clone());
                queue.push(relative);
            }
        }
    }
    Ok(rest)
}
