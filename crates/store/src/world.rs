//! Answers to routing and ownership from a store and the transaction in hand: the same on the central server and on a site.
//! Decides nothing.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::record::{Link, Record, Role, State, link_target};
use sitesync_core::routing::home;
use sitesync_core::world::{Known, World};

use crate::{Result, StoreError, Txn};

/// A transaction, with what was learnt in it.
pub struct StoreWorld<'a> {
    pub txn: &'a mut dyn Txn,
    pub catalogue: &'static Catalogue,
    known: HashMap<RecordKey, Option<Known>>,
    /// Versions of the document that is judged at the moment.
    supposed: HashMap<RecordKey, Known>,
    /// Records that are put and not handed to the transaction yet: it is faster with many at once.
    pending: Vec<Record>,
    /// The roles in which the pending records may link.
    pending_roles: HashSet<Role>,
    stores_of_names: HashMap<Box<str>, Vec<Box<str>>>,
    stores_showing: HashMap<RecordKey, Vec<Box<str>>>,
}

/// The most records that wait to be handed over.
const PENDING_MAX: usize = 1_000;

impl<'a> StoreWorld<'a> {
    pub fn new(txn: &'a mut dyn Txn, catalogue: &'static Catalogue) -> Self {
        Self {
            txn,
            catalogue,
            known: HashMap::new(),
            supposed: HashMap::new(),
            pending: Vec::new(),
            pending_roles: HashSet::new(),
            stores_of_names: HashMap::new(),
            stores_showing: HashMap::new(),
        }
    }

    /// Stores a record whose facts these are. What is asked through this type sees it; before using `txn` itself, call
    /// [`Self::flush`].
    pub fn put(&mut self, record: Record, facts: Facts) -> Result<()> {
        let known =
            Known { facts, live: record.is_live(), merged_into: merged_into(&record.state), source: record.source };
        self.known.insert(record.key.clone(), Some(known));
        let roles = self.roles(&record);
        if roles.iter().any(|role| matches!(role, Role::Facility | Role::Subject | Role::Merged)) {
            self.stores_of_names.clear();
            self.stores_showing.clear();
        }
        self.pending_roles.extend(roles);
        self.pending.push(record);
        if self.pending.len() >= PENDING_MAX { self.flush() } else { Ok(()) }
    }

    /// Forgets what was learnt of stored records, so that long work needs little memory. Nothing may be pending.
    pub fn forget(&mut self) {
        self.known.clear();
        self.stores_of_names.clear();
        self.stores_showing.clear();
    }

    /// Hands over what is pending.
    pub fn flush(&mut self) -> Result<()> {
        self.pending_roles.clear();
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() { Ok(()) } else { self.txn.put_records(&pending) }
    }

    /// The roles in which this record, or its former version, may link.
    fn roles(&self, record: &Record) -> Vec<Role> {
        let mut roles: Vec<_> = record.links.iter().map(|link| link.role).collect();
        match self.catalogue.table(&record.key.table) {
            Some(table) => {
                roles.extend(table.parent.as_ref().map(|_| Role::Parent));
                roles.extend(table.makes_visible.as_ref().map(|_| Role::Subject));
                roles.extend(table.other_party.as_ref().map(|_| Role::Name));
                roles.extend(table.subject.as_ref().map(|_| Role::Name));
                if &*table.name == "store" {
                    roles.extend([Role::Site, Role::Facility]);
                }
            }
            None => roles.clear(),
        }
        roles
    }

    /// [`crate::Snapshot::linked`], all of it, with what is pending.
    pub fn linked(&mut self, role: Role, target: &str) -> Result<Vec<RecordKey>> {
        if self.pending_roles.contains(&role) {
            self.flush()?;
        }
        self.txn.linked(role, target, None, usize::MAX)
    }

    /// One record, with what is pending.
    pub fn stored(&mut self, key: &RecordKey) -> Result<Option<Record>> {
        self.flush()?;
        Ok(self.txn.records(std::slice::from_ref(key))?.pop().flatten())
    }

