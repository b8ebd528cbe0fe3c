//! Synchronisation sites: their records, and what administrators and the hub do to them.
//!
//! Everything here works inside the caller's transaction, so that the hub can join it with the stores of a site in one commit.
//! Who may call it is decided at the doors; how a device proves who it is, in [`crate::auth`]. Which stores are active on a site is a
//! column of the store records and not known here: counts are passed in.
//!
//! Writers take the lock of the directory of sites first, then the site's own; a transaction that changes several sites takes them ascending.

mod change;
mod connect;
mod error;
mod fields;
mod model;
pub(crate) mod refusals;
pub(crate) mod rows;
#[cfg(test)]
mod tests;

pub use change::{
    By, SiteForm, allow_former_device, create, delete, edit, ensure_central, raise_numbers, reset_hardware,
    set_password, unblock,
};
pub use connect::{CheckLine, Level, connectable};
pub use error::SiteError;
pub use model::{Blocks, DeviceType, FormerDevice, Hidden, Initialisation, LastRefusal, Site, SiteView};

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::{Lock, Result, Snapshot, Space, Txn};

/// How many rows are read at a time where all sites are looked through.
const SLICE: usize = 500;

/// The site of this number.
pub fn get(snapshot: &dyn Snapshot, id: SiteId) -> Result<Option<Site>> {
    rows::read(snapshot, id)
}

/// The site of this name, compared exactly but for blanks around it.
pub fn by_name(snapshot: &dyn Snapshot, name: &str) -> Result<Option<Site>> {
    match rows::id_of(snapshot, name.trim())? {
        Some(id) => rows::read(snapshot, id),
        None => Ok(None),
    }
}

/// The sites by number, above `after`, at most `limit`.
pub fn list(snapshot: &dyn Snapshot, after: Option<SiteId>, limit: usize) -> Result<Vec<Site>> {
    let after = after.map(|id| id.0.to_be_bytes());
    let found = snapshot.rows(Space::Site, b"", after.as_ref().map(<[u8; 4]>::as_slice), limit)?;
    found.iter().map(|(_, row)| rows::parse(row)).collect()
}

/// How many sites there are, this server's own among them.
pub fn count(snapshot: &dyn Snapshot) -> Result<u64> {
    rows::count(snapshot).map(u64::from)
}

/// The site that is the Open mSupply central server, if there is one.
pub fn open_msupply_central(snapshot: &dyn Snapshot) -> Result<Option<Site>> {
    let mut after = None;
    loop {
        let slice = list(snapshot, after, SLICE)?;
        let Some(last) = slice.last().map(|site| site.id) else {
            return Ok(None);
        };
        if let Some(site) = slice.into_iter().find(|site| site.is_open_msupply_central) {
            return Ok(Some(site));
        }
        after = Some(last);
    }
}

/// Notes how far the site has got with its first filling. Does not count as an administrator's change.
pub fn note_initialisation(txn: &mut dyn Txn, id: SiteId, state: Initialisation) -> Result<(), SiteError> {
    update(txn, id, |site| site.initialisation = state)
}

/// Notes that the site has everything up to `now`: its pull reached all heads.
pub fn note_sync(txn: &mut dyn Txn, id: SiteId, now: Millis) -> Result<(), SiteError> {
    update(txn, id, |site| {
        site.first_sync.get_or_insert(now);
        site.last_sync = Some(now);
        site.last_connection = Some(now);
    })
}

/// A change by the server itself. The version stays, as administrators' forms do not contain these fields.
fn update(txn: &mut dyn Txn, id: SiteId, change: impl FnOnce(&mut Site)) -> Result<(), SiteError> {
    txn.lock(&[Lock::Site(id.0)])?;
    let mut site = rows::read(txn, id)?.ok_or(SiteError::NotFound(id))?;
    change(&mut site);
    rows::write(txn, &site)?;
    Ok(())
}
