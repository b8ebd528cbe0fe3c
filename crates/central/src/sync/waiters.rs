//! Who waits for which feeds. A commit wakes only those who read a feed that grew; a waiter costs one small entry per feed.
//! A site waits in one place: with a second request the first is answered, so that no site takes the places of others.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_web::ApiError;
use tokio::sync::Notify;

/// All who wait.
pub struct Waiters {
    at_most: usize,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    feeds: HashMap<Feed, HashMap<u64, Arc<Notify>>>,
    /// Where each site waits.
    sites: HashMap<SiteId, (u64, Arc<Notify>)>,
    /// Places whose site was called.
    called: HashSet<u64>,
    waiting: usize,
    last_number: u64,
    closed: bool,
}

/// A place among those who wait; left when this is dropped.
pub struct Place {
    waiters: Arc<Waiters>,
    site: SiteId,
    feeds: BTreeSet<Feed>,
    number: u64,
    bell: Arc<Notify>,
}

impl Waiters {
    pub fn new(at_most: usize) -> Self {
        Self { at_most, all: Mutex::default() }
    }

    /// Takes a place. A growth of one of `feeds` from now on is told, also if it comes before `Place::woken` is called.
    pub fn enter(self: &Arc<Self>, site: SiteId, feeds: BTreeSet<Feed>) -> Result<Place, ApiError> {
        let mut all = self.locked();
        if all.waiting >= self.at_most {
            return Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too_many_waiting",
                "As many sites as this server allows are waiting already.",
                "Synchronise every few minutes instead of waiting; nothing is missed.",
            )
            .retry_after(60));
        }
        all.waiting += 1;
        all.last_number += 1;
        let (number, bell) = (all.last_number, Arc::new(Notify::new()));
        for feed in &feeds {
            all.feeds.entry(feed.clone()).or_default().insert(number, bell.clone());
        }
        if let Some((_, former)) = all.sites.insert(site, (number, bell.clone())) {
            former.notify_one();
        }
        Ok(Place { waiters: self.clone(), site, feeds, number, bell })
    }

    /// Wakes who reads one of these feeds.
    pub fn wake(&self, grown: &BTreeSet<Feed>) {
        let all = self.locked();
        for bell in grown.iter().filter_map(|feed| all.feeds.get(feed)).flat_map(HashMap::values) {
            bell.notify_one();
        }
    }

    /// Asks a site that waits to synchronise now. False: it does not wait.
    pub fn call(&self, site: SiteId) -> bool {
        let all = &mut *self.locked();
        let Some((number, bell)) = all.sites.get(&site) else { return false };
        all.called.insert(*number);
        bell.notify_one();
        true
    }

    /// Sends everybody away, for good.
    pub fn close(&self) {
        let mut all = self.locked();
        all.closed = true;
        for bell in all.feeds.values().flat_map(HashMap::values) {
            bell.notify_one();
        }
    }

    /// How many are waiting.
    pub fn count(&self) -> usize {
        self.locked().waiting
    }

    fn locked(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends when a feed has grown, or might have. False: the site waits elsewhere by now, or nobody may wait any more.
    pub async fn woken(&mut self) -> bool {
        if !self.may_wait() {
            return false;
        }
        self.bell.notified().await;
        self.may_wait()
    }

    /// Whether the site is asked to synchronise, whatever there is.
    pub fn is_called(&self) -> bool {
        self.waiters.locked().called.contains(&self.number)
    }

    fn may_wait(&self) -> bool {
        let all = self.waiters.locked();
        !all.closed && all.sites.get(&self.site).is_some_and(|(number, _)| *number == self.number)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.waiters.locked();
        all.waiting -= 1;
        all.called.remove(&self.number);
        if all.sites.get(&self.site).is_some_and(|(number, _)| *number == self.number) {
            all.sites.remove(&self.site);
        }
        for feed in &self.feeds {
            if let Some(places) = all.feeds.get_mut(feed) {
                places.remove(&self.number);
                if places.is_empty() {
                    all.feeds.remove(feed);
                }
            }
        }
    }
}
