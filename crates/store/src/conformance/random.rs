//! The suite: the same random operations on two stores, which must end, and stay, equal.

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Entry, EntryKind, Link, Record, Role, State};

use super::HEX;
use crate::api::{Loaded, NewEntry, PageLimit, Result, Space, Store, StoreError, Txn};

const TABLES: [&str; 3] = ["item", "Item", "name"];
const ROLES: [Role; 3] = [Role::Parent, Role::Name, Role::Subject];
const KINDS: [EntryKind; 3] = [EntryKind::Put, EntryKind::Delete, EntryKind::Withdraw];
const SPACES: [Space; 2] = [Space::Meta, Space::Reading];

/// A small generator (xorshift): the same seed gives the same operations everywhere.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()].clone()
    }

    fn list<T>(&mut self, most: u64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..=self.below(most)).map(|_| make(self)).collect()
    }

    fn id(&mut self) -> String {
        let n = self.below(12);
        match self.below(4) {
            0 => format!("{n:X}{}", &HEX[1..]),
            1 => format!("{n:x}{}", &HEX[1..]),
            2 => format!("\u{e4}{n}"),
            _ => n.to_string(),
        }
    }

    fn key(&mut self) -> RecordKey {
        RecordKey::new(self.of(&TABLES), self.id())
    }

    fn feed(&mut self) -> Feed {
        self.of(&[Feed::Central, Feed::Changes, Feed::Unread, Feed::store("1"), Feed::store(HEX)])
    }

    fn hash(&mut self) -> Hash {
        Hash::of_parts(&[&self.below(u64::MAX).to_le_bytes()])
    }

    fn record(&mut self) -> Record {
        let (key, successor) = (self.key(), self.id());
        let state = self.of(&[State::Live, State::Live, State::Live, State::Deleted, State::Merged(successor.into())]);
        let body = "b".repeat(usize::try_from(self.below(40)).unwrap()).into();
        let links = self.list(3, |random| Link { role: random.of(&ROLES), target: random.id().into() });
        let (hash, revision) = (self.hash(), u32::try_from(self.below(9)).unwrap());
        Record { key, home: self.feed(), state, body, hash, revision, source: SiteId(revision), links }
    }

    fn entry(&mut self) -> NewEntry {
        let kind = self.of(&KINDS);
        let hash = if kind == EntryKind::Put { self.hash() } else { Hash::default() };
        NewEntry { key: self.key(), kind, hash, source: u32::try_from(self.below(9)).unwrap() }
    }

    fn loaded(&mut self, feed: &Feed, number: &mut u64) -> Loaded {
        *number += 1 + self.below(3);
        let record = Record { home: feed.clone(), state: State::Live, ..self.record() };
        let (key, hash) = (record.key.clone(), self.hash());
        let entry = Entry { feed: feed.clone(), number: *number, key, kind: EntryKind::Put, hash, source: 0 };
        Loaded { entry, record: (self.below(4) > 0).then_some(record) }
    }

    fn bytes(&mut self) -> Vec<u8> {
        self.list(3, |random| random.of(&[0, 1, b'a', 255]))
    }

    fn step(&mut self, txn: &mut dyn Txn) -> Result<()> {
        let feed = self.feed();
        match self.below(9) {
            0 | 1 => txn.put_records(&self.list(6, Self::record)),
            2 => txn.append(&feed, &self.list(6, Self::entry)).map(drop),
            3 => {
                let entries = self.list(6, |random| {
                    let NewEntry { key, kind, hash, source } = random.entry();
                    Entry { feed: feed.clone(), number: random.below(60) + 1, key, kind, hash, source }
                });
                txn.place(&feed, &entries)
            }
            4 => txn.remove_entries(&feed, &self.list(9, Self::key)),
            5 => txn.forget_records(&self.list(9, Self::key)),
            6 => txn.raise_head(&feed, self.below(100)),
            7 => {
                let head = txn.feed(&feed)?.head;
                let mut number = head;
                let loaded = self.list(12, |random| random.loaded(&feed, &mut number));
                txn.load(&feed, &loaded)?;
                while txn.index()? {}
                Ok(())
            }
            _ => {
                txn.put_row(self.of(&SPACES), &self.bytes(), &self.bytes())?;
                txn.delete_row(self.of(&SPACES), &self.bytes())
            }
        }
    }

    fn transaction(&mut self, txn: &mut dyn Txn) -> Result<()> {
        for _ in 0..=self.below(5) {
            self.step(txn)?;
        }
        if self.below(6) == 0 { Err(StoreError::Other("on purpose".to_owned())) } else { Ok(()) }
    }
}

