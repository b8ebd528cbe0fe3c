//! When sites were last heard of, gathered in memory and stored together every few seconds: 40,000 sites that ask every five minutes
//! must not write a row each time, and a guesser must not get a write per guess (EXCHANGE B3, B9).

use std::collections::HashMap;
use std::sync::Mutex;

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::{Lock, Result, Store, StoreError, write};

use super::gate::locked;
use super::refusal::Refusal;
use crate::sites::{DeviceType, LastRefusal, Site, rows};

/// What a site tells about itself. What it leaves out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    pub device_type: Option<DeviceType>,
    pub app_name: Option<String>,
    pub app_version: Option<String>,
    /// The protocol in use, such as `v5 14`.
    pub protocol: Option<String>,
}

const TEXT_LIMIT: usize = 100;

impl Reported {
    /// Puts it into the site, cut to what is worth showing.
    pub(super) fn apply(self, site: &mut Site) {
        let short = |text: String| -> String { text.chars().filter(|c| !c.is_control()).take(TEXT_LIMIT).collect() };
        if let Some(device_type) = self.device_type {
            site.device_type = Some(match device_type {
                DeviceType::Other(text) => DeviceType::Other(short(text)),
                known => known,
            });
        }
        for (field, given) in [
            (&mut site.app_name, self.app_name),
            (&mut site.app_version, self.app_version),
            (&mut site.protocol, self.protocol),
        ] {
            if let Some(text) = given {
                *field = Some(short(text));
            }
        }
    }
}

#[derive(Clone, Default)]
struct Contact {
    attempt: Option<Millis>,
    connection: Option<Millis>,
    refusal: Option<LastRefusal>,
    reported: Option<Reported>,
}

/// A site that was turned away, for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    pub site: SiteId,
    pub at: Millis,
    /// [`Refusal::exact_code`].
    pub code: &'static str,
    /// How often for the same reason since it was told before.
    pub times: u64,
}

/// The same refusal of a site is told no more often than this: who guesses must not fill a log.
const TOLD_EVERY: Millis = 10 * 60_000;

#[derive(Default)]
pub(super) struct Contacts {
    noted: Mutex<HashMap<SiteId, Contact>>,
    turned_away: Mutex<Refusals>,
}

#[derive(Default)]
struct Refusals {
    /// The last one of each site that was told, and how many of the same came since.
    last: HashMap<SiteId, TurnedAway>,
    /// To be told.
    new: Vec<TurnedAway>,
}

impl Refusals {
    fn count(&mut self, site: SiteId, at: Millis, code: &'static str) {
        let mut times = 1;
        if let Some(last) = self.last.get_mut(&site).filter(|last| last.code == code) {
            if (0..TOLD_EVERY).contains(&(at - last.at)) {
                last.times += 1;
                return;
            }
            times += last.times;
        }
        self.new.push(TurnedAway { site, at, code, times });
        self.last.insert(site, TurnedAway { site, at, code, times: 0 });
    }
}

impl Contacts {
    pub(super) fn attempted(&self, site: SiteId, now: Millis) {
        locked(&self.noted).entry(site).or_default().attempt = Some(now);
    }

    pub(super) fn connected(&self, site: SiteId, now: Millis, reported: Option<Reported>) {
        let mut noted = locked(&self.noted);
        let contact = noted.entry(site).or_default();
        contact.connection = Some(now);
        if reported.is_some() {
            contact.reported = reported;
        }
    }

    pub(super) fn refused(&self, site: SiteId, now: Millis, refusal: &Refusal, detail: String) {
        locked(&self.turned_away).count(site, now, refusal.exact_code());
        let refusal = LastRefusal { code: refusal.exact_code().to_owned(), at: now, detail };
        locked(&self.noted).entry(site).or_default().refusal = Some(refusal);
    }

    pub(super) fn take_turned_away(&self) -> Vec<TurnedAway> {
        std::mem::take(&mut locked(&self.turned_away).new)
    }

    /// Stores what was noted; the number of sites. If that fails, it is kept for the next time.
    pub(super) fn flush(&self, store: &dyn Store) -> Result<usize> {
        let taken = std::mem::take(&mut *locked(&self.noted));
        if taken.is_empty() {
            return Ok(0);
        }
        let mut ids: Vec<SiteId> = taken.keys().copied().collect();
        ids.sort_unstable();
        let stored = write(store, |txn| {
            let locks: Vec<Lock> = ids.iter().map(|id| Lock::Site(id.0)).collect();
            txn.lock(&locks)?;
            for id in &ids {
                // A site that was deleted meanwhile is not brought back.
                if let (Some(mut site), Some(contact)) = (rows::read(txn, *id)?, taken.get(id)) {
                    contact.clone().apply(&mut site);
                    rows::write(txn, &site)?;
                }
            }
            Ok::<_, StoreError>(())
        });
        if let Err(error) = stored {
            self.put_back(taken);
            return Err(error);
        }
        Ok(ids.len())
    }

    fn put_back(&self, taken: HashMap<SiteId, Contact>) {
        let mut noted = locked(&self.noted);
        for (id, older) in taken {
            let newer = noted.remove(&id).unwrap_or_default();
            noted.insert(
                id,
                Contact {
                    attempt: newer.attempt.or(older.attempt),
                    connection: newer.connection.or(older.connection),
                    refusal: newer.refusal.or(older.refusal),
                    reported: newer.reported.or(older.reported),
                },
            );
        }
    }
}

impl Contact {
    fn apply(self, site: &mut Site) {
        site.last_attempt = self.attempt.or(site.last_attempt);
        site.last_connection = self.connection.or(site.last_connection);
        if self.refusal.is_some() {
            site.last_refusal = self.refusal;
        }
        if let Some(reported) = self.reported {
            reported.apply(site);
        }
    }
}
