//! The writing half: entries and the state of their feed.

use rusqlite::params;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{EntryKind, FeedState};

use super::keys::{Id, id_text};
use super::read::{feed_state, hash_blob, hash_of, kind_of, place_of};
use super::txn::SqliteTxn;
use crate::api::{Result, StoreError};

/// What an entry says, of the columns that a change replaces.
pub(super) struct Said {
    pub(super) number: i64,
    pub(super) kind: EntryKind,
    pub(super) hash: Hash,
    pub(super) source: u32,
}

/// A number as the file holds it.
pub(super) fn stored(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| StoreError::Other(format!("the number {number} is too large")))
}

pub(super) fn counted(state: &mut FeedState, kind: EntryKind, hash: Hash) {
    if kind == EntryKind::Put {
        state.sum = state.sum.plus(hash);
        state.live += 1;
    }
}

pub(super) fn uncounted(state: &mut FeedState, kind: EntryKind, hash: Hash) {
    if kind == EntryKind::Put {
        state.sum = state.sum.minus(hash);
        state.live = state.live.saturating_sub(1);
    }
}

impl SqliteTxn<'_> {
    /// The place of a record that an entry names; one that is not held gets an empty row.
    pub(super) fn named(&mut self, key: &RecordKey, feed: i64) -> Result<i64> {
        if let Some(place) = place_of(self.conn, key)? {
            return Ok(place);
        }
        let (table, id) = (self.conn.table_made(&key.table)?, Id::of(&key.id));
        *self.last_record = self.last_record.saturating_add(1);
        let (place, _) = self.directed(table, id, feed, *self.last_record)?;
        self.store_empty(place, table, id)?;
        Ok(place)
    }

    /// A row for a record that is only named.
    pub(super) fn store_empty(&self, place: i64, table: i64, id: Id<'_>) -> Result<()> {
        let sql = "INSERT INTO record (place, tbl, id, state, revision, source, body) VALUES (?1, ?2, ?3, 0, 0, 0, '')";
        self.conn.db.prepare_cached(sql)?.execute(params![place, table, id])?;
        Ok(())
    }

    /// Number, kind and hash of a record's entry in a feed.
    pub(super) fn entry(&self, feed: i64, place: i64) -> Result<Option<(i64, EntryKind, Hash)>> {
        let sql = "SELECT number, kind, hash FROM entry WHERE record = ?1 AND feed = ?2";
        let mut query = self.conn.db.prepare_cached(sql)?;
        let mut rows = query.query([place, feed])?;
        rows.next()?.map(|row| Ok((row.get(0)?, kind_of(row, 1)?, hash_of(row, 2)?))).transpose()
    }

    /// Sets a record's one entry in a feed. Its number is free, or its own.
    pub(super) fn set_entry(&self, feed: i64, place: i64, said: &Said, state: &mut FeedState) -> Result<()> {
        let Said { number, kind, hash, source } = *said;
        let db = &self.conn.db;
        let before = if self.conn.places.first_entry(place) { None } else { self.entry(feed, place)? };
        if let Some((old, old_kind, old_hash)) = before {
            uncounted(state, old_kind, old_hash);
            let sql = "UPDATE entry SET number = ?3, kind = ?4, hash = ?5, source = ?6 WHERE feed = ?1 AND number = ?2";
            db.prepare_cached(sql)?.execute(params![feed, old, number, kind as u8, hash_blob(hash), source])?;
        } else {
            self.insert_entry(feed, place, said)?;
        }
        counted(state, kind, hash);
        Ok(())
    }

    pub(super) fn insert_entry(&self, feed: i64, place: i64, said: &Said) -> Result<()> {
        let Said { number, kind, hash, source } = *said;
        let sql = "INSERT INTO entry (feed, number, record, kind, hash, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = self.conn.db.prepare_cached(sql)?;
        insert.execute(params![feed, number, place, kind as u8, hash_blob(hash), source])?;
        Ok(())
    }

    pub(super) fn delete_entry(&self, feed: i64, key: &RecordKey, place: i64, state: &mut FeedState) -> Result<()> {
        let Some((number, kind, hash)) = self.entry(feed, place)? else { return Ok(()) };
        uncounted(state, kind, hash);
        let sql = "DELETE FROM entry WHERE feed = ?1 AND number = ?2";
        self.conn.db.prepare_cached(sql)?.execute([feed, number])?;
        self.drop_if_unused(key, place)
    }

    /// Frees a number for a record, if another one's entry stands under it.
    pub(super) fn make_room(&self, feed: i64, number: i64, place: i64, state: &mut FeedState) -> Result<()> {
        if number > stored(state.head)? {
            return Ok(());
        }
        let mut query = self.conn.db.prepare_cached(
            "SELECT e.record, r.tbl, r.id FROM entry e JOIN record r ON r.place = e.record
             WHERE e.feed = ?1 AND e.number = ?2 AND e.record <> ?3",
        )?;
        let mut rows = query.query([feed, number, place])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let table = self.conn.table_name(row.get(1)?)?;
        let key = RecordKey { table, id: id_text(row.get_ref(2)?)? };
        let other = row.get(0)?;
        drop(rows);
        self.delete_entry(feed, &key, other, state)
    }

    pub(super) fn set_feed(&self, feed: i64, state: &FeedState) -> Result<()> {
        let sql = "UPDATE feed SET head = ?2, sum = ?3, live = ?4 WHERE number = ?1";
        let sum = state.sum.0.to_be_bytes();
        self.conn.db.prepare_cached(sql)?.execute(params![feed, stored(state.head)?, sum, stored(state.live)?])?;
        Ok(())
    }

    /// Changes a feed, and notes its new state.
    pub(super) fn in_feed(
        &mut self,
        feed: &Feed,
        change: impl FnOnce(&mut Self, i64, &mut FeedState) -> Result<()>,
    ) -> Result<u64> {
        let number = self.conn.feed_made(feed)?;
        let before = feed_state(self.conn, number)?;
        let mut state = before;
        change(self, number, &mut state)?;
        if state != before {
            self.set_feed(number, &state)?;
        }
        Ok(state.head)
    }
}
