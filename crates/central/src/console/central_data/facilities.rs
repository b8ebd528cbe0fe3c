//! The list of facilities: those with a store here, and suppliers and customers outside.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Texts, Visit};
use sitesync_store::StoreError;
use sitesync_web::{ApiError, Query, blocking};

use super::super::frame::Here;
use super::listing::{About, Params, Row, draw};
use crate::master::{FacilityForm, Master, Name};
use crate::server::Central;
use crate::sites;

const ABOUT: About = About {
    here: Here::Facilities,
    path: "/facilities",
    title: "nav-facilities",
    search: "facilities-search",
    new: "facilities-new",
    none: "facilities-none",
    columns: &[
        ("facility-code", ""),
        ("facility-name", "name"),
        ("facility-kind", ""),
        ("facility-supplied-by", "more"),
        ("facility-lists", "more"),
        ("facility-site", "more"),
    ],
    import: Some("facilities"),
};

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let read = blocking(move || {
        let snapshot = central.store().snapshot()?;
        let sites = sites::list(&*snapshot, None, usize::MAX)?;
        Ok::<_, StoreError>((central.master(&*snapshot)?, sites))
    });
    let (master, sites) = read.await?;
    let site_name =
        |id: SiteId| sites.iter().find(|site| site.id == id).map(|site| site.name.clone()).unwrap_or_default();
    let mut names: Vec<_> = master.facilities().collect();
    names.sort_by_cached_key(|name| (name.name.to_lowercase(), name.code.clone()));
    let rows = names.into_iter().map(|name| row(&master, name, site_name, visit.t)).collect();
    draw(&ABOUT, &visit, &params, rows)
}

fn row(master: &Master, name: &Name, site_name: impl Fn(SiteId) -> String, t: &Texts) -> Row {
    let form = FacilityForm::of(master, name);
    let store = master.store_of(&name.id);
    let supplier = form.supplied_by.as_deref().and_then(|id| master.stores.get(id));
    let lists: Vec<_> = form.lists.iter().filter_map(|id| master.lists.get(id)).map(|list| &*list.name).collect();
    let kind = if form.closed { "facility-closed" } else { form.kind.message() };
    Row {
        id: name.id.to_string(),
        cells: vec![
            name.code.to_string(),
            name.name.to_string(),
            t.get(kind),
            supplier.map(|store| store.name.to_string()).unwrap_or_default(),
            lists.join(", "),
            store.map(|store| site_name(store.site)).unwrap_or_default(),
        ],
        dim: form.closed,
    }
}
