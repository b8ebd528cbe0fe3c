//! How the central server is reached, and as whom. The password goes in and never comes out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sitesync_web::{ApiError, Body};

use super::Api;
use crate::link;
use crate::site::{Configuration, DeviceKind};

/// The configuration as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    pub set_up: bool,
    pub server_url: String,
    pub site_name: String,
    pub password_set: bool,
    pub kind: DeviceKind,
    pub hardware_id: String,
    pub interval_minutes: u32,
    pub enabled: bool,
    pub request_size: u32,
    pub plain_requests: bool,
}

/// What is to be changed; what is left out stays.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub server_url: Option<String>,
    pub site_name: Option<String>,
    pub password: Option<String>,
    pub kind: Option<DeviceKind>,
    pub interval_minutes: Option<u32>,
    pub enabled: Option<bool>,
    pub request_size: Option<u32>,
    pub plain_requests: Option<bool>,
}

const INTERVAL_FIRST: u32 = 10;
/// A week. A larger number is a slip of the hand.
const INTERVAL_MAX: u32 = 7 * 24 * 60;

/// A password as it is kept and sent: its SHA-256, as 64 lower-case hex digits.
pub fn password_secret(password: &str) -> String {
    Sha256::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) async fn show(State(api): State<Api>) -> Result<Json<View>, ApiError> {
    api.configuration().await.map(Json)
}

pub(crate) async fn change(State(api): State<Api>, Body(change): Body<Change>) -> Result<Json<View>, ApiError> {
    api.configure(change).await.map(Json)
}

impl Api {
    /// The configuration as it is shown.
    pub(crate) async fn configuration(&self) -> Result<View, ApiError> {
        let stored = self.with_site(|site| Ok(site.state()?.configuration)).await?;
        Ok(view(stored.as_ref(), self))
    }

    /// Stores a change, which holds at once.
    pub(crate) async fn configure(&self, change: Change) -> Result<View, ApiError> {
        let stored = self.with_site(|site| Ok(site.state()?.configuration)).await?;
        let new = changed(stored, change, self)?;
        let view = view(Some(&new), self);
        self.with_site(move |site| site.configure(new)).await?;
        self.0.runner.configured();
        Ok(view)
    }
}

fn view(stored: Option<&Configuration>, api: &Api) -> View {
    View {
        set_up: stored.is_some(),
        server_url: stored.map(|stored| stored.server_url.clone()).unwrap_or_default(),
        site_name: stored.map(|stored| stored.site_name.clone()).unwrap_or_default(),
        password_set: stored.is_some_and(|stored| !stored.secret.is_empty()),
        kind: stored.map(|stored| stored.kind).unwrap_or_default(),
        hardware_id: api.0.hardware_id.clone(),
        interval_minutes: stored.map_or(INTERVAL_FIRST, |stored| stored.interval_minutes),
        enabled: stored.is_none_or(|stored| stored.enabled),
        request_size: stored.map_or(0, |stored| stored.request_size),
        plain_requests: stored.is_some_and(|stored| stored.plain_requests),
    }
}

/// The configuration after a change, if it can be one.
pub(crate) fn changed(stored: Option<Configuration>, change: Change, api: &Api) -> Result<Configuration, ApiError> {
    let before = stored.unwrap_or_else(|| Configuration {
        interval_minutes: INTERVAL_FIRST,
        enabled: true,
        ..Configuration::default()
    });
    let new = Configuration {
        server_url: change.server_url.map_or(before.server_url, |url| url.trim().to_owned()),
        site_name: change.site_name.map_or(before.site_name, |name| name.trim().to_owned()),
        secret: change.password.filter(|text| !text.is_empty()).map_or(before.secret, |text| password_secret(&text)),
        kind: change.kind.unwrap_or(before.kind),
        hardware_id: api.0.hardware_id.clone(),
        app_version: api.0.app_version.clone(),
        interval_minutes: change.interval_minutes.unwrap_or(before.interval_minutes),
        enabled: change.enabled.unwrap_or(before.enabled),
        request_size: change.request_size.unwrap_or(before.request_size),
        plain_requests: change.plain_requests.unwrap_or(before.plain_requests),
    };
    fits(&new)?;
    Ok(new)
}

fn fits(new: &Configuration) -> Result<(), ApiError> {
    let wrong =
        |message: String, next: &str| Err(ApiError::new(StatusCode::BAD_REQUEST, "configuration", message, next));
    if let Err(error) = link::read_url(&new.server_url) {
        return Err(ApiError::from_text(StatusCode::BAD_REQUEST, error.text()));
    }
    if new.site_name.is_empty() {
        return wrong("The site name is missing.".to_owned(), "Enter it as it is on the central server.");
    }
    if new.secret.is_empty() {
        return wrong("The password is missing.".to_owned(), "Enter the password of the site.");
    }
    if !(1..=INTERVAL_MAX).contains(&new.interval_minutes) {
        let message = format!("The interval cannot be {} minutes.", new.interval_minutes);
        return wrong(message, "Take at least 1 minute. To pause, switch synchronisation off.");
    }
    Ok(())
}
