//! What people read and write on the site: several records in one transaction, at any time, also during a sync.
//! Only what the site owns; master data are never written here.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sitesync_core::catalogue::{Class, Facts};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::ownership::{Actor, may_write};
use sitesync_core::protocol::FeedEntry;
use sitesync_core::record::{Entry, EntryKind, Record, Role, State as RecordState, link_target};
use sitesync_core::routing::topmost;
use sitesync_store::world::StoreWorld;
use sitesync_store::{NewEntry, Snapshot, Space, Txn, write};

use super::feeds::{reading, staged_prefix};
use super::state::{self, State, decode, put_row};
use super::{Site, SiteError, leaving, look};

/// One change that a person or a program makes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub table: Box<str>,
    pub id: Box<str>,
    /// The columns to set; the others keep their values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    #[serde(default)]
    pub delete: bool,
}

/// A version that was put aside: the central server holds another one, and this one was not lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PutAside {
    pub table: Box<str>,
    pub id: Box<str>,
    /// The stored form; nothing if the record had been deleted here.
    pub body: Option<Box<str>>,
    pub reason: String,
    pub at: Millis,
    /// It was told to the central server.
    pub sent: bool,
}

impl Site {
    /// Writes all of these, or none. Whether anything changed.
    ///
    /// # Errors
    /// What may not be written, or not now, with the record and the reason; nothing is stored then.
    pub fn write(&self, edits: &[Edit]) -> Result<bool, SiteError> {
        let mut edits: Vec<_> = edits.iter().collect();
        edits.sort_by_key(|edit| self.catalogue.table(&edit.table).map_or(usize::MAX, |table| table.order));
        let now = self.clock.now();
        write(&*self.store, |txn| {
            let state = state::state(txn)?;
            let mut writer = Writer::new(StoreWorld::new(txn, self.catalogue), state)?;
            for edit in &edits {
                writer.edit(edit)?;
            }
            writer.finish(now)
        })
    }

    /// A record as people see it: every column, with its default where nothing was entered.
    pub fn record(&self, key: &RecordKey) -> Result<Option<Map<String, Value>>, SiteError> {
        let record = look::record(&*self.store.snapshot()?, key)?;
        record.filter(Record::is_live).map(|record| self.complete(&record)).transpose()
    }

    /// The live records of a table by id, after `after`.
    pub fn records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Map<String, Value>>, SiteError> {
        let records = self.store.snapshot()?.table(table, after, limit)?;
        records.iter().map(|record| self.complete(record)).collect()
    }

    fn complete(&self, record: &Record) -> Result<Map<String, Value>, SiteError> {
        Ok(normal::complete(self.catalogue, &record.key, &StoreWorld::body(record)?))
    }

    /// The versions that were put aside.
    pub fn put_aside(&self) -> Result<Vec<PutAside>, SiteError> {
        let rows = self.store.snapshot()?.rows(Space::Aside, &[], None, usize::MAX)?;
        rows.iter().map(|(_, bytes)| decode(bytes)).collect()
    }
}

/// A local transaction.
struct Writer<'a> {
    world: StoreWorld<'a>,
    state: State,
    site: SiteId,
    changed: Vec<NewEntry>,
}

impl<'a> Writer<'a> {
    fn new(world: StoreWorld<'a>, state: State) -> Result<Self, SiteError> {
        let site = state.site.as_ref().map(|site| site.id).ok_or(SiteError::NotSetUp)?;
        Ok(Self { world, state, site, changed: Vec::new() })
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), SiteError> {
        let key = RecordKey { table: edit.table.clone(), id: edit.id.clone() };
        let malformed = |source| SiteError::Malformed { record: key.clone(), source };
        normal::check_id(&key.id).map_err(malformed)?;
        normal::check_id(&key.table).map_err(malformed)?;
        if !self.state.initialised {
            // Nothing of what has arrived can be looked up yet (EXCHANGE B2).
            return Err(SiteError::NotNow { record: key, reason: "the site is still being initialised".to_owned() });
        }
        let stored = look::record(self.world.txn, &key)?;
        match (&edit.data, edit.delete) {
            (Some(data), false) => self.put(key, data, stored),
            (None, true) => self.delete(key, stored),
            _ => Err(SiteError::NotNow { record: key, reason: "an edit either has data or deletes".to_owned() }),
        }
    }

