//! What the hub answers when it cannot do what was asked.

use sitesync_core::ids::RecordKey;
use sitesync_core::protocol::{ErrorBody, ErrorText};
use sitesync_store::StoreError;

/// One document that was refused, for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub record: RecordKey,
    pub reason: String,
}

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// An edit was refused as a whole.
    #[error("{}", faults_text(.0))]
    Refused(Vec<Fault>),
    /// The request cannot be served; it says why and what to do next.
    #[error("{0}")]
    Asked(ErrorText),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be understood. A fault of this program, or a damaged file.
    #[error("stored data cannot be read: {0}")]
    Stored(String),
}

impl HubError {
    pub fn asked(code: &str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Asked(ErrorText { code: code.to_owned(), message: message.into(), next: next.into() })
    }

    /// The error as it is told to the other side.
    pub fn body(&self) -> ErrorBody {
        let text = |code: &str, next: &str| ErrorText {
            code: code.to_owned(),
            message: self.to_string(),
            next: next.to_owned(),
        };
        let error = match self {
            Self::Asked(text) => text.clone(),
            Self::Refused(_) => text("refused", "Nothing was stored. Correct what is named and send all of it again."),
            Self::Store(StoreError::Disk(_)) => {
                text("disk", "Nothing was stored. Make room on the server and try again.")
            }
            Self::Store(_) | Self::Stored(_) => {
                text("server_fault", "Nothing was stored. Try again later; if it stays, look at the server's log.")
            }
        };
        ErrorBody { error }
    }
}

fn faults_text(faults: &[Fault]) -> String {
    const SHOWN: usize = 20;
    let mut lines: Vec<_> =
        faults.iter().take(SHOWN).map(|fault| format!("{}: {}", fault.record, fault.reason)).collect();
    if faults.len() > SHOWN {
        lines.push(format!("and {} more", faults.len() - SHOWN));
    }
    lines.join("; ")
}
