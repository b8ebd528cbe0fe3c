//! What people wrote, and upon what: so that it can be told whether a version is still there, was continued, or was lost.
//!
//! Kept of stock lines and of headers of documents. Each version carries a stamp, the number of the action that wrote it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::protocol::Change;
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Space, Store};

use super::broken::Broken;
use super::world::World;
use crate::country::Member;

/// One version of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamped {
    pub(super) key: RecordKey,
    pub(super) stamp: u64,
}

/// The columns that carry the stamp.
const STAMPED: [(&str, &str); 2] = [("item_line", "batch"), ("transact", "comment")];

#[derive(Default)]
pub(super) struct Ledger {
    /// The versions that whoever wrote a version had before him.
    upon: BTreeMap<Stamped, Vec<Stamped>>,
    /// The site that wrote it.
    by: BTreeMap<Stamped, u32>,
    /// The versions that people deleted.
    deleted: BTreeSet<Stamped>,
    /// What the central server has acknowledged and must not lose.
    acknowledged: BTreeSet<Stamped>,
    /// Records of which a person let the held version count, or gave it up.
    pub(super) decided: BTreeSet<RecordKey>,
    /// Versions that a person let count, and what each replaced.
    released: Vec<(Stamped, Option<Stamped>)>,
    /// Versions that a person let not count.
    given_up: BTreeSet<Stamped>,
    /// What was given up, or lost where both sides were put back.
    pub(super) forgiven: BTreeSet<Stamped>,
}

/// The stamp in a body of a record.
fn stamp(key: &RecordKey, body: &str) -> Option<Stamped> {
    let (_, column) = STAMPED.iter().find(|(table, _)| **table == *key.table)?;
    let stamp = normal::parse(body).ok()?.get(*column)?.as_str()?.parse().ok()?;
    Some(Stamped { key: key.clone(), stamp })
}

/// The version of a record that a store holds.
pub(super) fn present(store: &MemoryStore, key: &RecordKey) -> Option<Stamped> {
    let snapshot = store.snapshot().expect("in memory");
    let record = snapshot.records(std::slice::from_ref(key)).expect("in memory").pop().flatten();
    record.filter(|record| record.is_live()).and_then(|record| stamp(key, &record.body))
}

/// Every version that a store holds.
fn all_present(store: &MemoryStore) -> Vec<Stamped> {
    let snapshot = store.snapshot().expect("in memory");
    let tables = STAMPED.iter().flat_map(|(table, _)| snapshot.table(table, None, usize::MAX).expect("in memory"));
    tables.filter_map(|record| stamp(&record.key, &record.body)).collect()
}

fn in_changes<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Stamped> {
    let stamped = |change: &Change| {
        let key = RecordKey { table: change.table.clone(), id: change.id.clone() };
        stamp(&key, change.put.as_deref().map(RawValue::get)?)
    };
    changes.into_iter().filter_map(stamped).collect()
}

/// The records that are deleted.
fn deletions(changes: Vec<Change>) -> impl Iterator<Item = RecordKey> {
    let deleted = changes.into_iter().filter(|change| change.delete);
    deleted.map(|change| RecordKey { table: change.table, id: change.id })
}

/// What a device has put aside.
fn put_aside(member: &Member) -> Vec<Stamped> {
    let aside = member.site.put_aside().expect("in memory");
    let stamped = aside.iter().filter_map(|aside| {
        let key = RecordKey { table: aside.table.clone(), id: aside.id.clone() };
        stamp(&key, aside.body.as_deref()?)
    });
    stamped.collect()
}

impl Ledger {
    /// A version was written upon another one, or upon nothing.
    pub(super) fn write(&mut self, new: Stamped, upon: Option<Stamped>, site: u32) {
        self.by.insert(new.clone(), site);
        self.upon.entry(new).or_default().extend(upon);
    }

    pub(super) fn delete(&mut self, gone: Option<Stamped>) {
        self.deleted.extend(gone);
    }

    /// A person let one version count over another.
    pub(super) fn counts_over(&mut self, version: Stamped, other: Option<Stamped>) {
        let other = other.filter(|other| *other != version);
        self.released.push((version.clone(), other.clone()));
        self.upon.entry(version).or_default().extend(other);
    }

    /// A person let none of these count.
    pub(super) fn give_up(&mut self, versions: Vec<Stamped>) {
        for version in versions {
            self.decided.insert(version.key.clone());
            self.acknowledged.remove(&version);
            self.given_up.insert(version.clone());
            self.forgiven.insert(version);
        }
    }

    /// The central server said that these are stored. Where it only said so again, what a person has given up since stays given up.
    pub(super) fn acknowledge(&mut self, changes: &[Change], repeated: bool) {
        let counts = |version: &Stamped| !(repeated && self.given_up.contains(version));
        self.acknowledged.extend(in_changes(changes).into_iter().filter(counts));
    }

    /// These versions and all that they were written upon.
    fn with_history(&self, versions: Vec<Stamped>) -> BTreeSet<Stamped> {
        let (mut found, mut queue) = (BTreeSet::new(), versions);
        while let Some(version) = queue.pop() {
            if found.insert(version.clone()) {
                queue.extend(self.upon.get(&version).into_iter().flatten().cloned());
            }
        }
        found
    }
}

