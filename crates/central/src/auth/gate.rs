//! What authentication keeps in memory, and the narrow gate before argon2.
//!
//! One [`Gate`] lives as long as the process. What it knows may be lost at any time: after a restart guessers may begin to count anew
//! (a block itself is stored), and verified secrets are verified once more.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sitesync_core::given::{Millis, Random};
use sitesync_core::ids::SiteId;
use sitesync_store::Store;

use super::contacts::{Contacts, Reported, TurnedAway};
use super::lockout::Failures;
use super::refusal::Refusal;
use super::remembered::Remembered;

/// How many passwords are checked at a time.
#[derive(Clone, Copy, Debug)]
pub struct GateLimits {
    pub at_once: usize,
    /// How many may wait for their turn; the next one is told to come again.
    pub waiting: usize,
}

impl Default for GateLimits {
    /// Two take 38 MiB and two cores; 64 wait at most a second or so.
    fn default() -> Self {
        Self { at_once: 2, waiting: 64 }
    }
}

/// The memory of authentication.
pub struct Gate {
    pub(super) failures: Failures,
    pub(super) remembered: Remembered,
    pub(super) contacts: Contacts,
    limits: GateLimits,
    turns: Mutex<Turns>,
    freed: Condvar,
}

#[derive(Default)]
struct Turns {
    running: usize,
    waiting: usize,
}

impl Gate {
    pub fn new(limits: GateLimits, random: &dyn Random) -> Self {
        Self {
            failures: Failures::default(),
            remembered: Remembered::new(random),
            contacts: Contacts::default(),
            limits: GateLimits { at_once: limits.at_once.max(1), ..limits },
            turns: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Notes that a request of this site was let in. Costs no write; [`Gate::flush_contacts`] stores it.
    pub fn note_connection(&self, site: SiteId, now: Millis, reported: Option<Reported>) {
        self.contacts.connected(site, now, reported);
    }

    /// Stores what was noted since the last time, in one transaction. To be called every few seconds, and before the process ends.
    pub fn flush_contacts(&self, store: &dyn Store) -> sitesync_store::Result<usize> {
        self.contacts.flush(store)
    }

    /// Who was turned away since the last time, for the logs of sites.
    pub fn take_turned_away(&self) -> Vec<TurnedAway> {
        self.contacts.take_turned_away()
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        locked(&self.turns).waiting
    }

    /// Waits for a turn to check a password.
    pub(super) fn turn(&self) -> Result<Turn<'_>, Refusal> {
        let mut turns = locked(&self.turns);
        if turns.running >= self.limits.at_once {
            if turns.waiting >= self.limits.waiting {
                return Err(Refusal::Busy);
            }
            turns.waiting += 1;
            while turns.running >= self.limits.at_once {
                turns = self.freed.wait(turns).unwrap_or_else(PoisonError::into_inner);
            }
            turns.waiting -= 1;
        }
        turns.running += 1;
        Ok(Turn { gate: self })
    }
}

/// The turn ends when this is dropped.
pub(super) struct Turn<'a> {
    gate: &'a Gate,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        locked(&self.gate.turns).running -= 1;
        self.gate.freed.notify_one();
    }
}

/// Counts are whole after every step, so a panic elsewhere does not spoil them.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
