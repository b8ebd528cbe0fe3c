//! A button of a window was pressed: by whom, of which thing, and with everything that stands in the window's form.

use axum::Extension;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Request};
use sitesync_pages::Visit;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form};

pub(super) struct Press {
    pub(super) who: Who,
    pub(super) visit: Visit,
    /// From the address; none in the window of something new.
    pub(super) id: Option<String>,
    pub(super) form: Form,
}

impl<S: Send + Sync> FromRequest<S> for Press {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::of(&parts);
        let id = <Path<String> as OptionalFromRequestParts<S>>::from_request_parts(&mut parts, state).await;
        let id = id.map_err(|error| ApiError::unexpected(error.body_text()))?.map(|Path(id)| id);
        // Behind the door of the pages somebody has signed in.
        let who = <Extension<Who> as FromRequestParts<S>>::from_request_parts(&mut parts, state).await;
        let Extension(who) = who.map_err(|error| ApiError::unexpected(error.body_text()))?;
        let form = Form::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { who, visit, id, form })
    }
}
