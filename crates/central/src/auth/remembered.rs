//! Secrets that were verified a short while ago, for doors whose sites send the secret with every call: argon2 for each would take
//! the whole server.
//!
//! Kept as hashes under a key that lives only in this process, and bound to the site, the version of its secret and the hardware id;
//! so a changed password or a reset makes them useless without anybody clearing anything.

use std::collections::HashMap;
use std::sync::Mutex;

use sitesync_core::given::{Millis, Random};

use super::gate::locked;
use super::secret::Secret;
use crate::sites::Site;

/// Above this, what is oldest goes. Twice as many sites as we expect.
const CAPACITY: usize = 100_000;

pub(super) struct Remembered {
    key: [u8; 32],
    verified: Mutex<HashMap<[u8; 32], Millis>>,
}

impl Remembered {
    pub(super) fn new(random: &dyn Random) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self { key, verified: Mutex::default() }
    }

    pub(super) fn knows(&self, site: &Site, hardware_id: &str, secret: &Secret, for_ms: Millis, now: Millis) -> bool {
        let mark = self.mark(site, hardware_id, secret);
        locked(&self.verified).get(&mark).is_some_and(|&at| is_fresh(at, for_ms, now))
    }

    pub(super) fn remember(&self, site: &Site, hardware_id: &str, secret: &Secret, for_ms: Millis, now: Millis) {
        if for_ms == 0 {
            return;
        }
        let mark = self.mark(site, hardware_id, secret);
        let mut verified = locked(&self.verified);
        if verified.len() >= CAPACITY && !verified.contains_key(&mark) {
            verified.retain(|_, at| is_fresh(*at, for_ms, now));
            if verified.len() >= CAPACITY {
                verified.clear();
            }
        }
        // The first time counts: a secret is verified anew once in a while, however busy the site.
        let at = verified.entry(mark).or_insert(now);
        if !is_fresh(*at, for_ms, now) {
            *at = now;
        }
    }

    fn mark(&self, site: &Site, hardware_id: &str, secret: &Secret) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&site.id.0.to_be_bytes());
        hasher.update(&site.secret_version.to_be_bytes());
        // Of fixed length, so what follows cannot run into it.
        hasher.update(secret.reveal().as_bytes());
        hasher.update(hardware_id.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

/// Also false for a time in the future: the clock was set back.
fn is_fresh(at: Millis, for_ms: Millis, now: Millis) -> bool {
    (0..for_ms).contains(&now.saturating_sub(at))
}
