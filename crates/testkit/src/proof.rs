//! What the sums of a site stand for: each entry carries the hash of the record that is stored beside it, unless the site knows why not.
//! Looked at after every step of a simulation; sums alone would agree over wrong records.

use std::collections::HashSet;

use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, Record, link_target};
use sitesync_remote::site::State;
use sitesync_store::{PageLimit, Snapshot, Space, Store};

use crate::country::Member;

const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

/// The records of a site that differ from what its feeds say, without anything that explains it. With `held`, the site has just
/// ended a sync: what it sent is confirmed, or among what is held of it on the central server.
pub fn unexplained(member: &Member, held: Option<&HashSet<RecordKey>>) -> Vec<String> {
    let snapshot = member.store.snapshot().expect("in memory");
    let state = member.site.state().expect("the site has a state");
    if !state.initialised {
        return Vec::new();
    }
    let lost = lost_feeds(&*snapshot);
    let keys: Vec<_> = all_keys(&*snapshot).into_iter().collect();
    let records = snapshot.records(&keys).expect("in memory");
    let entries = snapshot.entries_of(&keys).expect("in memory");
    let rows = keys.iter().zip(records).zip(entries);
    rows.filter_map(|((key, record), entries)| {
        if names_another_version(record.as_ref(), &entries) {
            return Some(format!("{key}: the list of changes names a version that is not stored"));
        }
        if is_own_version(record.as_ref(), &entries) && held.is_none_or(|held| held.contains(key)) {
            return None;
        }
        let fault = fault(&*snapshot, &state, &lost, key, record.as_ref(), &entries)?;
        Some(format!("{key}: {fault}"))
    })
    .collect()
}

fn all_keys(snapshot: &dyn Snapshot) -> HashSet<RecordKey> {
    let mut keys = HashSet::new();
    for feed in snapshot.feeds().expect("in memory") {
        keys.extend(snapshot.page(&feed, 0, ALL).expect("in memory").into_iter().map(|page| page.entry.key));
    }
    for (table, _) in snapshot.tables().expect("in memory") {
        keys.extend(snapshot.table(&table, None, usize::MAX).expect("in memory").into_iter().map(|record| record.key));
    }
    keys
}

/// Feeds that the site no longer reads, and has not dropped yet.
fn lost_feeds(snapshot: &dyn Snapshot) -> HashSet<Feed> {
    let rows = snapshot.rows(Space::Reading, &[], None, usize::MAX).expect("in memory");
    let lost = rows.into_iter().filter(|(_, bytes)| {
        let reading: serde_json::Value = serde_json::from_slice(bytes).expect("readings are JSON");
        reading["lost"] == true
    });
    lost.map(|(key, _)| String::from_utf8_lossy(&key).parse().expect("keys of readings are feeds")).collect()
}

/// The list of changes is what the site sends again after a restore: it names only what is stored.
fn names_another_version(record: Option<&Record>, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.feed == Feed::Changes) && !is_own_version(record, entries)
}

/// The site's own version: not sent yet, or sent and not confirmed, because the answer is on its way or the central server holds it.
fn is_own_version(record: Option<&Record>, entries: &[Entry]) -> bool {
    let hash = record.filter(|record| record.is_live()).map(|record| record.hash).unwrap_or_default();
    entries.iter().any(|entry| entry.feed == Feed::Changes && entry.hash == hash)
}

fn fault(
    snapshot: &dyn Snapshot,
    state: &State,
    lost: &HashSet<Feed>,
    key: &RecordKey,
    record: Option<&Record>,
    entries: &[Entry],
) -> Option<String> {
    let live = record.filter(|record| record.is_live());
    let read = entries.iter().filter(|entry| entry.feed != Feed::Changes);
    let asked = state.wanted.iter().any(|(_, wanted)| wanted == key) || waits(snapshot, key);
    if asked || read.clone().any(|entry| in_doubt(state, entry)) {
        return None;
    }
    let puts: Vec<_> = read.clone().filter(|entry| entry.kind == EntryKind::Put).collect();
    let (old, puts): (Vec<_>, Vec<_>) = puts.into_iter().partition(|entry| lost.contains(&entry.feed));
    match (live, puts.first()) {
        (Some(record), Some(_)) => {
            let differing = puts.iter().find(|entry| entry.hash != record.hash)?;
            Some(format!(
                "feed {} has another version ({:?}) than the one stored, {}",
                differing.feed, differing.hash, record.body
            ))
        }
        (None, Some(put)) => Some(format!("feed {} has a version, and none is stored", put.feed)),
        (Some(record), None) => {
            let named = &*key.table == "name"
                && !snapshot.linked(sitesync_core::record::Role::Name, &key.id, None, 1).expect("in memory").is_empty();
            (old.is_empty() && !named).then(|| format!("no feed holds it, and it is stored: {}", record.body))
        }
        (None, None) => None,
    }
}

/// What was asked for, or came in a page, is stored and waits for the end of the pull.
fn waits(snapshot: &dyn Snapshot, key: &RecordKey) -> bool {
    let prefix = format!("{}\u{1f}", link_target(key));
    !snapshot.rows(Space::Pulled, prefix.as_bytes(), None, 1).expect("in memory").is_empty()
}

fn in_doubt(state: &State, entry: &Entry) -> bool {
    let inside = |number: u64, above: u64, upto: u64| number > above && number <= upto;
    state.doubts.iter().any(|doubt| doubt.feed == entry.feed && inside(entry.number, doubt.above, doubt.upto))
}
