//! Hand-overs: a store is moved from a site that is in use to another one, and nothing that was recorded there stays behind.
//!
//! The store stays active where it is until its site has said that everything is sent; then one commit moves it, like any other
//! move. Who may begin, call off or shorten a hand-over, and when none is needed, is decided in [`crate::stores`].

mod exchange;
mod target;

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::{Snapshot, Space, Txn};

pub(crate) use exchange::Grown;
pub(crate) use target::{hindrance, hindrance_at_first};

use super::{HubError, rows};

/// A hand-over, from its beginning to the moment when the new site has all of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Never given twice within an epoch of the database.
    pub number: u64,
    pub store: Box<str>,
    pub from: SiteId,
    pub to: SiteId,
    pub began: Millis,
    /// The account that began it.
    pub by: String,
    /// When the former site was told first; whether it heard is another matter.
    pub told: Option<Millis>,
    /// Its requests since then that said nothing of it, counted up to [`SILENT`].
    #[serde(default)]
    pub unanswered: u32,
    /// When it said first that the store is read-only there.
    pub heard: Option<Millis>,
    pub end: Option<End>,
    /// The head of the store's feed when the store was moved.
    #[serde(default)]
    pub head: u64,
    /// When the new site had read all of it.
    pub received: Option<Millis>,
    /// The store went on to yet another site before.
    #[serde(default)]
    pub gone: bool,
}

/// How a hand-over ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: Millis,
    /// The account that ended it; empty if it came to its end by itself.
    pub by: String,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The former site had sent everything; the store was moved.
    AllSent,
    /// Somebody did not wait for the former site; the store was moved.
    TakenOver {
        reason: String,
    },
    CalledOff,
    /// The record of the store was edited: it is active elsewhere now, or deleted.
    Elsewhere,
}

/// A site that was told, and has asked so often without a word of it, runs a program that knows no hand-over.
pub const SILENT: u32 = 3;

impl HandOver {
    pub fn is_in_progress(&self) -> bool {
        self.end.is_none()
    }

    /// It moved the store.
    pub fn has_moved(&self) -> bool {
        matches!(self.end.as_ref().map(|end| &end.how), Some(How::AllSent | How::TakenOver { .. }))
    }

    /// The former site synchronises, and its program seems to know no hand-over.
    pub fn is_silent(&self) -> bool {
        self.heard.is_none() && self.unanswered >= SILENT
    }
}

/// The counter in [`Space::Meta`].
const COUNTER: &str = "hand_overs";
/// By the site that a store is leaving, and by the one that is receiving it.
const LEAVING: &[u8] = b"l";
const RECEIVING: &[u8] = b"r";

fn row_key(number: u64) -> Vec<u8> {
    [b"n", &number.to_be_bytes()[..]].concat()
}

fn of_site(index: &[u8], site: SiteId) -> Vec<u8> {
    [index, &rows::site_key(site)].concat()
}

fn index_key(index: &[u8], site: SiteId, store: &str) -> Vec<u8> {
    [&of_site(index, site), store.as_bytes()].concat()
}

fn read(snapshot: &dyn Snapshot, number: u64) -> Result<HandOver, HubError> {
    let row = rows::get(snapshot, Space::HandOver, &row_key(number))?;
    row.ok_or_else(|| HubError::Stored(format!("hand-over {number} is named and not there")))
}

fn put(txn: &mut dyn Txn, hand_over: &HandOver) -> Result<(), HubError> {
    rows::put(txn, Space::HandOver, &row_key(hand_over.number), hand_over)
}

fn indexed(snapshot: &dyn Snapshot, prefix: &[u8]) -> Result<Vec<HandOver>, HubError> {
    let found = snapshot.rows(Space::HandOver, prefix, None, usize::MAX)?;
    found.iter().map(|(_, number)| read(snapshot, rows::decode(number)?)).collect()
}

