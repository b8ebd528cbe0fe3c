//! What is wrong with what somebody filled in, by field, and why nothing is stored.

use sitesync_store::StoreError;

use crate::hub::HubError;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{told}")]
pub struct Fault {
    /// The field of the form.
    pub field: &'static str,
    /// Stable, for programs and message files (`error-…`, with hyphens).
    pub code: &'static str,
    /// In English.
    pub told: String,
}

impl Fault {
    pub(super) fn new(field: &'static str, code: &'static str, told: impl Into<String>) -> Self {
        Self { field, code, told: told.into() }
    }

    /// The message of the page in its reader's language.
    pub fn message(&self) -> String {
        format!("error-{}", self.code.replace('_', "-"))
    }
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterError {
    #[error("there is no {0} {1}")]
    NotFound(&'static str, String),
    #[error("somebody else has changed this meanwhile")]
    Conflict,
    /// At least one.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MasterError {
    /// Stable, for programs and message files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(..) => "central_data_not_found",
            Self::Conflict => "central_data_changed",
            Self::Faults(faults) => faults.first().map_or("form_wrong", |fault| fault.code),
            Self::Hub(_) | Self::Store(_) => "store_failed",
        }
    }
}

/// The longest text of one field, in characters.
pub(super) const TEXT_MAX: usize = 200;

/// A field that must be there and no longer than it may be. What is shown for the code of the fault begins with `what`.
pub(super) fn check_text(faults: &mut Vec<Fault>, field: &'static str, text: &str, needed: Option<&'static str>) {
    if let Some(code) = needed.filter(|_| text.trim().is_empty()) {
        faults.push(Fault::new(field, code, format!("The field {field} is empty.")));
    }
    if text.chars().count() > TEXT_MAX {
        faults.push(Fault::new(
            field,
            "field_too_long",
            format!("The field {field} is longer than {TEXT_MAX} characters."),
        ));
    }
}
