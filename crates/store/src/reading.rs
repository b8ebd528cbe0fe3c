//! Answers to routing and ownership from a snapshot, for who only looks: nothing waits for it, and nothing is written.

use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::record::{Role, link_target};
use sitesync_core::world::{Known, World};

use crate::world::known;
use crate::{Result, Snapshot, StoreError};

/// More stores than this are not gone through to say where one record is.
const LINKS_MAX: usize = 10_000;

/// A snapshot as routing and ownership see it.
pub struct ReadingWorld<'a> {
    pub snapshot: &'a dyn Snapshot,
    pub catalogue: &'static Catalogue,
}

impl ReadingWorld<'_> {
    /// The record itself and those that were merged into it.
    fn aliases(&self, key: &RecordKey) -> Result<Vec<RecordKey>> {
        let mut all = vec![key.clone()];
        let mut at = 0;
        while let Some(key) = all.get(at) {
            let merged = self.snapshot.linked(Role::Merged, &link_target(key), None, LINKS_MAX)?;
            let new: Vec<_> = merged.into_iter().filter(|key| !all.contains(key)).collect();
            all.extend(new);
            at += 1;
        }
        Ok(all)
    }

    /// The live records that link to one of these targets.
    fn live(&mut self, role: Role, targets: impl Iterator<Item = Box<str>>) -> Result<Vec<(RecordKey, Known)>> {
        let mut live = Vec::new();
        for target in targets {
            for key in self.snapshot.linked(role, &target, None, LINKS_MAX)? {
                live.extend(self.known(&key)?.filter(|known| known.live).map(|known| (key, known)));
            }
        }
        Ok(live)
    }
}

impl World for ReadingWorld<'_> {
    type Error = StoreError;

    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>> {
        let record = self.snapshot.records(std::slice::from_ref(key))?.pop().flatten();
        record.map(|record| known(self.catalogue, &record)).transpose()
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>> {
        let aliases = self.aliases(&RecordKey::new("name", name))?;
        let stores = self.live(Role::Facility, aliases.into_iter().map(|alias| alias.id))?;
        Ok(stores.into_iter().map(|(store, _)| store.id).collect())
    }

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>> {
        let aliases = self.aliases(subject)?;
        let joins = self.live(Role::Subject, aliases.iter().map(link_target))?;
        let mut stores: Vec<_> = joins.into_iter().filter_map(|(_, join)| join.facts.store).collect();
        stores.sort();
        stores.dedup();
        Ok(stores)
    }
}
