//! Applies entries of feeds to the site's data, in the transaction of the caller.
//!
//! Each entry has its place in a feed, and perhaps a version of the record. The place is always noted, so that sums stay right;
//! the version is passed over where the user has written since (EXCHANGE A4).

mod conflict;

use std::collections::{HashMap, HashSet};

use sitesync_core::catalogue::{Catalogue, Facts};
use sitesync_core::given::Millis;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::protocol::FeedEntry;
use sitesync_core::record::{Entry, EntryKind, Record, State as RecordState};
use sitesync_store::Txn;
use sitesync_store::world::StoreWorld;

use super::drop::{drop_orphans, drop_unless_held, referrers_first};
use super::records::{Why, is_unsent};
use super::state::State;
use super::{SiteError, look};

/// In what situation entries arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The first filling: nothing of the site's own can be in the way.
    First,
    Routine,
    /// A store went away and came back, perhaps unnoticed: what was written here and there is two versions.
    Regained,
    /// The data file is older than what the central server has of it.
    Rewound {
        both: bool,
    },
}

pub(crate) struct Applying<'a> {
    world: StoreWorld<'a>,
    state: &'a mut State,
    mode: Mode,
    now: Millis,
    /// Records whose version was sent and never confirmed, and that are being withdrawn: they were refused.
    refused: HashSet<RecordKey>,
    /// Records that are withdrawn from one of the site's feeds.
    withdrawn: Vec<RecordKey>,
    /// Records whose own version makes way for the one that arrived: their change is over.
    over: Vec<RecordKey>,
    /// Records of which the site's own version was put aside: the rest of their documents goes with them.
    conflicts: Vec<RecordKey>,
    /// Versions that arrived and did not count, in case the site's own is put aside after all.
    passed: HashMap<RecordKey, Box<str>>,
}

/// What is to become of one record.
#[derive(Default)]
struct Verdict<'e> {
    /// The entries of the record, by feed; a later one of the same feed replaces an earlier one.
    places: Vec<(&'e Feed, &'e FeedEntry)>,
}

impl<'a> Applying<'a> {
    pub(crate) fn new(
        txn: &'a mut dyn Txn,
        catalogue: &'static Catalogue,
        state: &'a mut State,
        mode: Mode,
        now: Millis,
    ) -> Self {
        Self {
            world: StoreWorld::new(txn, catalogue),
            state,
            mode,
            now,
            refused: HashSet::new(),
            withdrawn: Vec::new(),
            over: Vec::new(),
            conflicts: Vec::new(),
            passed: HashMap::new(),
        }
    }

