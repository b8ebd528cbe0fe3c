//! What a person may do with held documents: look at them, release them, send them back.

use std::collections::BTreeSet;

use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_store::{Snapshot, Space, Txn, write};

use super::again::release_as;
use super::keep::{COUNT, count, read, take};
use super::truth::tell_truth;
use super::{HeldDocument, HeldId};
use crate::hub::context::Context;
use crate::hub::{Hub, HubError, rows};

impl Hub {
    /// Held documents by number, above `after`.
    pub fn held(&self, after: Option<HeldId>, limit: usize) -> Result<Vec<HeldDocument>, HubError> {
        let after = after.map(u64::to_be_bytes);
        let rows = self.store.snapshot()?.rows(Space::Held, &[], after.as_ref().map(|key| &key[..]), limit)?;
        rows.iter().map(|(_, bytes)| rows::decode(bytes)).collect()
    }

    /// The number of documents held of a site, in the caller's snapshot.
    pub fn held_of(snapshot: &dyn Snapshot, site: SiteId) -> Result<u64, HubError> {
        count(snapshot, site)
    }

    /// The number of held documents of all sites, in the same way.
    pub fn held_in_all(snapshot: &dyn Snapshot) -> Result<u64, HubError> {
        rows::count(snapshot, COUNT)
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
