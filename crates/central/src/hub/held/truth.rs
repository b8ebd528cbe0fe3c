//! Tells a site what the central server has of records of which the site's version was not taken.

use std::collections::BTreeSet;

use sitesync_core::ids::{Feed, ReaderId, RecordKey, SiteId};
use sitesync_core::record::EntryKind;
use sitesync_store::{NewEntry, Txn};

use super::Reason;
use crate::hub::{Hub, HubError};

/// A site that is not the owner gets the owner's version again; its own is held, and it keeps a copy put aside. So does one that was
/// overtaken: it gets the whole document as it is here, also that a new line of its own is not in it.
pub(crate) fn correct_sender(
    txn: &mut dyn Txn,
    site: SiteId,
    keys: &[RecordKey],
    reason: &Reason,
) -> Result<BTreeSet<Feed>, HubError> {
    if !reason.is_refusal() && !reason.is_overtaken() {
        return Ok(BTreeSet::new());
    }
    let stores = Hub::stores_of_site(txn, site)?;
    if reason.is_overtaken() {
        return tell_truth(txn, keys, &stores);
    }
    let entries = txn.entries_of(keys)?;
    let read = |feed: &Feed| *feed == Feed::Central || matches!(feed, Feed::Store(id) if stores.contains(id));
    let live = keys
        .iter()
        .zip(entries)
        .filter(|(_, entries)| entries.iter().any(|entry| entry.kind == EntryKind::Put && read(&entry.feed)));
    let keys: Vec<_> = live.map(|(key, _)| key.clone()).collect();
    tell_truth(txn, &keys, &stores)
}

/// What a site sent is stored, and stands in no feed of its own: it is told so, and drops its copy. The commit that takes a push
/// tells it of what it writes; this is for versions that were stored before, or that a person or an arrival released.
pub(crate) fn tell_taken(txn: &mut dyn Txn, site: SiteId, keys: &[RecordKey]) -> Result<BTreeSet<Feed>, HubError> {
    let stores = Hub::stores_of_site(txn, site)?;
    let Some(feed) = stores.first().cloned().map(Feed::Store) else { return Ok(BTreeSet::new()) };
    let mine = |feed: &Feed| *feed == Feed::Central || matches!(feed, Feed::Store(id) if stores.contains(id));
    let entries = txn.entries_of(keys)?;
    let source = ReaderId::native(site).number();
    let mut told = Vec::new();
    for ((key, entries), record) in keys.iter().zip(entries).zip(txn.records(keys)?) {
        let shown = entries.iter().any(|entry| entry.kind == EntryKind::Put && mine(&entry.feed));
        if let Some(record) = record.filter(|_| !shown) {
            let kind = if record.is_live() { EntryKind::Withdraw } else { EntryKind::Delete };
            told.push(NewEntry { key: key.clone(), kind, hash: Default::default(), source });
        }
    }
    if told.is_empty() {
        return Ok(BTreeSet::new());
    }
    txn.append(&feed, &told)?;
    Ok(BTreeSet::from([feed]))
}

/// New entries in feeds of the site, so that it reads what the central server holds of these records, or that it holds none.
pub(super) fn tell_truth(
    txn: &mut dyn Txn,
    keys: &[RecordKey],
    stores: &[Box<str>],
) -> Result<BTreeSet<Feed>, HubError> {
    let mut grown = BTreeSet::new();
    let entries = txn.entries_of(keys)?;
    let records = txn.records(keys)?;
    for ((key, entries), record) in keys.iter().zip(entries).zip(records) {
        let mine = |feed: &Feed| *feed == Feed::Central || matches!(feed, Feed::Store(id) if stores.contains(id));
        let live = entries.iter().find(|entry| entry.kind == EntryKind::Put && mine(&entry.feed));
        let ended = entries.iter().find(|entry| mine(&entry.feed)).map(|entry| entry.feed.clone());
        let elsewhere = ended.or_else(|| stores.first().cloned().map(Feed::Store));
        // What was deleted is told as that: a withdrawn patient may be kept, a deleted one not.
        let end = if record.is_some_and(|record| !record.is_live()) { EntryKind::Delete } else { EntryKind::Withdraw };
        let (feed, kind, hash) = match (live, elsewhere) {
            (Some(entry), _) => (entry.feed.clone(), EntryKind::Put, entry.hash),
            (None, Some(feed)) => (feed, end, Default::default()),
            (None, None) => continue,
        };
        txn.append(&feed, &[NewEntry { key: key.clone(), kind, hash, source: 0 }])?;
        grown.insert(feed);
    }
    Ok(grown)
}
