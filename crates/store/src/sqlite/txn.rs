//! The writing half: what one member of a group does, inside its savepoint.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, FeedState, Record, State};

use super::conn::Conn;
use super::entries::{Said, stored};
use super::error::damaged;
use super::keys::{Id, Target, pack, unpack};
use super::read::{DELETED, HOME_SHIFT, LIVE, MERGED, NOT_HELD, Reads, hash_blob, place_of};
use crate::api::{Loaded, Lock, NewEntry, Result, Space, StoreError, Txn};

pub(super) const NUMBER_MASK: i64 = (1 << HOME_SHIFT) - 1;

pub(super) struct SqliteTxn<'a> {
    pub(super) conn: &'a Conn,
    /// The last record number given. Ahead of the file's if something was undone: gaps do no harm.
    pub(super) last_record: &'a mut i64,
    /// A statement failed: what was written is not whole, and must not be stored.
    failed: bool,
    /// Rows written, roughly.
    pub(super) written: usize,
}

impl Reads for SqliteTxn<'_> {
    fn conn(&self) -> &Conn {
        self.conn
    }
}

/// How the number of records of a table changes: all, and live ones.
pub(super) type Counts = HashMap<i64, (i64, i64)>;

/// A row of the table of links, in its order: role, target, table, id.
type NewLink<'r> = (u8, Target<'r>, i64, Id<'r>);

fn state_code(state: &State) -> (u8, Option<&str>) {
    match state {
        State::Live => (LIVE, None),
        State::Deleted => (DELETED, None),
        State::Merged(successor) => (MERGED, Some(successor)),
    }
}

impl<'a> SqliteTxn<'a> {
    pub(super) fn new(conn: &'a Conn, last_record: &'a mut i64) -> Self {
        conn.places.begin();
        Self { conn, last_record, failed: false, written: 0 }
    }

