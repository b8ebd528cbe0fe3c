//! A form that a page of ours has sent: names and values in order, once it is sure that it came from there.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Limited};

use crate::ApiError;
use crate::basic::refuse_other_pages;
use crate::session::Session;

/// More than any form of ours holds.
const FORM_MAX: usize = 1 << 20;
const FIELDS_MAX: usize = 20_000;
/// The field with the word of the session.
pub const CSRF: &str = "csrf";

/// The fields of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The first value of this name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// All values of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked, or a button was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        refuse_other_pages(&parts)?;
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(unreadable("it is not a form"));
        }
        let body = Limited::new(body, FORM_MAX).collect().await.map_err(|error| unreadable(&error.to_string()))?;
        let pairs = form_urlencoded::parse(&body.to_bytes()).into_owned().take(FIELDS_MAX + 1).collect::<Vec<_>>();
        if pairs.len() > FIELDS_MAX {
            return Err(unreadable("it has too many fields"));
        }
        let form = Self(pairs);
        match parts.extensions.get::<Session>() {
            // Nobody is signed in: there is nothing that another page could use.
            None => Ok(form),
            Some(session) if same(form.get(CSRF), &session.csrf) => Ok(form),
            Some(_) => Err(foreign()),
        }
    }
}

/// The refusal of a form without the word of the session.
pub(crate) fn foreign() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "form_foreign",
        "The form does not belong to this session. Nothing was changed.",
        "Load the page again and repeat what you did.",
    )
}

/// Compared as a whole, so that time tells nothing.
pub(crate) fn same(given: &str, expected: &str) -> bool {
    blake3::hash(given.as_bytes()) == blake3::hash(expected.as_bytes())
}

pub(crate) fn unreadable(reason: &str) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "form_unreadable",
        format!("The form cannot be read: {reason}."),
        "Nothing was changed. Load the page again.",
    )
}
