//! HTTP Basic, with which programs sign in at every request. What they may do is decided by who asks for it.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use base64ct::{Base64, Encoding};

use crate::sign_in::{SignIn, Who, refused};
use crate::{ApiError, peer_of};

const CHALLENGE: &str = "Basic realm=\"sitesync\", charset=\"UTF-8\"";

/// Who sends this request.
///
/// # Errors
/// The refusal, with the challenge that makes a browser ask for name and password.
pub async fn who(sign_in: &Arc<SignIn>, parts: &Parts) -> Result<Who, ApiError> {
    refuse_other_pages(parts)?;
    let (name, password) = credentials(parts)?;
    let account = sign_in.check(name, password, peer_of(parts).address()).await;
    let account = account.map_err(|error| match error.status() {
        StatusCode::UNAUTHORIZED => error.challenge(CHALLENGE),
        _ => error,
    })?;
    Ok(Who::of(&account))
}

/// Whether a request of this method changes something.
pub fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn credentials(parts: &Parts) -> Result<(String, String), ApiError> {
    let header = parts.headers.get(AUTHORIZATION).ok_or_else(|| challenged("Nobody is signed in."))?;
    let unreadable = || challenged("The sign-in cannot be read.");
    let (scheme, coded) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(challenged("People sign in here with name and password."));
    }
    let plain = Base64::decode_vec(coded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let plain = plain.ok_or_else(unreadable)?;
    let (name, password) = plain.split_once(':').ok_or_else(unreadable)?;
    Ok((name.to_owned(), password.to_owned()))
}

/// A browser sends the sign-in along with whatever another page makes it ask for; such requests may change nothing.
pub(crate) fn refuse_other_pages(parts: &Parts) -> Result<(), ApiError> {
    if !changes(&parts.method) || is_own_page(parts) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "other_page",
        "The request comes from a page of another server.",
        "Do it on this server's own pages or with a program.",
    ))
}

/// Programs say nothing of a page. Browsers say where theirs is from; without TLS, and old ones, by `Origin` alone.
fn is_own_page(parts: &Parts) -> bool {
    let header = |name| parts.headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    match (header(HeaderName::from_static("sec-fetch-site")), header(ORIGIN)) {
        (Some(from), _) => matches!(from, "same-origin" | "none"),
        // Without the scheme, which a proxy with TLS hides.
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == header(HOST),
        (None, None) => true,
    }
}

fn challenged(message: &str) -> ApiError {
    refused(message).challenge(CHALLENGE)
}
