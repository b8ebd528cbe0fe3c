//! The one error of all HTTP doors: a status, and for the other side what happened and what to do next.
//!
//! What nobody expects is logged here, once, with a number by which the person who was told it finds it in the log.

use std::error::Error;
use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sitesync_core::protocol::{ErrorBody, ErrorText};
use sitesync_store::StoreError;

use crate::accounts::AccountError;

/// An answer that is not what was asked for.
pub struct ApiError(Box<Inner>);

struct Inner {
    status: StatusCode,
    text: ErrorText,
    retry_seconds: Option<u64>,
    /// How to sign in, with a 401.
    challenge: Option<&'static str>,
    /// More for programs, beside `error`.
    details: serde_json::Map<String, serde_json::Value>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::from_text(status, ErrorText { code: code.to_owned(), message: message.into(), next: next.into() })
    }

    pub fn from_text(status: StatusCode, text: ErrorText) -> Self {
        Self(Box::new(Inner { status, text, retry_seconds: None, challenge: None, details: serde_json::Map::new() }))
    }

    /// A fault of the program or the machine: its words go to the log, not to the other side.
    pub fn unexpected(error: impl fmt::Display) -> Self {
        let fault = next_fault();
        tracing::error!(fault, "{error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_fault",
            format!("Something went wrong in the server (fault {fault})."),
            "Try again later. If it stays, look for the number of the fault in the server's log.",
        )
    }

    /// What goes wrong in a store: a full disk is told, everything else is a fault.
    pub fn store(error: &StoreError) -> Self {
        if !matches!(error, StoreError::Disk(_)) {
            return Self::unexpected(error);
        }
        tracing::error!("{error}");
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk",
            "The disk of the server is full or cannot be written.",
            "Nothing was stored. Make room on the server and try again.",
        )
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_seconds = Some(seconds);
        self
    }

    #[must_use]
    pub fn challenge(mut self, scheme: &'static str) -> Self {
        self.0.challenge = Some(scheme);
        self
    }

    /// Adds something for programs beside `error`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.details.insert(name.to_owned(), value);
        }
        self
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn text(&self) -> &ErrorText {
        &self.0.text
    }
}

/// Numbers differ between starts of the program too, so that a search in a long log finds one line.
fn next_fault() -> String {
    static START: LazyLock<u32> = LazyLock::new(|| {
        let mut bytes = [0; 4];
        // Without randomness the numbers begin at the same place; they serve all the same.
        let _ = getrandom::fill(&mut bytes);
        u32::from_be_bytes(bytes)
    });
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{}", *START, COUNT.fetch_add(1, Ordering::Relaxed))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Inner { status, text, retry_seconds, challenge, details } = *self.0;
        let told = Told(text.clone());
        let body = serde_json::to_value(ErrorBody { error: text }).unwrap_or_default();
        let body = match body {
            serde_json::Value::Object(mut object) => {
                object.extend(details);
                serde_json::Value::Object(object)
            }
            other => other,
        };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(told);
        if let Some(seconds) = retry_seconds {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Some(scheme) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        response
    }
}

/// The words of a refusal, along with its response: pages show them to people in their own form.
#[derive(Clone, Debug)]
pub struct Told(pub ErrorText);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.text)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.text.code, self.0.text)
    }
}

impl Error for ApiError {}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::store(&error)
    }
}

/// The answer to a path that is not there.
pub async fn fallback_path(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!("There is nothing at {path}."),
        "Check the address; the API is described at /api/openapi.json.",
    )
}

/// The answer to a path that does not know this method.
pub async fn fallback_method(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{path} does not take {method}."),
        "Check the method; the API is described at /api/openapi.json.",
    )
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let status = match &error {
            AccountError::Store(error) => return Self::store(error),
            AccountError::BadName | AccountError::ShortPassword => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.code(), format!("It was refused: {error}."), "Nothing was changed.")
    }
}
