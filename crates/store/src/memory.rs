//! A store in memory, on persistent maps: a snapshot is a cheap copy, and a failed write is dropped whole.
//!
//! For tests, simulations and small tools. It is not durable: [`Store::backup`] is an error, and what it holds ends with it.

use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use imbl::{OrdMap, OrdSet};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, FeedState, Link, Record, Role, State};

use crate::api::{
    Loaded, Lock, NewEntry, PageEntry, PageLimit, Result, Snapshot, Space, Store, StoreError, Txn, check_loaded,
};

/// How many records of a table there are, and how many of them are live.
#[derive(Clone, Copy, Default)]
struct Count {
    all: u64,
    live: u64,
}

/// Everything. A clone shares what is equal.
#[derive(Clone, Default)]
struct View {
    records: OrdMap<RecordKey, Arc<Record>>,
    counts: OrdMap<Box<str>, Count>,
    links: OrdSet<(Role, Box<str>, RecordKey)>,
    entries: OrdMap<(Feed, u64), Arc<Entry>>,
    /// The number of a record's entry in a feed.
    places: OrdMap<(RecordKey, Feed), u64>,
    feeds: OrdMap<Feed, FeedState>,
    rows: OrdMap<(Space, Vec<u8>), Vec<u8>>,
}

/// A store in memory.
#[derive(Default)]
pub struct MemoryStore {
    now: RwLock<View>,
    /// Held while a write runs, so that writes follow one another and readers never wait for one.
    turn: Mutex<()>,
    repeating: bool,
}

impl MemoryStore {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that runs the work of every write twice and keeps the second run, as [`Store::write`] allows.
    /// It shows work that is not repeatable.
    #[must_use]
    pub fn repeating() -> Self {
        Self { repeating: true, ..Self::default() }
    }

    /// An independent copy of the present state.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { now: RwLock::new(self.present()), turn: Mutex::new(()), repeating: self.repeating }
    }

    fn present(&self) -> View {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Store for MemoryStore {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(self.present()))
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Txn) -> Result<()>) -> Result<()> {
        // A panic of `work` poisons the lock and leaves the state as it was, so the poison means nothing.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.repeating {
            work(&mut self.present())?;
        }
        let mut next = self.present();
        work(&mut next)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    fn backup(&self, _path: &Path) -> Result<()> {
        Err(StoreError::Other("a store in memory has no file to back up".to_owned()))
    }
}

impl Snapshot for View {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>> {
        Ok(keys.iter().map(|key| self.records.get(key).map(|record| (**record).clone())).collect())
    }

    fn linked(&self, role: Role, target: &str, after: Option<&RecordKey>, limit: usize) -> Result<Vec<RecordKey>> {
        let first = |key: RecordKey| (role, Box::from(target), key);
        let from = match after {
            Some(key) => Bound::Excluded(first(key.clone())),
            None => Bound::Included(first(RecordKey::new("", ""))),
        };
        Ok(self
            .links
            .range((from, Bound::Unbounded))
            .take_while(|(r, t, _)| *r == role && **t == *target)
            .take(limit)
            .map(|(_, _, key)| key.clone())
            .collect())
    }

