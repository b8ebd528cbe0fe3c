//! The master lists: who sees what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use sitesync_pages::{Texts, Visit};
use sitesync_web::{ApiError, Query};

use super::super::frame::Here;
use super::listing::{About, Params, Row, draw};
use crate::admin::central_data::master;
use crate::master::{List, Master};
use crate::server::Central;

const ABOUT: About = About {
    here: Here::Lists,
    path: "/lists",
    title: "nav-lists",
    search: "lists-search",
    new: "lists-new",
    none: "lists-none",
    columns: &[
        ("list-code", ""),
        ("list-name", "name"),
        ("list-kind", "more"),
        ("list-items", "n"),
        ("list-stores", "n"),
    ],
    import: None,
};

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let master = master(&central).await?;
    let mut lists: Vec<_> = master.lists.iter().collect();
    lists.sort_by_cached_key(|list| (list.inactive, list.name.to_lowercase()));
    let rows = lists.into_iter().map(|list| row(&master, list, visit.t)).collect();
    draw(&ABOUT, &visit, &params, rows)
}

fn row(master: &Master, list: &List, t: &Texts) -> Row {
    let kind = match (list.inactive, list.program) {
        (true, _) => "list-inactive",
        (false, true) => "list-program",
        (false, false) => "list-plain",
    };
    Row {
        id: list.id.to_string(),
        cells: vec![
            list.code.to_string(),
            list.name.to_string(),
            t.get(kind),
            t.number(master.items_lists.to(&list.id).count() as u64),
            t.number(master.stores_of_list(&list.id).count() as u64),
        ],
        dim: list.inactive,
    }
}
