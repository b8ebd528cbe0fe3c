//! Pages as answers.

use askama::Template;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use sitesync_core::hash::Hash;
use sitesync_web::ApiError;

/// The text of a page, or of a part of one.
///
/// # Errors
/// If it cannot be written, which is a fault of the program.
pub fn text(page: &impl Template) -> Result<String, ApiError> {
    page.render().map_err(ApiError::unexpected)
}

/// A page.
///
/// # Errors
/// As of [`text`].
pub fn html(page: &impl Template) -> Result<Html<String>, ApiError> {
    text(page).map(Html)
}

/// A part of a page that is asked for again and again: on a slow link, what has not changed is not sent again.
pub fn if_changed(html: String, headers: &HeaderMap) -> Response {
    let mark = format!("\"{}\"", Hash::of_parts(&[html.as_bytes()]));
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == mark.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, mark)]).into_response();
    }
    ([(ETAG, mark)], Html(html)).into_response()
}

/// A value as it stands in an address after the question mark.
pub fn encoded(value: &str) -> String {
    // In a query a plus is a blank, in a path it is not.
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}
