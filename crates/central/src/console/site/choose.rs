//! "Select a store to move to this site": all stores, and where each is active now.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Texts, Visit, text};
use sitesync_web::{ApiError, Form, blocking};

use super::draft::Draft;
use super::general::{View, path};
use crate::admin::overview::{self, SiteLine};
use crate::console::frame::{Here, frame};
use crate::console::sites::dot;
use crate::console::stores::choose::{self as stores, StoreAt};
use crate::server::Central;

/// More are found by searching.
const SHOWN_MAX: usize = 500;

#[derive(Template)]
#[template(path = "site_choose.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    path: String,
    hidden: Vec<(&'static str, String)>,
    changes: usize,
    q: &'a str,
    rows: Vec<Row>,
    /// How many are left out.
    more: usize,
    /// OK was pressed, and nothing was chosen.
    none_chosen: bool,
}

/// A store that can be chosen.
struct Row {
    id: String,
    code: String,
    name: String,
    site: String,
    dot: &'static str,
    state: String,
}

pub(super) async fn shown(
    central: Arc<Central>,
    visit: Visit,
    draft: Draft,
    sought: &str,
    none_chosen: bool,
) -> Result<Response, ApiError> {
    let sought = sought.to_owned();
    let html = blocking(move || {
        let mut rows = rows(&central, &draft, &sought, visit.t)?;
        let more = rows.len().saturating_sub(SHOWN_MAX);
        rows.truncate(SHOWN_MAX);
        let page = Page {
            frame: frame(&visit, Here::Sites),
            t: visit.t,
            path: path(&draft),
            hidden: draft.all_hidden(),
            changes: draft.changes(),
            q: &sought,
            rows,
            more,
            none_chosen,
        };
        text(&page)
    });
    Ok(Html(html.await?).into_response())
}

fn rows(central: &Central, draft: &Draft, sought: &str, t: &Texts) -> Result<Vec<Row>, ApiError> {
    let snapshot = central.store().snapshot()?;
    let sites: HashMap<_, _> = overview::all(central)?.into_iter().map(|site| (SiteId(site.id), site)).collect();
    let sought = sought.trim().to_lowercase();
    let here = |store: &StoreAt| {
        let stays = draft.was.stores.contains(&store.id) && !draft.gone.contains(&store.id);
        stays || draft.added.iter().any(|added| added.store == store.id)
    };
    let row = |store: StoreAt| Row::of(sites.get(&store.site), store, t);
    let rows = stores::all(central, &*snapshot)?.into_iter().filter(|store| !here(store)).map(row);
    Ok(rows.filter(|row| row.matches(&sought)).collect())
}

impl Row {
    fn of(site: Option<&SiteLine>, store: StoreAt, t: &Texts) -> Self {
        Self {
            site: site.map(|site| site.name.clone()).unwrap_or_default(),
            dot: site.map_or("", |site| dot(site.state.kind)),
            state: site.map(|site| t.say(&site.state.words)).unwrap_or_default(),
            id: store.id,
            code: store.code,
            name: store.name,
        }
    }

    fn matches(&self, sought: &str) -> bool {
        [&self.code, &self.name, &self.site].into_iter().any(|text| text.to_lowercase().contains(sought))
    }
}

/// OK in the list: the store comes into the draft, with where it is active now.
pub(super) async fn add(
    central: Arc<Central>,
    visit: Visit,
    mut draft: Draft,
    form: &Form,
) -> Result<Response, ApiError> {
    let store = form.get("store").to_owned();
    let asked = central.clone();
    let from = blocking(move || {
        let found = stores::active_on(&asked, &*asked.store().snapshot()?, &store)?;
        Ok::<_, ApiError>(found.map(|from| (store, from)))
    });
    let Some((store, from)) = from.await? else {
        return shown(central, visit, draft, form.get("q"), true).await;
    };
    draft.add(&store, from);
    super::shown(central, visit, draft, View::default()).await
}
