//! The list of items.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use sitesync_pages::{Texts, Visit};
use sitesync_web::{ApiError, Query};

use super::super::frame::Here;
use super::listing::{About, Params, Row, draw};
use crate::admin::central_data::master;
use crate::master::{Item, Master, Sight};
use crate::server::Central;

const ABOUT: About = About {
    here: Here::Items,
    path: "/items",
    title: "nav-items",
    search: "items-search",
    new: "items-new",
    none: "items-none",
    columns: &[
        ("item-code", ""),
        ("item-name", "name"),
        ("item-unit", "more"),
        ("item-pack-size", "n more"),
        ("item-ven", "more"),
        ("item-lists", "n more"),
        ("item-stores", "n"),
    ],
    import: Some("items"),
};

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let master = master(&central).await?;
    let mut items: Vec<_> = master.items.iter().collect();
    items.sort_by_cached_key(|item| (item.name.to_lowercase(), item.code.clone()));
    let mut sight = Sight::new(&master);
    let rows = items.into_iter().map(|item| row(&master, item, sight.stores(item), visit.t)).collect();
    draw(&ABOUT, &visit, &params, rows)
}

fn row(master: &Master, item: &Item, stores: usize, t: &Texts) -> Row {
    let unit = master.units.get(&item.unit).map(|unit| unit.name.to_string());
    Row {
        id: item.id.to_string(),
        cells: vec![
            item.code.to_string(),
            item.name.to_string(),
            unit.unwrap_or_default(),
            t.decimal(item.pack_size),
            item.ven.to_string(),
            t.number(master.items_lists.of(&item.id).count() as u64),
            t.number(stores as u64),
        ],
        dim: stores == 0,
    }
}
