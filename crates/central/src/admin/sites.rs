//! Sites: the list, one of them, making, editing and deleting.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_core::ids::SiteId;
use sitesync_web::accounts::generated_password;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Path, blocking};
use utoipa::ToSchema;

use super::guard::change;
use super::overview::{self, SiteLine, count_stores};
use super::site_actions::hashed;
use crate::server::Central;
use crate::sites::{self, DeviceType, SiteError, SiteForm};

/// What people fill in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSite {
    name: String,
    /// The number of the site, if none is given.
    #[serde(default)]
    code: String,
    /// `single user`, `client/server`, `mobile` or another word. Once a device is bound, its own report counts.
    #[serde(default)]
    device_type: String,
    #[serde(default)]
    is_open_msupply_central: bool,
    #[serde(default)]
    open_msupply_central_uri: String,
    /// Without a password nobody can log in yet.
    password: Option<String>,
    /// Make up a password and return it.
    #[serde(default)]
    generate_password: bool,
}

/// Changes of a site; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteChange {
    /// The version that the change was made from.
    version: u64,
    name: Option<String>,
    code: Option<String>,
    device_type: Option<String>,
    is_open_msupply_central: Option<bool>,
    open_msupply_central_uri: Option<String>,
}

/// A site, and its password if one was made up. It is not told again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteWithPassword {
    pub(super) site: SiteLine,
    pub(super) password: Option<String>,
}

/// All sites, by number.
#[utoipa::path(get, path = "/api/sites", tag = "sites", responses((status = 200, body = Vec<SiteLine>)))]
pub(super) async fn list(State(central): State<Arc<Central>>) -> Result<Json<Vec<SiteLine>>, ApiError> {
    blocking(move || overview::all(&central)).await.map(Json)
}

/// One site.
#[utoipa::path(get, path = "/api/sites/{site}", tag = "sites", params(("site" = u32, Path)),
    responses((status = 200, body = SiteLine)))]
pub(super) async fn one(
    State(central): State<Arc<Central>>,
    Path(site): Path<u32>,
) -> Result<Json<SiteLine>, ApiError> {
    shown(&central, SiteId(site)).await.map(Json)
}

/// The site as it is now.
pub(super) async fn shown(central: &Arc<Central>, site: SiteId) -> Result<SiteLine, ApiError> {
    let central = central.clone();
    let found = blocking(move || overview::one(&central, site)).await?;
    found.ok_or_else(|| SiteError::NotFound(site).into())
}

/// Make a site. Its number is given by the server and never given again.
#[utoipa::path(post, path = "/api/sites", tag = "sites", request_body = NewSite,
    responses((status = 201, body = SiteWithPassword)))]
pub(super) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(new): Body<NewSite>,
) -> Result<(StatusCode, Json<SiteWithPassword>), ApiError> {
    let made_up = new.generate_password.then(|| generated_password(central.random()));
    let secret = match made_up.as_ref().or(new.password.as_ref()) {
        Some(password) => Some(hashed(&central, password.clone()).await?),
        None => None,
    };
    let form = SiteForm {
        code: new.code,
        name: new.name,
        device_type: DeviceType::of_text(&new.device_type),
        is_open_msupply_central: new.is_open_msupply_central,
        open_msupply_central_uri: new.open_msupply_central_uri,
    };
    let site =
        change(&central, who, move |central, txn, by| sites::create(txn, central.random(), by, &form, secret.clone()));
    let site = site.await?;
    let site = shown(&central, site.id).await?;
    Ok((StatusCode::CREATED, Json(SiteWithPassword { site, password: made_up })))
}

/// Change a site. A new name ends the session of its device until that knows the new name.
#[utoipa::path(put, path = "/api/sites/{site}", tag = "sites", params(("site" = u32, Path)),
    request_body = SiteChange, responses((status = 200, body = SiteLine)))]
pub(super) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
    Body(wanted): Body<SiteChange>,
) -> Result<Json<SiteLine>, ApiError> {
    let id = SiteId(site);
    let edited = change(&central, who, move |_, txn, by| {
        let site = sites::get(txn, id)?.ok_or(SiteError::NotFound(id))?;
        sites::edit(txn, by, id, wanted.version, &wanted.over(SiteForm::of(&site)))
    });
    edited.await?;
    shown(&central, id).await.map(Json)
}

impl SiteChange {
    fn over(&self, before: SiteForm) -> SiteForm {
        SiteForm {
            code: self.code.clone().unwrap_or(before.code),
            name: self.name.clone().unwrap_or(before.name),
            device_type: self.device_type.as_ref().map_or(before.device_type, |text| DeviceType::of_text(text)),
            is_open_msupply_central: self.is_open_msupply_central.unwrap_or(before.is_open_msupply_central),
            open_msupply_central_uri: self.open_msupply_central_uri.clone().unwrap_or(before.open_msupply_central_uri),
        }
    }
}

/// Delete a site on which no store is active any more.
#[utoipa::path(delete, path = "/api/sites/{site}", tag = "sites", params(("site" = u32, Path)),
    responses((status = 204)))]
pub(super) async fn delete(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
) -> Result<StatusCode, ApiError> {
    let id = SiteId(site);
    let deleted = change(&central, who, move |_, txn, by| {
        let stores = count_stores(txn, id)?;
        sites::delete(txn, by, id, stores)
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT)
}
