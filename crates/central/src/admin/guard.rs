//! Who asks, settled before anything else is looked at, and what handlers need to change something in that name.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use sitesync_store::{StoreError, Txn, write};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, basic, blocking};

use crate::policy;
use crate::server::Central;
use crate::sites::By;

/// Lets in who has an account and the permission that is needed there. The account goes along to the handler.
pub(crate) async fn guard(
    State(central): State<Arc<Central>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let who = basic::who(central.sign_in(), &parts).await?;
    policy::check(&who, &parts.method, parts.uri.path())?;
    parts.extensions.insert(who);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Runs a change in one transaction, in the name of who asked.
pub(crate) async fn change<T, E>(
    central: &Arc<Central>,
    who: Who,
    mut work: impl FnMut(&Central, &mut dyn Txn, By<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: From<StoreError> + Into<ApiError> + Send + 'static,
{
    let central = central.clone();
    blocking(move || {
        let by = By { who: &who.name, at: central.clock().now() };
        write(central.store(), |txn| work(&central, txn, by))
    })
    .await
}

/// A refusal by a handler itself.
pub(super) fn refuse(status: StatusCode, code: &str, message: impl Into<String>, next: &str) -> ApiError {
    ApiError::new(status, code, message, next)
}
