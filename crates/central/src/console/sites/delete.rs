//! Deleting a site: asked first, or told why it cannot be and where the way is.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Texts, Visit, html};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path, Query, blocking};

use super::super::frame::{Here, frame};
use crate::admin::guard::change;
use crate::admin::overview::{self, SiteLine, count_stores};
use crate::server::Central;
use crate::sites;

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Chosen {
    /// None if no row was chosen.
    site: Option<u32>,
}

#[derive(Template)]
#[template(path = "site_delete.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    site: Option<SiteLine>,
    /// Whether it is the central server's own.
    own: bool,
}

pub(in crate::console) async fn ask(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(chosen): Query<Chosen>,
) -> Result<Html<String>, ApiError> {
    let site = match chosen.site {
        Some(id) => blocking(move || overview::one(&central, SiteId(id))).await?,
        None => None,
    };
    let own = site.as_ref().is_some_and(|site| site.id == SiteId::CENTRAL.0);
    let page = Page { frame: frame(&visit, Here::Sites), t: visit.t, site, own };
    html(&page)
}

pub(in crate::console) async fn run(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(site): Path<u32>,
    _form: Form,
) -> Result<Response, ApiError> {
    let id = SiteId(site);
    change(&central, who, move |_, txn, by| {
        let stores = count_stores(txn, id)?;
        sites::delete(txn, by, id, stores)
    })
    .await?;
    Ok(Redirect::to("/").into_response())
}
