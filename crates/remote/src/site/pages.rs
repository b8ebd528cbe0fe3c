//! What arrives in pages: stored until the pull is complete, or applied at once while the site initialises.

use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::{ExchangeReply, FeedEntry, FeedPage};
use sitesync_store::{Space, Txn};

use super::apply::{Applying, Mode};
use super::feeds::{self, Reading, put_reading, readings, staged_key};
use super::state::{State, decode, put_row};
use super::{Site, SiteError};

/// Feeds come and go with the stores that are active on the site.
pub(super) fn note_subscriptions(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    let known = readings(txn)?;
    for feed in &reply.subscribed {
        match known.iter().find(|(known, _)| known == feed) {
            None => put_reading(txn, feed, &Reading::default())?,
            // It came back before it was dropped: it is read as a new one, over what is there.
            Some((_, reading)) if reading.lost => put_reading(txn, feed, &Reading::default())?,
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

fn drop_staged(txn: &mut dyn Txn, feed: &Feed) -> Result<(), SiteError> {
    let end = [&[0x1f][..], feed.to_string().as_bytes()].concat();
    for (key, _) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        if key.ends_with(&end) {
            txn.delete_row(Space::Pulled, &key)?;
        }
    }
    Ok(())
}

pub(super) fn clear_staged(txn: &mut dyn Txn) -> Result<(), SiteError> {
    for (key, _) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        txn.delete_row(Space::Pulled, &key)?;
    }
    for (feed, mut reading) in readings(txn)? {
        if reading.staged.take().is_some() {
            put_reading(txn, &feed, &reading)?;
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

pub(super) fn stage(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    for page in &reply.pages {
        for entry in &page.entries {
            let key = RecordKey { table: entry.table.clone(), id: entry.id.clone() };
            put_row(txn, Space::Pulled, &staged_key(&page.feed, &key), &(&page.feed, entry))?;
        }
        let mut reading = feeds::reading(txn, &page.feed)?.unwrap_or_default();
        reading.again |= page.again;
        reading.staged = Some(page.cursor.clone());
        reading.behind = page.behind;
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

/// The end of a pull: what was staged and the last pages are applied together; later versions replace earlier ones.
pub(super) fn apply_staged(
    site: &Site,
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<(), SiteError> {
    let mut staged: Vec<(Feed, FeedEntry)> = Vec::new();
    for (key, bytes) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        staged.push(decode(&bytes)?);
        txn.delete_row(Space::Pulled, &key)?;
    }
    let mode = match state.rewound {
        Some(rewound) => Mode::Rewound { both: rewound.both },
        None if reply.pages.iter().any(|page| page.again)
            || readings(txn)?.iter().any(|(_, reading)| reading.again) =>
        {
            Mode::Regained
        }
        None => Mode::Routine,
    };
    let staged = staged.iter().map(|(feed, entry)| (feed, entry));
    let entries: Vec<_> = staged.chain(entries_of(&reply.pages)).collect();
    Applying::new(txn, site.catalogue, state, mode, now).apply(&entries)?;
    for page in &reply.pages {
        let reading = Reading { cursor: page.cursor.clone(), ready: true, ..Reading::default() };
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

fn entries_of(pages: &[FeedPage]) -> impl Iterator<Item = (&Feed, &FeedEntry)> {
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
    state.unequal = if state.doubts.is_empty() && state.wanted.is_empty() { unequal } else { Vec::new() };
    state.initialised = true;
    state.rewound = None;
    state.first_success.get_or_insert(now);
    state.last_success = Some(now);
    state.last_error = None;
    Ok(())
}
