//! A reader's right to a feed, and where its present generation began (EXCHANGE A3).

use serde::{Deserialize, Serialize};
use sitesync_core::ids::{Feed, ReaderId};
use sitesync_core::protocol::{Cursor, ExchangeRequest, FeedPosition};
use sitesync_store::{PageEntry, Snapshot, Space, Txn};

use super::context::Unread;
use super::rows::{self, Epoch};
use super::{Hub, HubError};

/// One reader's position in one feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) generation: u64,
    /// The head of the feed when the generation began: own entries up to here are sent, above they are known.
    pub(crate) start: u64,
    /// The reader held nothing when it began: marks of what was deleted up to `start` need not be sent.
    pub(crate) empty: bool,
}

/// What a reader is about to read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) feed: Feed,
    pub(crate) subscription: Subscription,
    /// Entries up to here are held by the reader.
    pub(crate) after: u64,
    /// The reader goes on where it was, in a generation that it did not know.
    pub(crate) again: bool,
    /// The reader is a file that is still being filled: it has sent nothing, so what its site sent comes from another file.
    pub(crate) filling: bool,
}

impl Reading {
    /// Whether these entries, or the first of them, come to a reader that began with nothing, and stood there when it began: such an
    /// entry was read by nobody of this generation, and when its record changes it goes above the start.
    pub(crate) fn first(&self, entries: &[PageEntry]) -> bool {
        let start = self.subscription.start;
        self.subscription.empty && entries.first().is_some_and(|entry| entry.entry.number <= start)
    }
}

pub(crate) fn key(reader: ReaderId, feed: &Feed) -> Vec<u8> {
    [&reader.number().to_be_bytes()[..], feed.to_string().as_bytes()].concat()
}

/// Reads a position that a site sent.
pub(crate) fn parse(position: &FeedPosition) -> Result<Option<Cursor>, HubError> {
    if position.cursor.is_empty() {
        return Ok(None);
    }
    let cursor = position.cursor.parse::<Cursor>().map_err(|error| {
        HubError::asked(
            "cursor_unreadable",
            error.to_string(),
            "Initialise the site again; nothing it recorded is lost.",
        )
    })?;
    Ok(Some(cursor))
}

/// How each feed is to be read, and the subscriptions that must be written first because a generation begins.
pub(crate) fn plan(
    snapshot: &dyn Snapshot,
    reader: ReaderId,
    feeds: &[Feed],
    request: &ExchangeRequest,
    epoch: &Epoch,
) -> Result<(Vec<Reading>, bool), HubError> {
    let mut readings = Vec::with_capacity(feeds.len());
    let mut begins = false;
    for feed in feeds {
        let position = request.positions.iter().find(|position| position.feed == *feed);
        let cursor = position.map(parse).transpose()?.flatten();
        let stored: Option<Subscription> = rows::get(snapshot, Space::Subscription, &key(reader, feed))?;
        let (reading, begun) = read_from(snapshot, feed, cursor, stored, request, epoch)?;
        begins |= begun;
        readings.push(reading);
    }
    Ok((readings, begins))
}

fn read_from(
    snapshot: &dyn Snapshot,
    feed: &Feed,
    cursor: Option<Cursor>,
    stored: Option<Subscription>,
    request: &ExchangeRequest,
    epoch: &Epoch,
) -> Result<(Reading, bool), HubError> {
    let head = snapshot.feed(feed)?.head;
    let after = cursor.map_or(0, |cursor| cut(&cursor, feed, epoch));
    if after > head {
        return Err(from_the_future(feed, after, head, epoch));
    }
    let goes_on = match (&stored, cursor) {
        (Some(stored), Some(cursor)) => stored.generation == cursor.generation && !request.renew,
        _ => false,
    };
    if let (true, Some(subscription)) = (goes_on, stored.clone()) {
        return Ok((Reading { feed: feed.clone(), subscription, after, again: false, filling: request.empty }, false));
    }
    // Above whatever was ever given, also by a life of the database that a restore has undone.
    let last = stored.map_or(0, |stored| stored.generation).max(cursor.map_or(0, |cursor| cursor.generation));
    // A number made up by a site may be the last there is; it harms that site alone.
    let generation = last.saturating_add(1);
    let subscription = Subscription { generation, start: head, empty: request.empty && cursor.is_none() };
    Ok((
        Reading {
            feed: feed.clone(),
            subscription,
            after,
            again: cursor.is_some() && !request.renew,
            filling: request.empty,
        },
        true,
    ))
}

