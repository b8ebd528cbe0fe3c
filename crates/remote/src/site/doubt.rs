//! Clears up what is in doubt: entries that a restored central server may have lost, and versions that are missing here.
//!
//! Of the site's own stores its version wins; of central records the central server's; of records that several sites edit the later
//! commit, else the site's version is put aside (EXCHANGE A11).

use sitesync_core::catalogue::{Catalogue, Class};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::ownership::{Actor, may_write};
use sitesync_core::protocol::{CompareItem, CompareReply, CompareRequest, DoubtfulFeed, FeedEntry};
use sitesync_core::record::{Entry, EntryKind, Record};
use sitesync_core::routing::topmost;
use sitesync_store::world::StoreWorld;
use sitesync_store::{NewEntry, PageLimit, Snapshot, Txn, write};

use super::apply::{Applying, Mode, place};
use super::feeds::{reading, readings};
use super::records::{Why, is_unsent, note_changes, put_aside};
use super::staged::stage_answers;
use super::state::{self, Doubt, State};
use super::step::Run;
use super::{Site, SiteError, look};

/// Records in one question.
const ITEMS: usize = 1_000;

impl Site {
    /// The next question, if anything is in doubt or missing.
    pub(crate) fn question(&self, state: &State) -> Result<Option<CompareRequest>, SiteError> {
        let snapshot = self.store.snapshot()?;
        if let Some(doubt) = state.open_doubt() {
            let items = doubtful(&*snapshot, doubt)?.into_iter().map(item).collect();
            return Ok(Some(CompareRequest { feed: doubt.feed.clone(), items }));
        }
        let Some((feed, _)) = state.wanted.first() else { return Ok(None) };
        let keys = state.wanted.iter().filter(|(other, _)| other == feed).take(ITEMS);
        let items = keys.map(|(_, key)| CompareItem {
            table: key.table.clone(),
            id: key.id.clone(),
            // No version is the one that is held.
            hash: Default::default(),
        });
        Ok(Some(CompareRequest { feed: feed.clone(), items: items.collect() }))
    }

    pub(crate) fn compared(
        &self,
        run: &mut Run,
        question: &CompareRequest,
        reply: &CompareReply,
    ) -> Result<(), SiteError> {
        let now = self.clock.now();
        // What was asked for is applied by a pull that ends later.
        run.complete = false;
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            if reply.lost {
                forget_feed(txn, self.catalogue, &mut state, &question.feed, now)?;
                return state::put(txn, &state);
            }
            match state.open_doubt().cloned().filter(|doubt| doubt.feed == question.feed) {
                Some(doubt) => self.clear_doubt(txn, &mut state, &doubt, question, reply, now)?,
                None => {
                    let asked = |key: &RecordKey| {
                        question.items.iter().any(|item| item.table == key.table && item.id == key.id)
                    };
                    state.wanted.retain(|(feed, key)| *feed != question.feed || !asked(key));
                    self.take_answers(txn, &mut state, &question.feed, reply.entries.iter().collect())?;
                }
            }
            state::put(txn, &state)
        })
    }

    fn clear_doubt(
        &self,
        txn: &mut dyn Txn,
        state: &mut State,
        doubt: &Doubt,
        question: &CompareRequest,
        reply: &CompareReply,
        now: Millis,
    ) -> Result<(), SiteError> {
        let asked = doubtful(txn, doubt)?;
        let mut take_theirs = Vec::new();
        for entry in &reply.entries {
            // An answer to a question that was overtaken by an edit is asked again.
            let key = RecordKey { table: entry.table.clone(), id: entry.id.clone() };
            if self.keeps_own(txn, state, doubt, &key, entry, now)? {
                settle_place(txn, &question.feed, &key, entry)?;
            } else if state.initialised || entry.put.is_none() || entry.n <= doubt.restored {
                // While a file is filled, a later version comes with the pages, together with the rest of its document.
                take_theirs.push(entry);
            }
        }
        self.take_answers(txn, state, &question.feed, take_theirs)?;
        // An entry may keep its number, so what was asked is passed by its number, not by looking what is left.
        let last = asked.last().filter(|_| asked.len() == ITEMS).map(|entry| entry.number);
        advance(state, doubt, last);
        Ok(())
    }

    /// Answers wait for the end of the pull, as one may hold half a document; unless nobody sees anything yet.
    fn take_answers(
        &self,
        txn: &mut dyn Txn,
        state: &mut State,
        feed: &Feed,
        entries: Vec<&FeedEntry>,
    ) -> Result<(), SiteError> {
        if state.initialised {
            return stage_answers(txn, feed, entries);
        }
        let entries: Vec<_> = entries.into_iter().map(|entry| (feed, entry)).collect();
        Applying::new(txn, self.catalogue, state, Mode::Routine, self.clock.now()).apply(&entries)
    }

    /// Whether the site's version stands; then it is sent again.
    fn keeps_own(
        &self,
        txn: &mut dyn Txn,
        state: &State,
        doubt: &Doubt,
        key: &RecordKey,
        theirs: &FeedEntry,
        now: Millis,
    ) -> Result<bool, SiteError> {
        if theirs.same.is_some() {
            return Ok(false);
        }
        let Some(record) = look::record(txn, key)? else { return Ok(false) };
        let entries = look::entries(txn, key)?;
        // If both sides were put back, what was edited since is put aside like the rest of its document. So is what a site holds of
        // a feed that it has not read whole: it may be half a document.
        let whole = reading(txn, &doubt.feed)?.is_some_and(|reading| reading.ready);
        let both = state.rewound.is_some_and(|rewound| rewound.both) || !whole;
        if is_unsent(state, &entries) && !both {
            return Ok(true);
        }
        let later_there = theirs.n > doubt.restored;
        if both && state.rewound.is_some() && later_there && theirs.put.is_some() {
            // It comes with the pages, together with the rest of its document; what makes way for it is put aside then.
            return Ok(false);
        }
        match self.right(txn, state, &record)? {
            Right::Own if !both => {}
            Right::Shared if !later_there && !both => {}
            Right::Own | Right::Shared => {
                put_aside(txn, &record, Why::Restored, now)?;
                txn.remove_entries(&Feed::Changes, std::slice::from_ref(key))?;
                return Ok(false);
            }
            Right::Theirs => return Ok(false),
        }
        let kind = if record.is_live() { EntryKind::Put } else { EntryKind::Delete };
        note_changes(txn, &[NewEntry { key: key.clone(), kind, hash: record.hash, source: 0 }], now)?;
        Ok(true)
    }

    fn right(&self, txn: &mut dyn Txn, state: &State, record: &Record) -> Result<Right, SiteError> {
        let Some(site) = state.site.as_ref().map(|site| site.id) else { return Ok(Right::Theirs) };
        let mut world = StoreWorld::new(txn, self.catalogue);
        let known = world.read(record)?;
        let facts = topmost(&known.facts, &mut world)?;
        match facts.class {
            Class::Central | Class::Message => return Ok(Right::Theirs),
            Class::Patient | Class::Shared => return Ok(Right::Shared),
            Class::Store | Class::Transfer | Class::Child => {}
        }
        // Where stores are now is told by the feeds: their records wait for the end of the pull.
        let read = facts.store.as_ref().map(|store| reading(world.txn, &Feed::store(&**store))).transpose()?.flatten();
        if read.is_some_and(|reading| !reading.lost) {
            return Ok(Right::Own);
        }
        let table = self.catalogue.table(&record.key.table);
        let mine = may_write(Actor::Site(site), table, &record.key, Some(&known), None, &mut world)?;
        Ok(if mine.is_ok() { Right::Own } else { Right::Theirs })
    }
}

