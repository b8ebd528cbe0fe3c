//! A commit: judges each document of what came in, writes what is accepted, holds the rest, and routes.
//!
//! Runs inside one transaction of the store; it may be run again from the start, so it changes nothing else.

use std::collections::{BTreeSet, HashMap, HashSet};

use sitesync_core::catalogue::Class;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, ReaderId, RecordKey};
use sitesync_core::ownership::{may_merge, may_write};
use sitesync_core::record::{Record, Role, State, link_target};
use sitesync_core::routing::{Route, route, topmost};
use sitesync_core::world::{Known, World};
use sitesync_store::Txn;
use sitesync_store::world::StoreWorld;

use super::HubError;
use super::context::Context;
use super::documents::{Document, documents, parent};
use super::error::Fault;
use super::hand_over;
use super::held::{self, Before, HeldId, Reason};
use super::incoming::{Action, Incoming};
use super::reroute;
use super::subscription;
use super::version::{self, Next, Version};

/// What a commit did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Changes that came in.
    pub received: u64,
    /// Records that changed.
    pub written: u64,
    /// Records that were equal to what is stored.
    pub unchanged: u64,
    pub held: Vec<HeldId>,
    /// The feeds that have new entries.
    pub grown: BTreeSet<Feed>,
    /// There is work for [`super::Hub::work`].
    pub jobs: bool,
}

/// A record that the commit wrote.
pub(crate) struct Written {
    pub(crate) key: RecordKey,
    pub(crate) old: Option<Known>,
    pub(crate) new: Known,
    pub(crate) hash: Hash,
    /// The reader that sent this very version, or 0.
    pub(crate) source: u32,
}

pub(crate) struct Commit<'a> {
    pub(crate) world: StoreWorld<'a>,
    pub(crate) context: &'a Context,
    pub(crate) written: Vec<Written>,
    pub(crate) report: Report,
    /// Records that were sent as they are stored already.
    same: Vec<RecordKey>,
    stored: HashMap<RecordKey, Record>,
    faults: Vec<Fault>,
    /// Documents that were held before and are judged again keep their number and date.
    again: HashMap<RecordKey, Before>,
}

/// Applies `incoming`.
///
/// # Errors
/// [`HubError::Refused`] if the context is strict and something is refused.
pub(crate) fn commit(txn: &mut dyn Txn, context: &Context, incoming: &[Incoming]) -> Result<Report, HubError> {
    let (incoming, again) = held::join(txn, context, incoming)?;
    apply(txn, context, &incoming, again)
}

/// The same for documents that are already taken out of the held ones.
pub(crate) fn apply(
    txn: &mut dyn Txn,
    context: &Context,
    incoming: &[Incoming],
    again: HashMap<RecordKey, Before>,
) -> Result<Report, HubError> {
    let mut commit = Commit::begin(txn, context, incoming, again)?;
    commit.report.received = incoming.len() as u64;
    for document in documents(&mut commit.world, incoming)? {
        commit.document(&document, incoming)?;
    }
    if !commit.faults.is_empty() {
        return Err(HubError::Refused(commit.faults));
    }
    reroute::route_written(&mut commit)?;
    commit.tell_sender_of_same()?;
    commit.note_moved_stores()?;
    held::wake(&mut commit)?;
    Ok(commit.report)
}

impl<'a> Commit<'a> {
    fn begin(
        txn: &'a mut dyn Txn,
        context: &'a Context,
        incoming: &[Incoming],
        again: HashMap<RecordKey, Before>,
    ) -> Result<Self, HubError> {
        let keys: Vec<_> = incoming.iter().map(|change| change.key.clone()).collect();
        let records = txn.records(&keys)?;
        let mut world = StoreWorld::new(txn, context.catalogue);
        let mut stored = HashMap::new();
        for (key, record) in keys.into_iter().zip(records) {
            world.learn(&key, record.as_ref())?;
            if let Some(record) = record {
                stored.insert(key, record);
            }
        }
        let (written, same) = (Vec::new(), Vec::new());
        Ok(Self { world, context, written, same, report: Report::default(), stored, faults: Vec::new(), again })
    }

    /// Judges one document, and applies it or holds it whole.
    fn document(&mut self, document: &Document, incoming: &[Incoming]) -> Result<(), HubError> {
        let verdict = match aside(document, incoming) {
            Some(reason) => Err(reason),
            None => self.judge(document, incoming)?,
        };
        self.world.forget_suppositions();
        match verdict {
            Ok(versions) => self.write(versions),
            Err(reason) if self.context.strict => {
                self.faults.push(Fault { record: document.root.clone(), reason: reason.text });
                Ok(())
            }
            Err(reason) => {
                self.world.flush()?;
                self.hold(document, incoming, reason)
            }
        }
    }