    pub(super) fn catalogue(&self) -> &'static Catalogue {
        self.world.catalogue
    }

    pub(super) fn txn(&mut self) -> &mut dyn Txn {
        self.world.txn
    }

    /// Applies all there is.
    pub(crate) fn apply(mut self, entries: &[(&Feed, &FeedEntry)]) -> Result<(), SiteError> {
        self.take(entries)?;
        self.finish()
    }

    /// Applies a part: all entries of a record are in the same one.
    pub(crate) fn take(&mut self, entries: &[(&Feed, &FeedEntry)]) -> Result<(), SiteError> {
        let (order, verdicts) = by_record(entries);
        // A few thousand at a time, so that a large pull needs little memory.
        const CHUNK: usize = 2_000;
        for keys in order.chunks(CHUNK) {
            let records = self.world.txn.records(keys)?;
            let before = self.world.txn.entries_of(keys)?;
            let mut places: HashMap<Feed, Vec<Entry>> = HashMap::new();
            let mut puts = Vec::new();
            for ((key, record), before) in keys.iter().zip(records).zip(before) {
                let Some(verdict) = verdicts.get(key) else { continue };
                for (feed, entry) in &verdict.places {
                    match entry.n {
                        // The feed does not hold it at all: a restored central server lost it.
                        0 => self.world.txn.remove_entries(feed, std::slice::from_ref(key))?,
                        _ => places.entry((*feed).clone()).or_default().push(place(feed, entry, key)),
                    }
                }
                self.version(key, record, &before, verdict, &mut puts)?;
            }
            self.write(puts)?;
            for (feed, entries) in places {
                self.world.txn.place(&feed, &entries)?;
            }
            self.world.forget();
        }
        let withdrawn = |verdict: &Verdict<'_>| verdict.places.iter().any(|(_, entry)| entry.withdraw);
        self.withdrawn.extend(order.into_iter().filter(|key| verdicts.get(key).is_some_and(withdrawn)));
        Ok(())
    }

    /// Decides whether the record takes the version that arrived.
    fn version<'e>(
        &mut self,
        key: &RecordKey,
        record: Option<Record>,
        before: &[Entry],
        verdict: &Verdict<'e>,
        puts: &mut Vec<Arrived<'e>>,
    ) -> Result<(), SiteError> {
        self.note_refused(record.as_ref(), before, verdict)?;
        let Some(arrived) = Arrived::of(key, verdict) else {
            return self.expect_same(key, record.as_ref(), before, verdict);
        };
        if !self.makes_way(record.as_ref(), before, &arrived)? {
            if let Some(body) = arrived.body.filter(|_| self.may_conflict()) {
                self.passed.insert(key.clone(), body.into());
            }
            return Ok(());
        }
        if before.iter().any(|entry| entry.feed == Feed::Changes) {
            self.over.push(key.clone());
        }
        puts.push(arrived);
        Ok(())
    }

    fn note_refused(
        &mut self,
        record: Option<&Record>,
        before: &[Entry],
        verdict: &Verdict<'_>,
    ) -> Result<(), SiteError> {
        let taken = verdict.places.iter().any(|(_, entry)| entry.taken || !entry.withdraw);
        if let Some(record) = record.filter(|_| !taken)
            && self.was_refused(record, before)?
        {
            self.refused.insert(record.key.clone());
        }
        Ok(())
    }

    /// `same` names a version that the site should hold. If it does not, it is asked for.
    fn expect_same(
        &mut self,
        key: &RecordKey,
        record: Option<&Record>,
        before: &[Entry],
        verdict: &Verdict<'_>,
    ) -> Result<(), SiteError> {
        let expected = verdict.places.iter().find_map(|(feed, entry)| entry.same.map(|hash| (*feed, hash)));
        let Some((feed, hash)) = expected else { return Ok(()) };
        let holds = record.is_some_and(|record| record.is_live() && record.hash == hash);
        if !holds && !is_unsent(self.state, before) {
            self.state.wanted.push((feed.clone(), key.clone()));
        }
        Ok(())
    }

    fn write(&mut self, puts: Vec<Arrived<'_>>) -> Result<(), SiteError> {
        // The list of changes names only versions that the site holds: what it gave up must not be sent again (EXCHANGE A1).
        let over = std::mem::take(&mut self.over);
        if !over.is_empty() {
            self.world.txn.remove_entries(&Feed::Changes, &over)?;
        }
        let mut puts = puts;
        // Parents first, so that a line finds the home of its header.
        puts.sort_by_key(|arrived| {
            self.world.catalogue.table(&arrived.key.table).map_or(usize::MAX, |table| table.order)
        });
        for arrived in puts {
            let (record, facts) = match arrived.body {
                Some(body) => self.live(&arrived.key, body)?,
                None => match self.tombstone(&arrived)? {
                    Some(tombstone) => tombstone,
                    None => continue,
                },
            };
            self.world.put(record, facts)?;
        }
        Ok(self.world.flush()?)
    }

    fn live(&mut self, key: &RecordKey, text: &str) -> Result<(Record, Facts), SiteError> {
        let body = normal::parse(text).map_err(|error| SiteError::Answer(format!("{key}: {error}")))?;
        let facts = Facts::read(self.world.catalogue.table(&key.table), key, &body);
        let source = self.state.site.as_ref().map_or(SiteId::CENTRAL, |site| site.id);
        Ok((self.world.record(key, RecordState::Live, text.into(), &facts, source)?, facts))
    }

    /// What was deleted leaves a mark, if it was here at all.
    fn tombstone(&mut self, arrived: &Arrived<'_>) -> Result<Option<(Record, Facts)>, SiteError> {
        let key = &arrived.key;
        let stored = look::record(self.world.txn, key)?;
        let Some(stored) = stored.filter(Record::is_live) else { return Ok(None) };
        let table = self.world.catalogue.table(&key.table);
        let body = normal::routing_columns(table, &StoreWorld::body(&stored)?);
        let facts = Facts::read(table, key, &body);
        let state = match arrived.into {
            Some(into) => RecordState::Merged(into.into()),
            None => RecordState::Deleted,
        };
        let record = self.world.record(key, state, normal::canonical(&body).into(), &facts, stored.source)?;
        Ok(Some((record, facts)))
    }

    /// A withdrawn record is dropped if no feed of the site holds it and no record of its own refers to it (EXCHANGE A5).
    pub(crate) fn finish(mut self) -> Result<(), SiteError> {
        self.put_documents_aside()?;
        let mut keys = self.withdrawn;
        referrers_first(&mut keys);
        for key in &keys {
            let aside = self.refused.contains(key).then_some((Why::NotTaken, self.now));
            drop_unless_held(self.world.txn, self.state, key, aside)?;
            drop_orphans(self.world.txn, key, self.now)?;
        }
        self.state.wanted.dedup();
        Ok(())
    }
}

