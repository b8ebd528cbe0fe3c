//! Logging in, and finding out whether it would work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sitesync_core::protocol::{LoginReply, LoginRequest, SiteInfo};
use sitesync_web::{ApiError, Body, Peer, blocking};

use super::refusal::told;
use crate::auth::{self, AuthError, Refusal, Secret};
use crate::server::Central;
use crate::sites;

pub(super) async fn login(
    State(central): State<Arc<Central>>,
    peer: Peer,
    Body(message): Body<LoginRequest>,
) -> Result<Json<LoginReply>, ApiError> {
    let entered = blocking(move || {
        let now = central.clock().now();
        let address = peer.address();
        let secret = secret(&message).map_err(|error| told(error, now))?;
        let request = auth::LoginRequest::of(&message, &secret, &address);
        central.auth().login(&request).map_err(|error| told(error, now))
    });
    let entered = entered.await?;
    Ok(Json(LoginReply {
        token: entered.token.reveal().to_owned(),
        site: entered.site.info(),
        version: entered.protocol,
    }))
}

/// What Check connection is told: the site as it would be logged in.
#[derive(Serialize)]
pub(super) struct CheckReply {
    #[serde(flatten)]
    site: SiteInfo,
    /// False: the site is free, and logging in would bind this device.
    bound: bool,
    version: u32,
}

pub(super) async fn check(
    State(central): State<Arc<Central>>,
    peer: Peer,
    Body(message): Body<LoginRequest>,
) -> Result<Json<CheckReply>, ApiError> {
    let checked = blocking(move || {
        let now = central.clock().now();
        let address = peer.address();
        let secret = secret(&message).map_err(|error| told(error, now))?;
        let request = auth::LoginRequest::of(&message, &secret, &address);
        let checked = central.auth().check(&request).map_err(|error| told(error, now))?;
        let site = sites::get(&*central.store().snapshot()?, checked.site)?;
        // Deleted between the two looks: what was said of it no longer holds.
        let site = site.ok_or_else(|| told(Refusal::UnknownName.into(), now))?;
        Ok::<_, ApiError>(CheckReply { site: site.info(), bound: checked.bound, version: checked.protocol })
    });
    checked.await.map(Json)
}

fn secret(message: &LoginRequest) -> Result<Secret, AuthError> {
    let malformed = Refusal::Malformed("the secret is not the SHA-256 of a password in hex digits");
    Secret::parse(&message.secret).ok_or(AuthError::Refused(malformed))
}
