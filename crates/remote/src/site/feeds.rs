//! The feeds that the site reads: how far each was read and applied.

use serde::{Deserialize, Serialize};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::FeedPosition;
use sitesync_core::record::link_target;
use sitesync_store::{Snapshot, Space, StoreError, Txn};

use super::SiteError;
use super::state::{decode, get, put_row};

/// The site's position in one feed, as the central server gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// Everything up to here is applied.
    pub(crate) cursor: String,
    /// Pages up to here are stored, and wait for the end of the pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) staged: Option<String>,
    /// The feed was read whole: a store may be shown and written to.
    #[serde(default)]
    pub(crate) ready: bool,
    /// The central server no longer sends it: the store is active elsewhere.
    #[serde(default)]
    pub(crate) lost: bool,
    /// The store went elsewhere and came back before it was dropped.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) returned: bool,
    /// A generation began that the site did not ask for: until it is applied, others may have written what the site wrote too.
    #[serde(default)]
    pub(crate) again: bool,
    /// Entries that are still to be read.
    #[serde(default)]
    pub(crate) behind: u64,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn key(feed: &Feed) -> Vec<u8> {
    feed.to_string().into_bytes()
}

pub(crate) fn reading(snapshot: &dyn Snapshot, feed: &Feed) -> Result<Option<Reading>, SiteError> {
    get(snapshot, Space::Reading, &key(feed))
}

pub(crate) fn put_reading(txn: &mut dyn Txn, feed: &Feed, reading: &Reading) -> Result<(), SiteError> {
    put_row(txn, Space::Reading, &key(feed), reading)
}

pub(crate) fn forget_reading(txn: &mut dyn Txn, feed: &Feed) -> Result<(), SiteError> {
    Ok(txn.delete_row(Space::Reading, &key(feed))?)
}

pub(crate) fn readings(snapshot: &dyn Snapshot) -> Result<Vec<(Feed, Reading)>, SiteError> {
    let rows = snapshot.rows(Space::Reading, &[], None, usize::MAX)?;
    rows.into_iter()
        .map(|(key, bytes)| {
            let text = String::from_utf8(key).map_err(|error| StoreError::Damaged(error.to_string()))?;
            Ok((text.parse()?, decode(&bytes)?))
        })
        .collect()
}

/// Where to go on reading. A feed that the site no longer reads, and still has, is named without a position: a restored central server
/// tells whether it is in doubt.
pub(crate) fn positions(snapshot: &dyn Snapshot) -> Result<Vec<FeedPosition>, SiteError> {
    let all = readings(snapshot)?.into_iter();
    Ok(all.map(|(feed, reading)| FeedPosition { feed, cursor: reading.staged.unwrap_or(reading.cursor) }).collect())
}

/// Where a staged entry is kept: all of one record stand together.
pub(crate) fn staged_key(feed: &Feed, key: &RecordKey) -> Vec<u8> {
    [&staged_prefix(key)[..], feed.to_string().as_bytes()].concat()
}

pub(crate) fn staged_prefix(key: &RecordKey) -> Vec<u8> {
    [link_target(key).as_bytes(), &[0x1f]].concat()
}
