//! Answers to routing and ownership from a store and the transaction in hand: the same on the central server and on a site.
//! Decides nothing.

use std::collections::HashMap;

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
}

impl<'a> StoreWorld<'a> {
    pub fn new(txn: &'a mut dyn Txn, catalogue: &'static Catalogue) -> Self {
        Self { txn, catalogue, known: HashMap::new(), supposed: HashMap::new() }
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
        let facts = Facts::read(self.catalogue.table(&record.key.table), &record.key, &Self::body(record)?);
        Ok(Known { facts, live: record.is_live(), merged_into: merged_into(&record.state), source: record.source })
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
            for merged in self.txn.linked(Role::Merged, &link_target(&all[at]), None, usize::MAX)? {
                if !all.contains(&merged) {
                    all.push(merged);
                }
            }
            at += 1;
        }
        Ok(all)
    }
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
            let record = self.txn.records(std::slice::from_ref(key))?.pop().flatten();
            self.learn(key, record.as_ref())?;
        }
        Ok(self.known.get(key).cloned().flatten())
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>> {
        let mut stores = Vec::new();
        for name in self.aliases(&RecordKey::new("name", name))? {
            for store in self.txn.linked(Role::Facility, &name.id, None, usize::MAX)? {
                if self.known(&store)?.is_some_and(|known| known.live) {
                    stores.push(store.id);
                }
            }
        }
        Ok(stores)
    }

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>> {
        let mut stores = Vec::new();
        for subject in self.aliases(subject)? {
            for join in self.txn.linked(Role::Subject, &link_target(&subject), None, usize::MAX)? {
                let Some(known) = self.known(&join)?.filter(|known| known.live) else { continue };
                if let Some(store) = known.facts.store
                    && !stores.contains(&store)
                {
                    stores.push(store);
                }
            }
        }
        Ok(stores)
    }
}
