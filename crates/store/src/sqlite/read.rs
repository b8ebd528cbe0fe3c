//! The reading half, for snapshots and for the transaction that writes.

use std::cmp::Ordering;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Params, Row, params};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Entry, EntryKind, FeedState, Record, Role, State};

use super::conn::Conn;
use super::error::damaged;
use super::keys::{After, Id, Target, id_text, unpack};
use crate::api::{PageEntry, PageLimit, Result, Snapshot, Space};

/// Something that reads through a connection, within a transaction.
pub(super) trait Reads {
    fn conn(&self) -> &Conn;
}

/// `place` = home * 2^36 + record number: 134 million feeds, 68 thousand million records.
pub(super) const HOME_SHIFT: u32 = 36;

pub(super) const NOT_HELD: u8 = 0;
pub(super) const LIVE: u8 = 1;
pub(super) const DELETED: u8 = 2;
pub(super) const MERGED: u8 = 3;

const COLUMNS: &str = "r.place, r.tbl, r.id, r.state, r.hash, r.revision, r.source, r.merged_into, r.links, r.body";

/// Above every blob that is an id.
const TOP: [u8; 17] = [0xff; 17];

/// Numbers in the file are signed; nothing there is above this.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn hash_of(row: &Row<'_>, column: usize) -> Result<Hash> {
    let blob = row.get_ref(column)?.as_blob_or_null().map_err(|_| damaged("a hash"))?;
    match blob {
        None => Ok(Hash::default()),
        Some(blob) => Ok(Hash(u128::from_be_bytes(blob.try_into().map_err(|_| damaged("a hash"))?))),
    }
}

/// As the file holds it: nothing for zero.
pub(super) fn hash_blob(hash: Hash) -> Option<[u8; 16]> {
    (hash != Hash::default()).then(|| hash.0.to_be_bytes())
}

pub(super) fn kind_of(row: &Row<'_>, column: usize) -> Result<EntryKind> {
    match row.get(column)? {
        1_u8 => Ok(EntryKind::Put),
        2 => Ok(EntryKind::Delete),
        3 => Ok(EntryKind::Withdraw),
        _ => Err(damaged("the kind of an entry")),
    }
}

fn unsigned(row: &Row<'_>, column: usize) -> Result<u64> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| damaged("a number"))
}

fn text(row: &Row<'_>, column: usize) -> Result<Option<Box<str>>> {
    Ok(row.get::<_, Option<Box<str>>>(column)?)
}

fn key_of(conn: &Conn, row: &Row<'_>, table: usize) -> Result<RecordKey> {
    Ok(RecordKey { table: conn.table_name(row.get(table)?)?, id: id_text(row.get_ref(table + 1)?)? })
}

/// A record from [`COLUMNS`].
fn record_of(conn: &Conn, row: &Row<'_>) -> Result<Record> {
    let state = match row.get(3)? {
        LIVE => State::Live,
        DELETED => State::Deleted,
        MERGED => State::Merged(text(row, 7)?.ok_or_else(|| damaged("a merged record"))?),
        _ => return Err(damaged("the state of a record")),
    };
    let links = row.get_ref(8)?.as_blob_or_null().map_err(|_| damaged("a link"))?;
    Ok(Record {
        key: key_of(conn, row, 1)?,
        home: conn.feed_name(row.get::<_, i64>(0)? >> HOME_SHIFT)?,
        state,
        body: row.get(9)?,
        hash: hash_of(row, 4)?,
        revision: row.get(5)?,
        source: SiteId(row.get(6)?),
        links: unpack(links)?,
    })
}

/// Rows of a prepared query, each made into a value.
fn collect<T>(
    conn: &Conn,
    sql: &str,
    with: impl Params,
    mut make: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut query = conn.db.prepare_cached(sql)?;
    let mut rows = query.query(with)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(make(row)?);
    }
    Ok(found)
}

