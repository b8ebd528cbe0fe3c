//! The accounts that a remote site has of its own, in rows of its data file: the one with which it is set up, before the users
//! that were made on the central server have arrived, and when none of them can sign in. They never leave the site.

use serde::{Deserialize, Serialize};
use sitesync_store::{Snapshot, Space, StoreError, Txn};

use super::{Account, AccountError, AccountId, HashedPassword, Permissions, checked_name};

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    permissions: String,
    /// argon2id, as a PHC string.
    secret: String,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            permissions: Permissions::parse(&row.permissions),
            id: AccountId::Local(row.name.clone()),
            name: row.name,
            secret: row.secret,
            sessions: 0,
        }
    }
}

const PREFIX: &str = "account/";

fn key(name: &str) -> Vec<u8> {
    format!("{PREFIX}{name}").into_bytes()
}

/// The local account of this name, compared exactly.
pub(super) fn get(snapshot: &dyn Snapshot, name: &str) -> Result<Option<Account>, StoreError> {
    let Some(row) = snapshot.row(Space::Meta, &key(name))? else { return Ok(None) };
    let row: Row =
        serde_json::from_slice(&row).map_err(|error| StoreError::Damaged(format!("the row of an account: {error}")))?;
    Ok(Some(row.into()))
}

/// Whether the site has an account of its own.
pub fn any(snapshot: &dyn Snapshot) -> Result<bool, StoreError> {
    Ok(!snapshot.rows(Space::Meta, PREFIX.as_bytes(), None, 1)?.is_empty())
}

/// Makes a local account, or gives it another password and other permissions.
pub fn put(
    txn: &mut dyn Txn,
    name: &str,
    permissions: Permissions,
    password: &HashedPassword,
) -> Result<(), AccountError> {
    let name = checked_name(name)?;
    let row =
        Row { name: name.to_owned(), permissions: permissions.to_string(), secret: password.to_store().to_owned() };
    let text = serde_json::to_vec(&row).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Meta, &key(name), &text)?;
    Ok(())
}
