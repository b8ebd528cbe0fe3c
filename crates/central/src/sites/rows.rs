//! How sites lie in the store: the site by its number, the number by its name, and the counter of numbers.
//!
//! No rule is checked here. Whoever changes the set of sites, their names or the audit holds `Site(0)`, and then the site itself:
//! in that order, so that an implementation with row locks cannot get stuck.

use sitesync_core::ids::SiteId;
use sitesync_store::{Lock, Result, Snapshot, Space, StoreError, Txn};

use super::model::Site;

/// The row in [`Space::Meta`] with the site number given last. Never lowered.
const COUNTER: &[u8] = b"site.number";

/// The row in [`Space::Meta`] with the number of sites there are.
const COUNT: &[u8] = b"site.count";

/// No site has this number; its lock stands for the directory of sites.
const DIRECTORY: Lock = Lock::Site(0);

/// Readers are numbered by four times their site ([`sitesync_core::ids::ReaderId::number`]), which must fit into 32 bits.
pub(super) const HIGHEST: u32 = u32::MAX / 4;

pub(crate) fn lock_directory(txn: &mut dyn Txn) -> Result<()> {
    txn.lock(&[DIRECTORY])
}

pub(crate) fn lock_directory_and(txn: &mut dyn Txn, id: SiteId) -> Result<()> {
    txn.lock(&[DIRECTORY, Lock::Site(id.0)])
}

pub(crate) fn read(snapshot: &dyn Snapshot, id: SiteId) -> Result<Option<Site>> {
    match snapshot.row(Space::Site, &id.0.to_be_bytes())? {
        Some(row) => Ok(Some(parse(&row)?)),
        None => Ok(None),
    }
}

pub(crate) fn parse(row: &[u8]) -> Result<Site> {
    serde_json::from_slice(row).map_err(|error| StoreError::Damaged(format!("the row of a site: {error}")))
}

pub(crate) fn write(txn: &mut dyn Txn, site: &Site) -> Result<()> {
    let row = serde_json::to_vec(site).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Site, &site.id.0.to_be_bytes(), &row)
}

pub(crate) fn id_of(snapshot: &dyn Snapshot, name: &str) -> Result<Option<SiteId>> {
    match snapshot.row(Space::SiteName, name.as_bytes())? {
        Some(row) => Ok(Some(SiteId(number(&row)?))),
        None => Ok(None),
    }
}

pub(super) fn put_name(txn: &mut dyn Txn, name: &str, id: SiteId) -> Result<()> {
    txn.put_row(Space::SiteName, name.as_bytes(), &id.0.to_be_bytes())
}

/// Ends the token in force, if there is one. The caller stores the site.
pub(crate) fn end_token(txn: &mut dyn Txn, site: &mut Site) -> Result<()> {
    match site.token.take() {
        Some(hash) => txn.delete_row(Space::Token, hash.reveal().as_bytes()),
        None => Ok(()),
    }
}

/// How many sites there are.
pub(super) fn count(snapshot: &dyn Snapshot) -> Result<u32> {
    match snapshot.row(Space::Meta, COUNT)? {
        Some(row) => number(&row),
        None => Ok(0),
    }
}

pub(super) fn set_count(txn: &mut dyn Txn, count: u32) -> Result<()> {
    txn.put_row(Space::Meta, COUNT, &count.to_be_bytes())
}

/// Counts the sites anew. Data files of earlier versions have no count, and those that such a version was started on meanwhile may
/// have a wrong one.
pub(super) fn recount(txn: &mut dyn Txn) -> Result<()> {
    let found = u32::try_from(txn.rows(Space::SiteName, b"", None, usize::MAX)?.len()).unwrap_or(u32::MAX);
    if count(txn)? == found { Ok(()) } else { set_count(txn, found) }
}

/// The site number given last; 0 before the first.
pub(super) fn last_number(snapshot: &dyn Snapshot) -> Result<u32> {
    match snapshot.row(Space::Meta, COUNTER)? {
        Some(row) => number(&row),
        None => Ok(0),
    }
}

pub(super) fn set_last_number(txn: &mut dyn Txn, number: u32) -> Result<()> {
    txn.put_row(Space::Meta, COUNTER, &number.to_be_bytes())
}

fn number(row: &[u8]) -> Result<u32> {
    match <[u8; 4]>::try_from(row) {
        Ok(bytes) => Ok(u32::from_be_bytes(bytes)),
        Err(_) => Err(StoreError::Damaged("the number of a site".to_owned())),
    }
}
