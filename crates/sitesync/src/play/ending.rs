//! Whether everybody holds the same: the sums of the feeds on the central server and on each site.

use anyhow::Result;
use sitesync_central::hub::Hub;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_remote::site::Site;

/// How a site compares with the central server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// All feeds have the same sums.
    Equal {
        records: u64,
    },
    Unsent {
        records: u64,
    },
    /// Nothing is to be sent, but these feeds differ.
    Behind {
        feeds: Vec<Feed>,
    },
}

/// Compares what a site holds with what the central server holds for it.
pub(super) fn compare(hub: &Hub, site: &Site, id: SiteId) -> Result<Compared> {
    let status = site.status()?;
    if status.unsent > 0 {
        return Ok(Compared::Unsent { records: status.unsent });
    }
    let (there, here) = (hub.store().snapshot()?, site.store().snapshot()?);
    let stores = Hub::stores_of_site(&*there, id)?;
    let (mut feeds, mut records) = (Vec::new(), 0);
    for feed in std::iter::once(Feed::Central).chain(stores.into_iter().map(Feed::Store)) {
        let (theirs, ours) = (there.feed(&feed)?, here.feed(&feed)?);
        if (theirs.sum, theirs.live) != (ours.sum, ours.live) {
            feeds.push(feed);
        }
        records += theirs.live;
    }
    Ok(if feeds.is_empty() { Compared::Equal { records } } else { Compared::Behind { feeds } })
}
