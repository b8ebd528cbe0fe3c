//! Work that waits for a disk or a processor, away from the threads that serve connections.

use crate::ApiError;

/// Runs `work` where it may block, and waits for it. If the caller goes away meanwhile, the work is still done to its end.
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: Into<ApiError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Into::into),
        Err(panic) => Err(ApiError::unexpected(panic)),
    }
}
