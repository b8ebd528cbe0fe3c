//! A store in memory that breaks off at a chosen write, as if the program were killed or its disk failed. What was stored
//! before stays, and a new one is opened over it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sitesync_store::memory::MemoryStore;
use sitesync_store::{Result, Snapshot, Store, StoreError, Txn};

/// Where in a write it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// Nothing of the write is stored.
    Before,
    /// The write is stored, and the program does not live to hear it.
    After,
}

/// The program's view of its data file. Once it is broken, nothing can be read or written through it any more.
pub struct Brittle {
    file: Arc<MemoryStore>,
    planned: Mutex<Option<(u32, Break)>>,
    broken: AtomicBool,
    writes: AtomicU64,
}

impl Brittle {
    pub fn over(file: &Arc<MemoryStore>) -> Self {
        Self {
            file: file.clone(),
            planned: Mutex::default(),
            broken: AtomicBool::new(false),
            writes: AtomicU64::new(0),
        }
    }

    /// Breaks at a write from now on; 0 is the next one.
    pub fn break_at(&self, write: u32, how: Break) {
        *self.plan() = Some((write, how));
    }

    /// Nothing is planned any more.
    pub fn hold(&self) {
        *self.plan() = None;
    }

    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// The number of writes so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Option<(u32, Break)>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the next write breaks.
    fn breaks_now(&self) -> Option<Break> {
        let mut plan = self.plan();
        match plan.as_mut() {
            Some((0, how)) => Some(*how),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }

    fn killed() -> StoreError {
        StoreError::Disk("the program was killed here".to_owned())
    }
}

impl Store for Brittle {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        if self.is_broken() { Err(Self::killed()) } else { self.file.snapshot() }
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Txn) -> Result<()>) -> Result<()> {
        if self.is_broken() {
            return Err(Self::killed());
        }
        let breaks = self.breaks_now();
        self.broken.store(breaks.is_some(), Ordering::Relaxed);
        if breaks == Some(Break::Before) {
            return Err(Self::killed());
        }
        self.file.write(work)?;
        self.writes.fetch_add(1, Ordering::Relaxed);
        if breaks.is_some() { Err(Self::killed()) } else { Ok(()) }
    }

    fn backup(&self, path: &Path) -> Result<()> {
        self.file.backup(path)
    }
}
