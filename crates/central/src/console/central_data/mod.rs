//! Central data without raw forms: items, facilities, and the lists that say who sees what. Each has a list and a window; nothing is
//! stored before OK, which stores all of it together (`crate::master`).

mod facilities;
mod facility;
mod item;
mod items;
mod list;
mod listing;
mod lists;
mod over;
mod window;

pub(super) use window::number;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::server::Central;

pub(super) fn router() -> Router<Arc<Central>> {
    Router::new()
        .route("/items", get(items::page))
        .route("/items/new", get(item::new).post(item::press))
        .route("/items/{item}", get(item::open).post(item::press))
        .route("/facilities", get(facilities::page))
        .route("/facilities/new", get(facility::new).post(facility::press))
        .route("/facilities/{facility}", get(facility::open).post(facility::press))
        .route("/lists", get(lists::page))
        .route("/lists/new", get(list::new).post(list::press))
        .route("/lists/{list}", get(list::open).post(list::press))
}
