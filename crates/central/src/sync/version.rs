//! The version of the protocol in the address of a call. One that is not spoken gets an answer that says so, whatever it asks.

use axum::extract::{OriginalUri, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sitesync_core::protocol::VERSIONS;
use sitesync_web::ApiError;

pub(super) async fn known(OriginalUri(uri): OriginalUri, request: Request, next: Next) -> Response {
    let asked = uri.path().split('/').nth(2).unwrap_or("");
    match asked.parse::<u32>() {
        Ok(version) if VERSIONS.contains(&version) => next.run(request).await,
        asked_number => unknown(asked, asked_number.ok()).into_response(),
    }
}

fn unknown(asked: &str, number: Option<u32>) -> ApiError {
    let asked: String = asked.chars().take(20).collect();
    let spoken = VERSIONS.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let newest = VERSIONS.iter().max().copied().unwrap_or(0);
    let next = match number {
        Some(number) if number > newest => "Update the central server, or use an older program on the site.",
        Some(_) => "Update the program on the site.",
        None => "Check the address of the central server on the site.",
    };
    let message = format!("This central server speaks version {spoken} of the protocol, not {asked}.");
    ApiError::new(StatusCode::BAD_REQUEST, "protocol_unknown", message, next).with("versions", &VERSIONS)
}