/// How far a reader has read a feed in its present generation; none if it goes on in another one.
pub(crate) fn read_upto(
    snapshot: &dyn Snapshot,
    reader: ReaderId,
    position: &FeedPosition,
    epoch: &Epoch,
) -> Result<Option<u64>, HubError> {
    let stored: Option<Subscription> = rows::get(snapshot, Space::Subscription, &key(reader, &position.feed))?;
    let cursor = parse(position)?.filter(|cursor| stored.is_some_and(|stored| stored.generation == cursor.generation));
    Ok(cursor.map(|cursor| cut(&cursor, &position.feed, epoch)))
}

/// Whether a reader was ever here.
pub(crate) fn has_read(snapshot: &dyn Snapshot, reader: ReaderId) -> Result<bool, HubError> {
    Ok(!snapshot.rows(Space::Subscription, &reader.number().to_be_bytes(), None, 1)?.is_empty())
}

/// A position of an earlier epoch is good only up to the head that was restored (EXCHANGE A11).
fn cut(cursor: &Cursor, feed: &Feed, epoch: &Epoch) -> u64 {
    epoch.restored_head(feed, cursor.epoch).map_or(cursor.number, |head| cursor.number.min(head))
}

fn from_the_future(feed: &Feed, after: u64, head: u64, epoch: &Epoch) -> HubError {
    HubError::asked(
        "cursor_ahead",
        format!(
            "The site has read feed {feed} up to {after}, but the central server (epoch {}) has written only up to {head}.",
            epoch.number
        ),
        "The central server's data file was probably put back without \"sitesync restore\". Run it on that file, so that sites can refill it.",
    )
}

/// A store became active on a site: whatever the site read of it before, it reads on in a new generation.
pub(crate) fn regained(txn: &mut dyn Txn, reader: ReaderId, feed: &Feed) -> Result<(), HubError> {
    let stored: Option<Subscription> = rows::get(txn, Space::Subscription, &key(reader, feed))?;
    let Some(stored) = stored else { return Ok(()) };
    let start = txn.feed(feed)?.head;
    let subscription = Subscription { generation: stored.generation.saturating_add(1), start, empty: false };
    rows::put(txn, Space::Subscription, &key(reader, feed), &subscription)
}

/// The stores of the site that it has not read since they came back to it.
pub(crate) fn unread(
    snapshot: &dyn Snapshot,
    reader: ReaderId,
    request: &ExchangeRequest,
    epoch: &Epoch,
) -> Result<Vec<Unread>, HubError> {
    let mut unread = Vec::new();
    for store in Hub::stores_of_site(snapshot, reader.site)? {
        let feed = Feed::Store(store.clone());
        let position = request.positions.iter().find(|position| position.feed == feed);
        let cursor = position.map(parse).transpose()?.flatten();
        let stored: Option<Subscription> = rows::get(snapshot, Space::Subscription, &key(reader, &feed))?;
        if stored.is_some_and(|stored| cursor.is_none_or(|cursor| cursor.generation < stored.generation)) {
            let after = cursor.map_or(0, |cursor| cut(&cursor, &feed, epoch));
            unread.push(Unread { store, after });
        }
    }
    Ok(unread)
}

pub(crate) fn put(txn: &mut dyn Txn, reader: ReaderId, readings: &[Reading]) -> Result<(), HubError> {
    for reading in readings {
        rows::put(txn, Space::Subscription, &key(reader, &reading.feed), &reading.subscription)?;
    }
    Ok(())
}

impl Hub {
    /// The feeds of a site: `central` and one for each store that is active on it.
    pub(crate) fn feeds_of(snapshot: &dyn Snapshot, reader: ReaderId) -> Result<Vec<Feed>, HubError> {
        let stores = Hub::stores_of_site(snapshot, reader.site)?;
        Ok(std::iter::once(Feed::Central).chain(stores.into_iter().map(Feed::Store)).collect())
    }
}
