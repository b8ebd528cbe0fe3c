//! The first filling of an empty data file (EXCHANGE B2): pages are loaded as they come, without looking, and what finds records
//! by their keys is built when something has to be looked up: at the latest with the complete reply.

use std::collections::HashSet;

use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::protocol::{ExchangeReply, FeedEntry, FeedPage};
use sitesync_core::record::{Entry, EntryKind, Record, State as RecordState};
use sitesync_store::{Loaded, Snapshot, Txn, write};

use super::pages::note_read;
use super::state::State;
use super::{Site, SiteError};

/// Whether all of a reply can be loaded.
pub(super) fn is_loadable(snapshot: &dyn Snapshot, state: &State, reply: &ExchangeReply) -> Result<bool, SiteError> {
    let same_life = state.epoch == 0 || state.epoch == reply.epoch;
    if state.initialised || reply.complete || !same_life || !reply.doubtful.is_empty() {
        return Ok(false);
    }
    let filled: HashSet<_> = entries(reply).filter(|entry| entry.put.is_some()).map(name).collect();
    let plain =
        entries(reply).all(|entry| entry.put.is_some() || entry.same.is_some() && filled.contains(&name(entry)));
    for page in &reply.pages {
        if let Some(first) = page.entries.first()
            && (!page.first || first.n <= snapshot.feed(&page.feed)?.head)
        {
            return Ok(false);
        }
    }
    Ok(plain)
}

fn entries(reply: &ExchangeReply) -> impl Iterator<Item = &FeedEntry> {
    reply.pages.iter().flat_map(|page| &page.entries)
}

fn name(entry: &FeedEntry) -> (&str, &str) {
    (&entry.table, &entry.id)
}

/// Loads a reply.
pub(super) fn load(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    state: &State,
    reply: &ExchangeReply,
) -> Result<(), SiteError> {
    let source = state.site.as_ref().map_or(SiteId::CENTRAL, |site| site.id);
    for page in &reply.pages {
        let loaded: Vec<_> =
            page.entries.iter().map(|entry| loaded(catalogue, source, page, entry)).collect::<Result<_, _>>()?;
        if !loaded.is_empty() {
            txn.load(&page.feed, &loaded)?;
        }
    }
    note_read(txn, reply)
}

fn loaded(
    catalogue: &'static Catalogue,
    source: SiteId,
    page: &FeedPage,
    entry: &FeedEntry,
) -> Result<Loaded, SiteError> {
    let key = RecordKey { table: entry.table.clone(), id: entry.id.clone() };
    let place = |hash| Entry {
        feed: page.feed.clone(),
        number: entry.n,
        key: key.clone(),
        kind: EntryKind::Put,
        hash,
        source: 0,
    };
    let Some(body) = &entry.put else {
        return Ok(Loaded { entry: place(entry.same.unwrap_or_default()), record: None });
    };
    let facts = Facts::read_text(catalogue.table(&key.table), &key, body.get())
        .map_err(|error| SiteError::Answer(format!("{key}: {error}")))?;
    let hash = Hash::of_record(&key, body.get());
    let record = Record {
        // Beside what came with it; when it is written next, it goes where the catalogue says.
        home: page.feed.clone(),
        state: RecordState::Live,
        body: body.get().into(),
        hash,
        revision: catalogue.revision,
        source,
        links: facts.links(&key),
        key: key.clone(),
    };
    Ok(Loaded { entry: place(hash), record: Some(record) })
}

impl Site {
    /// Makes findable what was loaded, a part at a time, so that the log of the data file stays small.
    pub(super) fn finish_loading(&self) -> Result<(), SiteError> {
        while write(&*self.store, |txn| Ok::<_, SiteError>(txn.index()?))? {}
        Ok(())
    }
}