    /// Remembers what is stored, after reading or writing it.
    pub fn learn(&mut self, key: &RecordKey, record: Option<&Record>) -> Result<()> {
        let known = record.map(|record| self.read(record)).transpose()?;
        self.known.insert(key.clone(), known);
        Ok(())
    }

    /// Answers as if this version were stored, until [`Self::forget_suppositions`].
    pub fn suppose(&mut self, key: RecordKey, known: Known) {
        self.supposed.insert(key, known);
    }

    pub fn forget_suppositions(&mut self) {
        self.supposed.clear();
    }

    /// The columns of a stored record.
    pub fn body(record: &Record) -> Result<Map<String, Value>> {
        normal::parse(&record.body).map_err(|error| StoreError::Damaged(format!("{}: {error}", record.key)))
    }

    /// What routing needs to know of a stored record.
    pub fn read(&self, record: &Record) -> Result<Known> {
        known(self.catalogue, record)
    }

    /// A record to be stored: `text` is its canonical body, from which `facts` were read.
    pub fn record(
        &mut self,
        key: &RecordKey,
        state: State,
        text: Box<str>,
        facts: &Facts,
        source: SiteId,
    ) -> Result<Record> {
        let mut links = facts.links(key);
        if let Some(into) = merged_into(&state) {
            let target = link_target(&RecordKey { table: key.table.clone(), id: into });
            links.push(Link { role: Role::Merged, target });
        }
        let hash = if state == State::Live { Hash::of_record(key, &text) } else { Hash::default() };
        let home = home(facts, self)?;
        let revision = self.catalogue.revision;
        Ok(Record { key: key.clone(), home, state, body: text, hash, revision, source, links })
    }

    /// The record itself and those that were merged into it.
    pub fn aliases(&mut self, key: &RecordKey) -> Result<Vec<RecordKey>> {
        let mut all = vec![key.clone()];
        let mut at = 0;
        while at < all.len() {
            for merged in self.linked(Role::Merged, &link_target(&all[at]))? {
                if !all.contains(&merged) {
                    all.push(merged);
                }
            }
            at += 1;
        }
        Ok(all)
    }
}

/// What routing needs to know of a stored record.
pub fn known(catalogue: &Catalogue, record: &Record) -> Result<Known> {
    let facts = Facts::read(catalogue.table(&record.key.table), &record.key, &StoreWorld::body(record)?);
    Ok(Known { facts, live: record.is_live(), merged_into: merged_into(&record.state), source: record.source })
}

/// The successor of a merged record.
pub fn merged_into(state: &State) -> Option<Box<str>> {
    match state {
        State::Merged(into) => Some(into.clone()),
        State::Live | State::Deleted => None,
    }
}

impl World for StoreWorld<'_> {
    type Error = StoreError;

    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>> {
        if let Some(known) = self.supposed.get(key) {
            return Ok(Some(known.clone()));
        }
        if !self.known.contains_key(key) {
            // Everything that is pending is known, so the transaction has what there is.
            let record = self.txn.records(std::slice::from_ref(key))?.pop().flatten();
            self.learn(key, record.as_ref())?;
        }
        Ok(self.known.get(key).cloned().flatten())
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>> {
        if let Some(stores) = self.stores_of_names.get(name) {
            return Ok(stores.clone());
        }
        let mut stores = Vec::new();
        for alias in self.aliases(&RecordKey::new("name", name))? {
            for store in self.linked(Role::Facility, &alias.id)? {
                if self.known(&store)?.is_some_and(|known| known.live) {
                    stores.push(store.id);
                }
            }
        }
        self.stores_of_names.insert(name.into(), stores.clone());
        Ok(stores)
    }

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>> {
        if let Some(stores) = self.stores_showing.get(subject) {
            return Ok(stores.clone());
        }
        let mut stores = Vec::new();
        for alias in self.aliases(subject)? {
            for join in self.linked(Role::Subject, &link_target(&alias))? {
                let Some(known) = self.known(&join)?.filter(|known| known.live) else { continue };
                if let Some(store) = known.facts.store
                    && !stores.contains(&store)
                {
                    stores.push(store);
                }
            }
        }
        self.stores_showing.insert(subject.clone(), stores.clone());
        Ok(stores)
    }
}
