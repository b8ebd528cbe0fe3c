//! Reads pages of feeds for a site, all in one snapshot (EXCHANGE A2).

use std::collections::HashSet;

use serde_json::value::RawValue;
use sitesync_core::ids::{Feed, ReaderId, RecordKey};
use sitesync_core::protocol::{Cursor, FeedEntry, FeedPage};
use sitesync_core::record::{EntryKind, FeedState};
use sitesync_store::{PageEntry, PageLimit, Snapshot};

use super::HubError;
use super::subscription::Reading;

/// Beyond this, what is left is estimated: counting a million entries for each page would take longer than the page.
const COUNTED_MAX: u64 = 10_000;

/// The most that one reply holds, whatever the site asks for.
pub(crate) const ENTRIES_MAX: u32 = 100_000;
pub(crate) const BYTES_MAX: u32 = 64 << 20;

/// Pages, and whether every feed was read to its head.
pub(crate) fn pull(
    snapshot: &dyn Snapshot,
    reader: ReaderId,
    epoch: u64,
    readings: &[Reading],
    mut left: PageLimit,
) -> Result<(Vec<FeedPage>, bool), HubError> {
    let mut pages = Vec::new();
    let mut complete = true;
    let mut sent = HashSet::new();
    for (at, reading) in readings.iter().enumerate() {
        let last = at + 1 == readings.len();
        let state = snapshot.feed(&reading.feed)?;
        if reading.after < state.head && (left.entries == 0 || left.bytes == 0) {
            complete = false;
            continue;
        }
        let mut entries =
            if reading.after < state.head { snapshot.page(&reading.feed, reading.after, left)? } else { Vec::new() };
        let first = reading.first(&entries);
        if first {
            // What moved since the reader began comes in a page of its own.
            entries.truncate(entries.partition_point(|entry| entry.entry.number <= reading.subscription.start));
        }
        let number = entries.last().map_or(reading.after, |last| last.entry.number);
        let behind = behind(snapshot, &reading.feed, number, &state)?;
        let cursor = Cursor { epoch, generation: reading.subscription.generation, number };
        let bytes: usize = entries.iter().map(|entry| entry.body.as_ref().map_or(0, |body| body.len())).sum();
        left.entries = left.entries.saturating_sub(entries.len());
        left.bytes = left.bytes.saturating_sub(bytes);
        complete &= behind == 0;
        let entries = entries.into_iter().filter_map(|entry| told(entry, reader, reading, &sent).transpose());
        let entries: Vec<_> = entries.collect::<Result<_, HubError>>()?;
        if !last {
            // What comes in a later feed of this reply too is named there by its hash.
            let whole = entries.iter().filter(|entry| entry.put.is_some());
            sent.extend(whole.map(|entry| RecordKey { table: entry.table.clone(), id: entry.id.clone() }));
        }
        pages.push(FeedPage {
            feed: reading.feed.clone(),
            cursor: cursor.to_string(),
            entries,
            at_head: behind == 0,
            sum: state.sum,
            live: state.live,
            behind,
            again: reading.again,
            first,
        });
    }
    Ok((pages, complete))
}

/// How many entries are left: exact when they are few, never 0 when there are any.
pub(super) fn behind(snapshot: &dyn Snapshot, feed: &Feed, number: u64, state: &FeedState) -> Result<u64, HubError> {
    if number >= state.head {
        return Ok(0);
    }
    let counted = snapshot.count_after(feed, number, COUNTED_MAX)?;
    let at_most = state.head - number;
    Ok(if counted < COUNTED_MAX { counted } else { at_most.min(state.live).max(COUNTED_MAX) })
}

/// An entry as this reader needs to hear it; nothing, if it was deleted before a reader that starts empty came.
fn told(
    page: PageEntry,
    reader: ReaderId,
    reading: &Reading,
    sent: &HashSet<RecordKey>,
) -> Result<Option<FeedEntry>, HubError> {
    let entry = page.entry;
    let subscription = &reading.subscription;
    let in_generation = entry.number > subscription.start;
    if entry.kind != EntryKind::Put && subscription.empty && !in_generation {
        return Ok(None);
    }
    let mut told = plain(entry.number, &entry.key);
    let own = entry.source == reader.number();
    match entry.kind {
        EntryKind::Put => {
            let echo = in_generation && !reading.filling && own;
            if echo || sent.contains(&entry.key) {
                told.same = Some(entry.hash);
            } else {
                told.put = Some(raw(page.body.as_deref(), &entry.key)?);
                told.taken = reading.again && own;
            }
        }
        EntryKind::Delete => {
            told.delete = true;
            told.into = page.merged_into;
            told.taken = reading.again && own;
        }
        EntryKind::Withdraw => {
            told.withdraw = true;
            told.taken = own;
        }
    }
    Ok(Some(told))
}

pub(crate) fn plain(n: u64, key: &RecordKey) -> FeedEntry {
    FeedEntry {
        n,
        table: key.table.clone(),
        id: key.id.clone(),
        put: None,
        same: None,
        delete: false,
        withdraw: false,
        taken: false,
        into: None,
    }
}

pub(crate) fn raw(body: Option<&str>, key: &RecordKey) -> Result<Box<RawValue>, HubError> {
    let body = body.ok_or_else(|| HubError::Stored(format!("{key} has an entry but no body")))?;
    RawValue::from_string(body.to_owned()).map_err(|error| HubError::Stored(format!("{key}: {error}")))
}
