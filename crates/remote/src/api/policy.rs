//! Which permission each door of people needs on a site. What is not listed is changed by nobody.

use axum::http::{Method, StatusCode};
use sitesync_web::ApiError;
use sitesync_web::accounts::Permission;
use sitesync_web::basic::changes;
use sitesync_web::sign_in::Who;

/// What may be changed, and with which permission; none means that being signed in is enough: who may log in to a store of the
/// site works there.
const CHANGES: [(&str, Option<Permission>); 8] = [
    ("/sync", None),
    ("/set-up", Some(Permission::EditSyncSettings)),
    ("/settings", Some(Permission::EditSyncSettings)),
    // There only in a demo.
    ("/demo", Some(Permission::EditSyncSettings)),
    ("/api/sync", None),
    ("/api/check", Some(Permission::EditSyncSettings)),
    ("/api/records", None),
    ("/api/configuration", Some(Permission::EditSyncSettings)),
];

/// # Errors
/// The refusal, if `who` may not do this here.
pub(crate) fn check(who: &Who, method: &Method, path: &str) -> Result<(), ApiError> {
    if !changes(method) {
        return Ok(());
    }
    match CHANGES.iter().find(|(known, _)| *known == path) {
        Some((_, Some(permission))) => who.need(*permission),
        Some((_, None)) => Ok(()),
        None => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "not_to_be_changed",
            "Nobody may change anything here.",
            "Check the address and the method.",
        )),
    }
}
