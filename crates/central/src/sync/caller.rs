//! The site that calls: its token, and the device and data file it is good for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sitesync_web::{ApiError, blocking};

use super::refusal::told;
use super::turns::Place;
use crate::auth::check_token;
use crate::server::Central;
use crate::sites::Site;

/// A site that has shown a token in force. Read before the body, so that strangers cannot make the server read one.
pub(super) struct Caller(pub(super) Site, pub(super) Place);

impl FromRequestParts<Arc<Central>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, central: &Arc<Central>) -> Result<Self, ApiError> {
        let token = bearer(parts)?;
        let hardware_id = header(parts, "x-sitesync-hardware")?;
        let data_file = header(parts, "x-sitesync-data-file")?;
        let (turns, central) = (central, central.clone());
        let found = blocking(move || {
            let now = central.clock().now();
            let snapshot = central.store().snapshot()?;
            let site = check_token(&*snapshot, &token, &hardware_id, &data_file).map_err(|error| told(error, now))?;
            central.gate().note_connection(site.id, now, None);
            Ok::<_, ApiError>(site)
        });
        let site = found.await?;
        let place = turns.turns().enter(site.id)?;
        Ok(Self(site, place))
    }
}

fn bearer(parts: &Parts) -> Result<String, ApiError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match header.and_then(|text| text.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim().to_owned()),
        _ => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "token_missing",
            "The request carries no token.",
            "Log in with site name and password.",
        )
        .challenge("Bearer")),
    }
}

fn header(parts: &Parts, name: &str) -> Result<String, ApiError> {
    match parts.headers.get(name).map(|value| value.to_str()) {
        Some(Ok(text)) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "request_malformed",
            format!("The header {name} is missing or cannot be read."),
            "Update the program on this site, or report this as a fault.",
        )),
    }
}
