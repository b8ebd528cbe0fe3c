//! Tells a site what a feed holds of records it is in doubt about: after a restore, or where a version is missing (EXCHANGE A11).

use sitesync_core::ids::{ReaderId, RecordKey};
use sitesync_core::protocol::{CompareItem, CompareReply, CompareRequest, FeedEntry, SiteInfo};
use sitesync_core::record::{Entry, EntryKind, Record, State};

use super::{Hub, HubError, pull};

/// The most records in one question.
const ITEMS_MAX: usize = 10_000;

impl Hub {
    /// Answers with one entry for each record that is asked about, in that order.
    pub fn compare(&self, site: &SiteInfo, request: &CompareRequest) -> Result<CompareReply, HubError> {
        let snapshot = self.store.snapshot()?;
        if !Hub::feeds_of(&*snapshot, ReaderId::native(site.id))?.contains(&request.feed) {
            return Ok(CompareReply { entries: Vec::new(), lost: true });
        }
        let items = &request.items[..request.items.len().min(ITEMS_MAX)];
        let keys: Vec<_> =
            items.iter().map(|item| RecordKey { table: item.table.clone(), id: item.id.clone() }).collect();
        let records = snapshot.records(&keys)?;
        let entries = snapshot.entries_of(&keys)?;
        let mut differing = Vec::new();
        for (((item, key), record), entries) in items.iter().zip(&keys).zip(records).zip(entries) {
            let entry = entries.into_iter().find(|entry| entry.feed == request.feed);
            differing.push(difference(item, key, record, entry)?);
        }
        Ok(CompareReply { entries: differing, lost: false })
    }
}

fn difference(
    item: &CompareItem,
    key: &RecordKey,
    record: Option<Record>,
    entry: Option<Entry>,
) -> Result<FeedEntry, HubError> {
    let Some(entry) = entry else {
        return Ok(FeedEntry { withdraw: true, ..pull::plain(0, key) });
    };
    let mut told = pull::plain(entry.number, key);
    match entry.kind {
        EntryKind::Put if entry.hash == item.hash => told.same = Some(entry.hash),
        EntryKind::Put => told.put = Some(pull::raw(record.as_ref().map(|record| &*record.body), key)?),
        EntryKind::Withdraw => told.withdraw = true,
        EntryKind::Delete => {
            told.delete = true;
            told.into = record.and_then(|record| match record.state {
                State::Merged(into) => Some(into),
                State::Live | State::Deleted => None,
            });
        }
    }
    Ok(told)
}
