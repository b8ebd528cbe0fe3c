//! Style, script and icon: part of the program, so that it is one file and needs nobody's server.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sitesync_web::{ApiError, Path};

const CSS: &str = include_str!("../../static/console.css");
const SCRIPT: &str = include_str!("../../static/refresh.js");
const ICON: &str = include_str!("../../static/icon.svg");

/// Changes with the files: pages name it, so browsers may keep the files for ever.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for file in [CSS, SCRIPT, ICON] {
        hasher.update(file.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(12).collect()
});

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, ApiError> {
    let (kind, text) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", CSS),
        "refresh.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => {
            let message = "There is no such file.";
            return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message, "Load the page again."));
        }
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, text).into_response())
}
