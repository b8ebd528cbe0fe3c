//! How errors of the hub, of sites and of settings are told over HTTP. One place, so that all doors say the same.

use axum::http::StatusCode;
use serde::Serialize;
use sitesync_web::ApiError;

use crate::auth::SettingsError;
use crate::hub::{Fault, HubError};
use crate::master::MasterError;
use crate::sheet::Unreadable;
use crate::sites::SiteError;
use crate::users::UserError;

/// A refused document, for programs.
#[derive(Serialize)]
struct Refused<'a> {
    table: &'a str,
    id: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a Fault> for Refused<'a> {
    fn from(fault: &'a Fault) -> Self {
        Self { table: &fault.record.table, id: &fault.record.id, reason: &fault.reason }
    }
}

/// A field that is filled in wrongly, for programs.
#[derive(Serialize)]
struct Wrong<'a> {
    field: &'a str,
    code: &'a str,
    reason: &'a str,
}

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        match &error {
            HubError::Refused(faults) => {
                let refused: Vec<_> = faults.iter().map(Refused::from).collect();
                ApiError::from_text(StatusCode::CONFLICT, error.body().error).with("refused", &refused)
            }
            HubError::Asked(text) => ApiError::from_text(status(&text.code), text.clone()),
            HubError::Store(error) => ApiError::store(error),
            HubError::Stored(_) => ApiError::unexpected(error),
        }
    }
}

fn status(code: &str) -> StatusCode {
    match code {
        "batch_unreadable" | "cursor_unreadable" | "push_damaged" | "reason_missing" | "store_code_wrong" => {
            StatusCode::BAD_REQUEST
        }
        "table_private" => StatusCode::FORBIDDEN,
        _ if code.ends_with("_unknown") => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    }
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        let (status, next) = match &error {
            SiteError::Store(error) => return ApiError::store(error),
            SiteError::NotFound(_) => (StatusCode::NOT_FOUND, "Look at the list of sites."),
            SiteError::NotAFormerDevice => (StatusCode::NOT_FOUND, "Look at the former devices of the site."),
            SiteError::BadName(_) | SiteError::TooLong { .. } | SiteError::BadUri(_) => {
                (StatusCode::BAD_REQUEST, "Correct it and save again.")
            }
            SiteError::NameTaken(_)
            | SiteError::Conflict { .. }
            | SiteError::SecondOpenMsupplyCentral(_)
            | SiteError::IsCentralServer
            | SiteError::HasStores(_)
            | SiteError::NoNumbersLeft => (StatusCode::CONFLICT, "Nothing was changed."),
        };
        ApiError::new(status, error.code(), sentence(&error.to_string()), next)
    }
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Store(error) => ApiError::store(&error),
            error @ SettingsError::OutOfRange { .. } => {
                let message = sentence(&error.to_string());
                ApiError::new(StatusCode::BAD_REQUEST, "setting_out_of_range", message, "Nothing was changed.")
            }
        }
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        let (status, next) = match &error {
            UserError::Store(error) => return ApiError::store(error),
            UserError::Hub(_) => return hub_of(error),
            UserError::NotFound(_) => (StatusCode::NOT_FOUND, "Look at the list of users."),
            UserError::BeyondYours(_) | UserError::AboveYou(_) => {
                (StatusCode::FORBIDDEN, "Ask somebody who has these permissions.")
            }
            UserError::Exists(_) | UserError::Conflict | UserError::LastManager(_) => {
                (StatusCode::CONFLICT, "Nothing was changed. Load it again.")
            }
            _ => (StatusCode::BAD_REQUEST, "Correct it and save again."),
        };
        ApiError::new(status, error.code(), sentence(&error.to_string()), next)
    }
}

impl From<MasterError> for ApiError {
    fn from(error: MasterError) -> Self {
        let code = error.code();
        match error {
            MasterError::Store(error) => ApiError::store(&error),
            MasterError::Hub(error) => error.into(),
            MasterError::Faults(faults) => {
                let message = faults.first().map(|fault| fault.told.clone()).unwrap_or_default();
                let all: Vec<_> = faults
                    .iter()
                    .map(|fault| Wrong { field: fault.field, code: fault.code, reason: &fault.told })
                    .collect();
                let next = "Nothing was stored. Correct it and save again.";
                ApiError::new(StatusCode::BAD_REQUEST, code, message, next).with("faults", &all)
            }
            MasterError::NotFound(..) => {
                ApiError::new(StatusCode::NOT_FOUND, code, sentence(&error.to_string()), "Look at the list.")
            }
            MasterError::Conflict => {
                let next = "Nothing was changed. Load it again.";
                ApiError::new(StatusCode::CONFLICT, code, sentence(&error.to_string()), next)
            }
        }
    }
}

impl From<Unreadable> for ApiError {
    fn from(error: Unreadable) -> Self {
        let message = sentence(&error.to_string());
        ApiError::new(StatusCode::BAD_REQUEST, error.code(), message, "Nothing was imported. Choose another file.")
    }
}

fn hub_of(error: UserError) -> ApiError {
    match error {
        UserError::Hub(error) => error.into(),
        other => ApiError::unexpected(other),
    }
}

/// The words of an error as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}
