//! The tokens that were found in force since the server started. In memory only, and believed for one thing: that a body may be read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sitesync_core::ids::SiteId;

use super::caller::Shown;

/// Above this all are forgotten. More than twice as many sites as we expect.
const CAPACITY: usize = 100_000;

/// Tokens with what they are good for, by a hash, so that a picture of the memory gives none away.
#[derive(Default)]
pub struct Callers(Mutex<HashMap<[u8; 32], SiteId>>);

impl Callers {
    pub(super) fn recall(&self, shown: &Shown) -> Option<SiteId> {
        self.locked().get(&mark(shown)).copied()
    }

    pub(super) fn remember(&self, shown: &Shown, site: SiteId) {
        let mut all = self.locked();
        if all.len() >= CAPACITY {
            all.clear();
        }
        all.insert(mark(shown), site);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<[u8; 32], SiteId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn mark(shown: &Shown) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [&shown.token, &shown.hardware_id, &shown.data_file] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}
