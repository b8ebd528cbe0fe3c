//! What arrives in pages, and the end of a pull. Pages that wait for it are in `staged`.

use sitesync_core::given::Millis;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::{ExchangeReply, FeedEntry, FeedPage};
use sitesync_store::Txn;

use super::apply::{Applying, Mode};
use super::feeds::{self, Reading, put_reading, readings};
use super::leaving;
use super::records::unsent;
use super::staged::drop_staged;
use super::state::{Doubt, State};
use super::{Site, SiteError};

/// Feeds come and go with the stores that are active on the site.
pub(super) fn note_subscriptions(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    let known = readings(txn)?;
    for feed in &reply.subscribed {
        match known.iter().find(|(known, _)| known == feed) {
            None => put_reading(txn, feed, &Reading::default())?,
            // It came back before it was dropped: it is read as a new one, over what is there.
            Some((_, reading)) if reading.lost => {
                put_reading(txn, feed, &Reading { returned: true, ..Reading::default() })?;
            }
            Some(_) => {}
        }
    }
    for (feed, mut reading) in known.into_iter().filter(|(feed, _)| !reply.subscribed.contains(feed)) {
        if !reading.lost {
            reading = Reading { lost: true, ..Reading::default() };
            put_reading(txn, &feed, &reading)?;
            drop_staged(txn, &feed)?;
        }
    }
    Ok(())
}

/// While it initialises, the site writes each page straight into its tables, and shows nothing until all is there (EXCHANGE B2).
pub(super) fn apply_at_once(
    site: &Site,
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<(), SiteError> {
    let entries: Vec<_> = entries_of(&reply.pages).collect();
    Applying::new(txn, site.catalogue, state, Mode::First, now).apply(&entries)?;
    note_read(txn, reply)
}

/// Where to go on reading.
pub(super) fn note_read(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    for page in &reply.pages {
        let mut reading = feeds::reading(txn, &page.feed)?.unwrap_or_default();
        reading.cursor = page.cursor.clone();
        reading.behind = page.behind;
        reading.ready |= reply.complete;
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

pub(super) fn entries_of(pages: &[FeedPage]) -> impl Iterator<Item = (&Feed, &FeedEntry)> {
    pages.iter().flat_map(|page| page.entries.iter().map(move |entry| (&page.feed, entry)))
}

/// Every feed was read to its head in one snapshot: the sums prove that nothing is missing (EXCHANGE A17).
pub(super) fn complete(
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<(), SiteError> {
    let mut unequal = Vec::new();
    for page in &reply.pages {
        let here = txn.feed(&page.feed)?;
        if here.sum != page.sum || here.live != page.live {
            unequal.push(page.feed.clone());
        }
    }
    // What is in doubt or missing is being asked for; until then the sums cannot agree.
    state.doubts.retain(Doubt::is_open);
    state.unequal = if state.doubts.is_empty() && state.wanted.is_empty() { unequal } else { Vec::new() };
    state.initialised = true;
    leaving::read_whole(txn, state, now)?;
    state.rewound = None;
    state.restored &= unsent(txn, state)? > 0 || state.attempt.is_some();
    state.first_success.get_or_insert(now);
    state.last_success = Some(now);
    state.last_error = None;
    Ok(())
}
