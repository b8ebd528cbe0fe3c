//! The hub: takes what sites and administrators write, routes it into feeds, and answers readers.
//!
//! Everything here is synchronous and is given its time and ids, so that a hub and its sites also run in one thread.

mod commit;
mod compare;
mod contacts;
mod context;
mod documents;
mod epoch;
mod error;
mod exchange;
pub(crate) mod hand_over;
mod held;
mod incoming;
mod jobs;
mod pull;
mod push;
mod reroute;
mod retention;
mod rhythm;
mod rows;
mod staged;
mod subscription;
mod version;
mod waiting;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::{Clock, Random};
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_core::record::{Role, State};
use sitesync_store::{Snapshot, Store, Txn, write};

pub use commit::Report;
pub use contacts::{Contact, Moved, Phases};
pub use context::Context;
pub use epoch::{Lived, begin_epoch};
pub use error::{Fault, HubError};
pub use hand_over::{End, HandOver, How, SILENT};
pub use held::{HeldDocument, HeldId, Reason};
pub use incoming::{Action, Incoming};
pub use rhythm::Rhythm;
pub use rows::Epoch;
pub(crate) use subscription::has_read;
pub use waiting::FeedWaiting;

type Waker = Box<dyn Fn(&BTreeSet<Feed>) + Send + Sync>;

/// The central server's engine over one database.
pub struct Hub {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) catalogue: &'static Catalogue,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) contacts: contacts::Contacts,
    wakers: Mutex<Vec<Waker>>,
}

impl Hub {
    /// Opens the hub over a database, which it prepares if it is new.
    pub fn open(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, HubError> {
        let hub = Self {
            store,
            catalogue: Catalogue::embedded(),
            clock,
            random,
            contacts: contacts::Contacts::default(),
            wakers: Mutex::default(),
        };
        hub.prepare()?;
        hub.load_contacts()?;
        Ok(hub)
    }

    fn prepare(&self) -> Result<(), HubError> {
        write(&*self.store, |txn| {
            if rows::epoch(txn)?.is_none() {
                rows::put_epoch(txn, &Epoch::first())?;
            }
            Ok(())
        })
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub fn catalogue(&self) -> &'static Catalogue {
        self.catalogue
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// `waker` is told which feeds have grown after each commit. It must return at once.
    pub fn on_growth(&self, waker: impl Fn(&BTreeSet<Feed>) + Send + Sync + 'static) {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(waker));
    }

    pub(crate) fn wake(&self, grown: &BTreeSet<Feed>) {
        if grown.is_empty() {
            return;
        }
        for waker in self.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            waker(grown);
        }
    }

    /// Writes records on the central server: master data, or documents of its own stores. All or nothing.
    ///
    /// # Errors
    /// [`HubError::Refused`] lists every document that may not be written, with the reason; nothing is stored then.
    pub fn edit(&self, actor: Actor, changes: Vec<Change>) -> Result<Report, HubError> {
        let incoming = self.parse(changes);
        let report = write(&*self.store, |txn| self.edit_in(txn, actor, &incoming))?;
        self.wake(&report.grown);
        Ok(report)
    }

    /// Reads changes before the transaction that takes them.
    pub(crate) fn parse(&self, changes: Vec<Change>) -> Vec<Incoming> {
        incoming::parse_all(self.catalogue, changes)
    }

    /// [`Hub::edit`] in the caller's transaction, for doors that check or note something in the same one. The caller wakes
    /// the readers of what has grown.
    pub(crate) fn edit_in(&self, txn: &mut dyn Txn, actor: Actor, incoming: &[Incoming]) -> Result<Report, HubError> {
        commit::commit(txn, &Context::edit(self.catalogue, actor, self.clock.now()), incoming)
    }

    /// The stores that are active on a site, sorted.
    pub fn stores_of_site(snapshot: &dyn Snapshot, site: SiteId) -> Result<Vec<Box<str>>, HubError> {
        let keys = snapshot.linked(Role::Site, &site.to_string(), None, usize::MAX)?;
        let records = snapshot.records(&keys)?;
        let live = records.into_iter().flatten().filter(|record| record.state == State::Live);
        let mut stores: Vec<_> = live.map(|record| record.key.id).collect();
        stores.sort();
        Ok(stores)
    }
}
