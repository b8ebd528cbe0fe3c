//! One sync per site at a time. Not for safety, which commits keep by themselves, but so that a retry does not run beside the
//! request it repeats (EXCHANGE B5). In memory only: no killed server leaves a site locked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use sitesync_core::ids::SiteId;
use sitesync_web::ApiError;
use tokio::sync::OwnedMutexGuard;

/// How long a request waits for the one before.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose turn it is, for each site that has ever called. Only proven sites get here, so there are not more than sites.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<SiteId, Arc<tokio::sync::Mutex<()>>>>);

/// The turn of a site. It ends when this is dropped, so it goes along to where the work is done.
#[derive(Debug)]
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits for the site's turn, though not for long.
    pub async fn take(&self, site: SiteId) -> Result<Turn, ApiError> {
        let turn = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(site).or_default().clone();
        match tokio::time::timeout(PATIENCE, turn.lock_owned()).await {
            Ok(guard) => Ok(Turn { _guard: guard }),
            Err(_) => Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "sync_is_running",
                "Another synchronisation of this site is still running.",
                "Wait until it is done; the site tries again by itself.",
            )
            .retry_after(5)),
        }
    }
}
