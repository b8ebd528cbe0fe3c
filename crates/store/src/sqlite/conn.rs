//! A connection, with the numbers of the tables and feeds it has met.
//!
//! Names are never deleted, so a number that was read in a snapshot, or committed, is right for ever. Only the writer can
//! learn numbers that are not: those it gave itself, until its transaction is stored. It drops what it knows when one is not.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};
use sitesync_core::ids::Feed;

use super::error::damaged;
use super::places::Places;
use crate::api::Result;

#[derive(Default)]
struct Names {
    tables: HashMap<Box<str>, i64>,
    table_names: HashMap<i64, Box<str>>,
    feeds: HashMap<Feed, i64>,
    feed_names: HashMap<i64, Feed>,
    /// Numbers were given here that may not be stored yet.
    given: bool,
}

pub(super) struct Conn {
    pub(super) db: Connection,
    names: RefCell<Names>,
    pub(super) places: Places,
}

impl Conn {
    pub(super) fn new(db: Connection) -> Result<Self> {
        // All statements of this store fit, so none is prepared twice.
        // Else a statement with a range is planned again each time its values are bound, in case statistics speak for another plan.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Self { db, names: RefCell::default(), places: Places::default() })
    }

    pub(super) fn table(&self, name: &str) -> Result<Option<i64>> {
        if let Some(number) = self.names.borrow().tables.get(name) {
            return Ok(Some(*number));
        }
        let mut query = self.db.prepare_cached("SELECT number FROM table_name WHERE name = ?1")?;
        let found = query.query_row([name], |row| row.get(0)).optional()?;
        Ok(found.inspect(|number| self.learn_table(*number, name)))
    }

    /// The number of a table, given now if it has none. For the writer.
    pub(super) fn table_made(&self, name: &str) -> Result<i64> {
        if let Some(number) = self.table(name)? {
            return Ok(number);
        }
        self.db.prepare_cached("INSERT INTO table_name (name) VALUES (?1)")?.execute([name])?;
        let number = self.db.last_insert_rowid();
        self.learn_table(number, name);
        self.names.borrow_mut().given = true;
        Ok(number)
    }

    pub(super) fn table_name(&self, number: i64) -> Result<Box<str>> {
        if let Some(name) = self.names.borrow().table_names.get(&number) {
            return Ok(name.clone());
        }
        let mut query = self.db.prepare_cached("SELECT name FROM table_name WHERE number = ?1")?;
        let found: Option<Box<str>> = query.query_row([number], |row| row.get(0)).optional()?;
        let name = found.ok_or_else(|| damaged("the number of a table"))?;
        self.learn_table(number, &name);
        Ok(name)
    }

    fn learn_table(&self, number: i64, name: &str) {
        let names = &mut *self.names.borrow_mut();
        names.tables.insert(name.into(), number);
        names.table_names.insert(number, name.into());
    }

    pub(super) fn feed(&self, feed: &Feed) -> Result<Option<i64>> {
        if let Some(number) = self.names.borrow().feeds.get(feed) {
            return Ok(Some(*number));
        }
        let mut query = self.db.prepare_cached("SELECT number FROM feed WHERE name = ?1")?;
        let found = query.query_row([feed.to_string()], |row| row.get(0)).optional()?;
        Ok(found.inspect(|number| self.learn_feed(*number, feed)))
    }

    /// The number of a feed, given now if it has none. For the writer.
    pub(super) fn feed_made(&self, feed: &Feed) -> Result<i64> {
        if let Some(number) = self.feed(feed)? {
            return Ok(number);
        }
        self.db.prepare_cached("INSERT INTO feed (name) VALUES (?1)")?.execute([feed.to_string()])?;
        let number = self.db.last_insert_rowid();
        self.learn_feed(number, feed);
        self.names.borrow_mut().given = true;
        Ok(number)
    }

    pub(super) fn feed_name(&self, number: i64) -> Result<Feed> {
        if let Some(feed) = self.names.borrow().feed_names.get(&number) {
            return Ok(feed.clone());
        }
        let mut query = self.db.prepare_cached("SELECT name FROM feed WHERE number = ?1")?;
        let found: Option<String> = query.query_row([number], |row| row.get(0)).optional()?;
        let feed = found.and_then(|name| name.parse().ok()).ok_or_else(|| damaged("the number of a feed"))?;
        self.learn_feed(number, &feed);
        Ok(feed)
    }

    fn learn_feed(&self, number: i64, feed: &Feed) {
        let names = &mut *self.names.borrow_mut();
        names.feeds.insert(feed.clone(), number);
        names.feed_names.insert(number, feed.clone());
    }

    /// What was given is stored.
    pub(super) fn keep_names(&self) {
        self.names.borrow_mut().given = false;
    }

    /// What was given may be undone: everything is looked up again.
    pub(super) fn drop_given_names(&self) {
        if self.names.borrow().given {
            self.names.take();
        }
    }
}
