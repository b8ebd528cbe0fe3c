//! Parts of the address, with refusals in the form of all others.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::ApiError;

/// Pieces of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// What stands after the question mark.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|path| Self(path.0)).map_err(|error| unreadable(&error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found.map(|query| Self(query.0)).map_err(|error| unreadable(&error.body_text()))
    }
}

fn unreadable(reason: &str) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "address_unreadable",
        format!("The address is not what is expected here: {reason}."),
        "Compare it with the description of the call.",
    )
}
