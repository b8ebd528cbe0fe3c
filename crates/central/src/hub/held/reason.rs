//! Why a document is held.

use serde::{Deserialize, Serialize};
use sitesync_core::ids::RecordKey;
use sitesync_core::ownership::Refusal;

/// Why a document is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, for programs: malformed, refused, waits, parent_deleted, deleted, merged, aside.
    pub code: Box<str>,
    pub text: String,
    /// The record whose arrival makes it worth another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<RecordKey>,
}

impl Reason {
    fn new(code: &str, text: impl Into<String>, waits_for: Option<RecordKey>) -> Self {
        Self { code: code.into(), text: text.into(), waits_for }
    }

    pub(crate) fn malformed(text: &str) -> Self {
        Self::new("malformed", text, None)
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Waits(key) => Self::waits(key.clone()),
            // If the store comes back to the site, or the patient becomes visible, it is tried again.
            Refusal::OtherSite { store, .. } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("store", store.clone())))
            }
            Refusal::NotVisible { patient } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("name", patient.clone())))
            }
            Refusal::NotYourMessage { store: Some(store) } => {
                Self::new("refused", refusal.to_string(), Some(RecordKey::new("store", store.clone())))
            }
            _ => Self::new("refused", refusal.to_string(), None),
        }
    }

    /// The sender is not the one who may write this.
    pub(crate) fn is_refusal(&self) -> bool {
        &*self.code == "refused"
    }

    /// Someone else has written since what the sender had seen.
    pub(crate) fn is_overtaken(&self) -> bool {
        &*self.code == "overtaken"
    }

    pub(crate) fn waits(key: RecordKey) -> Self {
        Self::new("waits", format!("{key} has not arrived yet"), Some(key))
    }

    pub(crate) fn parent_deleted(parent: &RecordKey) -> Self {
        Self::new("parent_deleted", format!("{parent} was deleted"), Some(parent.clone()))
    }

    pub(crate) fn deleted() -> Self {
        Self::new("deleted", "it was deleted meanwhile; a deleted record stays deleted", None)
    }

    pub(crate) fn merged(into: &str) -> Self {
        Self::new("merged", format!("it was merged into {into} meanwhile"), None)
    }

    /// Someone else has changed it since: applying it by itself would undo that.
    pub(crate) fn overtaken(record: &RecordKey) -> Self {
        Self::new("overtaken", format!("{record} was changed by someone else meanwhile; compare both and decide"), None)
    }

    pub(crate) fn aside(why: &str) -> Self {
        Self::new("aside", why, None)
    }
}
