//! Waiting for something new: a request that is answered when there is, or when its time is over.
//!
//! Optional for a site: who does not wait asks every few minutes, and misses nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use sitesync_core::protocol::{SiteInfo, WaitReply, WaitRequest};
use sitesync_web::{ApiError, Body, blocking};
use tokio::time::{Instant, sleep_until};

use super::caller::Caller;
use crate::server::Central;

/// The longest wait. Proxies on the way cut off what is silent for longer.
const SECONDS_MAX: u32 = 60;

pub(super) async fn wait(
    State(central): State<Arc<Central>>,
    caller: Caller,
    Body(request): Body<WaitRequest>,
) -> Result<Json<WaitReply>, ApiError> {
    let over = Instant::now() + Duration::from_secs(request.seconds.min(SECONDS_MAX).into());
    // Kept to the end, with its place.
    let caller = Arc::new(caller);
    let (asked, asking) = (central.clone(), caller.clone());
    let site = blocking(move || {
        let site = asking.site(&asked)?;
        asked.gate().note_connection(site.id, asked.clock().now(), None);
        Ok::<_, ApiError>(site.info())
    });
    let (site, request) = (Arc::new(site.await?), Arc::new(request));
    note_received(&central, &site, &request).await?;
    if is_behind(&central, &site, &request).await? {
        return Ok(Json(WaitReply { changed: true }));
    }
    let (asking, asked) = (central.clone(), site.clone());
    let feeds = blocking(move || asking.hub().feeds_of_site(&asked)).await?;
    let mut place = central.waiters().enter(site.id, feeds)?;
    loop {
        // After the place is taken, so that nothing slips through between looking and waiting. A store that the site gains
        // or loses shows in `central`, which every site reads.
        if place.is_called() || is_behind(&central, &site, &request).await? {
            return Ok(Json(WaitReply { changed: true }));
        }
        tokio::select! {
            open = place.woken() => if !open { break },
            () = sleep_until(over) => break,
        }
    }
    Ok(Json(WaitReply { changed: false }))
}

/// Who waits has applied what it read, unless its last pull did not come to an end.
async fn note_received(
    central: &Arc<Central>,
    site: &Arc<SiteInfo>,
    request: &Arc<WaitRequest>,
) -> Result<(), ApiError> {
    let (central, site, request) = (central.clone(), site.clone(), request.clone());
    blocking(move || {
        if central.hub().contact(site.id)?.behind > 0 {
            return Ok(());
        }
        central.hub().note_received(central.store().snapshot()?, site.id, &request.positions)
    })
    .await
}

async fn is_behind(central: &Arc<Central>, site: &Arc<SiteInfo>, request: &Arc<WaitRequest>) -> Result<bool, ApiError> {
    let (central, site, request) = (central.clone(), site.clone(), request.clone());
    blocking(move || central.hub().is_behind(&site, &request)).await
}
