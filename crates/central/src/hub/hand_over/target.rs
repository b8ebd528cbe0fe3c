//! Whether a site can take a store.

use sitesync_core::ids::SiteId;
use sitesync_store::Snapshot;

use super::{all_leaving, leaving};
use crate::hub::{Hub, HubError};
use crate::sites::{self, DeviceType};

/// Why a site cannot take a store, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hindrance {
    NoSuchSite(SiteId),
    /// A mobile site has one store only, and has it.
    MobileHasStore {
        site: SiteId,
        name: String,
    },
}

impl Hindrance {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::NoSuchSite(site) => format!("There is no site {site}."),
            Self::MobileHasStore { site, name } => {
                format!("Site {site} ({name}) is mobile and can have one store only; it has one already.")
            }
        }
    }

    pub(crate) fn refusal(&self) -> HubError {
        let (code, next) = match self {
            Self::NoSuchSite(_) => ("site_unknown", "Look at the list of sites."),
            Self::MobileHasStore { .. } => ("mobile_has_store", "Remove its store first, or choose another site."),
        };
        HubError::asked(code, self.text(), next)
    }
}

/// What keeps a store from becoming active on a site now.
pub(crate) fn hindrance(snapshot: &dyn Snapshot, store: &str, to: SiteId) -> Result<Option<Hindrance>, HubError> {
    among(snapshot, to, |snapshot| Ok(Hub::stores_of_site(snapshot, to)?.iter().any(|other| **other != *store)))
}

/// What keeps a move from being begun: stores that are on their way count as if they had arrived.
pub(crate) fn hindrance_at_first(
    snapshot: &dyn Snapshot,
    store: &str,
    to: SiteId,
) -> Result<Option<Hindrance>, HubError> {
    among(snapshot, to, |snapshot| {
        let gone: Vec<_> = leaving(snapshot, to)?.into_iter().map(|leaving| leaving.store).collect();
        let there = Hub::stores_of_site(snapshot, to)?.into_iter().filter(|other| !gone.contains(other));
        let coming = all_leaving(snapshot)?.into_iter().filter(|coming| coming.to == to).map(|coming| coming.store);
        Ok(there.chain(coming).any(|other| *other != *store))
    })
}

fn among(
    snapshot: &dyn Snapshot,
    to: SiteId,
    has_another: impl FnOnce(&dyn Snapshot) -> Result<bool, HubError>,
) -> Result<Option<Hindrance>, HubError> {
    if to == SiteId::CENTRAL {
        return Ok(None);
    }
    let Some(site) = sites::get(snapshot, to)? else { return Ok(Some(Hindrance::NoSuchSite(to))) };
    let mobile = site.device_type == Some(DeviceType::Mobile);
    let full = mobile && has_another(snapshot)?;
    Ok(full.then_some(Hindrance::MobileHasStore { site: to, name: site.name }))
}