    /// Ends the work: an error if any of it failed, even if the work passed over that.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.guarded(0, |txn| {
            let mut update =
                txn.conn.db.prepare_cached("UPDATE counter SET value = ?1 WHERE name = 'record' AND value < ?1")?;
            update.execute([*txn.last_record])?;
            Ok(())
        })
    }

    /// Does a part of the work. SQLite may undo the whole transaction when a statement fails; what would be written after that
    /// would be stored piece by piece, so nothing is.
    fn guarded<T>(&mut self, rows: usize, part: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.failed || self.conn.db.is_autocommit() {
            self.failed = true;
            return Err(StoreError::Other("the transaction failed before".to_owned()));
        }
        self.written += rows;
        let done = part(self);
        self.failed = done.is_err();
        done
    }

    /// The place of a record with this number in this home.
    pub(super) fn placed(&self, home: i64, number: i64) -> Result<i64> {
        if number > NUMBER_MASK || home > i64::MAX >> HOME_SHIFT {
            return Err(StoreError::Other("no record or feed numbers are left".to_owned()));
        }
        Ok(home << HOME_SHIFT | number)
    }

    /// The directory's place for a record, and whether it was just given, with this number.
    pub(super) fn directed(&self, table: i64, id: Id<'_>, home: i64, number: i64) -> Result<(i64, bool)> {
        if let Some(Some(known)) = self.conn.places.of(table, id) {
            return Ok((known, false));
        }
        let place = self.placed(home, number)?;
        // Mostly a record is new when many are written, so one step in the directory is enough.
        let sql = "INSERT INTO directory (tbl, id, place) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        if self.conn.db.prepare_cached(sql)?.execute(params![table, id, place])? == 1 {
            self.conn.places.give(table, id, place);
            return Ok((place, true));
        }
        let mut query = self.conn.db.prepare_cached("SELECT place FROM directory WHERE tbl = ?1 AND id = ?2")?;
        let known = query.query_row(params![table, id], |row| row.get(0))?;
        self.conn.places.learn(table, id, Some(known));
        Ok((known, false))
    }

    /// State and packed links of a stored record.
    pub(super) fn before(&self, place: i64) -> Result<(u8, Option<Vec<u8>>)> {
        let mut query = self.conn.db.prepare_cached("SELECT state, links FROM record WHERE place = ?1")?;
        let found = query.query_row([place], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.ok_or_else(|| damaged("the place of a record"))
    }

    /// Gives a record a place in another home. Its entries follow.
    fn moved(&self, table: i64, id: Id<'_>, from: i64, home: i64) -> Result<i64> {
        let to = home << HOME_SHIFT | (from & NUMBER_MASK);
        let db = &self.conn.db;
        db.prepare_cached("UPDATE directory SET place = ?3 WHERE tbl = ?1 AND id = ?2")?
            .execute(params![table, id, to])?;
        db.prepare_cached("DELETE FROM record WHERE place = ?1")?.execute([from])?;
        db.prepare_cached("UPDATE entry SET record = ?2 WHERE record = ?1")?.execute([from, to])?;
        self.conn.places.learn(table, id, Some(to));
        Ok(to)
    }

    /// Puts records of different keys. Numbers follow the order given, so that a document lies together; what is sorted in
    /// the file is written in its order, so that each page of it is touched once, however many records there are.
    fn put_different(&mut self, records: &[Record], sorted: &[usize], counts: &mut Counts) -> Result<()> {
        let mut directed = vec![(0, false); records.len()];
        for at in sorted.iter().copied() {
            let Record { key, home, .. } = &records[at];
            let (table, home) = (self.conn.table_made(&key.table)?, self.conn.feed_made(home)?);
            let number = self.last_record.saturating_add(1).saturating_add_unsigned(at as u64);
            directed[at] = self.directed(table, Id::of(&key.id), home, number)?;
        }
        *self.last_record = self.last_record.saturating_add_unsigned(records.len() as u64);
        let mut links = Vec::new();
        for (record, (place, new)) in records.iter().zip(directed) {
            self.put_record(record, place, new, counts, &mut links)?;
        }
        links.sort_unstable();
        self.link(&links)
    }

    fn put_record<'r>(
        &self,
        record: &'r Record,
        mut place: i64,
        new: bool,
        counts: &mut Counts,
        links: &mut Vec<NewLink<'r>>,
    ) -> Result<()> {
        let (table, id) = (self.conn.table_made(&record.key.table)?, Id::of(&record.key.id));
        let home = self.conn.feed_made(&record.home)?;
        let (was, old_links) = if new { (NOT_HELD, None) } else { self.before(place)? };
        if place >> HOME_SHIFT != home {
            place = self.moved(table, id, place, home)?;
        }
        let (state, merged_into) = state_code(&record.state);
        let packed = pack(&record.links);
        self.store_record(place, table, record, (state, merged_into), packed.as_deref())?;
        if packed != old_links {
            self.unlink(table, id, old_links.as_deref())?;
            links.extend(record.links.iter().map(|link| (link.role as u8, Target::of(&link.target), table, id)));
        }
        let count = counts.entry(table).or_default();
        count.0 += i64::from(was == NOT_HELD);
        count.1 += i64::from(state == LIVE) - i64::from(was == LIVE);
        Ok(())
    }

    pub(super) fn store_record(
        &self,
        place: i64,
        table: i64,
        record: &Record,
        state: (u8, Option<&str>),
        links: Option<&[u8]>,
    ) -> Result<()> {
        let mut statement = self.conn.db.prepare_cached(
            "INSERT OR REPLACE INTO record (place, tbl, id, state, hash, revision, source, merged_into, links, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let (id, hash, source) = (Id::of(&record.key.id), hash_blob(record.hash), record.source.0);
        statement.execute(params![
            place,
            table,
            id,
            state.0,
            hash,
            record.revision,
            source,
            state.1,
            links,
            &*record.body
        ])?;
        Ok(())
    }

    pub(super) fn link(&self, links: &[NewLink<'_>]) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO link (role, target, tbl, id) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = self.conn.db.prepare_cached(sql)?;
        for (role, target, table, id) in links {
            insert.execute(params![role, target, table, id])?;
        }
        Ok(())
    }

    pub(super) fn unlink(&self, table: i64, id: Id<'_>, packed: Option<&[u8]>) -> Result<()> {
        let sql = "DELETE FROM link WHERE role = ?1 AND target = ?2 AND tbl = ?3 AND id = ?4";
        let mut delete = self.conn.db.prepare_cached(sql)?;
        for link in unpack(packed)? {
            delete.execute(params![link.role as u8, Target::of(&link.target), table, id])?;
        }
        Ok(())
    }

    pub(super) fn count(&self, counts: &Counts) -> Result<()> {
        let sql = "UPDATE table_name SET records = records + ?2, live = live + ?3 WHERE number = ?1";
        let mut update = self.conn.db.prepare_cached(sql)?;
        for (table, (all, live)) in counts.iter().filter(|(_, change)| **change != (0, 0)) {
            update.execute([table, all, live])?;
        }
        Ok(())
    }

    /// A record is forgotten: its row stays for its entries, empty, and goes with the last of them.
    fn forget(&mut self, key: &RecordKey, counts: &mut Counts) -> Result<()> {
        let Some(place) = place_of(self.conn, key)? else { return Ok(()) };
        let (was, links) = self.before(place)?;
        let table = self.conn.table_made(&key.table)?;
        self.unlink(table, Id::of(&key.id), links.as_deref())?;
        let mut empty = self.conn.db.prepare_cached(
            "UPDATE record SET state = 0, hash = NULL, revision = 0, source = 0, merged_into = NULL, links = NULL, body = ''
             WHERE place = ?1",
        )?;
        empty.execute([place])?;
        let count = counts.entry(table).or_default();
        count.0 -= i64::from(was != NOT_HELD);
        count.1 -= i64::from(was == LIVE);
        self.drop_if_unused(key, place)
    }

    /// Lets go of the row and the place of a record that is not held, if no entry names it.
    pub(super) fn drop_if_unused(&self, key: &RecordKey, place: i64) -> Result<()> {
        let sql =
            "DELETE FROM record WHERE place = ?1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM entry WHERE record = ?1)";
        if self.conn.db.prepare_cached(sql)?.execute([place])? == 1 {
            let table = self.conn.table_made(&key.table)?;
            let sql = "DELETE FROM directory WHERE tbl = ?1 AND id = ?2";
            self.conn.db.prepare_cached(sql)?.execute(params![table, Id::of(&key.id)])?;
            self.conn.places.learn(table, Id::of(&key.id), None);
        }
        Ok(())
    }
}

impl Txn for SqliteTxn<'_> {
    fn lock(&mut self, _locks: &[Lock]) -> Result<()> {
        // There is one writer, and this is its turn.
        Ok(())
    }

    fn put_records(&mut self, records: &[Record]) -> Result<()> {
        self.guarded(records.len(), |txn| {
            let mut counts = Counts::new();
            let mut sorted: Vec<usize> = (0..records.len()).collect();
            sorted.sort_unstable_by(|one, other| records[*one].key.cmp(&records[*other].key));
            if sorted.windows(2).any(|pair| records[pair[0]].key == records[pair[1]].key) {
                // The last version of a record counts, so one after the other.
                records
                    .iter()
                    .try_for_each(|record| txn.put_different(std::slice::from_ref(record), &[0], &mut counts))?;
            } else {
                txn.put_different(records, &sorted, &mut counts)?;
            }
            txn.count(&counts)
        })
    }

    fn forget_records(&mut self, keys: &[RecordKey]) -> Result<()> {
        self.guarded(keys.len(), |txn| {
            let mut counts = Counts::new();
            keys.iter().try_for_each(|key| txn.forget(key, &mut counts))?;
            txn.count(&counts)
        })
    }

    fn append(&mut self, feed: &Feed, entries: &[NewEntry]) -> Result<u64> {
        let put_all = |txn: &mut Self, feed, state: &mut FeedState| {
            for new in entries {
                let place = txn.named(&new.key, feed)?;
                let number = stored(state.head)?.checked_add(1);
                let number = number.ok_or_else(|| StoreError::Other("the feed's numbers are used up".to_owned()))?;
                txn.set_entry(
                    feed,
                    place,
                    &Said { number, kind: new.kind, hash: new.hash, source: new.source },
                    state,
                )?;
                state.head += 1;
            }
            Ok(())
        };
        self.guarded(entries.len(), |txn| txn.in_feed(feed, put_all))
    }

    fn place(&mut self, feed: &Feed, entries: &[Entry]) -> Result<()> {
        let place_all = |txn: &mut Self, feed, state: &mut FeedState| {
            for entry in entries {
                let number = stored(entry.number)?;
                let place = txn.named(&entry.key, feed)?;
                txn.make_room(feed, number, place, state)?;
                txn.set_entry(
                    feed,
                    place,
                    &Said { number, kind: entry.kind, hash: entry.hash, source: entry.source },
                    state,
                )?;
                state.head = state.head.max(entry.number);
            }
            Ok(())
        };
        self.guarded(entries.len(), |txn| txn.in_feed(feed, place_all)).map(drop)
    }

    fn load(&mut self, feed: &Feed, loaded: &[Loaded]) -> Result<()> {
        let load_all = |txn: &mut Self, feed, state: &mut FeedState| txn.load_all(feed, loaded, state);
        self.guarded(loaded.len(), |txn| txn.in_feed(feed, load_all)).map(drop)
    }

    fn index(&mut self) -> Result<bool> {
        self.guarded(0, Self::index_run)
    }

    fn remove_entries(&mut self, feed: &Feed, keys: &[RecordKey]) -> Result<()> {
        let remove_all = |txn: &mut Self, feed, state: &mut FeedState| {
            for key in keys {
                if let Some(place) = place_of(txn.conn, key)? {
                    txn.delete_entry(feed, key, place, state)?;
                }
            }
            Ok(())
        };
        self.guarded(keys.len(), |txn| txn.in_feed(feed, remove_all)).map(drop)
    }

    fn raise_head(&mut self, feed: &Feed, head: u64) -> Result<()> {
        let raise = |_: &mut Self, _, state: &mut FeedState| {
            state.head = state.head.max(head);
            Ok(())
        };
        self.guarded(1, |txn| txn.in_feed(feed, raise)).map(drop)
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<()> {
        self.guarded(1, |txn| {
            let sql = "INSERT INTO space_row (space, key, value) VALUES (?1, ?2, ?3)
                       ON CONFLICT (space, key) DO UPDATE SET value = excluded.value";
            txn.conn.db.prepare_cached(sql)?.execute(params![space as u8, key, value])?;
            Ok(())
        })
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<()> {
        self.guarded(1, |txn| {
            let sql = "DELETE FROM space_row WHERE space = ?1 AND key = ?2";
            txn.conn.db.prepare_cached(sql)?.execute(params![space as u8, key])?;
            Ok(())
        })
    }
}
