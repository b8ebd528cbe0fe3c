//! What hand-overs promise, of the stores that were moved by nothing else: only the site where a store is active may write to it, and
//! nothing is held because it was moved.

use sitesync_central::hub::Hub;
use sitesync_central::stores::HandOverStep;
use sitesync_core::ids::SiteId;
use sitesync_store::Store;

use super::action::{SITES, STORES};
use super::broken::Broken;
use super::world::World;

impl World {
    /// The stores of which it is promised. Who puts back or copies a data file, or the central server's, may have two that write.
    fn regular_stores(&self) -> impl Iterator<Item = &'static str> {
        let undisturbed = !(self.kind.files || self.kind.copies || self.kind.restores);
        STORES.into_iter().filter(move |store| undisturbed && !self.irregular.contains(store))
    }

    pub(super) fn hand_overs_are_orderly(&self) -> Result<(), Broken> {
        if !self.kind.hand_overs {
            return Ok(());
        }
        self.regular_stores().try_for_each(|store| self.one_site_writes(store))?;
        self.nothing_is_held_for_a_move()
    }

    fn one_site_writes(&self, store: &str) -> Result<(), Broken> {
        let hub = self.country.central.snapshot().expect("in memory");
        for member in &self.country.sites {
            let active =
                || Hub::stores_of_site(&*hub, member.id).expect("in memory").iter().any(|other| **other == *store);
            if member.site.may_write_to(store).expect("in memory") && !active() {
                let text = format!("site {} may write to {store}, which is active elsewhere", member.id);
                return Err(Broken::new("one site writes to a store", text));
            }
        }
        Ok(())
    }

    fn nothing_is_held_for_a_move(&self) -> Result<(), Broken> {
        let regular: Vec<_> = self.regular_stores().collect();
        for held in self.country.hub.held(None, usize::MAX).expect("in memory") {
            let waits_for = held.reason.waits_for.as_ref().filter(|key| &*key.table == "store");
            let elsewhere = waits_for.is_some_and(|key| regular.contains(&&*key.id));
            // Who writes over what he has not read: his store came back to him, and he was let in too early.
            let unread = &*held.reason.code == "overtaken" && regular.len() == STORES.len();
            if unread || &*held.reason.code == "refused" && elsewhere {
                let text = format!("{} of site {}: {}", held.root, held.site, held.reason.text);
                return Err(Broken::new("a hand-over holds nothing", text));
            }
        }
        Ok(())
    }

    /// When everybody has synchronised, no store is still leaving a site whose program knows hand-overs.
    pub(super) fn hand_overs_come_to_their_end(&self) -> Result<(), Broken> {
        let waiting = [HandOverStep::Waiting, HandOverStep::Sending];
        let left = self
            .country
            .hand_overs()
            .into_iter()
            .find(|line| waiting.contains(&line.step) && SITES.map(SiteId).contains(&SiteId(line.from)));
        match left {
            Some(line) => {
                Err(Broken::new("a hand-over comes to its end", format!("store {}: {}", line.store, line.text)))
            }
            None => Ok(()),
        }
    }
}