    fn put(&mut self, key: RecordKey, data: &Map<String, Value>, stored: Option<Record>) -> Result<(), SiteError> {
        let live = stored.as_ref().filter(|stored| stored.is_live());
        let base = live.map(StoreWorld::body).transpose()?;
        let body = normal::normalise(self.world.catalogue, &key, data, base.as_ref())
            .map_err(|source| SiteError::Malformed { record: key.clone(), source })?;
        let text: Box<str> = normal::canonical(&body).into();
        normal::check_size(&text).map_err(|source| SiteError::Malformed { record: key.clone(), source })?;
        if live.is_some_and(|stored| stored.body == text) {
            return Ok(());
        }
        let facts = Facts::read(self.world.catalogue.table(&key.table), &key, &body);
        self.permit(&key, stored.as_ref(), Some(&facts))?;
        let record = self.world.record(&key, RecordState::Live, text, &facts, self.site)?;
        self.store(record, stored, EntryKind::Put)
    }

    fn delete(&mut self, key: RecordKey, stored: Option<Record>) -> Result<(), SiteError> {
        let Some(stored) = stored.filter(Record::is_live) else { return Ok(()) };
        self.permit(&key, Some(&stored), None)?;
        // Deleting a parent deletes its lines.
        for child in self.world.txn.linked(Role::Parent, &link_target(&key), None, usize::MAX)? {
            let stored = look::record(self.world.txn, &child)?;
            self.delete(child, stored)?;
        }
        let table = self.world.catalogue.table(&key.table);
        let body = normal::routing_columns(table, &StoreWorld::body(&stored)?);
        let facts = Facts::read(table, &key, &body);
        let text = normal::canonical(&body).into();
        let record = self.world.record(&key, RecordState::Deleted, text, &facts, self.site)?;
        self.store(record, Some(stored), EntryKind::Delete)
    }

    fn permit(&mut self, key: &RecordKey, stored: Option<&Record>, new: Option<&Facts>) -> Result<(), SiteError> {
        let old = stored.map(|stored| self.world.read(stored)).transpose()?;
        let table = self.world.catalogue.table(&key.table);
        may_write(Actor::Site(self.site), table, key, old.as_ref(), new, &mut self.world)?
            .map_err(|refusal| SiteError::Refused { record: key.clone(), refusal })?;
        self.readable(key, old.as_ref().map(|old| &old.facts).or(new))?;
        leaving::refuse(&mut self.world, &self.state, self.site, key, table, (old.as_ref(), new))
    }

    /// A store is written to only when all of it has arrived (EXCHANGE A20).
    fn readable(&mut self, key: &RecordKey, facts: Option<&Facts>) -> Result<(), SiteError> {
        let not_now = |reason: &str| Err(SiteError::NotNow { record: key.clone(), reason: reason.to_owned() });
        let header = facts.map(|facts| topmost(facts, &mut self.world)).transpose()?;
        let owned = header.filter(|header| matches!(header.class, Class::Store | Class::Transfer));
        let Some(store) = owned.and_then(|header| header.store) else { return Ok(()) };
        match reading(self.world.txn, &Feed::Store(store))? {
            Some(reading) if reading.ready && !reading.lost => Ok(()),
            Some(reading) if reading.lost => not_now("the store is being moved to another site"),
            _ => not_now("the store is still arriving"),
        }
    }

    fn store(&mut self, record: Record, before: Option<Record>, kind: EntryKind) -> Result<(), SiteError> {
        let known = self.world.read(&record)?;
        if matches!(known.facts.class, Class::Patient | Class::Shared) {
            keep_base(self.world.txn, &self.state, &record.key, before.as_ref())?;
        }
        // Where another life of the site is being read, its versions are compared with this one, not passed over.
        let compares = self.state.rewound.is_some()
            || super::feeds::readings(self.world.txn)?.iter().any(|(_, reading)| reading.again);
        if !compares {
            supersede_staged(self.world.txn, &record.key)?;
        }
        self.world.txn.put_records(std::slice::from_ref(&record))?;
        self.world.learn(&record.key, Some(&record))?;
        self.changed.push(NewEntry { key: record.key.clone(), kind, hash: record.hash, source: 0 });
        Ok(())
    }

