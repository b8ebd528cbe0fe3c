//! Held documents: what was refused or cannot be routed yet, kept whole with the reason (EXCHANGE A8).
//!
//! The previous version stays visible; the rest of the commit is applied. A held document is tried again when what it waits for
//! arrives, and a person may release it, send it back or drop it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sitesync_core::catalogue::{Catalogue, Class};
use sitesync_core::given::Millis;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::ownership::{Actor, Refusal};
use sitesync_core::protocol::Change;
use sitesync_core::record::{EntryKind, Record, link_target};
use sitesync_core::world::successor;
use sitesync_store::world::StoreWorld;
use sitesync_store::{NewEntry, Snapshot, Space, Txn, write};

use super::commit::{self, Commit, Context, Written};
use super::documents::documents;
use super::incoming::{self, Action, Incoming};
use super::jobs::{self, Job};
use super::{Hub, HubError, rows};

/// The number of a held document.
pub type HeldId = u64;

/// Why a document is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, for programs: malformed, refused, waits, parent_deleted, deleted, merged, aside.
    pub code: Box<str>,
    pub text: String,
    /// The record whose arrival makes it worth another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<RecordKey>,
}

impl Reason {
    fn new(code: &str, text: impl Into<String>, waits_for: Option<RecordKey>) -> Self {
        Self { code: code.into(), text: text.into(), waits_for }
    }

    pub(crate) fn malformed(text: &str) -> Self {
        Self::new("malformed", text, None)
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Waits(key) => Self::waits(key.clone()),
            // If the store comes back to the site, or the patient becomes visible, it is tried again.
            Refusal::OtherSite { store, .. } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("store", store.clone())))
            }
            Refusal::NotVisible { patient } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("name", patient.clone())))
            }
            Refusal::NotYourMessage { store: Some(store) } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("store", store.clone())))
            }
            _ => Self::new("refused", refusal.to_string(), None),
        }
    }

    pub(crate) fn waits(key: RecordKey) -> Self {
        Self::new("waits", format!("{key} has not arrived yet"), Some(key))
    }

    pub(crate) fn parent_deleted(parent: &RecordKey) -> Self {
        Self::new("parent_deleted", format!("{parent} was deleted"), Some(parent.clone()))
    }

    pub(crate) fn deleted() -> Self {
        Self::new("deleted", "it was deleted meanwhile; a deleted record stays deleted", None)
    }

    pub(crate) fn merged(into: &str) -> Self {
        Self::new("merged", format!("it was merged into {into} meanwhile"), None)
    }

    /// Someone else has changed it since: applying it by itself would undo that.
    fn overtaken(record: &RecordKey) -> Self {
        Self::new("overtaken", format!("{record} was changed by someone else meanwhile; compare both and decide"), None)
    }

    pub(crate) fn aside(why: &str) -> Self {
        Self::new("aside", why, None)
    }
}

/// A held document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeldDocument {
    pub id: HeldId,
    /// Who sent it.
    pub site: SiteId,
    pub root: RecordKey,
    pub reason: Reason,
    pub changes: Vec<Change>,
    pub since: Millis,
    /// What the central server had of each record when the document was held; no hash for what was not there.
    pub seen: Vec<(RecordKey, Hash)>,
}

/// What stays of a document that is judged again.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    id: HeldId,
    since: Millis,
    seen: Vec<(RecordKey, Hash)>,
}

impl HeldDocument {
    fn before(&self) -> Before {
        Before { id: self.id, since: self.since, seen: self.seen.clone() }
    }

    fn keys(&self) -> Vec<RecordKey> {
        keys_of(&self.changes)
    }
}