/// Does the same random writes to two empty stores, some of which fail, and compares the stores after each.
pub fn random_operations(one: &dyn Store, other: &dyn Store, seed: u64, writes: u32) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..writes {
        let run = |store: &dyn Store| {
            // Each run begins with the same randomness, however often the store runs the work.
            let mut last = random.clone();
            let stored = store.write(&mut |txn| {
                last = random.clone();
                last.transaction(txn)
            });
            (last, stored.map_err(|error| error.to_string()))
        };
        let (next, stored) = run(one);
        assert_eq!(run(other).1, stored, "seed {seed}");
        compare(one, other);
        random = next;
    }
}

/// Two stores answer every question alike.
pub fn compare(one: &dyn Store, other: &dyn Store) {
    let (one, other) = (one.snapshot().unwrap(), other.snapshot().unwrap());
    let ids: Vec<String> = (0..12)
        .flat_map(|n| {
            [format!("{n:X}{}", &HEX[1..]), format!("{n:x}{}", &HEX[1..]), format!("\u{e4}{n}"), n.to_string()]
        })
        .collect();
    let keys: Vec<_> =
        TABLES.iter().flat_map(|table| ids.iter().map(|id| RecordKey::new(*table, id.as_str()))).collect();
    assert_eq!(one.records(&keys).unwrap(), other.records(&keys).unwrap());
    assert_eq!(one.entries_of(&keys).unwrap(), other.entries_of(&keys).unwrap());
    assert_eq!(one.tables().unwrap(), other.tables().unwrap());
    assert_eq!(one.feeds().unwrap(), other.feeds().unwrap());
    for (n, table) in TABLES.iter().enumerate() {
        assert_eq!(one.table(table, None, 99).unwrap(), other.table(table, None, 99).unwrap());
        let after = Some(ids[n * 7].as_str());
        assert_eq!(one.table(table, after, 5).unwrap(), other.table(table, after, 5).unwrap());
    }
    for (role, id) in ROLES.iter().flat_map(|role| ids.iter().map(move |id| (*role, id))) {
        assert_eq!(one.linked(role, id, None, 99).unwrap(), other.linked(role, id, None, 99).unwrap());
        let after = Some(&keys[60]);
        assert_eq!(one.linked(role, id, after, 2).unwrap(), other.linked(role, id, after, 2).unwrap());
    }
    for feed in [Feed::Central, Feed::Changes, Feed::Unread, Feed::store("1"), Feed::store(HEX)] {
        assert_eq!(one.feed(&feed).unwrap(), other.feed(&feed).unwrap());
        for (after, limit) in [(0, PageLimit { entries: 99, bytes: 99_999 }), (20, PageLimit { entries: 9, bytes: 80 })]
        {
            assert_eq!(one.page(&feed, after, limit).unwrap(), other.page(&feed, after, limit).unwrap());
        }
        assert_eq!(one.count_after(&feed, 9, 20).unwrap(), other.count_after(&feed, 9, 20).unwrap());
    }
    for space in SPACES {
        assert_eq!(one.rows(space, b"", None, 999).unwrap(), other.rows(space, b"", None, 999).unwrap());
        assert_eq!(one.rows(space, b"a", Some(b"a"), 3).unwrap(), other.rows(space, b"a", Some(b"a"), 3).unwrap());
    }
}
