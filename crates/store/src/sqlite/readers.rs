//! The readers: a few connections that are opened when needed and used again. A snapshot is one transaction on one of them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::conn::Conn;
use super::read::Reads;
use crate::api::Result;

pub(super) struct Readers {
    path: PathBuf,
    cache_kib: u32,
    /// At most this many are kept when idle.
    keep: usize,
    idle: Mutex<Vec<Conn>>,
}

impl Readers {
    pub(super) fn new(path: &Path, cache_kib: u32, keep: usize) -> Self {
        Self { path: path.to_owned(), cache_kib, keep, idle: Mutex::default() }
    }

    pub(super) fn snapshot(&self) -> Result<SqliteSnapshot<'_>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.open()?,
        };
        conn.db.prepare_cached("BEGIN")?.execute([])?;
        let snapshot = SqliteSnapshot { conn: Some(conn), readers: self };
        // The transaction begins with its first read, so it reads something now.
        let conn = snapshot.conn();
        conn.db.prepare_cached("SELECT value FROM counter LIMIT 1")?.query_row([], |row| row.get::<_, i64>(0))?;
        Ok(snapshot)
    }

    fn open(&self) -> Result<Conn> {
        let db = Connection::open(&self.path)?;
        db.busy_timeout(super::PATIENCE)?;
        db.pragma_update(None, "cache_size", -i64::from(self.cache_kib))?;
        db.pragma_update(None, "query_only", true)?;
        Conn::new(db)
    }

    fn give_back(&self, conn: Conn) {
        // A connection that cannot end its transaction is closed, which ends it.
        let ended = conn.db.prepare_cached("ROLLBACK").and_then(|mut rollback| rollback.execute([]));
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_ok() && idle.len() < self.keep {
            idle.push(conn);
        }
    }
}

pub(super) struct SqliteSnapshot<'a> {
    /// Taken only when the snapshot ends.
    conn: Option<Conn>,
    readers: &'a Readers,
}

impl Reads for SqliteSnapshot<'_> {
    fn conn(&self) -> &Conn {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("a snapshot has its connection until it ends"),
        }
    }
}

impl Drop for SqliteSnapshot<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.readers.give_back(conn);
        }
    }
}
