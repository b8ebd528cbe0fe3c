//! The hub's answers to routing and ownership: from the store, and from the commit in hand.

use std::collections::HashMap;

use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::record::{Record, Role, State, link_target};
use sitesync_core::world::{Known, World};
use sitesync_store::Txn;

use super::HubError;

/// A transaction, with what was learnt in it.
pub(crate) struct HubWorld<'a> {
    pub(crate) txn: &'a mut dyn Txn,
    pub(crate) catalogue: &'static Catalogue,
    known: HashMap<RecordKey, Option<Known>>,
    /// Versions of the document that is judged at the moment.
    tentative: HashMap<RecordKey, Known>,
}

impl<'a> HubWorld<'a> {
    pub(crate) fn new(txn: &'a mut dyn Txn, catalogue: &'static Catalogue) -> Self {
        Self { txn, catalogue, known: HashMap::new(), tentative: HashMap::new() }
    }

    pub(crate) fn learn(&mut self, key: &RecordKey, record: Option<&Record>) -> Result<(), HubError> {
        let known = record.map(|record| self.read(record)).transpose()?;
        self.known.insert(key.clone(), known);
        Ok(())
    }

    pub(crate) fn suppose(&mut self, key: RecordKey, known: Known) {
        self.tentative.insert(key, known);
    }

    pub(crate) fn forget_suppositions(&mut self) {
        self.tentative.clear();
    }

    /// What routing needs to know of a stored record.
    pub(crate) fn read(&self, record: &Record) -> Result<Known, HubError> {
        let body = normal::parse(&record.body).map_err(|error| HubError::Stored(format!("{}: {error}", record.key)))?;
        let facts = Facts::read(self.catalogue.table(&record.key.table), &record.key, &body);
        let merged_into = match &record.state {
            State::Merged(into) => Some(into.clone()),
            State::Live | State::Deleted => None,
        };
        Ok(Known { facts, live: record.is_live(), merged_into, source: record.source })
    }

    /// The record itself and those that were merged into it.
    pub(crate) fn aliases(&mut self, key: &RecordKey) -> Result<Vec<RecordKey>, HubError> {
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

impl World for HubWorld<'_> {
    type Error = HubError;

    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>, HubError> {
        if let Some(known) = self.tentative.get(key) {
            return Ok(Some(known.clone()));
        }
        if !self.known.contains_key(key) {
            let record = self.txn.records(std::slice::from_ref(key))?.pop().flatten();
            self.learn(key, record.as_ref())?;
        }
        Ok(self.known.get(key).cloned().flatten())
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>, HubError> {
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

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>, HubError> {
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