impl World {
    /// What the central server has: shown, held, or deleted by someone who saw it; a deletion may wait for a person.
    fn central_knows(&self) -> BTreeSet<Stamped> {
        let mut versions = all_present(&self.country.central);
        versions.extend(self.held());
        // Who deleted a record and did not get his way, as another life of his site or another store's owner went before, lost no
        // version: he gave it up himself, and his deletion waits for a person.
        let waiting = self.kept_deletions();
        let gone = |version: &&Stamped| {
            waiting.contains(&version.key) || present(&self.country.central, &version.key).is_none()
        };
        versions.extend(self.ledger.deleted.iter().filter(gone).cloned());
        versions.extend(self.written_over_unseen());
        self.ledger.with_history(versions)
    }

    /// What a person at the central server let count is like his own edit: what its owner has written meanwhile upon the version
    /// before, and sends later, stands. If the version before stands again by itself, the person's was set back.
    fn written_over_unseen(&self) -> Vec<Stamped> {
        let unseen = |(version, over): &&(Stamped, Option<Stamped>)| {
            let follows = |last: &Stamped| {
                let history = || self.ledger.with_history(vec![last.clone()]);
                last.key == version.key && over.as_ref().is_none_or(|over| history().contains(over))
            };
            match present(&self.country.central, &version.key) {
                Some(present) => over.as_ref() != Some(&present) && follows(&present),
                None => self.ledger.deleted.iter().any(follows),
            }
        };
        self.ledger.released.iter().filter(unseen).map(|(version, _)| version.clone()).collect()
    }

    /// The last commit of a site that the central server has taken, as it notes it.
    pub(super) fn last_commit(&self, site: SiteId) -> Option<Vec<u8>> {
        let snapshot = self.country.central.snapshot().expect("in memory");
        snapshot.row(Space::Commit, &site.0.to_be_bytes()).expect("in memory")
    }

    /// What is held on the central server: all of it, or one document.
    fn held_changes(&self, id: Option<u64>) -> Vec<Change> {
        let held = self.country.hub.held(None, usize::MAX).expect("in memory");
        let wanted = held.into_iter().filter(|held| id.is_none_or(|id| held.id == id));
        wanted.flat_map(|held| held.changes).collect()
    }

    fn held(&self) -> Vec<Stamped> {
        in_changes(&self.held_changes(None))
    }

    /// The records of which a deletion is held, or put aside.
    fn kept_deletions(&self) -> BTreeSet<RecordKey> {
        let aside = self.country.sites.iter().flat_map(|member| member.site.put_aside().expect("in memory"));
        let aside = aside.filter(|aside| aside.body.is_none());
        let aside = aside.map(|aside| RecordKey { table: aside.table, id: aside.id });
        aside.chain(deletions(self.held_changes(None))).collect()
    }

    /// The versions in one held document.
    pub(super) fn versions_of_held(&self, id: u64) -> Vec<Stamped> {
        in_changes(&self.held_changes(Some(id)))
    }

    /// The records that a held document deletes.
    pub(super) fn deletions_of_held(&self, id: u64) -> Vec<RecordKey> {
        deletions(self.held_changes(Some(id))).collect()
    }

    pub(super) fn is_held(&self, id: u64) -> bool {
        !self.held_changes(Some(id)).is_empty()
    }

    /// The records that are held or put aside somewhere in another version.
    pub(super) fn kept_records(&self) -> BTreeSet<RecordKey> {
        let aside = self.country.sites.iter().flat_map(put_aside);
        aside.chain(self.held()).map(|version| version.key).collect()
    }

    /// After a side was put back: what neither side has any more cannot be promised. What a site did not write itself is not asked of
    /// it: the copies of those who received a document are not sent again.
    pub(super) fn forgive(&mut self) {
        let mut known = self.central_knows();
        for member in &self.country.sites {
            let mut versions = all_present(&member.store);
            versions.retain(|version| self.ledger.by.get(version) == Some(&member.id.0));
            versions.extend(put_aside(member));
            known.extend(self.ledger.with_history(versions));
        }
        let lost: Vec<_> = self.ledger.acknowledged.difference(&known).cloned().collect();
        let mut lost = self.ledger.with_history(lost);
        lost.retain(|version| !known.contains(version));
        self.ledger.acknowledged.retain(|version| !lost.contains(version));
        self.ledger.forgiven.append(&mut lost);
    }

    /// Nothing that was acknowledged, or that a living data file holds, is lost or set back.
    pub(super) fn nothing_is_lost(&self) -> Result<(), Broken> {
        let mut known = self.central_knows();
        for member in &self.country.sites {
            known.extend(self.ledger.with_history(put_aside(member)));
        }
        let lost = |what: &str, version: &Stamped| {
            let there = present(&self.country.central, &version.key).map(|present| present.stamp);
            let (key, stamp) = (&version.key, version.stamp);
            Err(Broken::new(format!("{what} is kept"), format!("{key} as of {stamp}; central has {there:?}")))
        };
        if let Some(version) = self.ledger.acknowledged.iter().find(|version| !known.contains(*version)) {
            return lost("what was acknowledged", version);
        }
        for (at, device) in self.devices.iter().enumerate() {
            if let Some(version) = device
                .written
                .iter()
                .find(|version| !known.contains(*version) && !self.ledger.forgiven.contains(*version))
            {
                return lost(&format!("what stands in a data file (device {at})"), version);
            }
        }
        Ok(())
    }
}
