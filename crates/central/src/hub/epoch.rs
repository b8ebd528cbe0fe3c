//! A restored database begins a new epoch, by which every site recognises at the first contact what happened (EXCHANGE A11).

use std::collections::{BTreeMap, BTreeSet};

use sitesync_core::given::Millis;
use sitesync_core::ids::Feed;
use sitesync_store::{Snapshot, Store, write};

use super::{HubError, rows};

/// Feeds jump so far that no number of the lost life is given again. Of the 2^31 numbers that mSupply clients can store,
/// `central` can make this jump 127 times.
const JUMP: u64 = 1 << 24;

/// How far the database has come that is replaced by a backup. Nothing, where it cannot be read any more.
#[derive(Clone, Debug, Default)]
pub struct Lived {
    pub epoch: u64,
    pub heads: BTreeMap<Feed, u64>,
}

impl Lived {
    pub fn read(snapshot: &dyn Snapshot) -> Result<Self, HubError> {
        let epoch = rows::epoch(snapshot)?.map_or(0, |epoch| epoch.number);
        let mut heads = BTreeMap::new();
        for feed in snapshot.feeds()? {
            heads.insert(feed.clone(), snapshot.feed(&feed)?.head);
        }
        Ok(Self { epoch, heads })
    }
}

/// Marks a database as restored: raises its epoch, and every feed, above what has `lived`. Call it once, on the restored file, before the hub
/// opens it. The epoch follows the time, so that a backup that is restored twice is not the same life twice.
///
/// # Errors
/// If the database is not a central server's.
pub fn begin_epoch(store: &dyn Store, at: Millis, lived: &Lived) -> Result<u64, HubError> {
    write(store, |txn| {
        let mut epoch = rows::epoch(txn)?.ok_or_else(|| {
            HubError::asked(
                "not_a_central_server",
                "The file is not a data file of a central server.",
                "Name a file that \"sitesync backup\" made on the central server.",
            )
        })?;
        let mut heads = BTreeMap::new();
        // `central` is there from the start; an empty database has not written it yet.
        let known = txn.feeds()?.into_iter().chain([Feed::Central]).chain(lived.heads.keys().cloned());
        for feed in known.collect::<BTreeSet<_>>() {
            let head = txn.feed(&feed)?.head;
            let reached = lived.heads.get(&feed).copied().unwrap_or(0).max(head);
            txn.raise_head(&feed, reached + JUMP)?;
            heads.insert(feed, head);
        }
        let seconds = u64::try_from(at / 1000).unwrap_or(0);
        epoch.number = (epoch.number.max(lived.epoch) + 1).max(seconds);
        epoch.restored.insert(epoch.number, heads);
        rows::put_epoch(txn, &epoch)?;
        Ok(epoch.number)
    })
}
