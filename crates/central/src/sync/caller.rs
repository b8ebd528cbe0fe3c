//! The site that calls: its token, and the device and data file it is good for.
//!
//! It is proved twice: before the body is read, so that strangers cannot make the server read one, and in the snapshot in which the
//! request is served. For the first time a token that was in force a while ago is enough, so that a routine sync reads nothing for it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::Snapshot;
use sitesync_web::{ApiError, PackedBody, blocking};

use super::refusal::told;
use super::turns::Place;
use crate::auth::check_token;
use crate::hub::Phases;
use crate::server::Central;
use crate::sites::Site;

/// Somebody who shows a token that is in force, or was a while ago.
pub(super) struct Caller {
    shown: Shown,
    id: SiteId,
    /// When the head of the request was read.
    came: Millis,
    /// Among the requests of this site, as long as this one lasts.
    _place: Place,
}

/// What a request shows to be let in.
pub(super) struct Shown {
    pub(super) token: String,
    pub(super) hardware_id: String,
    pub(super) data_file: String,
}

impl FromRequestParts<Arc<Central>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, central: &Arc<Central>) -> Result<Self, ApiError> {
        let came = central.clock().now();
        let shown = Shown {
            token: bearer(parts)?,
            hardware_id: header(parts, "x-sitesync-hardware")?,
            data_file: header(parts, "x-sitesync-data-file")?,
        };
        let known = central.callers().recall(&shown);
        let (shown, id) = match known {
            Some(id) => (shown, id),
            None => found(central.clone(), shown).await?,
        };
        Ok(Self { shown, id, came, _place: central.turns().enter(id)? })
    }
}

/// Looks for the site, and remembers it.
async fn found(central: Arc<Central>, shown: Shown) -> Result<(Shown, SiteId), ApiError> {
    blocking(move || {
        let id = shown.site(&central, &*central.store().snapshot()?)?.id;
        central.callers().remember(&shown, id);
        Ok::<_, ApiError>((shown, id))
    })
    .await
}

/// A request that is being served: who asks what, and the snapshot in which the token was found in force.
pub(super) struct Call<'a, T> {
    pub(super) central: &'a Central,
    pub(super) snapshot: Box<dyn Snapshot + 'a>,
    pub(super) site: Site,
    pub(super) message: T,
    /// How long it took until this was here.
    pub(super) phases: Phases,
}

impl Caller {
    /// The site, if the token is in force.
    pub(super) fn site(&self, central: &Central) -> Result<Site, ApiError> {
        self.shown.site(central, &*central.store().snapshot()?)
    }

    /// Serves a request in the site's turn, where work may take its time.
    pub(super) async fn served<T, R>(
        self,
        central: Arc<Central>,
        body: PackedBody,
        work: impl FnOnce(Call<'_, T>) -> Result<R, ApiError> + Send + 'static,
    ) -> Result<R, ApiError>
    where
        T: serde::de::DeserializeOwned,
        R: Send + 'static,
    {
        let read_at = central.clock().now();
        let turn = central.turns().take(self.id).await?;
        let few = body.is_large().then(|| central.clone());
        // What is large waits elsewhere, and keeps no desk from the others.
        let desk = if few.is_some() { None } else { central.desk().await };
        let serve = move || {
            let _held = (turn, desk);
            // Before the snapshot, which must not live longer than it has to.
            let message = body.read();
            let central = &*central;
            let snapshot = central.store().snapshot()?;
            let site = self.shown.site(central, &*snapshot)?;
            let (received, waited) = ((read_at - self.came).max(0), (central.clock().now() - read_at).max(0));
            let phases = Phases { received, waited, ..Phases::default() };
            work(Call { central, snapshot, site, message: message?, phases })
        };
        match few {
            Some(central) => central.large().run(serve).await,
            None => blocking(serve).await,
        }
    }
}

impl Shown {
    fn site(&self, central: &Central, snapshot: &dyn Snapshot) -> Result<Site, ApiError> {
        let now = central.clock().now();
        check_token(snapshot, &self.token, &self.hardware_id, &self.data_file).map_err(|error| told(error, now))
    }
}

fn bearer(parts: &Parts) -> Result<String, ApiError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match header.and_then(|text| text.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim().to_owned()),
        _ => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "token_missing",
            "The request carries no token.",
            "Log in with site name and password.",
        )
        .challenge("Bearer")),
    }
}

fn header(parts: &Parts, name: &str) -> Result<String, ApiError> {
    match parts.headers.get(name).map(|value| value.to_str()) {
        Some(Ok(text)) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "request_malformed",
            format!("The header {name} is missing or cannot be read."),
            "Update the program on this site, or report this as a fault.",
        )),
    }
}
