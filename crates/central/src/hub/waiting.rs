//! What waits for a site: of each feed that it reads, how much lies beyond where it was at its last connection.
//!
//! Numbers for people, reckoned when somebody looks. What a site is sent is decided by its own positions alone.

use sitesync_core::ids::{Feed, ReaderId, SiteId};
use sitesync_store::{PageLimit, Snapshot};

use super::{Hub, HubError, pull};

/// So many records are weighed to say how large the others may be.
const WEIGHED: usize = 200;

/// A feed of a site, and how much of it the site has still to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedWaiting {
    pub feed: Feed,
    /// Records in it, and about how many bytes they are.
    pub live: u64,
    pub size: u64,
    /// Entries that wait; about as many, if they are more than ten thousand.
    pub entries: u64,
    /// About how many bytes of records they are.
    pub bytes: u64,
}

impl Hub {
    /// What waits in each feed that the site reads now, `central` first.
    pub fn waiting(&self, snapshot: &dyn Snapshot, site: SiteId) -> Result<Vec<FeedWaiting>, HubError> {
        let contact = self.contact(site)?;
        let feeds = Hub::feeds_of(snapshot, ReaderId::native(site))?;
        let reached = |feed: &Feed| contact.reached.get(feed).copied().unwrap_or(0);
        feeds.into_iter().map(|feed| waiting(snapshot, reached(&feed), feed)).collect()
    }
}

fn waiting(snapshot: &dyn Snapshot, after: u64, feed: Feed) -> Result<FeedWaiting, HubError> {
    let state = snapshot.feed(&feed)?;
    let entries = pull::behind(snapshot, &feed, after, &state)?;
    let size = weighed(snapshot, &feed, 0, state.live)?;
    let bytes = weighed(snapshot, &feed, after, entries)?;
    Ok(FeedWaiting { feed, live: state.live, size, entries, bytes })
}

/// About how many bytes so many entries above a number are.
fn weighed(snapshot: &dyn Snapshot, feed: &Feed, after: u64, entries: u64) -> Result<u64, HubError> {
    if entries == 0 {
        return Ok(0);
    }
    let page = snapshot.page(feed, after, PageLimit { entries: WEIGHED, bytes: usize::MAX })?;
    let bytes: usize = page.iter().map(|entry| entry.body.as_ref().map_or(0, |body| body.len())).sum();
    Ok(bytes as u64 * entries / (page.len() as u64).max(1))
}
