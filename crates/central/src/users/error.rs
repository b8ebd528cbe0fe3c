//! Why a user is not changed.

use sitesync_store::StoreError;
use sitesync_web::accounts::AccountError;

use crate::hub::HubError;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    #[error("there is no user \"{0}\"")]
    NotFound(String),
    #[error("there already is a user \"{0}\"")]
    Exists(String),
    #[error("somebody else has changed this user meanwhile")]
    Conflict,
    #[error("{0} is longer than {1} characters")]
    TooLong(&'static str, usize),
    #[error("nobody gives a permission that they do not have themselves: {0}")]
    BeyondYours(String),
    #[error("\"{0}\" has permissions that you do not have, so only somebody who has them may change this user")]
    AboveYou(String),
    #[error("\"{0}\" is the last one who may manage users; give somebody else this permission first")]
    LastManager(String),
    #[error("there is no store {0}")]
    NoStore(String),
    #[error("two stores are the one that opens first; choose one")]
    TwoDefaults,
    #[error("{0} is no number of a permission")]
    BadNumber(u16),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UserError {
    /// Stable, for programs and message files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "user_not_found",
            Self::Exists(_) => "user_exists",
            Self::Conflict => "user_changed",
            Self::TooLong(..) => "user_field_too_long",
            Self::BeyondYours(_) => "permission_beyond_yours",
            Self::AboveYou(_) => "user_above_you",
            Self::LastManager(_) => "last_manager",
            Self::NoStore(_) => "store_unknown",
            Self::TwoDefaults => "two_default_stores",
            Self::BadNumber(_) => "permission_number_unknown",
            Self::Account(error) => error.code(),
            Self::Hub(_) | Self::Store(_) => "store_failed",
        }
    }
}
