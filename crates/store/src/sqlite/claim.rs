//! The right to a data file: one process has it, and in it one holder.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::beside;
use crate::api::{Result, StoreError};

/// Nobody else opens the data file while this is held, or a store that was opened with it.
#[derive(Clone, Debug)]
pub struct Claim {
    path: PathBuf,
    _lock: Arc<File>,
}

impl Claim {
    /// Takes the lock file beside the data file, which need not be there yet. The system lets go of it when the process ends,
    /// however it ends.
    pub fn take(path: &Path) -> Result<Self> {
        // One file has one lock, by whatever name it is called.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = beside(&path, ".lock");
        let failed = |error: std::io::Error| StoreError::Disk(format!("{}: {error}", name.display()));
        let lock = File::options().create(true).truncate(false).write(true).open(&name).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: Arc::new(lock) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