    fn table(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<Record>> {
        let from = match after {
            Some(id) => Bound::Excluded(RecordKey::new(table, id)),
            None => Bound::Included(RecordKey::new(table, "")),
        };
        Ok(self
            .records
            .range((from, Bound::Unbounded))
            .take_while(|(key, _)| *key.table == *table)
            .filter(|(_, record)| record.is_live())
            .take(limit)
            .map(|(_, record)| (**record).clone())
            .collect())
    }

    fn tables(&self) -> Result<Vec<(Box<str>, u64)>> {
        Ok(self.counts.iter().map(|(table, count)| (table.clone(), count.live)).collect())
    }

    fn feed(&self, feed: &Feed) -> Result<FeedState> {
        Ok(self.feeds.get(feed).copied().unwrap_or_default())
    }

    fn feeds(&self) -> Result<Vec<Feed>> {
        Ok(self.feeds.iter().filter(|(_, state)| state.head > 0).map(|(feed, _)| feed.clone()).collect())
    }

    fn entries_of(&self, keys: &[RecordKey]) -> Result<Vec<Vec<Entry>>> {
        let of_key = |key: &RecordKey| {
            self.places
                .range((key.clone(), Feed::Central)..)
                .take_while(|((k, _), _)| k == key)
                .filter_map(|((_, feed), number)| self.entries.get(&(feed.clone(), *number)))
                .map(|entry| (**entry).clone())
                .collect()
        };
        Ok(keys.iter().map(of_key).collect())
    }

    fn page(&self, feed: &Feed, after: u64, limit: PageLimit) -> Result<Vec<PageEntry>> {
        let mut page: Vec<PageEntry> = Vec::new();
        let mut bytes = 0;
        for entry in self.after(feed, after).take(limit.entries.max(1)) {
            let filled = self.filled(entry);
            bytes += filled.body.as_ref().map_or(0, |body| body.len());
            if bytes > limit.bytes && !page.is_empty() {
                break;
            }
            page.push(filled);
        }
        Ok(page)
    }

    fn count_after(&self, feed: &Feed, after: u64, at_most: u64) -> Result<u64> {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        Ok(self.after(feed, after).take(at_most).count() as u64)
    }

    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.rows.get(&(space, key.to_vec())).cloned())
    }

    fn rows(&self, space: Space, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let from = match after {
            Some(key) if key >= prefix => Bound::Excluded((space, key.to_vec())),
            _ => Bound::Included((space, prefix.to_vec())),
        };
        Ok(self
            .rows
            .range((from, Bound::Unbounded))
            .take_while(|((s, key), _)| *s == space && key.starts_with(prefix))
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
}

impl View {
    fn after<'a>(&'a self, feed: &Feed, after: u64) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let span = (Bound::Excluded((feed.clone(), after)), Bound::Included((feed.clone(), u64::MAX)));
        // A range may not begin behind its end.
        let entries = (after < u64::MAX).then(|| self.entries.range(span));
        entries.into_iter().flatten().map(|(_, entry)| &**entry)
    }

    fn filled(&self, entry: &Entry) -> PageEntry {
        let record = self.records.get(&entry.key);
        let shown = record.filter(|record| record.is_live() && entry.kind == EntryKind::Put);
        let merged_into = match record.map(|record| &record.state) {
            Some(State::Merged(successor)) => Some(successor.clone()),
            _ => None,
        };
        PageEntry { entry: entry.clone(), body: shown.map(|record| record.body.clone()), merged_into }
    }

    /// Takes a record out, with its links and its part of the counts.
    fn forget(&mut self, key: &RecordKey) {
        let Some(old) = self.records.remove(key) else { return };
        for Link { role, target } in &old.links {
            self.links.remove(&(*role, target.clone(), key.clone()));
        }
        let mut count = self.counts.get(&key.table).copied().unwrap_or_default();
        count.all -= 1;
        count.live -= u64::from(old.is_live());
        if count.all == 0 {
            self.counts.remove(&key.table);
        } else {
            self.counts.insert(key.table.clone(), count);
        }
    }

    /// Takes the entry under a number out, with its part of the sum. The head stays.
    fn take_out(&mut self, feed: &Feed, number: u64) {
        let Some(old) = self.entries.remove(&(feed.clone(), number)) else { return };
        self.places.remove(&(old.key.clone(), feed.clone()));
        let state = self.feeds.entry(feed.clone()).or_default();
        if old.kind == EntryKind::Put {
            state.sum = state.sum.minus(old.hash);
            state.live -= 1;
        }
    }

    /// Places an entry, in the place of the record's former one and of whatever stood under its number.
    fn put_in(&mut self, entry: Entry) {
        let feed = entry.feed.clone();
        if let Some(number) = self.places.get(&(entry.key.clone(), feed.clone())).copied() {
            self.take_out(&feed, number);
        }
        self.take_out(&feed, entry.number);
        let state = self.feeds.entry(feed.clone()).or_default();
        state.head = state.head.max(entry.number);
        if entry.kind == EntryKind::Put {
            state.sum = state.sum.plus(entry.hash);
            state.live += 1;
        }
        self.places.insert((entry.key.clone(), feed.clone()), entry.number);
        self.entries.insert((feed, entry.number), Arc::new(entry));
    }
}

impl Txn for View {
    fn lock(&mut self, _locks: &[Lock]) -> Result<()> {
        Ok(())
    }

    fn put_records(&mut self, records: &[Record]) -> Result<()> {
        for record in records {
            self.forget(&record.key);
            for Link { role, target } in &record.links {
                self.links.insert((*role, target.clone(), record.key.clone()));
            }
            let count = self.counts.entry(record.key.table.clone()).or_default();
            count.all += 1;
            count.live += u64::from(record.is_live());
            self.records.insert(record.key.clone(), Arc::new(record.clone()));
        }
        Ok(())
    }

    fn forget_records(&mut self, keys: &[RecordKey]) -> Result<()> {
        keys.iter().for_each(|key| self.forget(key));
        Ok(())
    }

    fn append(&mut self, feed: &Feed, entries: &[NewEntry]) -> Result<u64> {
        for new in entries {
            let number = self.feed(feed)?.head + 1;
            let NewEntry { key, kind, hash, source } = new.clone();
            self.put_in(Entry { feed: feed.clone(), number, key, kind, hash, source });
        }
        Ok(self.feed(feed)?.head)
    }

    fn place(&mut self, feed: &Feed, entries: &[Entry]) -> Result<()> {
        for entry in entries {
            self.put_in(Entry { feed: feed.clone(), ..entry.clone() });
        }
        Ok(())
    }

    fn load(&mut self, feed: &Feed, loaded: &[Loaded]) -> Result<()> {
        check_loaded(self.feed(feed)?.head, loaded)?;
        for Loaded { entry, record } in loaded {
            self.put_records(record.as_slice())?;
            self.place(feed, std::slice::from_ref(entry))?;
        }
        Ok(())
    }

    fn index(&mut self) -> Result<bool> {
        Ok(false)
    }

    fn remove_entries(&mut self, feed: &Feed, keys: &[RecordKey]) -> Result<()> {
        for key in keys {
            if let Some(number) = self.places.get(&(key.clone(), feed.clone())).copied() {
                self.take_out(feed, number);
            }
        }
        Ok(())
    }

    fn raise_head(&mut self, feed: &Feed, head: u64) -> Result<()> {
        let state = self.feeds.entry(feed.clone()).or_default();
        state.head = state.head.max(head);
        Ok(())
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<()> {
        self.rows.insert((space, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<()> {
        self.rows.remove(&(space, key.to_vec()));
        Ok(())
    }
}
