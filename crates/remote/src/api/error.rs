//! The engine's refusals as answers of the API.

use axum::http::StatusCode;
use sitesync_web::ApiError;

use crate::site::SiteError;

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        let status = match &error {
            SiteError::Store(error) => return Self::store(error),
            SiteError::Malformed { .. } => StatusCode::BAD_REQUEST,
            SiteError::Refused { .. } => StatusCode::FORBIDDEN,
            SiteError::NotNow { .. } | SiteError::Leaving { .. } | SiteError::NotSetUp => StatusCode::CONFLICT,
            SiteError::Answer(_) | SiteError::Asked(_) => StatusCode::BAD_GATEWAY,
        };
        Self::from_text(status, error.body().error)
    }
}
