//! The form of a data file: created, recognised, and brought up to date in numbered steps.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::api::{Result, StoreError};

/// Step n makes a file of version n from one of version n - 1. Never change one that was published.
pub(super) const STEPS: &[&str] = &[include_str!("schema/001.sql")];

/// Marks a file as one of this program ("SySc").
const APPLICATION_ID: i32 = 0x5379_5363;

fn pragma(db: &Connection, name: &str) -> Result<i32> {
    Ok(db.pragma_query_value(None, name, |row| row.get(0))?)
}

/// The version of a file; none if it is new and empty.
fn version(db: &Connection) -> Result<Option<usize>> {
    let application = pragma(db, "application_id")?;
    let objects: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let found = pragma(db, "user_version")?;
    match (application, objects, usize::try_from(found)) {
        (0, 0, Ok(0)) => Ok(None),
        (APPLICATION_ID, _, Ok(found)) if found > 0 => Ok(Some(found)),
        _ => Err(StoreError::Damaged("it is a database, but not a data file of this program".to_owned())),
    }
}

/// Creates the tables in a new file, or brings an older one up to date after putting a copy of it aside.
pub(super) fn prepare(db: &mut Connection, path: &Path, steps: &[&str]) -> Result<()> {
    let found = version(db)?;
    let copy = match found {
        Some(found) if found > steps.len() => {
            let number = |version| u32::try_from(version).unwrap_or(u32::MAX);
            return Err(StoreError::Newer { found: number(found), known: number(steps.len()) });
        }
        Some(found) if found < steps.len() => Some(aside(path, steps.len())),
        _ => None,
    };
    if let Some(copy) = &copy {
        copy_to(db, copy)?;
    }
    let brought = bring_up(db, steps, found.unwrap_or(0));
    if let (Err(_), Some(copy)) = (&brought, copy)
        && version(db).is_ok_and(|now| now == found)
    {
        // Nothing was changed, and a program that is started again and again on a full disk makes a copy each time.
        let _ = fs::remove_file(copy);
    }
    brought
}

/// Takes the steps from version `from` on, each whole or not at all.
fn bring_up(db: &mut Connection, steps: &[&str], from: usize) -> Result<()> {
    for (done, step) in steps.iter().enumerate().skip(from) {
        let txn = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        txn.execute_batch(step)?;
        txn.pragma_update(None, "application_id", APPLICATION_ID)?;
        txn.pragma_update(None, "user_version", u32::try_from(done + 1).unwrap_or(u32::MAX))?;
        txn.commit()?;
    }
    Ok(())
}

/// A name beside the data file that is not taken: a copy put aside earlier is kept.
fn aside(path: &Path, version: usize) -> PathBuf {
    let named = |end: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".before-v{version}{end}"));
        PathBuf::from(name)
    };
    let mut free = named(String::new());
    for n in 2.. {
        if !free.exists() {
            break;
        }
        free = named(format!("-{n}"));
    }
    free
}

/// Writes a consistent copy to a new file. It bears its name only when it is whole and on disk.
pub(super) fn copy_to(db: &Connection, path: &Path) -> Result<()> {
    let disk = |error: std::io::Error| StoreError::Disk(format!("{}: {error}", path.display()));
    if path.exists() {
        return Err(StoreError::Other(format!("{} exists already", path.display())));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // What a copy left that was broken off, and the journal beside it.
    for left in [&part, &super::beside(&part, "-journal")] {
        match fs::remove_file(left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(error)),
            _ => {}
        }
    }
    super::private::make(&part).map_err(disk)?;
    let name = part.to_str().ok_or_else(|| StoreError::Other("the name of the copy is not Unicode".to_owned()))?;
    if let Err(error) = db.execute("VACUUM INTO ?1", [name]) {
        // What is there of it is useless; that it may stay behind is no further fault.
        let _ = fs::remove_file(&part);
        return Err(error.into());
    }
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(disk)?;
    fs::rename(&part, path).map_err(disk)?;
    sync_directory(path).map_err(disk)
}

/// A new name is on disk only when its directory is.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|parent| cfg!(unix) && !parent.as_os_str().is_empty()) {
        Some(directory) => fs::File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