/// A store went elsewhere before its doubts were cleared up.
fn forget_feed(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    state: &mut State,
    feed: &Feed,
    now: Millis,
) -> Result<(), SiteError> {
    state.wanted.retain(|(other, _)| other != feed);
    let here: Vec<_> = readings(txn)?.into_iter().filter(|(_, reading)| !reading.lost).map(|(feed, _)| feed).collect();
    for doubt in state.doubts.iter().filter(|doubt| doubt.feed == *feed && doubt.is_open()) {
        let doubtful = DoubtfulFeed { feed: feed.clone(), above: doubt.restored };
        resend_store(txn, catalogue, &doubtful, &here, now)?;
    }
    state.doubts.retain(|doubt| doubt.feed != *feed);
    Ok(())
}

/// The restored central server says that a store is active elsewhere. What this site has of it may be the only copy: it is sent
/// again, and what the central server lacks is held there for a person. So may be what this feed alone holds of a store that is
/// `here` again.
pub(crate) fn resend_store(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    doubtful: &DoubtfulFeed,
    here: &[Feed],
    now: Millis,
) -> Result<(), SiteError> {
    if !matches!(doubtful.feed, Feed::Store(_)) {
        return Ok(());
    }
    let page = txn.page(&doubtful.feed, doubtful.above, PageLimit { entries: usize::MAX, bytes: usize::MAX })?;
    let mut again = Vec::new();
    for entry in page.into_iter().map(|page| page.entry) {
        let Some(record) = look::record(txn, &entry.key)? else { continue };
        let mut world = StoreWorld::new(txn, catalogue);
        let known = world.read(&record)?;
        let home = topmost(&known.facts, &mut world)?.store.map(Feed::Store);
        if home.is_some_and(|home| home == doubtful.feed || here.contains(&home)) {
            let kind = if record.is_live() { EntryKind::Put } else { EntryKind::Delete };
            again.push(NewEntry { key: entry.key, kind, hash: record.hash, source: 0 });
        }
    }
    if again.is_empty() { Ok(()) } else { note_changes(txn, &again, now) }
}

/// Whose version counts.
enum Right {
    Own,
    Shared,
    Theirs,
}

/// The entries of a feed that are to be compared next.
fn doubtful(snapshot: &dyn Snapshot, doubt: &Doubt) -> Result<Vec<Entry>, SiteError> {
    let page = snapshot.page(&doubt.feed, doubt.above, PageLimit { entries: ITEMS, bytes: usize::MAX })?;
    Ok(page.into_iter().map(|page| page.entry).filter(|entry| entry.number <= doubt.upto).collect())
}

fn item(entry: Entry) -> CompareItem {
    CompareItem { table: entry.key.table, id: entry.key.id, hash: entry.hash }
}

/// The entry stands where the central server has it; the site's own version goes its own way.
fn settle_place(txn: &mut dyn Txn, feed: &Feed, key: &RecordKey, entry: &FeedEntry) -> Result<(), SiteError> {
    if entry.n == 0 {
        txn.remove_entries(feed, std::slice::from_ref(key))?;
    } else {
        let placed: Entry = place(feed, entry, key);
        txn.place(feed, &[placed])?;
    }
    Ok(())
}

/// Goes on after the entry that was compared last; without one, all of the doubt was compared.
fn advance(state: &mut State, doubt: &Doubt, last: Option<u64>) {
    for other in state.doubts.iter_mut().filter(|other| other.feed == doubt.feed) {
        other.above = last.unwrap_or(other.upto);
    }
}
