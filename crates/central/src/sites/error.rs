//! Why a change to a site is not made. Each has a stable code for programs and words for people.

use sitesync_core::ids::SiteId;
use sitesync_store::StoreError;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    #[error("there is no site {0}")]
    NotFound(SiteId),
    #[error("another site, number {0}, already has this name: choose another one")]
    NameTaken(SiteId),
    #[error("the site name cannot be used: {0}")]
    BadName(&'static str),
    #[error("the {field} is too long: at most {limit} characters")]
    TooLong { field: &'static str, limit: usize },
    #[error("the uri of the Open mSupply central server cannot be used: {0}")]
    BadUri(&'static str),
    #[error(
        "somebody else changed this site meanwhile (it is at version {found}, the form was of {expected}): look at it again, then save"
    )]
    Conflict { expected: u64, found: u64 },
    #[error("site {0} already is the Open mSupply central server, and there is only one: untick it there first")]
    SecondOpenMsupplyCentral(SiteId),
    #[error("this is the central server's own site: it cannot be deleted and nobody logs in as it")]
    IsCentralServer,
    #[error(
        "the site still has {0} store(s), active or on their way to it: move them to another site first, then delete it"
    )]
    HasStores(u64),
    #[error("no former device with this hardware id is refused on this site")]
    NotAFormerDevice,
    #[error("no site numbers are left")]
    NoNumbersLeft,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SiteError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            SiteError::NotFound(_) => "site_not_found",
            SiteError::NameTaken(_) => "site_name_taken",
            SiteError::BadName(_) => "site_name_refused",
            SiteError::TooLong { .. } => "text_too_long",
            SiteError::BadUri(_) => "uri_refused",
            SiteError::Conflict { .. } => "conflict",
            SiteError::SecondOpenMsupplyCentral(_) => "second_open_msupply_central",
            SiteError::IsCentralServer => "site_is_central_server",
            SiteError::HasStores(_) => "site_has_stores",
            SiteError::NotAFormerDevice => "not_a_former_device",
            SiteError::NoNumbersLeft => "no_numbers_left",
            SiteError::Store(_) => "store_failed",
        }
    }
}
