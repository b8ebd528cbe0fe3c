//! Keeps the feeds right after a commit: entries for what was written, and for records that did not change themselves but whose
//! route depends on something that did (EXCHANGE A6).

use std::collections::{BTreeMap, HashSet, VecDeque};

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, Role, link_target};
use sitesync_core::routing::{Route, route, shown_by_joins};
use sitesync_core::world::Known;
use sitesync_store::NewEntry;
use sitesync_store::world::StoreWorld;

use super::commit::{Commit, Written};
use super::jobs::{self, Job};
use super::{Hub, HubError};

/// Dependants beyond this number are moved by jobs, in commits of their own.
const MOVED_AT_ONCE_MAX: usize = 10_000;

/// The records that one step of a job looks at, their lines not counted.
const JOB_STEP: usize = 1_000;

/// Entries that a commit adds, and records that are still to be looked at.
pub(crate) struct Router {
    appends: BTreeMap<Feed, Vec<NewEntry>>,
    queue: VecDeque<RecordKey>,
    queued: HashSet<RecordKey>,
    jobs: Vec<Job>,
    /// Dependants that this commit moves.
    moved: usize,
}

/// Routes what the commit wrote and all that depends on it.
pub(crate) fn route_written(commit: &mut Commit<'_>) -> Result<(), HubError> {
    commit.world.flush()?;
    let written = std::mem::take(&mut commit.written);
    let mut router = Router::new();
    router.queued.extend(written.iter().map(|written| written.key.clone()));
    let keys: Vec<_> = written.iter().map(|written| written.key.clone()).collect();
    let entries = commit.world.txn.entries_of(&keys)?;
    let sender = if commit.context.source == 0 {
        Vec::new()
    } else {
        Hub::stores_of_site(commit.world.txn, commit.context.actor.site())?
    };
    for (written, entries) in written.iter().zip(&entries) {
        let moved =
            router.settle(&mut commit.world, &written.key, &written.new, written.hash, written.source, entries)?;
        router.tell_sender(written, entries, &sender, commit.context.source);
        if moved && written.old.is_some() {
            // Its own columns may be the same, and a join or a store that this commit also wrote has moved it.
            router.follow(&mut commit.world, Role::Parent, &link_target(&written.key))?;
        }
        router.dependants(&mut commit.world, written)?;
    }
    router.run(&mut commit.world)?;
    let (grown, jobs) = router.finish(&mut commit.world)?;
    commit.report.grown.extend(grown);
    commit.report.jobs |= jobs;
    commit.written = written;
    Ok(())
}

/// A step of a job: the records that link to `target` after `after`. Returns where to go on.
pub(crate) fn route_linked(
    world: &mut StoreWorld<'_>,
    role: Role,
    target: &str,
    after: Option<&RecordKey>,
) -> Result<(std::collections::BTreeSet<Feed>, Option<RecordKey>), HubError> {
    let mut router = Router::new();
    let keys = world.txn.linked(role, target, after, JOB_STEP)?;
    let next = (keys.len() == JOB_STEP).then(|| keys.last().cloned()).flatten();
    keys.into_iter().for_each(|key| router.push(key));
    router.run(world)?;
    let (grown, _) = router.finish(world)?;
    Ok((grown, next))
}

impl Router {
    fn new() -> Self {
        Self { appends: BTreeMap::new(), queue: VecDeque::new(), queued: HashSet::new(), jobs: Vec::new(), moved: 0 }
    }

    fn push(&mut self, key: RecordKey) {
        if self.queued.insert(key.clone()) {
            self.queue.push_back(key);
        }
    }

