//! Drops what the site should no longer hold: withdrawn records, and what it held only through a store that went elsewhere.

use std::collections::HashSet;

use sitesync_core::catalogue::{Catalogue, Class};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, Record, Role, link_target};
use sitesync_store::world::StoreWorld;
use sitesync_store::{PageLimit, Txn, write};

use super::documents::rest_of_documents;
use super::feeds::{forget_reading, readings};
use super::records::{Why, is_unsent, put_aside, unsent};
use super::state::{self, State};
use super::{Site, SiteError, look};

/// Entries in one transaction.
const CHUNK: usize = 5_000;

impl Site {
    /// What was held only through a store that went elsewhere is dropped, once the site's own tail is acknowledged (EXCHANGE A20).
    pub(crate) fn drop_lost_feeds(&self) -> Result<(), SiteError> {
        let now = self.clock.now();
        let lost: Vec<_> = {
            let snapshot = self.store.snapshot()?;
            readings(&*snapshot)?.into_iter().filter(|(_, reading)| reading.lost).map(|(feed, _)| feed).collect()
        };
        lost.iter().try_for_each(|feed| self.drop_feed(feed, now))
    }

    fn drop_feed(&self, feed: &Feed, now: Millis) -> Result<(), SiteError> {
        // Names last: a patient goes only when nothing that refers to it is left.
        for names in [false, true] {
            let mut after = Some(0);
            while let Some(from) = after {
                after = write(&*self.store, |txn| {
                    let state = state::state(txn)?;
                    if unsent(txn, &state)? > 0 || state.attempt.is_some() {
                        return Ok::<_, SiteError>(None);
                    }
                    drop_part(txn, &state, feed, from, names, now)
                })?;
            }
        }
        write(&*self.store, |txn| {
            let state = state::state(txn)?;
            if unsent(txn, &state)? == 0 && state.attempt.is_none() {
                drop_unconfirmed(txn, &state, feed, now)?;
                forget_reading(txn, feed)?;
            }
            Ok(())
        })
    }
}

/// Drops a part of a feed: names, or all but names. Where to go on.
fn drop_part(
    txn: &mut dyn Txn,
    state: &State,
    feed: &Feed,
    after: u64,
    names: bool,
    now: Millis,
) -> Result<Option<u64>, SiteError> {
    let page = txn.page(feed, after, PageLimit { entries: CHUNK, bytes: usize::MAX })?;
    let next = page.last().map(|last| last.entry.number);
    let mut keys: Vec<_> =
        page.into_iter().map(|page| page.entry.key).filter(|key| (&*key.table == "name") == names).collect();
    // Whole documents go at a time, also lines that stand in no feed yet.
    keys.extend(rest_of_documents(txn, Catalogue::embedded(), &keys, |_| Ok(true))?);
    referrers_first(&mut keys);
    // The entries tell what was confirmed, so they are asked before they go.
    let refused = refused(txn, &keys)?;
    txn.remove_entries(feed, &keys)?;
    drop_all(txn, state, &keys, &refused, now)?;
    Ok(next)
}

/// What the site wrote in a store that went elsewhere meanwhile is in no feed of its own: the central server holds it for a person.
/// The same is true of patients that were visible only there, and of what was sent from there to others.
fn drop_unconfirmed(txn: &mut dyn Txn, state: &State, feed: &Feed, now: Millis) -> Result<(), SiteError> {
    let keys = written(txn)?;
    let records = txn.records(&keys)?.into_iter().flatten();
    let read: Vec<_> = readings(txn)?.into_iter().filter(|(_, reading)| !reading.lost).map(|(feed, _)| feed).collect();
    let elsewhere = |home: &Feed| home == feed || !read.contains(home);
    let mut keys: Vec<_> = records.filter(|record| elsewhere(&record.home)).map(|record| record.key).collect();
    referrers_first(&mut keys);
    let refused = refused(txn, &keys)?;
    drop_all(txn, state, &keys, &refused, now)
}

/// A store went elsewhere and came back before it was dropped, perhaps before the site knew. It is read whole now: what the site had
/// sent and is not in it was not taken.
pub(super) fn drop_untaken(txn: &mut dyn Txn, state: &State, feed: &Feed, now: Millis) -> Result<(), SiteError> {
    let keys = written(txn)?;
    let (entries, records) = (txn.entries_of(&keys)?, txn.records(&keys)?);
    let untaken = |(record, entries): &(Record, Vec<Entry>)| {
        record.home == *feed && !is_unsent(state, entries) && entries.iter().all(|entry| entry.feed == Feed::Changes)
    };
    let found = records.into_iter().zip(entries).filter_map(|(record, entries)| Some((record?, entries)));
    let mut keys: Vec<_> = found.filter(untaken).map(|(record, _)| record.key).collect();
    referrers_first(&mut keys);
    keys.iter().try_for_each(|key| drop_unless_held(txn, state, key, Some((Why::NotTaken, now))))
}

