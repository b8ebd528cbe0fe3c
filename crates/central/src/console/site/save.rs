//! OK: everything that the window changes in one transaction, or nothing.

use sitesync_core::ids::SiteId;
use sitesync_store::{Lock, Snapshot, StoreError, Txn};

use super::draft::{Draft, Was};
use crate::auth::HashedSecret;
use crate::console::stores::choose as stores;
use crate::hub::{Hub, HubError};
use crate::server::Central;
use crate::sites::{self, By, DeviceType, Site, SiteError};
use crate::stores::{MoveReport, begin_move};

/// Why nothing was saved.
#[derive(Debug)]
pub(super) enum SaveError {
    Site(SiteError),
    Hub(HubError),
    /// Somebody else changed the site since the window was opened.
    Changed,
    /// A store has been moved since it was chosen.
    StoreMoved,
    /// A mobile site has one store only.
    MobileFull,
}

impl From<SiteError> for SaveError {
    fn from(error: SiteError) -> Self {
        Self::Site(error)
    }
}

impl From<HubError> for SaveError {
    fn from(error: HubError) -> Self {
        Self::Hub(error)
    }
}

impl From<StoreError> for SaveError {
    fn from(error: StoreError) -> Self {
        Self::Hub(HubError::Store(error))
    }
}

/// Saves a draft. The caller tells those who wait what became of each store.
pub(super) fn save(
    central: &Central,
    txn: &mut dyn Txn,
    by: By<'_>,
    draft: &Draft,
    secret: Option<&HashedSecret>,
) -> Result<(SiteId, Vec<MoveReport>), SaveError> {
    let site = match draft.id {
        Some(id) => change(txn, by, draft, id, secret)?,
        None => sites::create(txn, central.random(), by, &draft.form, secret.cloned())?,
    };
    check_mobile(draft, &site)?;
    let mut moves = Vec::new();
    if site.id != SiteId::CENTRAL {
        for store in &draft.gone {
            moves.push(begin_move(txn, central.hub(), by, store, SiteId::CENTRAL)?);
        }
    }
    for added in &draft.added {
        if stores::active_on(central, txn, &added.store)? != Some(added.from) {
            return Err(SaveError::StoreMoved);
        }
        moves.push(begin_move(txn, central.hub(), by, &added.store, site.id)?);
    }
    Ok((site.id, moves))
}

fn change(
    txn: &mut dyn Txn,
    by: By<'_>,
    draft: &Draft,
    id: SiteId,
    secret: Option<&HashedSecret>,
) -> Result<Site, SaveError> {
    // All at once and ascending: removed stores go to the central server.
    txn.lock(&[Lock::Site(0), Lock::Site(SiteId::CENTRAL.0), Lock::Site(id.0)])?;
    let site = sites::get(txn, id)?.ok_or(SiteError::NotFound(id))?;
    if differs(draft, &now(txn, &site)?) {
        return Err(SaveError::Changed);
    }
    let mut site = sites::edit(txn, by, id, site.version, &draft.form)?;
    if let Some(secret) = secret {
        site = sites::set_password(txn, by, id, site.version, secret.clone())?;
    }
    if draft.reset {
        site = sites::reset_hardware(txn, by, id)?;
    }
    for device in &draft.allowed {
        site = sites::allow_former_device(txn, by, id, device)?;
    }
    Ok(site)
}

/// The site as a window would find it now.
pub(super) fn now(snapshot: &dyn Snapshot, site: &Site) -> Result<Was, HubError> {
    let stores = Hub::stores_of_site(snapshot, site.id)?;
    Ok(Was::of(site, stores.into_iter().map(String::from)))
}

/// Whether somebody changed what this window would change or shows. What the device reports of itself is nobody's change; it only
/// counts where the device itself is to be replaced.
pub(super) fn differs(draft: &Draft, now: &Was) -> bool {
    let mut was = draft.was.clone();
    if !draft.reset {
        was.hardware_id.clone_from(&now.hardware_id);
    }
    if !now.hardware_id.is_empty() {
        was.form.device_type.clone_from(&now.form.device_type);
    }
    was != *now
}

/// A site that says itself that it is mobile keeps what it has; nothing is added to it.
fn check_mobile(draft: &Draft, site: &Site) -> Result<(), SaveError> {
    let mobile = site.device_type == Some(DeviceType::Mobile);
    let chosen = site.device_type != draft.was.form.device_type || !draft.added.is_empty();
    if mobile && chosen && draft.stores() > 1 { Err(SaveError::MobileFull) } else { Ok(()) }
}
