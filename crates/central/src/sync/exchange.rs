//! Pushing and pulling: stage, exchange, compare. Each in the site's turn.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use sitesync_core::protocol::{CompareRequest, ExchangeReply, ExchangeRequest, ShortReply, StageRequest};
use sitesync_store::write;
use sitesync_web::{Accepts, ApiError, PackedBody, Query, json_reply};

use super::caller::{Call, Caller};
use crate::server::Central;
use crate::sites::{self, Initialisation, Site, SiteError};

/// What stands in the address of an exchange.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// The reply may leave out what the request says; the mark of the site as it knows itself.
    known: Option<String>,
}

pub(super) async fn stage(
    State(central): State<Arc<Central>>,
    caller: Caller,
    accepts: Accepts,
    body: PackedBody,
) -> Result<Response, ApiError> {
    let served = caller.served(central, body, move |call: Call<'_, StageRequest>| {
        drop(call.snapshot);
        call.central.gate().note_connection(call.site.id, call.central.clock().now(), None);
        call.central.hub().stage(call.site.id, &call.message)?;
        json_reply(&json!({}), accepts)
    });
    served.await
}

pub(super) async fn exchange(
    State(central): State<Arc<Central>>,
    caller: Caller,
    accepts: Accepts,
    Query(asked): Query<Asked>,
    body: PackedBody,
) -> Result<Response, ApiError> {
    // The hub itself notes when it exchanged something with a site.
    let served = caller.served(central, body, move |call: Call<'_, ExchangeRequest>| {
        let Call { central, snapshot, site, message, phases } = call;
        let since = central.clock().now();
        let reply = central.hub().exchange_from(snapshot, &site.info(), &message, phases)?;
        note_initialisation(central, &site, &message, &reply)?;
        let begun = central.clock().now();
        let packed = match asked.known {
            Some(known) => json_reply(&ShortReply::of(reply, &message, &known), accepts),
            None => json_reply(&reply, accepts),
        };
        central.hub().note_packed(site.id, since, central.clock().now() - begun);
        packed
    });
    served.await
}

pub(super) async fn compare(
    State(central): State<Arc<Central>>,
    caller: Caller,
    accepts: Accepts,
    body: PackedBody,
) -> Result<Response, ApiError> {
    let served = caller.served(central, body, move |call: Call<'_, CompareRequest>| {
        drop(call.snapshot);
        call.central.gate().note_connection(call.site.id, call.central.clock().now(), None);
        json_reply(&call.central.hub().compare(&call.site.info(), &call.message)?, accepts)
    });
    served.await
}

/// Notes that a first filling began or ended: two writes in the life of a data file, none in a routine sync.
fn note_initialisation(
    central: &Central,
    site: &Site,
    request: &ExchangeRequest,
    reply: &ExchangeReply,
) -> Result<(), SiteError> {
    let state = match (reply.complete, request.empty) {
        (true, _) => Initialisation::Completed,
        (false, true) => Initialisation::Started,
        (false, false) => return Ok(()),
    };
    if state == site.initialisation {
        return Ok(());
    }
    write(central.store(), |txn| sites::note_initialisation(txn, site.id, state))
}
