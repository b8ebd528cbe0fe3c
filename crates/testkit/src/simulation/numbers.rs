//! The numbers of a feed only grow, whatever happens to the database.

use std::collections::BTreeMap;

use sitesync_core::ids::Feed;
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use super::broken::Broken;

#[derive(Default)]
pub(super) struct Numbers(BTreeMap<Feed, u64>);

impl Numbers {
    /// Compares with what was seen before.
    pub(super) fn grew(&mut self, central: &MemoryStore) -> Result<(), Broken> {
        let snapshot = central.snapshot().expect("in memory");
        for feed in snapshot.feeds().expect("in memory") {
            let head = snapshot.feed(&feed).expect("in memory").head;
            let before = self.0.entry(feed.clone()).or_default();
            if head < *before {
                return Err(Broken::new("numbers only grow", format!("feed {feed} was at {before}, now {head}")));
            }
            *before = head;
        }
        Ok(())
    }
}
