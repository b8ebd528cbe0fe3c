//! What keeps a draft from being saved, told beside the field that it is about.

use axum::http::StatusCode;
use sitesync_pages::{Texts, shown};
use sitesync_web::ApiError;

use super::save::SaveError;
use crate::sites::SiteError;

/// Something that is wrong in the window.
pub(super) struct Fault {
    /// The name of the field; empty if it is about the whole.
    pub(super) field: &'static str,
    pub(super) text: String,
    pub(super) status: StatusCode,
}

pub(super) fn of(t: &Texts, error: SaveError) -> Fault {
    match error {
        SaveError::MobileFull => mobile_full(t),
        SaveError::StoreMoved => {
            Fault { field: "stores", text: t.get("site-store-moved"), status: StatusCode::CONFLICT }
        }
        // It is shown by another page, where what was changed is known.
        SaveError::Changed => Fault { field: "", text: t.get("site-changed"), status: StatusCode::CONFLICT },
        SaveError::Site(error) => told(t, field(&error), error.into()),
        SaveError::Hub(error) => told(t, "stores", error.into()),
    }
}

/// The alert of a mobile site that has its store.
pub(super) fn mobile_full(t: &Texts) -> Fault {
    Fault { field: "stores", text: t.get("site-mobile-full"), status: StatusCode::CONFLICT }
}

fn told(t: &Texts, field: &'static str, error: ApiError) -> Fault {
    let (message, next) = shown(t, error.text());
    Fault { field, text: format!("{message} {next}"), status: error.status() }
}

fn field(error: &SiteError) -> &'static str {
    match error {
        SiteError::NameTaken(_) | SiteError::BadName(_) => "name",
        SiteError::TooLong { field: "site name", .. } => "name",
        SiteError::TooLong { field: "site code", .. } => "code",
        SiteError::TooLong { field: "type", .. } => "type",
        SiteError::TooLong { .. } | SiteError::BadUri(_) => "uri",
        SiteError::SecondOpenMsupplyCentral(_) => "central",
        SiteError::NotAFormerDevice => "hardware",
        _ => "",
    }
}