    fn finish(self, now: Millis) -> Result<bool, SiteError> {
        let mut seen = HashSet::new();
        // Of several edits of one record the last stands; its entry moves to the end anyway.
        let mut changed: Vec<_> =
            self.changed.into_iter().rev().filter(|entry| seen.insert(entry.key.clone())).collect();
        changed.reverse();
        if changed.is_empty() {
            return Ok(false);
        }
        note_changes(self.world.txn, &changed, now)?;
        Ok(true)
    }
}

/// Puts records on the site's list of changes, with the time.
pub(crate) fn note_changes(txn: &mut dyn Txn, changed: &[NewEntry], now: Millis) -> Result<(), SiteError> {
    let head = txn.append(&Feed::Changes, changed)?;
    put_row(txn, Space::Written, &head.to_be_bytes(), &now)
}

/// Whether a record has changes that the central server does not have, given its entries.
pub(crate) fn is_unsent(state: &State, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.feed == Feed::Changes && entry.number > state.sent_upto)
}

/// Remembers the version last exchanged of a record that several sites may edit, so that only changed columns are sent.
fn keep_base(txn: &mut dyn Txn, state: &State, key: &RecordKey, before: Option<&Record>) -> Result<(), SiteError> {
    let entries = look::entries(txn, key)?;
    let Some(before) = before.filter(|before| before.is_live() && !is_unsent(state, &entries)) else { return Ok(()) };
    put_row(txn, Space::Base, link_target(key).as_bytes(), &before.body)
}

/// A page that is stored and waits must not overwrite what was written since: its body is dropped, its place is kept (EXCHANGE A4).
fn supersede_staged(txn: &mut dyn Txn, key: &RecordKey) -> Result<(), SiteError> {
    for (row, bytes) in txn.rows(Space::Pulled, &staged_prefix(key), None, usize::MAX)? {
        let (feed, mut entry): (Feed, FeedEntry) = decode(&bytes)?;
        if let Some(body) = entry.put.take() {
            entry.same = Some(sitesync_core::hash::Hash::of_record(key, body.get()));
            put_row(txn, Space::Pulled, &row, &(feed, entry))?;
        }
    }
    Ok(())
}

/// Why the site's version of a record is put aside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The central server has seen it, and holds it or gave it back.
    NotTaken,
    /// The central server has seen it, but the store went elsewhere before it could be read what became of it.
    Left,
    Rewound,
    Restored,
}

impl Why {
    fn text(self) -> &'static str {
        match self {
            Self::NotTaken => "The central server did not take this version.",
            Self::Left => {
                "The store went to another site before the central server took this version, or told that it had."
            }
            Self::Rewound => "The data file was put back or copied, and the central server has another version.",
            Self::Restored => "The central server was restored, and has another version.",
        }
    }
}

/// Puts the site's version of a record aside. The central server is told, unless it has seen it.
pub(crate) fn put_aside(txn: &mut dyn Txn, record: &Record, why: Why, at: Millis) -> Result<(), SiteError> {
    let body = record.is_live().then(|| record.body.clone());
    let aside = PutAside {
        table: record.key.table.clone(),
        id: record.key.id.clone(),
        body,
        reason: why.text().to_owned(),
        at,
        sent: matches!(why, Why::NotTaken | Why::Left),
    };
    match aside_key(txn, &aside)? {
        Some(key) => put_row(txn, Space::Aside, &key, &aside),
        None => Ok(()),
    }
}

/// A record may be put aside more than once, also at the same instant; none replaces another. Nothing if this very version is there.
fn aside_key(txn: &mut dyn Txn, aside: &PutAside) -> Result<Option<Vec<u8>>, SiteError> {
    let prefix = [link_target(&RecordKey::new(&*aside.table, &*aside.id)).as_bytes(), &[0x1f]].concat();
    let mut instant = aside.at;
    for (key, bytes) in txn.rows(Space::Aside, &prefix, None, usize::MAX)? {
        let other: PutAside = decode(&bytes)?;
        if other.body == aside.body && other.sent == aside.sent {
            return Ok(None);
        }
        let last = key.last_chunk::<8>().map_or(0, |bytes| Millis::from_be_bytes(*bytes));
        instant = instant.max(last.saturating_add(1));
    }
    Ok(Some([&prefix[..], &instant.to_be_bytes()].concat()))
}

/// The number of live records that are not on the central server, up to a bound.
pub(crate) fn unsent(snapshot: &dyn Snapshot, state: &State) -> Result<u64, SiteError> {
    Ok(snapshot.count_after(&Feed::Changes, state.sent_upto, u64::MAX)?)
}
