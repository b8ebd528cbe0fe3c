//! Waiting after wrong passwords: per user name and address, longer with each failure. In memory only, so a guess costs no disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sitesync_core::given::Millis;
use sitesync_core::hash::Hash;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 4;
const LONGEST_MS: Millis = 60_000;
/// After so long without a failure the count begins anew.
const FORGOTTEN_MS: Millis = 15 * 60_000;
const CAPACITY: usize = 20_000;

#[derive(Default)]
pub(crate) struct Backoff {
    failures: Mutex<HashMap<Hash, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

pub(crate) fn key(name: &str, address: &str) -> Hash {
    Hash::of_parts(&[name.as_bytes(), address.as_bytes()])
}

impl Backoff {
    /// How many milliseconds are left to wait, if any.
    pub(crate) fn wait(&self, key: Hash, now: Millis) -> Option<Millis> {
        let failures = *self.failures.lock().unwrap_or_else(PoisonError::into_inner).get(&key)?;
        let beyond = failures.count.checked_sub(FREE)?;
        let wait = (1000 << beyond.min(16)).min(LONGEST_MS);
        // A clock that was set back must not make a minute a year.
        let left = (failures.last + wait - now).min(wait);
        (left > 0).then_some(left)
    }

    pub(crate) fn failed(&self, key: Hash, now: Millis) {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CAPACITY && !all.contains_key(&key) {
            all.retain(|_, failures| now - failures.last < FORGOTTEN_MS);
            if all.len() >= CAPACITY {
                all.clear();
            }
        }
        let failures = all.entry(key).or_insert(Failures { count: 0, last: now });
        if now - failures.last >= FORGOTTEN_MS {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    pub(crate) fn succeeded(&self, key: Hash) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_with_failures_and_end_with_success() {
        let backoff = Backoff::default();
        let key = key("admin", "10.0.0.1");
        for _ in 0..3 {
            backoff.failed(key, 0);
        }
        assert_eq!(backoff.wait(key, 0), None);
        backoff.failed(key, 0);
        assert_eq!(backoff.wait(key, 0), Some(1000));
        backoff.failed(key, 1000);
        assert_eq!(backoff.wait(key, 1000), Some(2000));
        assert_eq!(backoff.wait(key, 3000), None);
        for _ in 0..40 {
            backoff.failed(key, 3000);
        }
        assert_eq!(backoff.wait(key, 3000), Some(60_000));
        assert_eq!(backoff.wait(super::key("admin", "10.0.0.2"), 3000), None);
        backoff.succeeded(key);
        assert_eq!(backoff.wait(key, 3000), None);
    }
}
