//! Moving what was written from the log into the data file, by a thread of its own (EXCHANGE B7).
//!
//! Most of it happens beside the writer. Only the last step, after which the log begins anew, takes the writer's turn, and it
//! never waits for a reader: if one is in the way, the log grows on and is tried again when it has grown some more.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::writer::Writer;
use crate::api::{Result, StoreError};

#[derive(Clone, Copy, Default)]
struct Wish {
    look: bool,
    stop: bool,
}

/// How the thread is told that something was written, or that it should end.
#[derive(Default)]
pub(super) struct Bell {
    wish: Mutex<Wish>,
    rung: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.set(|wish| wish.look = true);
    }

    fn set(&self, change: impl FnOnce(&mut Wish)) {
        change(&mut self.wish.lock().unwrap_or_else(PoisonError::into_inner));
        self.rung.notify_one();
    }

    /// Waits until something was written; false when it is time to end.
    fn wait(&self) -> bool {
        let guard = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |wish: &mut Wish| !wish.look && !wish.stop;
        let mut wish = self.rung.wait_while(guard, idle).unwrap_or_else(PoisonError::into_inner);
        wish.look = false;
        !wish.stop
    }
}

/// The thread. It ends when this is dropped.
pub(super) struct Checkpoints {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Worker {
    db: Connection,
    writer: Arc<Writer>,
    log: PathBuf,
    /// Try when so many bytes of the log are to be moved.
    every: u64,
    /// The bytes of a page.
    page: u64,
}

impl Checkpoints {
    pub(super) fn start(
        bell: Arc<Bell>,
        db: Connection,
        writer: Arc<Writer>,
        log: PathBuf,
        every: u64,
    ) -> Result<Self> {
        let page = db.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0).map(u64::from))?;
        let worker = Worker { db, writer, log, every, page };
        let heard = bell.clone();
        let thread = std::thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || worker.run(&heard))
            .map_err(|error| StoreError::Other(format!("no thread can be started: {error}")))?;
        Ok(Self { bell, thread: Some(thread) })
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.bell.set(|wish| wish.stop = true);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; closing the store goes on.
            let _ = thread.join();
        }
    }
}

impl Worker {
    fn run(&self, bell: &Bell) {
        let mut next = self.every;
        while bell.wait() {
            let waiting = self.waiting();
            if waiting < next {
                continue;
            }
            // A failure here loses nothing: the log still holds it all, and the writer meets the same disk.
            self.checkpoint("PASSIVE");
            self.writer.between(|_| self.finish());
            let left = self.waiting();
            next = if left < self.every { self.every } else { left + self.every / 4 };
        }
    }

    /// The bytes in the log that are not moved yet.
    fn waiting(&self) -> u64 {
        let (all, moved) = self.checkpoint("NOOP").unwrap_or_default();
        all.saturating_sub(moved) * self.page
    }

    /// Moves the little that came meanwhile, so that the next write begins the log anew. A log of usual size is written over,
    /// which costs less than making it grow again.
    fn finish(&self) {
        let size = fs::metadata(&self.log).map_or(0, |log| log.len());
        self.checkpoint(if size > self.every * 3 { "TRUNCATE" } else { "PASSIVE" });
    }

    /// The pages in the log, and how many of them are moved.
    fn checkpoint(&self, mode: &str) -> Option<(u64, u64)> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let (all, moved) = self.db.query_row(&sql, [], pages).ok()?;
        Some((u64::try_from(all).ok()?, u64::try_from(moved).ok()?))
    }
}
