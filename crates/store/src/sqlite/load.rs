//! Filling an empty data file: rows are added at the ends of their tables, and what finds them by key is built afterwards, in long
//! sorted runs. Added one by one in the order of arrival, ids without order would touch another page of the directory each.
//!
//! The table `counter` says of each feed that is being filled above which place its records cannot be found yet.

use rusqlite::{OptionalExtension, params};
use sitesync_core::hash::Hash;
use sitesync_core::record::{EntryKind, FeedState};

use super::entries::{Said, counted, stored, uncounted};
use super::error::damaged;
use super::keys::{Id, OwnId, Target, pack, unpack};
use super::read::{HOME_SHIFT, LIVE, NOT_HELD, feed_state, hash_of, kind_of};
use super::txn::{Counts, NUMBER_MASK, SqliteTxn};
use crate::api::{Loaded, Result, check_loaded};

/// Records in one run: it is sorted in memory.
const RUN: usize = if cfg!(test) { 7 } else { 100_000 };

/// A record that was loaded and cannot be found yet.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    table: i64,
    id: OwnId,
    place: i64,
    state: u8,
}

impl SqliteTxn<'_> {
    pub(super) fn load_all(&mut self, feed: i64, loaded: &[Loaded], state: &mut FeedState) -> Result<()> {
        check_loaded(state.head, loaded)?;
        self.note_loading(feed)?;
        let mut counts = Counts::new();
        for Loaded { entry, record } in loaded {
            let table = self.conn.table_made(&entry.key.table)?;
            let place = self.new_place(feed)?;
            match record {
                Some(record) => {
                    self.store_record(place, table, record, (LIVE, None), pack(&record.links).as_deref())?;
                    let count = counts.entry(table).or_default();
                    *count = (count.0 + 1, count.1 + 1);
                }
                None => self.store_empty(place, table, Id::of(&entry.key.id))?,
            }
            let said = Said { number: stored(entry.number)?, kind: entry.kind, hash: entry.hash, source: entry.source };
            self.insert_entry(feed, place, &said)?;
            counted(state, entry.kind, entry.hash);
            state.head = entry.number;
        }
        self.count(&counts)
    }

    fn new_place(&mut self, home: i64) -> Result<i64> {
        *self.last_record = self.last_record.saturating_add(1);
        self.placed(home, *self.last_record)
    }

    /// From the place after the last that was given, records of this feed cannot be found yet.
    fn note_loading(&self, feed: i64) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO counter (name, value) VALUES ('load ' || ?1, ?2)";
        let last = self.placed(feed, *self.last_record)?;
        self.conn.db.prepare_cached(sql)?.execute([feed, last])?;
        Ok(())
    }

    /// The feed that is being filled, and up to which place its records can be found.
    fn loading(&self) -> Result<Option<(i64, i64)>> {
        let sql = "SELECT CAST(substr(name, 6) AS INTEGER), value FROM counter WHERE name > 'load ' AND name < 'load!' LIMIT 1";
        let mut query = self.conn.db.prepare_cached(sql)?;
        Ok(query.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Makes a run of loaded records findable. Whether there was one.
    pub(super) fn index_run(&mut self) -> Result<bool> {
        let Some((feed, after)) = self.loading()? else { return Ok(false) };
        let mut links = Vec::new();
        let mut run = self.run_after(feed, after, &mut links)?;
        let last = run.last().map(|found| found.place).filter(|_| run.len() == RUN);
        run.sort_unstable();
        links.sort_unstable();
        let rows: Vec<_> =
            links.iter().map(|(role, target, table, id)| (*role, Target::of(target), *table, id.id())).collect();
        self.link(&rows)?;
        for found in &run {
            self.find(found)?;
        }
        match last {
            Some(last) => {
                let sql = "UPDATE counter SET value = ?2 WHERE name = 'load ' || ?1";
                self.conn.db.prepare_cached(sql)?.execute([feed, last])?;
            }
            None => {
                self.conn.db.prepare_cached("DELETE FROM counter WHERE name = 'load ' || ?1")?.execute([feed])?;
            }
        }
        Ok(true)
    }

    fn run_after(&self, feed: i64, after: i64, links: &mut Vec<(u8, Box<str>, i64, OwnId)>) -> Result<Vec<Found>> {
        let sql =
            "SELECT place, tbl, id, state, links FROM record WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3";
        let mut query = self.conn.db.prepare_cached(sql)?;
        let mut rows = query.query([after, feed << HOME_SHIFT | NUMBER_MASK, RUN as i64])?;
        let mut run = Vec::new();
        while let Some(row) = rows.next()? {
            let (table, id) = (row.get(1)?, OwnId::of_value(row.get_ref(2)?)?);
            let packed = row.get_ref(4)?.as_blob_or_null().map_err(|_| damaged("a link"))?;
            links.extend(unpack(packed)?.into_iter().map(|link| (link.role as u8, link.target, table, id.clone())));
            run.push(Found { place: row.get(0)?, table, id, state: row.get(3)? });
        }
        Ok(run)
    }

    /// Puts a record into the directory. If it stands there already, it came more than once: what was loaded last counts.
    fn find(&mut self, found: &Found) -> Result<()> {
        let number = found.place & NUMBER_MASK;
        let (place, new) = self.directed(found.table, found.id.id(), found.place >> HOME_SHIFT, number)?;
        // It came with its entry.
        self.conn.places.first_entry(place);
        if new || place == found.place {
            return Ok(());
        }
        let (other_state, _) = self.before(place)?;
        let later = found.state != NOT_HELD && (other_state == NOT_HELD || number > place & NUMBER_MASK);
        let (kept, given_up) = if later { (found.place, place) } else { (place, found.place) };
        self.unite(found.table, found.id.id(), kept, given_up)?;
        if later {
            let sql = "UPDATE directory SET place = ?3 WHERE tbl = ?1 AND id = ?2";
            self.conn.db.prepare_cached(sql)?.execute(params![found.table, found.id.id(), kept])?;
            self.conn.places.learn(found.table, found.id.id(), Some(kept));
        }
        Ok(())
    }

    /// Two rows of one record become one: entries and links of the row that is given up go to the other.
    fn unite(&mut self, table: i64, id: Id<'_>, kept: i64, given_up: i64) -> Result<()> {
        let (kept_state, kept_links) = self.before(kept)?;
        let (state, links) = self.before(given_up)?;
        if kept_state != NOT_HELD {
            self.unlink(table, id, links.as_deref())?;
            self.link_packed(table, id, kept_links.as_deref())?;
        }
        for (feed, number, kind, hash) in self.entries_at(given_up)? {
            self.take_over(feed, (number, kind, hash), kept, given_up)?;
        }
        self.conn.db.prepare_cached("DELETE FROM record WHERE place = ?1")?.execute([given_up])?;
        let gone = (-i64::from(state != NOT_HELD), -i64::from(state == LIVE));
        self.count(&Counts::from([(table, gone)]))
    }

    fn link_packed(&self, table: i64, id: Id<'_>, packed: Option<&[u8]>) -> Result<()> {
        let links = unpack(packed)?;
        let rows: Vec<_> = links.iter().map(|link| (link.role as u8, Target::of(&link.target), table, id)).collect();
        self.link(&rows)
    }

    fn entries_at(&self, place: i64) -> Result<Vec<(i64, i64, EntryKind, Hash)>> {
        let mut query = self.conn.db.prepare_cached("SELECT feed, number, kind, hash FROM entry WHERE record = ?1")?;
        let mut rows = query.query([place])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push((row.get(0)?, row.get(1)?, kind_of(row, 2)?, hash_of(row, 3)?));
        }
        Ok(entries)
    }

    /// An entry goes to another row of the same record. Of two in one feed the later stays.
    fn take_over(&mut self, feed: i64, entry: (i64, EntryKind, Hash), kept: i64, given_up: i64) -> Result<()> {
        let db = &self.conn.db;
        if let Some(other) = self.entry(feed, kept)? {
            let (number, kind, hash) = if other.0 < entry.0 { other } else { entry };
            db.prepare_cached("DELETE FROM entry WHERE feed = ?1 AND number = ?2")?.execute([feed, number])?;
            let mut state = feed_state(self.conn, feed)?;
            uncounted(&mut state, kind, hash);
            self.set_feed(feed, &state)?;
        }
        let sql = "UPDATE entry SET record = ?3 WHERE feed = ?1 AND record = ?2";
        self.conn.db.prepare_cached(sql)?.execute([feed, given_up, kept])?;
        Ok(())
    }
}