/// Reads what is sorted by id in its two parts, texts and blobs, and merges them by the ids' text.
/// `part` reads, ascending, at most `limit` values with `lower <= id < upper`.
fn by_text<T>(
    after: Option<&str>,
    limit: usize,
    mut part: impl FnMut(&Value, &Value) -> Result<Vec<T>>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>> {
    let After { text, blob } = After::of(after);
    // The empty blob is above all texts and below all other blobs.
    let texts = part(&Value::Text(text), &Value::Blob(Vec::new()))?;
    let blobs = part(&Value::Blob(blob), &Value::Blob(TOP.to_vec()))?;
    if texts.is_empty() || blobs.is_empty() {
        return Ok(if texts.is_empty() { blobs } else { texts });
    }
    // Two sorted runs: a stable sort merges them.
    let mut all: Vec<T> = texts.into_iter().chain(blobs).collect();
    all.sort_by(order);
    all.truncate(limit);
    Ok(all)
}

fn linked_in(
    conn: &Conn,
    role: Role,
    target: &str,
    table: (i64, &str),
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<RecordKey>> {
    let sql = "SELECT tbl, id FROM link WHERE role = ?1 AND target = ?2 AND tbl = ?3 AND id >= ?4 AND id < ?5 ORDER BY id LIMIT ?6";
    let part = |lower: &Value, upper: &Value| {
        let with = params![role as u8, Target::of(target), table.0, lower, upper, limited(limit)];
        collect(conn, sql, with, |row| Ok(RecordKey { table: table.1.into(), id: id_text(row.get_ref(1)?)? }))
    };
    by_text(after, limit, part, RecordKey::cmp)
}

/// The tables that have records which link to a target, by name. One step in the index for each of them.
fn linking_tables(conn: &Conn, role: Role, target: &str) -> Result<Vec<(Box<str>, i64)>> {
    let mut query = conn.db.prepare_cached("SELECT min(tbl) FROM link WHERE role = ?1 AND target = ?2 AND tbl > ?3")?;
    let mut tables = Vec::new();
    let mut last = i64::MIN;
    while let Some(number) = query.query_row(params![role as u8, Target::of(target), last], |row| row.get(0))? {
        tables.push((conn.table_name(number)?, number));
        last = number;
    }
    tables.sort();
    Ok(tables)
}

fn entry_in_page(conn: &Conn, feed: &Feed, row: &Row<'_>) -> Result<PageEntry> {
    let kind = kind_of(row, 1)?;
    // An entry always has its record's row, if only to say that it is not held.
    let state = row.get::<_, Option<u8>>(6)?.ok_or_else(|| damaged("an entry without its record"))?;
    let entry = Entry {
        feed: feed.clone(),
        number: unsigned(row, 0)?,
        key: key_of(conn, row, 4)?,
        kind,
        hash: hash_of(row, 2)?,
        source: row.get(3)?,
    };
    let shown = state == LIVE && kind == EntryKind::Put;
    Ok(PageEntry { entry, merged_into: text(row, 7)?, body: if shown { text(row, 8)? } else { None } })
}

impl<T: Reads> Snapshot for T {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>> {
        let conn = self.conn();
        let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.place = ?1 AND r.state > 0");
        let mut query = conn.db.prepare_cached(&sql)?;
        let mut find = |key: &RecordKey| {
            let Some(place) = place_of(conn, key)? else { return Ok(None) };
            let mut rows = query.query([place])?;
            rows.next()?.map(|row| record_of(conn, row)).transpose()
        };
        keys.iter().map(&mut find).collect()
    }

    fn linked(&self, role: Role, target: &str, after: Option<&RecordKey>, limit: usize) -> Result<Vec<RecordKey>> {
        let conn = self.conn();
        let mut found = Vec::new();
        for (name, number) in linking_tables(conn, role, target)? {
            let from = match after.map(|key| (name.cmp(&key.table), key)) {
                Some((Ordering::Less, _)) => continue,
                Some((Ordering::Equal, key)) => Some(&*key.id),
                _ => None,
            };
            found.extend(linked_in(conn, role, target, (number, &name), from, limit - found.len())?);
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn table(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<Record>> {
        let conn = self.conn();
        let Some(number) = conn.table(table)? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {COLUMNS} FROM directory d CROSS JOIN record r ON r.place = d.place
             WHERE d.tbl = ?1 AND d.id >= ?2 AND d.id < ?3 AND r.state = 1 ORDER BY d.id LIMIT ?4"
        );
        let part = |lower: &Value, upper: &Value| {
            collect(conn, &sql, params![number, lower, upper, limited(limit)], |row| record_of(conn, row))
        };
        by_text(after, limit, part, |one, other| one.key.id.cmp(&other.key.id))
    }

    fn tables(&self) -> Result<Vec<(Box<str>, u64)>> {
        let sql = "SELECT name, live FROM table_name WHERE records > 0 ORDER BY name";
        collect(self.conn(), sql, [], |row| Ok((row.get(0)?, unsigned(row, 1)?)))
    }

    fn feed(&self, feed: &Feed) -> Result<FeedState> {
        match self.conn().feed(feed)? {
            Some(number) => feed_state(self.conn(), number),
            None => Ok(FeedState::default()),
        }
    }

    fn feeds(&self) -> Result<Vec<Feed>> {
        let conn = self.conn();
        let sql = "SELECT number FROM feed WHERE head > 0";
        let mut feeds = collect(conn, sql, [], |row| conn.feed_name(row.get(0)?))?;
        feeds.sort();
        Ok(feeds)
    }

    fn entries_of(&self, keys: &[RecordKey]) -> Result<Vec<Vec<Entry>>> {
        let conn = self.conn();
        let sql = "SELECT feed, number, kind, hash, source FROM entry WHERE record = ?1";
        let of_key = |key: &RecordKey| {
            let Some(place) = place_of(conn, key)? else { return Ok(Vec::new()) };
            let mut entries = collect(conn, sql, [place], |row| {
                let (feed, number) = (conn.feed_name(row.get(0)?)?, unsigned(row, 1)?);
                let (kind, hash) = (kind_of(row, 2)?, hash_of(row, 3)?);
                Ok(Entry { feed, number, key: key.clone(), kind, hash, source: row.get(4)? })
            })?;
            entries.sort_by(|one, other| one.feed.cmp(&other.feed));
            Ok(entries)
        };
        keys.iter().map(of_key).collect()
    }

    fn page(&self, feed: &Feed, after: u64, limit: PageLimit) -> Result<Vec<PageEntry>> {
        let conn = self.conn();
        let Some(number) = conn.feed(feed)? else { return Ok(Vec::new()) };
        let mut query = conn.db.prepare_cached(
            "SELECT e.number, e.kind, e.hash, e.source, r.tbl, r.id, r.state, r.merged_into, r.body
             FROM entry e LEFT JOIN record r ON r.place = e.record
             WHERE e.feed = ?1 AND e.number > ?2 ORDER BY e.number LIMIT ?3",
        )?;
        let mut rows = query.query(params![number, signed(after), limited(limit.entries.max(1))])?;
        let mut page: Vec<PageEntry> = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let found = entry_in_page(conn, feed, row)?;
            bytes += found.body.as_ref().map_or(0, |body| body.len());
            if bytes > limit.bytes && !page.is_empty() {
                break;
            }
            page.push(found);
        }
        Ok(page)
    }

    fn count_after(&self, feed: &Feed, after: u64, at_most: u64) -> Result<u64> {
        let conn = self.conn();
        let Some(number) = conn.feed(feed)? else { return Ok(0) };
        let mut query = conn
            .db
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM entry WHERE feed = ?1 AND number > ?2 LIMIT ?3)")?;
        let mut rows = query.query([number, signed(after), signed(at_most)])?;
        rows.next()?.map_or(Ok(0), |row| unsigned(row, 0))
    }

    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut query = self.conn().db.prepare_cached("SELECT value FROM space_row WHERE space = ?1 AND key = ?2")?;
        Ok(query.query_row(params![space as u8, key], |row| row.get(0)).optional()?)
    }

    fn rows(&self, space: Space, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let conn = self.conn();
        // The next key is the same with a zero byte behind it.
        let from = match after {
            Some(key) if key >= prefix => [key, &[0]].concat(),
            _ => prefix.to_vec(),
        };
        let sql = "SELECT key, value FROM space_row WHERE space = ?1 AND key >= ?2 ORDER BY key";
        let mut query = conn.db.prepare_cached(sql)?;
        let mut rows = query.query(params![space as u8, from])?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            let key: Vec<u8> = row.get(0)?;
            if !key.starts_with(prefix) {
                break;
            }
            found.push((key, row.get(1)?));
        }
        Ok(found)
    }
}

pub(super) fn place_of(conn: &Conn, key: &RecordKey) -> Result<Option<i64>> {
    let Some(table) = conn.table(&key.table)? else { return Ok(None) };
    let id = Id::of(&key.id);
    if let Some(known) = conn.places.of(table, id) {
        return Ok(known);
    }
    let mut query = conn.db.prepare_cached("SELECT place FROM directory WHERE tbl = ?1 AND id = ?2")?;
    let place = query.query_row(params![table, id], |row| row.get(0)).optional()?;
    conn.places.learn(table, id, place);
    Ok(place)
}

pub(super) fn feed_state(conn: &Conn, number: i64) -> Result<FeedState> {
    let mut query = conn.db.prepare_cached("SELECT head, sum, live FROM feed WHERE number = ?1")?;
    let mut rows = query.query([number])?;
    let row = rows.next()?.ok_or_else(|| damaged("the number of a feed"))?;
    Ok(FeedState { head: unsigned(row, 0)?, sum: hash_of(row, 1)?, live: unsigned(row, 2)? })
}