/// The hand-overs in progress of a site's stores.
pub(crate) fn leaving(snapshot: &dyn Snapshot, site: SiteId) -> Result<Vec<HandOver>, HubError> {
    indexed(snapshot, &of_site(LEAVING, site))
}

/// Those by which a site got a store that it has not read whole yet.
fn receiving(snapshot: &dyn Snapshot, site: SiteId) -> Result<Vec<HandOver>, HubError> {
    indexed(snapshot, &of_site(RECEIVING, site))
}

/// All that are in progress.
pub(crate) fn all_leaving(snapshot: &dyn Snapshot) -> Result<Vec<HandOver>, HubError> {
    indexed(snapshot, LEAVING)
}

/// All whose store is moved and not received yet.
pub(crate) fn all_receiving(snapshot: &dyn Snapshot) -> Result<Vec<HandOver>, HubError> {
    indexed(snapshot, RECEIVING)
}

/// The one that is in progress of a store that is active on `from`.
pub(crate) fn of_store(snapshot: &dyn Snapshot, from: SiteId, store: &str) -> Result<Option<HandOver>, HubError> {
    let number = rows::get(snapshot, Space::HandOver, &index_key(LEAVING, from, store))?;
    number.map(|number| read(snapshot, number)).transpose()
}

/// The newest ones, newest first.
pub(crate) fn newest(snapshot: &dyn Snapshot, limit: usize) -> Result<Vec<HandOver>, HubError> {
    let before = row_key(rows::count(snapshot, COUNTER)?.saturating_sub(limit as u64));
    let found = snapshot.rows(Space::HandOver, b"n", Some(&before), limit)?;
    found.iter().rev().map(|(_, row)| rows::decode(row)).collect()
}

/// Begins one. The caller has seen to it that none is in progress.
pub(crate) fn begin(
    txn: &mut dyn Txn,
    (by, at): (&str, Millis),
    store: &str,
    (from, to): (SiteId, SiteId),
) -> Result<HandOver, HubError> {
    let hand_over = HandOver {
        number: rows::next_number(txn, COUNTER)?,
        store: store.into(),
        from,
        to,
        began: at,
        by: by.to_owned(),
        told: None,
        unanswered: 0,
        heard: None,
        end: None,
        head: 0,
        received: None,
        gone: false,
    };
    put(txn, &hand_over)?;
    rows::put(txn, Space::HandOver, &index_key(LEAVING, from, store), &hand_over.number)?;
    Ok(hand_over)
}

/// The store goes to another site than was said before. What its site says of the hand-over counts as before.
pub(crate) fn redirect(txn: &mut dyn Txn, hand_over: &HandOver, to: SiteId) -> Result<HandOver, HubError> {
    let redirected = HandOver { to, ..hand_over.clone() };
    put(txn, &redirected)?;
    Ok(redirected)
}

/// Ends one that is in progress. Whatever its former site still says of it counts for nothing.
pub(crate) fn end(txn: &mut dyn Txn, hand_over: HandOver, end: End) -> Result<HandOver, HubError> {
    txn.delete_row(Space::HandOver, &index_key(LEAVING, hand_over.from, &hand_over.store))?;
    let ended = HandOver { end: Some(end), ..hand_over };
    put(txn, &ended)?;
    Ok(ended)
}

/// A store is no longer active on `from`, or was deleted: what was under way there is over.
pub(crate) fn store_left(txn: &mut dyn Txn, from: SiteId, store: &str, at: Millis) -> Result<(), HubError> {
    if let Some(hand_over) = of_store(txn, from, store)? {
        end(txn, hand_over, End { at, by: String::new(), how: How::Elsewhere })?;
    }
    let key = index_key(RECEIVING, from, store);
    if let Some(number) = rows::get(txn, Space::HandOver, &key)? {
        txn.delete_row(Space::HandOver, &key)?;
        let gone = HandOver { gone: true, ..read(txn, number)? };
        put(txn, &gone)?;
    }
    Ok(())
}
