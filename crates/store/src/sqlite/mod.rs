//! A store in a SQLite file.
//!
//! One connection writes (`writer`), a few read (`readers`), one thread moves the log into the file (`checkpoint`).
//! Inside, tables, feeds and records have small numbers; names and ids stand at the edge. A file is held by one process.

mod checkpoint;
mod claim;
mod conn;
mod entries;
mod error;
mod keys;
mod load;
mod places;
mod private;
mod read;
mod readers;
mod schema;
mod txn;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use self::checkpoint::{Bell, Checkpoints};
pub use self::claim::Claim;
use self::conn::Conn;
use self::readers::Readers;
use self::writer::Writer;
use crate::api::{Result, Snapshot, Store, StoreError, Txn};

/// How long a connection waits for another one of this process.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much memory and log a store may use. The defaults are for a central server and a site alike.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The cache of the connection that writes, in KiB.
    pub writer_cache_kib: u32,
    /// The cache of each connection that reads, in KiB.
    pub reader_cache_kib: u32,
    /// How many reading connections are kept open when idle.
    pub idle_readers: usize,
    /// The log is moved into the file when it has grown to this many bytes.
    pub checkpoint_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { writer_cache_kib: 48 << 10, reader_cache_kib: 8 << 10, idle_readers: 4, checkpoint_bytes: 32 << 20 }
    }
}

/// A store in a SQLite file.
pub struct SqliteStore {
    // Dropped in this order: the thread ends first, the lock is let go last.
    _checkpoints: Checkpoints,
    readers: Readers,
    writer: Arc<Writer>,
    path: PathBuf,
    _claim: Claim,
}

impl SqliteStore {
    /// Opens a data file, or creates it. Fails if another process, or another store of this one, has it open.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        Self::open_claimed(&Claim::take(path.as_ref())?, options)
    }

    /// Opens the file of a claim, which outlives the store: nobody else opens the file between this store and the next.
    pub fn open_claimed(claim: &Claim, options: &Options) -> Result<Self> {
        Self::open_with(claim, options, schema::STEPS)
    }

    fn open_with(claim: &Claim, options: &Options, steps: &[&str]) -> Result<Self> {
        let path = claim.path().to_owned();
        private::make(&path).map_err(|error| StoreError::Disk(format!("{}: {error}", path.display())))?;
        let mut db = Connection::open(&path)?;
        schema::prepare(&mut db, &path, steps)?;
        set_up(&db, options.writer_cache_kib)?;
        let bell = Arc::new(Bell::default());
        let ring = bell.clone();
        let writer = Arc::new(Writer::new(Conn::new(db)?, Box::new(move || ring.ring()))?);
        let moving = Connection::open(&path)?;
        set_up(&moving, 1 << 10)?;
        // It never waits for a reader: it is the writer that would wait with it.
        moving.busy_timeout(Duration::ZERO)?;
        let log = beside(&path, "-wal");
        let checkpoints = Checkpoints::start(bell, moving, writer.clone(), log, options.checkpoint_bytes)?;
        let readers = Readers::new(&path, options.reader_cache_kib, options.idle_readers);
        Ok(Self { _checkpoints: checkpoints, readers, writer, path, _claim: claim.clone() })
    }

    /// The file may not grow beyond this many bytes, or as far as the disk allows. A write that needs more fails with
    /// [`StoreError::Disk`], as on a full disk. Holds until the store is closed.
    pub fn limit_size(&self, bytes: Option<u64>) -> Result<()> {
        self.writer.between(|conn| {
            let page: u64 = conn.db.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0).map(u64::from))?;
            let pages = bytes.map_or(i64::from(u32::MAX - 1), |bytes| read::signed(bytes / page.max(1)));
            // The pragma answers with what holds now.
            conn.db.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?;
            Ok(())
        })
    }
}

impl Store for SqliteStore {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(self.readers.snapshot()?))
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Txn) -> Result<()>) -> Result<()> {
        self.writer.write(work)
    }

    fn backup(&self, path: &Path) -> Result<()> {
        let db = Connection::open(&self.path)?;
        db.busy_timeout(PATIENCE)?;
        schema::copy_to(&db, path)
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn set_up(db: &Connection, cache_kib: u32) -> Result<()> {
    db.busy_timeout(PATIENCE)?;
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Other(format!(
            "the disk does not support the log that is needed (journal mode {mode})"
        )));
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", false)?;
    db.pragma_update_and_check(None, "wal_autocheckpoint", 0, |row| row.get::<_, i64>(0))?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    Ok(())
}

#[cfg(test)]
mod killed_tests;
#[cfg(test)]
mod tests;
