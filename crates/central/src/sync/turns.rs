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

/// Requests of one site at a time, those included whose connection broke and that nobody has noticed yet. A site makes two.
const AT_ONCE_MAX: usize = 8;

/// Whose turn it is, for each site that has ever called. Only proven sites get here, so there are not more than sites.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<SiteId, Lane>>);

#[derive(Default)]
struct Lane {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// One is held for each request.
    place: Arc<()>,
}

/// A place among the requests of a site. It ends when this is dropped.
pub struct Place(#[expect(dead_code, reason = "holding it is what counts")] Arc<()>);

/// The turn of a site. It ends when this is dropped, so it goes along to where the work is done.
#[derive(Debug)]
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Takes a place for a request, before its body is read: what waits for its turn takes memory.
    pub fn enter(&self, site: SiteId) -> Result<Place, ApiError> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = lanes.entry(site).or_default().place.clone();
        // The lane's own, and this one.
        if Arc::strong_count(&place) - 2 < AT_ONCE_MAX {
            return Ok(Place(place));
        }
        Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            format!("{AT_ONCE_MAX} requests of this site are being served already."),
            "Wait until they are done; the site tries again by itself.",
        )
        .retry_after(5))
    }

    /// Waits for the site's turn, though not for long.
    pub async fn take(&self, site: SiteId) -> Result<Turn, ApiError> {
        let turn = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(site).or_default().turn.clone();
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
