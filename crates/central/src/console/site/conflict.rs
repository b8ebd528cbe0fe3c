//! Two people had the window of one site open. The second one sees what the first one changed, and decides.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sitesync_pages::{Texts, Visit};
use sitesync_web::{ApiError, blocking};

use super::draft::{Draft, Was};
use super::fresh;
use super::general::{self, View};
use crate::console::stores::choose as stores;
use crate::server::Central;

/// Something that somebody else changed.
pub(super) struct Difference {
    pub(super) label: String,
    pub(super) was: String,
    pub(super) now: String,
}

/// The window with the draft as it was sent, and what has changed beneath it.
pub(super) async fn shown(central: Arc<Central>, visit: Visit, draft: Draft) -> Result<Response, ApiError> {
    let Some(id) = draft.id else { return super::shown(central, visit, draft, View::default()).await };
    let now = fresh(&central, id).await?.was;
    let html = blocking(move || {
        let conflict = differences(&central, &draft.was, &now, visit.t)?;
        general::render(&central, &visit, &draft, View { conflict, ..View::default() })
    });
    Ok((StatusCode::CONFLICT, axum::response::Html(html.await?)).into_response())
}

fn differences(central: &Central, was: &Was, now: &Was, t: &Texts) -> Result<Vec<Difference>, ApiError> {
    let kind = |was: &Was| was.form.device_type.as_ref().map(ToString::to_string).unwrap_or_default();
    let tick = |was: &Was| t.get(if was.form.is_open_msupply_central { "yes" } else { "no" });
    let secret = |version: u64| {
        let id = if version == now.secret_version && now.secret_version != was.secret_version {
            "site-password-other"
        } else {
            "site-password-before"
        };
        t.get(id)
    };
    let names = |was: &Was| store_names(central, was);
    let pairs = [
        ("sites-code", was.form.code.clone(), now.form.code.clone()),
        ("sites-name", was.form.name.clone(), now.form.name.clone()),
        ("password", secret(was.secret_version), secret(now.secret_version)),
        ("site-hardware", was.hardware_id.clone(), now.hardware_id.clone()),
        ("site-type", kind(was), kind(now)),
        ("site-is-central", tick(was), tick(now)),
        ("site-uri", was.form.open_msupply_central_uri.clone(), now.form.open_msupply_central_uri.clone()),
        ("site-stores", names(was)?, names(now)?),
    ];
    let changed = pairs.into_iter().filter(|(_, was, now)| was != now);
    Ok(changed.map(|(label, was, now)| Difference { label: t.get(label), was, now }).collect())
}

fn store_names(central: &Central, was: &Was) -> Result<String, ApiError> {
    let snapshot = central.store().snapshot()?;
    let known = stores::some(central, &*snapshot, was.stores.iter().map(String::as_str))?;
    let mut names: Vec<_> = known.into_values().map(|store| format!("{} {}", store.code, store.name)).collect();
    names.sort();
    Ok(names.join(", "))
}
