//! What stands beside the ways to the pages: how much of this site is not on the central server yet.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sitesync_pages::{Beside, Count, LINES, LINES_LABEL};

use crate::api::Api;

/// Puts the number of this moment to a request.
pub(super) async fn put(State(api): State<Api>, request: Request, next: Next) -> Response {
    match api.with_site(|site| site.unsent()).await {
        Ok(unsent) => {
            let unsent = (unsent > 0).then_some(Count { href: "/", number: unsent, warn: false });
            let more = api.0.lines.as_ref().map(|_| (LINES, LINES_LABEL));
            let beside =
                Beside { counts: unsent.into_iter().collect(), more: more.into_iter().collect(), ..Beside::default() };
            beside.put(request, next).await
        }
        Err(error) => error.into_response(),
    }
}
