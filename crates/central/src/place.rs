//! Whose server this is: the name of the country or organisation, as the pages show it.

use sitesync_store::{Result, Snapshot, Space, StoreError, Txn};

use crate::audit::{self, Change};
use crate::sites::{By, rows};

const ROW: &[u8] = b"place";

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;

/// The name; empty if none was given.
///
/// # Errors
/// If the store cannot be read.
pub fn get(snapshot: &dyn Snapshot) -> Result<String> {
    let row = snapshot.row(Space::Meta, ROW)?.unwrap_or_default();
    String::from_utf8(row).map_err(|error| StoreError::Damaged(format!("the name of the place: {error}")))
}

/// Sets the name, cut at [`NAME_MAX`], and notes it in the audit.
///
/// # Errors
/// If the store cannot be written.
pub fn set(txn: &mut dyn Txn, by: By<'_>, name: &str) -> Result<()> {
    rows::lock_directory(txn)?;
    let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(NAME_MAX).collect();
    let before = get(txn)?;
    if name == before {
        return Ok(());
    }
    txn.put_row(Space::Meta, ROW, name.as_bytes())?;
    let change = Change { who: by.who, what: "place.edit", subject: "server", from: &before, to: &name };
    audit::append(txn, by.at, change).map(drop)
}
