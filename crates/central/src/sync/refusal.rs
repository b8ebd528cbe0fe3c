//! How a refusal of [`crate::auth`] is told at this door.

use axum::http::StatusCode;
use sitesync_core::given::Millis;
use sitesync_web::ApiError;

use crate::auth::{AuthError, Refusal};

/// How long a site leaves the server alone while sync is switched off, in seconds.
const OFF_SECONDS: u64 = 60;
const BUSY_SECONDS: u64 = 10;

/// The refusal as it is told. A site gives its token up on `token_ended` and on no other code.
pub(super) fn told(error: AuthError, now: Millis) -> ApiError {
    let refusal = match error {
        AuthError::Refused(refusal) => refusal,
        AuthError::Store(error) => return ApiError::store(&error),
    };
    let error = ApiError::new(status(&refusal), code(&refusal), refusal.message(), refusal.next_step());
    let seconds = match &refusal {
        Refusal::SyncOff => Some(OFF_SECONDS),
        Refusal::Busy => Some(BUSY_SECONDS),
        other => other.retry_at().map(|at| at.saturating_sub(now).max(0).unsigned_abs().div_ceil(1000)),
    };
    let error = match seconds {
        Some(seconds) => error.retry_after(seconds),
        None => error,
    };
    if error.status() == StatusCode::UNAUTHORIZED { error.challenge("Bearer") } else { error }
}

fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::SyncOff => "sync_off",
        other => other.code(),
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::SyncOff | Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::TooManyFailures { .. } | Refusal::Blocked { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Version { .. } | Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
        Refusal::UnknownName
        | Refusal::WrongPassword
        | Refusal::WrongDevice
        | Refusal::FormerDevice
        | Refusal::NoDeviceBound
        | Refusal::TokenEnded
        | Refusal::NoStore => StatusCode::UNAUTHORIZED,
    }
}
