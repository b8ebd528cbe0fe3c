//! What stands beside the ways to the pages: whose server it is, how many sites there are, and how many held documents wait for somebody. A name and two counters
//! are read for it, whatever the size of the country.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sitesync_pages::{Beside, Count, LINES, LINES_LABEL};
use sitesync_store::Snapshot;
use sitesync_web::blocking;

use crate::hub::{Hub, HubError};
use crate::place;
use crate::server::Central;
use crate::sites;

/// What the numbers are read from.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) central: Arc<Central>,
    pub(super) is_demo: bool,
}

/// Puts the numbers of this moment to a request.
pub(super) async fn put(State(known): State<Known>, request: Request, next: Next) -> Response {
    let central = known.central;
    let read = blocking(move || {
        let snapshot = central.store().snapshot()?;
        Ok::<_, HubError>((place::get(&*snapshot)?, counts(&*snapshot)?))
    });
    match read.await {
        Ok((place, counts)) => {
            let more = if known.is_demo { vec![(LINES, LINES_LABEL)] } else { Vec::new() };
            Beside { place, counts, more }.put(request, next).await
        }
        Err(error) => error.into_response(),
    }
}

/// The numbers as they are now, for a page that shows what was just changed.
pub(super) fn counts(snapshot: &dyn Snapshot) -> Result<Vec<Count>, HubError> {
    let mut counts = vec![Count { href: "/", number: sites::count(snapshot)?, warn: false }];
    let held = Hub::held_in_all(snapshot)?;
    if held > 0 {
        counts.push(Count { href: "/held", number: held, warn: true });
    }
    Ok(counts)
}
