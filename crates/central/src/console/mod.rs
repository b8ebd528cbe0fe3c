//! The pages of the central server: a door like the others. They are rendered here and work without JavaScript; what they change,
//! they change through the same functions as the API, with the same permissions ([`crate::policy`]).

mod audit;
mod beside;
mod central_data;
mod first_steps;
mod frame;
mod held;
mod import;
mod press;
mod qr;
mod records;
mod settings;
mod site;
mod sites;
mod stores;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use sitesync_pages::{Door, Lines, as_page, entrance, let_in, lines};

use self::beside::Known;
use self::frame::{Here, frame};
use crate::policy;
use crate::server::Central;

pub fn router(central: Arc<Central>, of_demo: Option<Arc<dyn Lines>>) -> Router {
    let door = Door {
        sign_in: central.sign_in().clone(),
        policy: policy::check,
        place: |t| t.get("central-server"),
        left: Arc::new(|_| ()),
    };
    let known = Known { central: central.clone(), is_demo: of_demo.is_some() };
    let demo = of_demo.map(|demo| lines(demo, Arc::new(|visit| Ok(frame(visit, Here::Demo)))));
    let inside = Router::new()
        .route("/", get(sites::page))
        .route("/sites.csv", get(sites::csv))
        .route("/sites/delete", get(sites::ask_delete))
        .route("/sites/new", get(site::new).post(site::press_new))
        .route("/sites/{site}", get(site::open).post(site::press_one))
        .route("/first-steps", get(first_steps::page).post(first_steps::post))
        .route("/sites/{site}/state", get(site::state))
        .route("/sites/{site}/details", get(site::details::page))
        .route("/sites/{site}/log", get(site::log::page))
        .route("/sites/{site}/log.csv", get(site::log::csv))
        .route("/sites/{site}/delete", axum::routing::post(sites::delete))
        .route("/audit", get(audit::page))
        .route("/settings", get(settings::page).post(settings::post))
        .merge(central_data::router())
        .merge(held::router())
        .merge(records::router())
        .merge(import::router())
        .merge(stores::router())
        .merge(users::router())
        .with_state(central)
        .merge(demo.unwrap_or_default())
        .route_layer(from_fn_with_state(known, beside::put))
        .route_layer(from_fn_with_state(door.clone(), let_in));
    inside.merge(entrance(door)).layer(from_fn(as_page))
}
