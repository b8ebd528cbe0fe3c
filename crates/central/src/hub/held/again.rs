//! Another try for held documents, when what they waited for has arrived.

use std::collections::{BTreeSet, HashMap};

use sitesync_core::catalogue::{Catalogue, Class};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::ownership::Actor;
use sitesync_core::record::Record;
use sitesync_core::world::successor;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Space, Txn};

use super::keep::{COUNT, for_key, hold, lives_on, read, take};
use super::truth::tell_taken;
use super::{HeldDocument, HeldId, Reason, present};
use crate::hub::commit::{self, Commit, Written};
use crate::hub::context::Context;
use crate::hub::jobs::{self, Job};
use crate::hub::{HubError, incoming, rows};

/// Orders another try for the documents that waited for what this commit wrote.
pub(crate) fn wake(commit: &mut Commit<'_>) -> Result<(), HubError> {
    if rows::count(commit.world.txn, COUNT)? == 0 {
        return Ok(());
    }
    // Also what this commit itself holds: a later document of it may be what an earlier one waits for.
    let mut arrived = BTreeSet::new();
    for Written { key, new, .. } in &commit.written {
        let shown = new.facts.makes_visible.as_ref().filter(|_| new.live);
        if new.live {
            arrived.insert(key.clone());
        }
        // A merge and a join show the record that stays.
        for key in shown.into_iter().chain(new.merged_into.is_some().then_some(key)) {
            arrived.insert(key.clone());
            arrived.insert(successor(&mut commit.world, key)?);
        }
    }
    for key in arrived {
        for (row, _) in commit.world.txn.rows(Space::HeldFor, &for_key(&key, None), None, usize::MAX)? {
            let id = row.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
            if let Some(held) = id {
                jobs::add(commit.world.txn, &Job::Retry { held })?;
                commit.report.jobs = true;
            }
        }
    }
    Ok(())
}

/// Judges a held document anew, as its site. It is held again if it still cannot be taken.
pub(crate) fn retry(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    id: HeldId,
    at: Millis,
) -> Result<BTreeSet<Feed>, HubError> {
    let Some(document) = read(txn, id)? else { return Ok(BTreeSet::new()) };
    if !lives_on(txn, &document)? {
        // The file that goes on does not know of it, and may have written the same records: a person decides.
        return Ok(BTreeSet::new());
    }
    let context = Context::retry(catalogue, Actor::Site(document.site), at);
    match overtaken(txn, catalogue, &document)? {
        None => release_as(txn, &context, id),
        Some(key) => {
            let reason = Reason::overtaken(&key);
            if let Some(document) = take(txn, id)? {
                let before = document.before();
                hold(txn, &context, &document.root, document.changes, reason, Some(before))?;
            }
            Ok(BTreeSet::new())
        }
    }
}

/// A record of the document that was changed since it was held, or that someone else than its sender wrote last. Columns of records
/// that several sites edit are merged, so they are not overtaken.
fn overtaken(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    document: &HeldDocument,
) -> Result<Option<RecordKey>, HubError> {
    let keys = document.keys();
    let now = present(txn, keys.clone())?;
    let records = txn.records(&keys)?;
    let world = StoreWorld::new(txn, catalogue);
    for ((key, seen), record) in now.into_iter().zip(records) {
        let Some(record) = record.filter(Record::is_live) else { continue };
        if matches!(world.read(&record)?.facts.class, Class::Patient | Class::Shared) {
            continue;
        }
        if record.source != document.site || !document.seen.contains(&(key.clone(), seen)) {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

pub(super) fn release_as(txn: &mut dyn Txn, context: &Context, id: HeldId) -> Result<BTreeSet<Feed>, HubError> {
    let Some(document) = take(txn, id)? else { return Ok(BTreeSet::new()) };
    let (before, keys) = (document.before(), document.keys());
    let mut changes: Vec<_> = incoming::parse_all(context.catalogue, document.changes);
    if context.strict {
        // A person has looked at it: what was put aside is taken like any other document.
        changes.iter_mut().for_each(|change| change.change.aside = None);
    }
    let again = HashMap::from([(document.root, before)]);
    let report = commit::apply(txn, context, &changes, again)?;
    let mut grown = report.grown;
    if report.held.is_empty() {
        grown.extend(tell_taken(txn, document.site, &keys)?);
    }
    Ok(grown)
}