/// The records that are changed, each once.
fn keys_of(changes: &[Change]) -> Vec<RecordKey> {
    let keys = changes.iter().map(|change| RecordKey { table: change.table.clone(), id: change.id.clone() });
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is stored of these records now.
fn present(snapshot: &dyn Snapshot, keys: Vec<RecordKey>) -> Result<Vec<(RecordKey, Hash)>, HubError> {
    let records = snapshot.records(&keys)?;
    let hashes = records.into_iter().map(|record| record.map_or(Hash::default(), |record| record.hash));
    Ok(keys.into_iter().zip(hashes).collect())
}

impl HeldDocument {
    /// The records whose later changes join it: those it changes, and the parent of them all. What was put aside is
    /// another version of the record, for a person; it is not continued.
    fn continued_by(&self) -> BTreeSet<RecordKey> {
        if &*self.reason.code == "aside" {
            return BTreeSet::new();
        }
        self.keys().into_iter().chain([self.root.clone()]).collect()
    }
}

const COUNT: &str = "held";

/// The counter of one site's held documents.
fn count_of(site: SiteId) -> String {
    format!("held/{site}")
}

fn by_key(site: SiteId, record: &RecordKey) -> Vec<u8> {
    [&rows::site_key(site)[..], link_target(record).as_bytes()].concat()
}

fn for_key(record: &RecordKey, id: Option<HeldId>) -> Vec<u8> {
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

fn add_to_counts(txn: &mut dyn Txn, site: SiteId, difference: i64) -> Result<(), HubError> {
    for counter in [COUNT.to_owned(), count_of(site)] {
        let count = rows::count(txn, &counter)?.saturating_add_signed(difference);
        rows::put_count(txn, &counter, count)?;
    }
    Ok(())
}

/// Takes a document out of the held ones.
fn take(txn: &mut dyn Txn, id: HeldId) -> Result<Option<HeldDocument>, HubError> {
    let Some(document) = read(txn, id)? else { return Ok(None) };
    txn.delete_row(Space::Held, &id.to_be_bytes())?;
    for key in document.continued_by() {
        let row = by_key(document.site, &key);
        // Another version of the record may be held too, since a rewind.
        if rows::get::<HeldId>(txn, Space::HeldBy, &row)? == Some(id) {
            txn.delete_row(Space::HeldBy, &row)?;
        }
    }
    if let Some(waits_for) = &document.reason.waits_for {
        txn.delete_row(Space::HeldFor, &for_key(waits_for, Some(id)))?;
    }
    add_to_counts(txn, document.site, -1)?;
    Ok(Some(document))
}

type Joined<'a> = (Cow<'a, [Incoming]>, HashMap<RecordKey, Before>);

/// Later changes of a held document by the same site join it, also of lines that it does not hold: they are judged together
/// with what is held, column by column.
pub(crate) fn join<'a>(txn: &mut dyn Txn, context: &Context, incoming: &'a [Incoming]) -> Result<Joined<'a>, HubError> {
    let site = context.actor.site();
    let mut again = HashMap::new();
    if rows::count(txn, &count_of(site))? == 0 {
        return Ok((Cow::Borrowed(incoming), again));
    }
    let mut earlier = Vec::new();
    for key in continuing(txn, context, incoming)? {
        let Some(id) = rows::get::<HeldId>(txn, Space::HeldBy, &by_key(site, &key))? else { continue };
        if let Some(document) = take(txn, id)? {
            again.insert(document.root.clone(), document.before());
            earlier.extend(document.changes);
        }
    }
    if earlier.is_empty() {
        return Ok((Cow::Borrowed(incoming), again));
    }
    Ok((Cow::Owned(overlay(earlier, incoming)), again))
}

/// The records under which these changes may find a held document: themselves, and the parents of their documents.
fn continuing(txn: &mut dyn Txn, context: &Context, incoming: &[Incoming]) -> Result<BTreeSet<RecordKey>, HubError> {
    let mut world = StoreWorld::new(txn, context.catalogue);
    let mut keys = BTreeSet::new();
    for document in documents(&mut world, incoming)? {
        let live = document.members.iter().map(|&at| &incoming[at]).filter(|change| !change.is_aside());
        let before = keys.len();
        keys.extend(live.map(|change| change.key.clone()));
        if keys.len() > before {
            keys.insert(document.root);
        }
    }
    Ok(keys)
}

/// The held changes with the later ones laid over them.
fn overlay(earlier: Vec<Change>, later: &[Incoming]) -> Vec<Incoming> {
    let mut held: BTreeMap<RecordKey, Incoming> =
        earlier.into_iter().map(incoming::parse).map(|change| (change.key.clone(), change)).collect();
    let later: Vec<_> = later
        .iter()
        .map(|change| match (change.is_aside(), held.contains_key(&change.key)) {
            (false, true) => held.remove(&change.key).map_or_else(|| change.clone(), |held| over(held, change)),
            _ => change.clone(),
        })
        .collect();
    held.into_values().chain(later).collect()
}