/// The records on the site's list of changes.
fn written(txn: &mut dyn Txn) -> Result<Vec<RecordKey>, SiteError> {
    let page = txn.page(&Feed::Changes, 0, PageLimit { entries: usize::MAX, bytes: usize::MAX })?;
    Ok(page.into_iter().map(|page| page.entry.key).collect())
}

fn drop_all(
    txn: &mut dyn Txn,
    state: &State,
    keys: &[RecordKey],
    refused: &HashSet<RecordKey>,
    now: Millis,
) -> Result<(), SiteError> {
    keys.iter().try_for_each(|key| drop_unless_held(txn, state, key, refused.contains(key).then_some((Why::Left, now))))
}

/// The records whose version was sent and never confirmed. The central server holds it, or a person has given it back already: then
/// this is the only copy, and it is put aside before it is dropped.
fn refused(txn: &mut dyn Txn, keys: &[RecordKey]) -> Result<HashSet<RecordKey>, SiteError> {
    let records = txn.records(keys)?;
    let entries = txn.entries_of(keys)?;
    let mut world = StoreWorld::new(txn, Catalogue::embedded());
    let mut refused = HashSet::new();
    for (record, entries) in records.into_iter().zip(entries) {
        if let Some(record) = record
            && was_refused(&mut world, &record, &entries)?
        {
            refused.insert(record.key);
        }
    }
    Ok(refused)
}

/// A version that was sent and never confirmed in a feed was refused. Merged versions of shared records are no refusal.
pub(super) fn was_refused(world: &mut StoreWorld<'_>, record: &Record, entries: &[Entry]) -> Result<bool, SiteError> {
    let sent = entries.iter().any(|entry| entry.feed == Feed::Changes);
    let confirmed = entries.iter().any(|entry| entry.feed != Feed::Changes && entry.hash == record.hash);
    if !sent || confirmed || !record.is_live() {
        return Ok(false);
    }
    let class = world.read(record)?.facts.class;
    Ok(!matches!(class, Class::Patient | Class::Shared))
}

/// What refers comes before what is referred to, so that a patient goes with its documents.
pub(crate) fn referrers_first(keys: &mut [RecordKey]) {
    let order = |table: &str| Catalogue::embedded().table(table).map_or(usize::MAX, |table| table.order);
    keys.sort_by_key(|key| std::cmp::Reverse(order(&key.table)));
}

/// Drops a record that no feed of the site holds, unless a record of its own refers to it. With a time, its version was sent and
/// refused, and is put aside first.
pub(crate) fn drop_unless_held(
    txn: &mut dyn Txn,
    state: &State,
    key: &RecordKey,
    aside: Option<(Why, Millis)>,
) -> Result<(), SiteError> {
    let keys = std::slice::from_ref(key);
    let entries = look::entries(txn, key)?;
    let withdrawn = entries.iter().any(|entry| entry.kind == EntryKind::Withdraw)
        || entries.iter().all(|entry| entry.feed == Feed::Changes);
    let live = entries.iter().any(|entry| entry.feed != Feed::Changes && entry.kind == EntryKind::Put);
    if live || !withdrawn || is_unsent(state, &entries) {
        return Ok(());
    }
    if entries.iter().any(|entry| entry.kind == EntryKind::Delete) || is_referred_to(txn, key)? {
        return Ok(());
    }
    if let Some(record) = look::record(txn, key)?.filter(Record::is_live) {
        if let Some((why, at)) = aside {
            put_aside(txn, &record, why, at)?;
        }
        txn.forget_records(keys)?;
        txn.remove_entries(&Feed::Changes, keys)?;
        // A patient that was withdrawn earlier stayed for this record alone, perhaps.
        for link in record.links.iter().filter(|link| link.role == Role::Name) {
            drop_unless_held(txn, state, &RecordKey::new("name", link.target.clone()), None)?;
        }
    }
    Ok(())
}

/// Lines of a header that went are nothing by themselves: those that no feed holds are put aside, and go too.
pub(super) fn drop_orphans(txn: &mut dyn Txn, header: &RecordKey, now: Millis) -> Result<(), SiteError> {
    let alone = !Catalogue::embedded().has_relatives(&header.table);
    if alone || look::record(txn, header)?.is_some() {
        return Ok(());
    }
    for line in txn.linked(Role::Parent, &link_target(header), None, usize::MAX)? {
        let keys = std::slice::from_ref(&line);
        let entries = look::entries(txn, &line)?;
        let record = look::record(txn, &line)?;
        if let Some(record) = record.filter(|_| entries.iter().all(|entry| entry.feed == Feed::Changes)) {
            put_aside(txn, &record, Why::Rewound, now)?;
            txn.forget_records(keys)?;
            txn.remove_entries(&Feed::Changes, keys)?;
        }
    }
    Ok(())
}

/// A patient stays as long as a record of the site's own names it.
fn is_referred_to(txn: &mut dyn Txn, key: &RecordKey) -> Result<bool, SiteError> {
    if &*key.table != "name" {
        return Ok(false);
    }
    let naming = txn.linked(Role::Name, &key.id, None, usize::MAX)?;
    let records = txn.records(&naming)?;
    Ok(records.into_iter().flatten().any(|record| record.is_live()))
}
