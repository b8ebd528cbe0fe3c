//! Users: the people who sign in here and on the sites where they have a store. Their records are `user`, `user_account` (secret and
//! permissions, under the same id) and one `user_store` for each store.
//!
//! Changes work inside the caller's transaction and go through the hub like any other edit of central records. How somebody signs in is
//! in `sitesync_web`.

mod change;
mod error;
mod model;
pub mod numbered;
mod rules;

pub use change::{Editor, Grown, create, edit, end_sessions, ensure, set_password};
pub(crate) use change::{Planned, plan_edit, plan_new, write};
pub use error::UserError;
pub use model::{StoreRight, User, UserForm, UserLine};

use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::{Snapshot, StoreError};
use sitesync_web::accounts::{USER, user_named};

/// How many users are read at a time.
const SLICE: usize = 500;

/// The user of this id.
pub fn get(snapshot: &dyn Snapshot, id: &str) -> Result<Option<User>, StoreError> {
    let found = snapshot.records(&[RecordKey::new(USER, id)])?.pop().flatten().filter(Record::is_live);
    found.map(|record| User::read(snapshot, &record)).transpose()
}

/// The user of this name; upper and lower case are the same.
pub fn by_name(snapshot: &dyn Snapshot, name: &str) -> Result<Option<User>, StoreError> {
    user_named(snapshot, name.trim())?.map(|record| User::read(snapshot, &record)).transpose()
}

/// All users, by name.
pub fn list(snapshot: &dyn Snapshot) -> Result<Vec<UserLine>, StoreError> {
    let mut lines: Vec<_> = all(snapshot)?.iter().map(User::line).collect();
    lines.sort_by_key(|line| line.name.to_lowercase());
    Ok(lines)
}

/// All users with everything, by id.
pub(crate) fn all(snapshot: &dyn Snapshot) -> Result<Vec<User>, StoreError> {
    let mut users = Vec::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table(USER, after.as_deref(), SLICE)?;
        let Some(last) = slice.last().map(|record| record.key.id.clone()) else { return Ok(users) };
        for record in &slice {
            users.push(User::read(snapshot, record)?);
        }
        after = Some(last);
    }
}

/// Whether there is somebody who may make users.
pub fn is_managed(snapshot: &dyn Snapshot) -> Result<bool, StoreError> {
    rules::others_manage(snapshot, "")
}