    /// Compares where a record is with where it belongs, and adds the entries that are missing. Whether its audience
    /// is another now.
    fn settle(
        &mut self,
        world: &mut StoreWorld<'_>,
        key: &RecordKey,
        known: &Known,
        hash: Hash,
        source: u32,
        entries: &[Entry],
    ) -> Result<bool, HubError> {
        let feeds = match known.live.then(|| route(&known.facts, world)).transpose()? {
            Some(Route::Feeds(feeds)) => feeds,
            Some(Route::Waits(_)) | None => Default::default(),
        };
        let mut moved = false;
        let mut add = |feed: &Feed, kind, hash, source| {
            self.appends.entry(feed.clone()).or_default().push(NewEntry { key: key.clone(), kind, hash, source });
        };
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Put && !feeds.contains(&entry.feed)) {
            moved = true;
            let kind = if known.live { EntryKind::Withdraw } else { EntryKind::Delete };
            add(&entry.feed, kind, Hash::default(), if known.live { 0 } else { source });
        }
        for feed in feeds {
            let there = entries.iter().find(|entry| entry.feed == feed && entry.kind == EntryKind::Put);
            moved |= there.is_none();
            if there.is_none_or(|entry| entry.hash != hash) {
                add(&feed, EntryKind::Put, hash, source);
            }
        }
        Ok(moved)
    }

    /// What is shown by joins may not be shown to its own sender: it is told so, and drops its copy.
    fn tell_sender(&mut self, written: &Written, entries: &[Entry], stores: &[Box<str>], source: u32) {
        let Some(store) = stores.first().filter(|_| written.new.live && written.new.facts.subject.is_some()) else {
            return;
        };
        let mine = |feed: &Feed| *feed == Feed::Central || matches!(feed, Feed::Store(id) if stores.contains(id));
        let shown = self
            .appends
            .iter()
            .any(|(feed, added)| mine(feed) && added.last().is_some_and(|entry| entry.key == written.key));
        if shown || entries.iter().any(|entry| entry.kind == EntryKind::Put && mine(&entry.feed)) {
            return;
        }
        let entry = NewEntry { key: written.key.clone(), kind: EntryKind::Withdraw, hash: Hash::default(), source };
        self.appends.entry(Feed::Store(store.clone())).or_default().push(entry);
    }

    /// Queues the records whose route depends on what changed in `written`.
    fn dependants(&mut self, world: &mut StoreWorld<'_>, written: &Written) -> Result<(), HubError> {
        let (old, new) = (written.old.as_ref(), &written.new);
        if old.is_some_and(|old| old.live == new.live && old.facts == new.facts && old.merged_into == new.merged_into) {
            return Ok(());
        }
        if old.is_some() {
            self.follow(world, Role::Parent, &link_target(&written.key))?;
        }
        let both = || old.map(|old| &old.facts).into_iter().chain([&new.facts]);
        // A store that moves to another site takes its feed along; nothing in it is routed anew.
        let same_facility = old.is_some_and(|old| old.live == new.live && old.facts.facility == new.facts.facility);
        for name in both().filter_map(|facts| facts.facility.clone()).filter(|_| !same_facility) {
            self.named(world, &RecordKey { table: "name".into(), id: name })?;
        }
        for subject in both().filter_map(|facts| facts.makes_visible.clone()) {
            self.shown(world, &subject)?;
        }
        let shows_itself = both().any(|facts| facts.subject.as_ref() == Some(&written.key));
        // A name that arrives after what names it tells whether its joins count.
        if shows_itself || old.is_none() || new.merged_into.is_some() {
            self.named(world, &written.key)?;
        }
        if let Some(into) = &new.merged_into {
            let kept = RecordKey { table: written.key.table.clone(), id: into.clone() };
            self.shown(world, &kept)?;
        }
        Ok(())
    }

    /// A join changed: what it shows, and what goes with that.
    fn shown(&mut self, world: &mut StoreWorld<'_>, subject: &RecordKey) -> Result<(), HubError> {
        let subject = sitesync_core::world::successor(world, subject)?;
        if shown_by_joins(&subject, world)? {
            self.push(subject.clone());
            self.named(world, &subject)?;
        }
        Ok(())
    }

    /// The records that name this `name`, or one merged with it.
    fn named(&mut self, world: &mut StoreWorld<'_>, name: &RecordKey) -> Result<(), HubError> {
        if &*name.table != "name" {
            return Ok(());
        }
        let name = sitesync_core::world::successor(world, name)?;
        for alias in world.aliases(&name)? {
            self.follow(world, Role::Name, &alias.id)?;
        }
        Ok(())
    }

    fn follow(&mut self, world: &mut StoreWorld<'_>, role: Role, target: &str) -> Result<(), HubError> {
        let room = MOVED_AT_ONCE_MAX.saturating_sub(self.moved);
        let keys = world.txn.linked(role, target, None, room + 1)?;
        if keys.len() > room {
            self.jobs.push(Job::Reroute { role: role as u8, target: target.into(), after: None });
            return Ok(());
        }
        self.moved += keys.len();
        keys.into_iter().for_each(|key| self.push(key));
        Ok(())
    }

    /// Looks at the queued records until none is left; lines follow a header that moved.
    fn run(&mut self, world: &mut StoreWorld<'_>) -> Result<(), HubError> {
        const CHUNK: usize = 1_000;
        while !self.queue.is_empty() {
            let keys: Vec<_> = self.queue.drain(..self.queue.len().min(CHUNK)).collect();
            let records = world.txn.records(&keys)?;
            let entries = world.txn.entries_of(&keys)?;
            for ((key, record), entries) in keys.iter().zip(&records).zip(&entries) {
                let Some(record) = record else { continue };
                let known = world.read(record)?;
                if self.settle(world, key, &known, record.hash, 0, entries)? {
                    self.follow(world, Role::Parent, &link_target(key))?;
                }
            }
        }
        Ok(())
    }

    /// Appends everything, stores ascending and `central` last (EXCHANGE A7).
    fn finish(self, world: &mut StoreWorld<'_>) -> Result<(std::collections::BTreeSet<Feed>, bool), HubError> {
        let central_last = |feed: &Feed| *feed == Feed::Central;
        let mut feeds: Vec<_> = self.appends.into_iter().collect();
        feeds.sort_by_key(|(feed, _)| central_last(feed));
        let locks: Vec<_> = feeds.iter().map(|(feed, _)| sitesync_store::Lock::Feed(feed.clone())).collect();
        world.txn.lock(&locks)?;
        for (feed, entries) in &feeds {
            world.txn.append(feed, entries)?;
        }
        for job in &self.jobs {
            jobs::add(world.txn, job)?;
        }
        Ok((feeds.into_iter().map(|(feed, _)| feed).collect(), !self.jobs.is_empty()))
    }
}