/// The version of a record that arrived, or its end.
struct Arrived<'e> {
    key: RecordKey,
    feed: &'e Feed,
    body: Option<&'e str>,
    hash: Hash,
    into: Option<&'e str>,
    /// The site itself sent this very version.
    taken: bool,
}

impl<'e> Arrived<'e> {
    fn of(key: &RecordKey, verdict: &Verdict<'e>) -> Option<Self> {
        let put = verdict.places.iter().filter(|(_, entry)| entry.put.is_some()).max_by_key(|(_, entry)| entry.n);
        let same = verdict.places.iter().any(|(_, entry)| entry.same.is_some());
        if let Some((feed, entry)) = put {
            let body = entry.put.as_deref().map(|body| body.get())?;
            return Some(Self {
                key: key.clone(),
                feed,
                body: Some(body),
                hash: Hash::of_record(key, body),
                into: None,
                taken: entry.taken,
            });
        }
        if same {
            return None;
        }
        let (feed, entry) = verdict.places.iter().find(|(_, entry)| entry.delete)?;
        Some(Self {
            key: key.clone(),
            feed,
            body: None,
            hash: Hash::default(),
            into: entry.into.as_deref(),
            taken: entry.taken,
        })
    }
}

/// Entries grouped by record, records in the order of their first entry.
fn by_record<'e>(entries: &[(&'e Feed, &'e FeedEntry)]) -> (Vec<RecordKey>, HashMap<RecordKey, Verdict<'e>>) {
    let mut order = Vec::new();
    let mut verdicts: HashMap<RecordKey, Verdict<'e>> = HashMap::new();
    for (feed, entry) in entries {
        let key = RecordKey { table: entry.table.clone(), id: entry.id.clone() };
        let verdict = verdicts.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            Verdict::default()
        });
        verdict.places.retain(|(known, _)| known != feed);
        verdict.places.push((feed, entry));
    }
    (order, verdicts)
}

/// The entry as it stands in the central server's feed.
pub(crate) fn place(feed: &Feed, entry: &FeedEntry, key: &RecordKey) -> Entry {
    let (kind, hash) = match (&entry.put, entry.same) {
        (Some(body), _) => (EntryKind::Put, Hash::of_record(key, body.get())),
        (None, Some(hash)) => (EntryKind::Put, hash),
        (None, None) if entry.delete => (EntryKind::Delete, Hash::default()),
        (None, None) => (EntryKind::Withdraw, Hash::default()),
    };
    Entry { feed: feed.clone(), number: entry.n, key: key.clone(), kind, hash, source: 0 }
}
