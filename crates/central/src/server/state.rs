//! What the doors share: the hub, the memory of authentication, the turns of sites, and who is waiting.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sitesync_core::given::{Clock, Random};
use sitesync_store::{Snapshot, Store, StoreError, write};
use sitesync_web::FewThreads;
use sitesync_web::accounts::{Cost, Place};
use sitesync_web::sign_in::SignIn;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::auth::{Auth, Gate, GateLimits};
use crate::hub::{Hub, HubError};
use crate::master::Master;
use crate::sheet::Uploads;
use crate::sites::{self, SiteError};
use crate::sync::{Callers, Turns, Waiters};

/// What the doors of one server allow.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of a request's body, packed and unpacked.
    pub body_bytes_max: usize,
    /// The most bytes of all bodies that are being read at a time.
    pub bodies_bytes_max: usize,
    /// The most sites that wait for something new at a time; each holds a connection.
    pub waiters_max: usize,
    /// What checking a person's password costs.
    pub password_cost: Cost,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 << 20,
            bodies_bytes_max: 256 << 20,
            waiters_max: 5_000,
            password_cost: Cost::default(),
        }
    }
}

/// How many requests of sites are served at a time; the others wait in the order in which they came. More would not be served sooner,
/// as the disk takes what is committed together at once, and each would need memory and a connection to the data file.
pub(super) const DESKS: usize = 16;

/// How many large requests are served at a time: the second is read while the first is committed.
const LARGE: usize = 2;

/// A central server over one database, without its network.
pub struct Central {
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    gate: Gate,
    sign_in: Arc<SignIn>,
    callers: Callers,
    turns: Turns,
    desks: Arc<Semaphore>,
    large: FewThreads,
    waiters: Arc<Waiters>,
    /// Rung when there may be work to do.
    bell: Arc<Notify>,
    uploads: Uploads,
    backups: Option<PathBuf>,
    limits: Limits,
    /// The central data as far as it was read; see [`Central::master`].
    master: Mutex<Master>,
}

impl Central {
    /// Opens a central server over a database, which is prepared if it is new. Backups are written to `backups`, if there is such a place.
    ///
    /// # Errors
    /// If the database is not that of a central server, or cannot be read or written.
    pub fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        backups: Option<PathBuf>,
        limits: Limits,
    ) -> Result<Arc<Self>, HubError> {
        let hub = Arc::new(Hub::open(store.clone(), clock.clone(), random.clone())?);
        let ensured = write(&*store, |txn| sites::ensure_central(txn, &*random, clock.now()));
        ensured.map_err(|error| match error {
            SiteError::Store(error) => HubError::Store(error),
            other => HubError::Stored(other.to_string()),
        })?;
        let waiters = Arc::new(Waiters::new(limits.waiters_max));
        let bell = Arc::new(Notify::new());
        let (woken, rung) = (waiters.clone(), bell.clone());
        hub.on_growth(move |grown| {
            woken.wake(grown);
            rung.notify_one();
        });
        Ok(Arc::new(Self {
            hub,
            gate: Gate::new(GateLimits::default(), &*random),
            sign_in: Arc::new(SignIn::new(
                store.clone(),
                clock.clone(),
                random.clone(),
                Place::CentralServer,
                limits.password_cost,
            )),
            callers: Callers::default(),
            turns: Turns::default(),
            desks: Arc::new(Semaphore::new(DESKS)),
            large: FewThreads::start(LARGE).map_err(|error| StoreError::Other(format!("no more threads: {error}")))?,
            waiters,
            bell,
            uploads: Uploads::default(),
            backups,
            limits,
            store,
            clock,
            random,
            master: Mutex::default(),
        }))
    }

    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What letting sites in works with.
    pub fn auth(&self) -> Auth<'_> {
        Auth { gate: &self.gate, store: &*self.store, clock: &*self.clock, random: &*self.random }
    }

    pub fn sign_in(&self) -> &Arc<SignIn> {
        &self.sign_in
    }

    /// Whose tokens were good a while ago.
    pub fn callers(&self) -> &Callers {
        &self.callers
    }

    /// One sync per site at a time, at every door.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Waits for a place where a request is served.
    pub(crate) async fn desk(&self) -> Option<OwnedSemaphorePermit> {
        // Fails only if the places were taken away, which nobody does.
        self.desks.clone().acquire_owned().await.ok()
    }

    /// Where large requests are served.
    pub(crate) fn large(&self) -> &FewThreads {
        &self.large
    }

    /// The central data in memory, caught up with a snapshot of committed data.
    pub(crate) fn master(&self, snapshot: &dyn Snapshot) -> Result<Master, StoreError> {
        let known = self.master_known();
        let master = known.caught_up(snapshot)?;
        let mut kept = self.master.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.upto() < master.upto() {
            *kept = master.clone();
        }
        Ok(master)
    }

    /// The same as it was last read, for a transaction, which catches up its own copy.
    pub(crate) fn master_known(&self) -> Master {
        self.master.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn waiters(&self) -> &Arc<Waiters> {
        &self.waiters
    }

    /// Sheets that people look at before they import them.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    pub fn backups(&self) -> Option<&Path> {
        self.backups.as_deref()
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Writes what is only in memory.
    pub(crate) fn flush(&self) -> Result<(), HubError> {
        for turned in self.gate.take_turned_away() {
            self.hub.note_refusal(turned.site, turned.at, turned.code.to_owned(), turned.times);
        }
        self.gate.flush_contacts(&*self.store)?;
        self.hub.flush_contacts()
    }
}
