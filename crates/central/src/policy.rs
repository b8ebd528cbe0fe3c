//! Which permission each door of people needs: one table for API and pages. What is not in it cannot be changed by anybody, so a new
//! door that was forgotten here is shut.
//!
//! It knows paths and permissions only; a few handlers ask for one more, where it depends on what is asked for.

use axum::http::{Method, StatusCode};
use sitesync_web::ApiError;
use sitesync_web::accounts::Permission;
use sitesync_web::basic::changes;
use sitesync_web::sign_in::Who;

use Permission::{AdministerServer, EditCentralData, EditSyncSettings, HandleHeld, ManageUsers, ViewRecords};

/// What may be changed below a path, and with which permission; none means that being signed in is enough.
const CHANGES: &[(&str, Option<Permission>)] = &[
    ("/api/sites", Some(EditSyncSettings)),
    ("/api/stores", Some(EditSyncSettings)),
    ("/api/settings", Some(EditSyncSettings)),
    ("/api/records", Some(EditCentralData)),
    ("/api/items", Some(EditCentralData)),
    ("/api/facilities", Some(EditCentralData)),
    ("/api/lists", Some(EditCentralData)),
    ("/api/held", Some(HandleHeld)),
    ("/api/users", Some(ManageUsers)),
    ("/api/import/items", Some(EditCentralData)),
    ("/api/import/facilities", Some(EditCentralData)),
    ("/api/import/users", Some(ManageUsers)),
    ("/api/backup", Some(AdministerServer)),
    ("/sites", Some(EditSyncSettings)),
    ("/stores", Some(EditSyncSettings)),
    ("/first-steps", Some(EditSyncSettings)),
    ("/settings", Some(EditSyncSettings)),
    ("/users", Some(ManageUsers)),
    ("/records", Some(EditCentralData)),
    ("/items", Some(EditCentralData)),
    ("/facilities", Some(EditCentralData)),
    ("/lists", Some(EditCentralData)),
    ("/import/items", Some(EditCentralData)),
    ("/import/facilities", Some(EditCentralData)),
    ("/import/users", Some(ManageUsers)),
    ("/held", Some(HandleHeld)),
    // There only in a demo.
    ("/demo", Some(EditSyncSettings)),
    ("/sign-out", None),
    ("/me", None),
];

/// What needs a permission to be seen. Everything else is for all who are signed in: sites, stores and settings.
const VIEWS: &[(&str, Permission)] = &[
    ("/api/records", ViewRecords),
    ("/api/held", ViewRecords),
    ("/api/audit", ViewRecords),
    ("/api/users", ManageUsers),
    ("/records", ViewRecords),
    ("/held", ViewRecords),
    ("/audit", ViewRecords),
    ("/users", ManageUsers),
    ("/import/items", EditCentralData),
    ("/import/facilities", EditCentralData),
    ("/import/users", ManageUsers),
];

/// # Errors
/// The refusal, if `who` may not do this here.
pub fn check(who: &Who, method: &Method, path: &str) -> Result<(), ApiError> {
    if !changes(method) {
        return find(VIEWS, path).map_or(Ok(()), |permission| who.need(permission));
    }
    match find(CHANGES, path) {
        Some(Some(permission)) => who.need(permission),
        Some(None) => Ok(()),
        None => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "not_to_be_changed",
            "Nobody may change anything here.",
            "Check the address and the method.",
        )),
    }
}

/// The entry of the path or of one above it.
fn find<T: Copy>(table: &[(&str, T)], path: &str) -> Option<T> {
    let below = |above: &str| path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    table.iter().find(|(above, _)| below(above)).map(|(_, entry)| *entry)
}

#[cfg(test)]
mod tests {
    use sitesync_web::accounts::{AccountId, Permissions};

    use super::*;

    fn who(permissions: Permissions) -> Who {
        Who { id: AccountId::User("u".into()), name: "ana".into(), permissions }
    }

    #[test]
    fn each_entry_needs_its_permission_and_no_other() {
        let views = VIEWS.iter().map(|&(path, permission)| (Method::GET, path, Some(permission)));
        let changes = CHANGES.iter().map(|&(path, permission)| (Method::POST, path, permission));
        for (method, path, needed) in views.chain(changes) {
            for permission in Permission::ALL {
                let let_in = check(&who([permission].into_iter().collect()), &method, path).is_ok();
                assert_eq!(let_in, needed.is_none_or(|needed| needed == permission), "{method} {path} {permission:?}");
            }
            let below = format!("{path}/12/x");
            assert!(check(&who(Permissions::all()), &method, &below).is_ok(), "{below}");
            assert_eq!(check(&who(Permissions::NONE), &method, &below).is_ok(), needed.is_none(), "{below}");
        }
    }

    #[test]
    fn what_is_not_listed_is_seen_by_all_and_changed_by_nobody() {
        for path in ["/", "/api/sitesX", "/sit", "/api/tables", "/static/console.css"] {
            assert!(check(&who(Permissions::NONE), &Method::GET, path).is_ok(), "{path}");
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                assert!(check(&who(Permissions::all()), &method, path).is_err(), "{method} {path}");
            }
        }
    }
}
