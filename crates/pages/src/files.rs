//! Style, scripts and icon: part of the program, so that it is one file and needs nobody's server.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sitesync_web::{ApiError, Path};

const FILES: [(&str, &str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../static/style.css")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("../static/page.js")),
    ("icon.svg", "image/svg+xml", include_str!("../static/icon.svg")),
];

/// Changes with the files: pages name it, so browsers may keep the files for ever.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for (_, _, text) in FILES {
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(12).collect()
});

/// One of the files, by its name in the path.
///
/// # Errors
/// If there is none of that name.
pub async fn file(Path(name): Path<String>) -> Result<Response, ApiError> {
    let Some((_, kind, text)) = FILES.into_iter().find(|(known, ..)| *known == name) else {
        let message = "There is no such file.";
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message, "Load the page again."));
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, text).into_response())
}
