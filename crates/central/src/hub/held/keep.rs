//! Puts documents among the held ones and takes them out again; counts them.

use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::protocol::Change;
use sitesync_core::record::link_target;
use sitesync_store::{Snapshot, Space, Txn};

use super::{Before, HeldDocument, HeldId, Reason, keys_of, present};
use crate::hub::context::Context;
use crate::hub::{HubError, rows};

/// The counter of all held documents.
pub(super) const COUNT: &str = "held";

/// The counter of one site's held documents.
pub(super) fn count_of(site: SiteId) -> String {
    format!("held/{site}")
}

pub(super) fn by_key(site: SiteId, record: &RecordKey) -> Vec<u8> {
    [&rows::site_key(site)[..], link_target(record).as_bytes()].concat()
}

pub(super) fn for_key(record: &RecordKey, id: Option<HeldId>) -> Vec<u8> {
    let mut key = [link_target(record).as_bytes(), &[0x1f]].concat();
    if let Some(id) = id {
        key.extend(id.to_be_bytes());
    }
    key
}

pub(crate) fn read(snapshot: &dyn Snapshot, id: HeldId) -> Result<Option<HeldDocument>, HubError> {
    rows::get(snapshot, Space::Held, &id.to_be_bytes())
}

/// The number of documents held of a site.
pub(crate) fn count(snapshot: &dyn Snapshot, site: SiteId) -> Result<u64, HubError> {
    rows::count(snapshot, &count_of(site))
}

/// Keeps a document. `before` is its number and date if it was held already.
pub(crate) fn hold(
    txn: &mut dyn Txn,
    context: &Context,
    root: &RecordKey,
    changes: Vec<Change>,
    reason: Reason,
    before: Option<Before>,
) -> Result<HeldId, HubError> {
    let mut before = match before {
        Some(before) => before,
        None => Before { id: rows::next_number(txn, "held_ids")?, since: context.at, seen: Vec::new() },
    };
    let (id, since) = (before.id, before.since);
    let site = context.actor.site();
    if let Some(waits_for) = &reason.waits_for {
        txn.put_row(Space::HeldFor, &for_key(waits_for, Some(id)), &[])?;
    }
    let new = keys_of(&changes).into_iter().filter(|key| before.seen.iter().all(|(seen, _)| seen != key)).collect();
    before.seen.extend(present(txn, new)?);
    let document = HeldDocument { id, site, root: root.clone(), reason, changes, since, seen: before.seen };
    for key in document.continued_by() {
        rows::put(txn, Space::HeldBy, &by_key(site, &key), &id)?;
    }
    rows::put(txn, Space::Held, &id.to_be_bytes(), &document)?;
    add_to_counts(txn, site, 1)?;
    Ok(id)
}

/// Another data file of the site goes on, which may not know what is held: its changes stand beside that, and replace none of it.
pub(crate) fn end_life(txn: &mut dyn Txn, site: SiteId) -> Result<(), HubError> {
    for (row, _) in txn.rows(Space::HeldBy, &rows::site_key(site), None, usize::MAX)? {
        txn.delete_row(Space::HeldBy, &row)?;
    }
    Ok(())
}

/// Whether the data file that sent this document is the one that goes on.
pub(super) fn lives_on(snapshot: &dyn Snapshot, document: &HeldDocument) -> Result<bool, HubError> {
    is_found_by(snapshot, document, &document.root)
}

/// Whether later changes of this record find this document. Another version of it may be held too, since a rewind.
fn is_found_by(snapshot: &dyn Snapshot, document: &HeldDocument, key: &RecordKey) -> Result<bool, HubError> {
    Ok(rows::get::<HeldId>(snapshot, Space::HeldBy, &by_key(document.site, key))? == Some(document.id))
}

fn add_to_counts(txn: &mut dyn Txn, site: SiteId, difference: i64) -> Result<(), HubError> {
    for counter in [COUNT.to_owned(), count_of(site)] {
        let count = rows::count(txn, &counter)?.saturating_add_signed(difference);
        rows::put_count(txn, &counter, count)?;
    }
    Ok(())
}

/// Takes a document out of the held ones.
pub(super) fn take(txn: &mut dyn Txn, id: HeldId) -> Result<Option<HeldDocument>, HubError> {
    let Some(document) = read(txn, id)? else { return Ok(None) };
    txn.delete_row(Space::Held, &id.to_be_bytes())?;
    for key in document.continued_by() {
        if is_found_by(txn, &document, &key)? {
            txn.delete_row(Space::HeldBy, &by_key(document.site, &key))?;
        }
    }
    if let Some(waits_for) = &document.reason.waits_for {
        txn.delete_row(Space::HeldFor, &for_key(waits_for, Some(id)))?;
    }
    add_to_counts(txn, document.site, -1)?;
    Ok(Some(document))
}