    fn hold(&mut self, document: &Document, incoming: &[Incoming], reason: Reason) -> Result<(), HubError> {
        if self.context.source != 0 {
            let keys: Vec<_> = document.members.iter().map(|&at| incoming[at].key.clone()).collect();
            let site = self.context.actor.site();
            self.report.grown.extend(held::correct_sender(self.world.txn, site, &keys, &reason)?);
        }
        let changes = document.members.iter().map(|&at| incoming[at].change.clone()).collect();
        let before = self.again.remove(&document.root);
        let held = held::hold(self.world.txn, self.context, &document.root, changes, reason, before)?;
        self.report.held.push(held);
        Ok(())
    }

    /// The versions that a document makes, or why it cannot be taken.
    fn judge(&mut self, document: &Document, incoming: &[Incoming]) -> Result<Result<Vec<Version>, Reason>, HubError> {
        let mut versions = Vec::new();
        let mut same = Vec::new();
        let mut gone = deleted(document, incoming);
        for &at in &document.members {
            let change = &incoming[at];
            let next = self.next(change, &mut gone)?;
            let version = match next {
                Next::Same => {
                    same.push(change.key.clone());
                    continue;
                }
                Next::Refused(reason) => return Ok(Err(reason)),
                Next::Version(version) => *version,
            };
            if let Err(reason) = self.permit(&version)? {
                return Ok(Err(reason));
            }
            self.world.suppose(version.key.clone(), version.known(self.context));
            versions.push(version);
        }
        self.deleted_with_parent(&mut versions)?;
        if let Err(reason) = self.placed(&versions)? {
            return Ok(Err(reason));
        }
        self.report.unchanged += same.len() as u64;
        self.same.append(&mut same);
        Ok(Ok(versions))
    }

    /// The next version of one record. A line whose header is deleted beside it (one of `gone`) goes with it, stored or not.
    fn next(&mut self, change: &Incoming, gone: &mut HashSet<RecordKey>) -> Result<Next, HubError> {
        if !gone.is_empty()
            && let Some(parent) = parent(&mut self.world, &change.key, Some(change))?
            && gone.contains(&parent)
        {
            gone.insert(change.key.clone());
            return version::gone(&self.world, &change.key, self.stored.get(&change.key), State::Deleted);
        }
        version::next(&self.world, change, self.stored.get(&change.key))
    }

    fn permit(&mut self, version: &Version) -> Result<Result<(), Reason>, HubError> {
        let table = self.context.catalogue.table(&version.key.table);
        let old = match self.stored.get(&version.key) {
            Some(record) => Some(self.world.read(record)?),
            None => None,
        };
        if let Some(reason) = self.overtaken(version, old.as_ref())? {
            return Ok(Err(reason));
        }
        let (actor, key) = (self.context.actor, &version.key);
        let answer = match (&version.state, &old) {
            (State::Merged(into), Some(old)) => may_merge(actor, table, key, old, into, &mut self.world)?,
            (State::Live, _) => may_write(actor, table, key, old.as_ref(), Some(&version.facts), &mut self.world)?,
            _ => may_write(actor, table, key, old.as_ref(), None, &mut self.world)?,
        };
        Ok(answer.map_err(|refusal| Reason::refused(&refusal)))
    }

    /// A site that writes in a store which went away and came back, and does not know it yet, must not undo what others wrote there
    /// and it has not seen.
    fn overtaken(&mut self, version: &Version, old: Option<&Known>) -> Result<Option<Reason>, HubError> {
        let theirs = old.filter(|old| old.live && old.source != self.context.actor.site());
        let Some(theirs) = theirs.filter(|_| !self.context.unread.is_empty()) else { return Ok(None) };
        let facts = topmost(&theirs.facts, &mut self.world)?;
        let owned = matches!(facts.class, Class::Store | Class::Transfer);
        let unread = self.context.unread.iter().find(|unread| facts.store.as_ref() == Some(&unread.store));
        let Some(unread) = unread.filter(|_| owned) else { return Ok(None) };
        let feed = Feed::Store(unread.store.clone());
        let entries = self.world.txn.entries_of(std::slice::from_ref(&version.key))?.pop().unwrap_or_default();
        let unseen = entries.iter().any(|entry| entry.feed == feed && entry.number > unread.after);
        Ok(unseen.then(|| Reason::overtaken(&version.key)))
    }

