//! The browser over all tables: the tables, the records of one with search, and the window of a record with why it is where it is.
//!
//! It knows no table: what is shown and asked for follows from the catalogue.

mod csv;
mod draft;
mod fields;
mod inputs;
mod list;
mod page;
mod picker;
mod related;
mod save;
mod tables;
mod why;
mod window;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use sitesync_core::ids::RecordKey;

use crate::server::Central;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new()
        .route("/records", get(tables::page))
        .route("/records/{table}", get(list::page).post(window::post_new))
        .route("/records/{table}/{id}", get(window::open).post(window::post))
}

/// The page of a record.
pub(super) fn way(key: &RecordKey) -> Option<String> {
    Some(address(&key.table, Some(&key.id)))
}

/// The address of a table or a record: any id may stand in it.
pub(super) fn address(table: &str, id: Option<&str>) -> String {
    let piece = |text: &str| {
        let mut piece = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
                piece.push(char::from(byte));
            } else {
                piece.push_str(&format!("%{byte:02X}"));
            }
        }
        piece
    };
    match id {
        Some(id) => format!("/records/{}/{}", piece(table), piece(id)),
        None => format!("/records/{}", piece(table)),
    }
}
