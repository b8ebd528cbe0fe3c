//! Proving the password: limits first, then argon2 behind the gate, and the counting of failures.
//!
//! What a proved password lets in is decided in [`super::login`].

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::{Txn, write};

use super::lockout::{Bucket, address_key, name_key};
use super::login::{Attempt, Auth};
use super::refusal::{AuthError, Refusal};
use super::secret;
use super::settings::{self, AuthSettings};
use crate::audit::{self, Change};
use crate::sites::{self, Site, rows};

/// A request that may try a password.
struct Admitted {
    settings: AuthSettings,
    site: Option<Site>,
    bucket: Bucket,
    now: Millis,
}

/// A request that has proved the password.
pub(super) struct Proved {
    pub(super) settings: AuthSettings,
    pub(super) site: Site,
    pub(super) bucket: Bucket,
}

impl Auth<'_> {
    /// Limits, then the password.
    pub(super) fn prove(&self, attempt: &Attempt<'_>) -> Result<Proved, AuthError> {
        let admitted = self.admit(attempt)?;
        if let Some(proved) = self.recall(&admitted, attempt) {
            return Ok(proved);
        }
        let turn = self.gate.turn()?;
        // Others failed while this one waited for its turn.
        let admitted = self.admit(attempt)?;
        let stored = admitted.site.as_ref().and_then(|site| site.secret.as_ref());
        let right = secret::is_right(attempt.secret, stored, admitted.settings.hash_cost)?;
        let Admitted { settings, site, bucket, now } = admitted;
        match site {
            Some(site) if right && site.id != SiteId::CENTRAL => {
                drop(turn);
                self.gate.failures.site_proved(site.id, bucket);
                if bucket == Bucket::Device {
                    self.gate.remembered.remember(
                        &site,
                        attempt.hardware_id,
                        attempt.secret,
                        settings.remember_ms,
                        now,
                    );
                }
                Ok(Proved { settings, site, bucket })
            }
            // The turn lasts until the failure is counted, so that many at once do not get more guesses than one after the other.
            site => Err(self.failed(attempt, &settings, site.as_ref(), bucket)?.into()),
        }
    }

    fn admit(&self, attempt: &Attempt<'_>) -> Result<Admitted, AuthError> {
        let now = self.clock.now();
        let (settings, site) = {
            let snapshot = self.store.snapshot()?;
            (settings::get(&*snapshot)?, sites::by_name(&*snapshot, attempt.name)?)
        };
        if !settings.accept_sync {
            return Err(Refusal::SyncOff.into());
        }
        let bucket = Bucket::of(site.as_ref(), attempt.hardware_id, attempt.data_file);
        if let Some(site) = &site {
            self.gate.contacts.attempted(site.id, now);
        }
        let key = address_key(attempt.address, attempt.name, bucket);
        if let Some(until) = self.gate.failures.address_waits(key, &settings, now) {
            return Err(Refusal::TooManyFailures { until }.into());
        }
        // While a block lasts no password is tried, else it would only hide from a guesser when he has found it.
        let blocked = match (&site, bucket) {
            (Some(site), bucket) => settings.block_in_force(bucket.blocked_until(&site.blocks), now),
            (None, _) => self.gate.failures.name_blocked(name_key(attempt.name), &settings, now),
        };
        if let Some(until) = blocked {
            let refusal = Refusal::Blocked { until };
            if let Some(site) = &site {
                self.gate.contacts.refused(site.id, now, &refusal, told(&refusal, attempt));
            }
            return Err(refusal.into());
        }
        Ok(Admitted { settings, site, bucket, now })
    }

    /// The bound device with a secret that was verified a short while ago.
    fn recall(&self, admitted: &Admitted, attempt: &Attempt<'_>) -> Option<Proved> {
        let site = admitted.site.as_ref().filter(|_| admitted.bucket == Bucket::Device)?;
        let for_ms = admitted.settings.remember_ms;
        if !self.gate.remembered.knows(site, attempt.hardware_id, attempt.secret, for_ms, admitted.now) {
            return None;
        }
        self.gate.failures.site_proved(site.id, admitted.bucket);
        Some(Proved { settings: admitted.settings, site: site.clone(), bucket: admitted.bucket })
    }

    /// Counts a wrong password or an unknown name, and stores the block if one begins.
    fn failed(
        &self,
        attempt: &Attempt<'_>,
        settings: &AuthSettings,
        site: Option<&Site>,
        bucket: Bucket,
    ) -> Result<Refusal, AuthError> {
        let now = self.clock.now();
        let failures = &self.gate.failures;
        failures.address_failed(address_key(attempt.address, attempt.name, bucket), now);
        let Some(site) = site else {
            failures.name_failed(name_key(attempt.name), settings, now);
            return Ok(Refusal::UnknownName);
        };
        let refusal = Refusal::WrongPassword;
        self.gate.contacts.refused(site.id, now, &refusal, told(&refusal, attempt));
        // The device that still sends the password from before it was changed does not guess.
        let outdated = bucket == Bucket::Device
            && site.former_secret.is_some()
            && secret::is_right(attempt.secret, site.former_secret.as_ref(), settings.hash_cost)?;
        if !outdated && failures.site_failed(site, bucket, settings) {
            self.begin_block(site, bucket, now, now.saturating_add(settings.block_ms))?;
        }
        Ok(refusal)
    }

    pub(super) fn begin_block(&self, seen: &Site, bucket: Bucket, now: Millis, until: Millis) -> Result<(), AuthError> {
        write(self.store, |txn| {
            rows::lock_directory_and(txn, seen.id)?;
            let Some(mut site) = rows::read(txn, seen.id)? else {
                return Ok(());
            };
            if site.lock_generation != seen.lock_generation {
                return Ok(());
            }
            *bucket.block(&mut site.blocks) = Some(until);
            rows::write(txn, &site)?;
            note(txn, now, "site.block", &site, bucket.words())
        })
    }
}

/// What the administrator reads about a refusal.
pub(super) fn told(refusal: &Refusal, attempt: &Attempt<'_>) -> String {
    format!("{} Device {}, from {}.", refusal.message(), attempt.hardware_id, attempt.address)
}

pub(super) fn note(txn: &mut dyn Txn, now: Millis, what: &str, site: &Site, to: &str) -> Result<(), AuthError> {
    let subject = format!("site {}", site.id);
    audit::append(txn, now, Change { who: "server", what, subject: &subject, from: "", to })?;
    Ok(())
}
