//! Files that nobody else on the machine may read: patients and secrets are in them. SQLite itself would make them as the system does
//! by default, and gives the log beside a file what the file has.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// Makes a file for its owner only. One that is there stays as it is: who opened it to others had a reason.
pub(super) fn make(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