    /// Another data file of the site may have sent these before, and they went out of its sight meanwhile.
    fn tell_sender_of_same(&mut self) -> Result<(), HubError> {
        if self.context.source != 0 && !self.same.is_empty() {
            let same = std::mem::take(&mut self.same);
            self.report.grown.extend(held::tell_taken(self.world.txn, self.context.actor.site(), &same)?);
        }
        Ok(())
    }

    /// Whoever gets a store reads it in a new generation; what was under way with it where it was is over.
    fn note_moved_stores(&mut self) -> Result<(), HubError> {
        for written in self.written.iter().filter(|written| &*written.key.table == "store") {
            let before = written.old.as_ref().and_then(|old| old.facts.active_on);
            let now = written.new.facts.active_on.filter(|_| written.new.live);
            if let Some(site) = before.filter(|site| now != Some(*site)) {
                hand_over::store_left(self.world.txn, site, &written.key.id, self.context.at)?;
            }
            if let Some(site) = written.new.facts.active_on.filter(|site| before != Some(*site)) {
                let feed = Feed::Store(written.key.id.clone());
                subscription::regained(self.world.txn, ReaderId::native(site), &feed)?;
            }
        }
        Ok(())
    }

    /// Every live version has a route, and every line a live header.
    fn placed(&mut self, versions: &[Version]) -> Result<Result<(), Reason>, HubError> {
        for version in versions.iter().filter(|version| version.state == State::Live) {
            if let Route::Waits(key) = route(&version.facts, &mut self.world)? {
                return Ok(Err(Reason::waits(key)));
            }
            if let Some(parent) = &version.facts.parent
                && !self.world.known(parent)?.is_some_and(|known| known.live)
            {
                return Ok(Err(Reason::parent_deleted(parent)));
            }
        }
        Ok(Ok(()))
    }

    /// Deleting a parent deletes its lines, whether the sender names them or not (EXCHANGE A6).
    fn deleted_with_parent(&mut self, versions: &mut Vec<Version>) -> Result<(), HubError> {
        let mut at = 0;
        while at < versions.len() {
            if versions[at].state == State::Deleted {
                for child in self.world.linked(Role::Parent, &link_target(&versions[at].key))? {
                    self.delete_line(child, versions)?;
                }
            }
            at += 1;
        }
        Ok(())
    }

    fn delete_line(&mut self, child: RecordKey, versions: &mut Vec<Version>) -> Result<(), HubError> {
        if versions.iter().any(|version| version.key == child && version.state != State::Live) {
            return Ok(());
        }
        let record = self.world.stored(&child)?;
        if let Next::Version(version) = version::gone(&self.world, &child, record.as_ref(), State::Deleted)? {
            versions.retain(|version| version.key != child);
            if let Some(record) = record {
                self.stored.insert(child.clone(), record);
            }
            self.world.suppose(child, version.known(self.context));
            versions.push(*version);
        }
        Ok(())
    }

    fn write(&mut self, versions: Vec<Version>) -> Result<(), HubError> {
        for version in &versions {
            self.world.suppose(version.key.clone(), version.known(self.context));
        }
        let records = versions
            .iter()
            .map(|version| version.record(&mut self.world, self.context))
            .collect::<Result<Vec<_>, _>>()?;
        self.world.forget_suppositions();
        for (version, record) in versions.iter().zip(records) {
            let old = self.stored.remove(&version.key).map(|old| self.world.read(&old)).transpose()?;
            let source = if version.as_sent { self.context.source } else { 0 };
            let new = version.known(self.context);
            self.written.push(Written { key: version.key.clone(), old, new, hash: record.hash, source });
            if record.state != State::Live {
                // A line that went with its header may stand in another document of this commit.
                self.stored.insert(version.key.clone(), record.clone());
            }
            self.world.put(record, version.facts.clone())?;
        }
        self.report.written += versions.len() as u64;
        Ok(())
    }
}

/// The records that a document deletes by name.
fn deleted(document: &Document, incoming: &[Incoming]) -> HashSet<RecordKey> {
    let members = document.members.iter().map(|&at| &incoming[at]);
    members.filter(|change| matches!(change.action, Ok(Action::Delete))).map(|change| change.key.clone()).collect()
}

/// A document that the site itself put aside is not applied.
fn aside(document: &Document, incoming: &[Incoming]) -> Option<Reason> {
    let mut reasons = document.members.iter().filter_map(|&at| incoming[at].change.aside.as_deref());
    reasons.next().map(Reason::aside)
}