/// A partial change completes the held one; any other replaces it.
fn over(held: Incoming, later: &Incoming) -> Incoming {
    let (Ok(Action::Put { body: old, partial: old_partial }), Ok(Action::Put { body, partial: true })) =
        (held.action, &later.action)
    else {
        return later.clone();
    };
    let mut joined = old;
    joined.extend(body.clone());
    let text = normal::canonical(&joined);
    let mut change = later.change.clone();
    change.put = RawValue::from_string(text).ok();
    change.partial = old_partial;
    Incoming { key: later.key.clone(), change, action: Ok(Action::Put { body: joined, partial: old_partial }) }
}

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

fn release_as(txn: &mut dyn Txn, context: &Context, id: HeldId) -> Result<BTreeSet<Feed>, HubError> {
    let Some(document) = take(txn, id)? else { return Ok(BTreeSet::new()) };
    let before = document.before();
    let mut changes: Vec<_> = document.changes.into_iter().map(incoming::parse).collect();
    if context.strict {
        // A person has looked at it: what was put aside is taken like any other document.
        changes.iter_mut().for_each(|change| change.change.aside = None);
    }
    let again = HashMap::from([(document.root, before)]);
    Ok(commit::apply(txn, context, &changes, again)?.grown)
}

impl Hub {
    /// Held documents by number, above `after`.
    pub fn held(&self, after: Option<HeldId>, limit: usize) -> Result<Vec<HeldDocument>, HubError> {
        let after = after.map(u64::to_be_bytes);
        let rows = self.store.snapshot()?.rows(Space::Held, &[], after.as_ref().map(|key| &key[..]), limit)?;
        rows.iter().map(|(_, bytes)| rows::decode(bytes)).collect()
    }

    /// The number of held documents: of all sites, or of one.
    pub fn held_count(&self, site: Option<SiteId>) -> Result<u64, HubError> {
        let snapshot = self.store.snapshot()?;
        match site {
            Some(site) => count(&*snapshot, site),
            None => rows::count(&*snapshot, COUNT),
        }
    }

    /// Applies a held document: as its site, or with `repair` against the rules of ownership.
    ///
    /// # Errors
    /// [`HubError::Refused`] if it still cannot be taken; it stays held.
    pub fn release(&self, id: HeldId, repair: bool) -> Result<(), HubError> {
        let grown = write(&*self.store, |txn| self.release_in(txn, id, repair))?;
        self.wake(&grown);
        Ok(())
    }

    /// The same in the caller's transaction; the caller wakes readers of the feeds it returns.
    pub(crate) fn release_in(&self, txn: &mut dyn Txn, id: HeldId, repair: bool) -> Result<BTreeSet<Feed>, HubError> {
        let document = read(txn, id)?.ok_or_else(|| unknown(id))?;
        let actor = if repair { Actor::Repair } else { Actor::Site(document.site) };
        let context = Context { strict: true, ..Context::retry(self.catalogue, actor, self.clock.now()) };
        release_as(txn, &context, id)
    }

    /// One held document.
    pub fn held_document(snapshot: &dyn Snapshot, id: HeldId) -> Result<HeldDocument, HubError> {
        read(snapshot, id)?.ok_or_else(|| unknown(id))
    }

    /// Gives a document up: its site gets what the central server has, and keeps its own version put aside.
    pub fn send_back(&self, id: HeldId) -> Result<(), HubError> {
        let grown = write(&*self.store, |txn| self.send_back_in(txn, id))?;
        self.wake(&grown);
        Ok(())
    }

    /// The same in the caller's transaction; the caller wakes readers of the feeds it returns.
    pub(crate) fn send_back_in(&self, txn: &mut dyn Txn, id: HeldId) -> Result<BTreeSet<Feed>, HubError> {
        let document = take(txn, id)?.ok_or_else(|| unknown(id))?;
        let stores = Hub::stores_of_site(txn, document.site)?;
        tell_truth(txn, &document.keys(), &stores)
    }
}

fn unknown(id: HeldId) -> HubError {
    HubError::asked(
        "held_unknown",
        format!("There is no held document {id}."),
        "It may have been released by itself. Look at the list of held documents.",
    )
}

/// New entries in feeds of the site, so that it reads what the central server holds of these records, or that it holds none.
fn tell_truth(txn: &mut dyn Txn, keys: &[RecordKey], stores: &[Box<str>]) -> Result<BTreeSet<Feed>, HubError> {
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
