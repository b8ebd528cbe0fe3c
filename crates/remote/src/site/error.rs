//! What a site answers when it cannot do what was asked.

use sitesync_core::ids::{NotAFeed, RecordKey};
use sitesync_core::normal::Malformed;
use sitesync_core::ownership::Refusal;
use sitesync_core::protocol::{ErrorBody, ErrorText};
use sitesync_store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("{record}: {source}")]
    Malformed { record: RecordKey, source: Malformed },
    #[error("{record}: {refusal}")]
    Refused { record: RecordKey, refusal: Refusal },
    #[error("{record}: {reason}")]
    NotNow { record: RecordKey, reason: String },
    /// The store is being handed over to another site.
    #[error("{record}: the store {store} is being moved to {to}, and can only be read here")]
    Leaving { record: RecordKey, store: String, to: String },
    /// The site has no server, name or password yet.
    #[error("this site is not set up yet")]
    NotSetUp,
    /// The central server said something that this program does not understand.
    #[error("the central server's answer cannot be understood: {0}")]
    Answer(String),
    #[error("{0}")]
    Asked(ErrorText),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotAFeed> for SiteError {
    fn from(error: NotAFeed) -> Self {
        Self::Answer(error.to_string())
    }
}

impl SiteError {
    /// The error as the local API tells it.
    pub fn body(&self) -> ErrorBody {
        let (code, next) = match self {
            Self::Asked(text) => return ErrorBody { error: text.clone() },
            Self::Malformed { .. } => ("malformed", "Nothing was stored. Correct the column and send all of it again."),
            Self::Refused { .. } => ("refused", "Nothing was stored. Edit the record where it is owned."),
            Self::NotNow { .. } => ("not_now", "Nothing was stored. Synchronise, then try again."),
            Self::Leaving { .. } => (
                "store_leaving",
                "Nothing was stored. Wait until the other site has the store, and work there; or ask the administrators of the central \
                 server to call the move off.",
            ),
            Self::NotSetUp => ("not_set_up", "Set up the server URL, the site name and the password."),
            Self::Answer(_) => ("answer", "Check the server URL; if it is right, update the programs on both sides."),
            Self::Store(StoreError::Disk(_)) => {
                ("disk", "Nothing was stored. Make room on this machine and try again.")
            }
            Self::Store(_) => ("site_fault", "Nothing was stored. Try again; if it stays, look at the log."),
        };
        let error = ErrorText { code: code.to_owned(), message: self.to_string(), next: next.to_owned() };
        ErrorBody { error }
    }
}
