//! What is told about exchanges is kept for a while, then removed in small commits. Records, feeds, held documents and the audit
//! are never removed here.

use sitesync_core::ids::SiteId;
use sitesync_store::{Space, write};

use super::contacts::{HOUR, Moved, hours_of};
use super::{Hub, HubError, rows};

/// Days for which exchanges are counted by the hour.
const HOURS_DAYS: i64 = 400;

const DAY: i64 = 24 * HOUR;

/// Rows that are removed in one commit.
const CHUNK: usize = 1_000;

impl Hub {
    /// Removes what is older than it is kept: exchanges that moved something or went wrong after so many days. Called every hour.
    pub fn prune(&self, log_days: u32) -> Result<(), HubError> {
        let now = self.clock.now();
        for site in self.logged_sites()? {
            while self.prune_log(site, now - i64::from(log_days) * DAY)? {}
        }
        for site in self.contacts.sites() {
            while self.prune_hours(site, now - HOURS_DAYS * DAY)? {}
        }
        Ok(())
    }

    /// The sites that have a log, also those that were only ever turned away.
    fn logged_sites(&self) -> Result<Vec<SiteId>, HubError> {
        let snapshot = self.store.snapshot()?;
        let (mut sites, mut after) = (Vec::new(), Vec::new());
        while let Some((key, _)) = snapshot.rows(Space::Log, &[], Some(&after), 1)?.pop()
            && let Some(site) = key.first_chunk::<4>()
        {
            sites.push(SiteId(u32::from_be_bytes(*site)));
            // The last row that this site could have.
            after = [&site[..], &u64::MAX.to_be_bytes()].concat();
        }
        Ok(sites)
    }

    /// Whether there may be more.
    fn prune_log(&self, site: SiteId, before: i64) -> Result<bool, HubError> {
        let rows = self.store.snapshot()?.rows(Space::Log, &rows::site_key(site), None, CHUNK)?;
        let mut old = Vec::new();
        for (key, bytes) in rows {
            if rows::decode::<Moved>(&bytes)?.at >= before {
                break;
            }
            old.push(key);
        }
        self.remove(Space::Log, &old)
    }

    fn prune_hours(&self, site: SiteId, before: i64) -> Result<bool, HubError> {
        let rows = self.store.snapshot()?.rows(Space::Idle, &hours_of(site), None, CHUNK)?;
        let old = |key: &[u8]| key.last_chunk::<8>().is_some_and(|hour| i64::from_be_bytes(*hour) < before / HOUR);
        let old: Vec<_> = rows.into_iter().map(|(key, _)| key).take_while(|key| old(key)).collect();
        self.remove(Space::Idle, &old)
    }

    fn remove(&self, space: Space, keys: &[Vec<u8>]) -> Result<bool, HubError> {
        if keys.is_empty() {
            return Ok(false);
        }
        write(&*self.store, |txn| keys.iter().try_for_each(|key| txn.delete_row(space, key)).map_err(HubError::from))?;
        Ok(keys.len() == CHUNK)
    }
}
