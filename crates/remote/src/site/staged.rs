//! Pages that are stored and wait for the end of their pull. Then all of them are applied in one transaction, a few thousand entries
//! at a time: however much it is, it is never in memory whole. Versions that a pull needs beside its pages are asked for, and wait
//! with them.

use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::{ExchangeReply, FeedEntry};
use sitesync_store::{Space, Txn};

use super::apply::{Applying, Mode};
use super::drop::drop_untaken;
use super::feeds::{self, Reading, put_reading, readings, staged_key};
use super::pages::entries_of;
use super::state::{State, decode, get, put_row};
use super::{Site, SiteError};

/// Entries that are applied at a time.
const PART: usize = 2_000;

pub(super) fn drop_staged(txn: &mut dyn Txn, feed: &Feed) -> Result<(), SiteError> {
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
    read_pages_again(txn)
}

/// Pages that wait are read again and replaced; answers that wait with them stay, as they would not be asked for again.
pub(super) fn read_pages_again(txn: &mut dyn Txn) -> Result<(), SiteError> {
    for (feed, mut reading) in readings(txn)? {
        if reading.staged.take().is_some() {
            put_reading(txn, &feed, &reading)?;
        }
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

/// Answers about records that a pull needs wait with its pages. What a page says later of such a record replaces them, and they
/// replace what one said before.
pub(super) fn stage_answers<'e>(
    txn: &mut dyn Txn,
    feed: &Feed,
    entries: impl IntoIterator<Item = &'e FeedEntry>,
) -> Result<(), SiteError> {
    for entry in entries {
        let row = staged_key(feed, &RecordKey { table: entry.table.clone(), id: entry.id.clone() });
        let waiting: Option<(Feed, FeedEntry)> = get(txn, Space::Pulled, &row)?;
        if waiting.is_none_or(|(_, waiting)| waiting.n <= entry.n) {
            put_row(txn, Space::Pulled, &row, &(feed, entry))?;
        }
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
    let mode = mode(txn, state, reply)?;
    let waiting = !txn.rows(Space::Pulled, &[], None, 1)?.is_empty();
    if waiting {
        stage(txn, reply)?;
    }
    let mut applying = Applying::new(txn, site.catalogue, state, mode, now);
    if waiting {
        take_staged(&mut applying)?;
    } else {
        applying.take(&entries_of(&reply.pages).collect::<Vec<_>>())?;
    }
    applying.finish()?;
    for page in &reply.pages {
        let before = feeds::reading(txn, &page.feed)?.unwrap_or_default();
        // A held document stays here, unless its store was seen to leave.
        let was_away = before.again || page.again;
        if before.returned || (was_away && reply.held == 0) {
            drop_untaken(txn, state, &page.feed, now)?;
        }
        let reading = Reading { cursor: page.cursor.clone(), ready: true, ..Reading::default() };
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

fn mode(txn: &mut dyn Txn, state: &State, reply: &ExchangeReply) -> Result<Mode, SiteError> {
    if let Some(rewound) = state.rewound {
        return Ok(Mode::Rewound { both: rewound.both });
    }
    let again = reply.pages.iter().any(|page| page.again) || readings(txn)?.iter().any(|(_, reading)| reading.again);
    Ok(if again { Mode::Regained } else { Mode::Routine })
}

/// Applies what is staged and empties the stage: headers before their lines, all entries of a record at once.
fn take_staged(applying: &mut Applying<'_>) -> Result<(), SiteError> {
    let known = applying.catalogue().tables().iter().map(|table| format!("{}\u{1f}", table.name));
    // What the catalogue does not know comes last.
    for prefix in known.chain([String::new()]) {
        let mut most = PART;
        loop {
            let (part, whole) = part(applying.txn(), prefix.as_bytes(), most)?;
            let entries: Vec<_> = part.iter().map(|(_, (feed, entry))| (feed, entry)).collect();
            applying.take(&entries)?;
            for (row, _) in &part {
                applying.txn().delete_row(Space::Pulled, row)?;
            }
            match (whole, part.is_empty()) {
                (true, _) => break,
                // One record with very many entries.
                (false, true) => most *= 2,
                (false, false) => {}
            }
        }
    }
    Ok(())
}

type Staged = (Vec<u8>, (Feed, FeedEntry));

/// The first staged rows, without those of a record that may have more; and whether these were all.
fn part(txn: &mut dyn Txn, prefix: &[u8], most: usize) -> Result<(Vec<Staged>, bool), SiteError> {
    let rows = txn.rows(Space::Pulled, prefix, None, most)?;
    let whole = rows.len() < most;
    let mut part: Vec<Staged> =
        rows.into_iter().map(|(row, bytes)| Ok((row, decode(&bytes)?))).collect::<Result<_, SiteError>>()?;
    if !whole && let Some((_, (_, last))) = part.last() {
        let last = (last.table.clone(), last.id.clone());
        part.retain(|(_, (_, entry))| (&entry.table, &entry.id) != (&last.0, &last.1));
    }
    Ok((part, whole))
}
