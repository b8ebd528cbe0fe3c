//! What happened to this data file, and what was put aside here, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use sitesync_pages::{Frame, Texts, Time, Visit, html};
use sitesync_web::ApiError;

use super::frame::{Here, frame};
use crate::api::Api;

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    events: Vec<(Time, String)>,
    aside: Vec<AsideRow>,
}

struct AsideRow {
    at: Time,
    table: String,
    id: String,
    reason: String,
}

pub(super) async fn page(State(api): State<Api>, visit: Visit) -> Result<Response, ApiError> {
    let (name, events, aside) = api
        .with_site(|site| {
            let state = site.state()?;
            Ok((state.site.map(|site| site.name), state.events, site.put_aside()?))
        })
        .await?;
    let t = visit.t;
    let aside = aside.iter().rev().map(|aside| AsideRow {
        at: t.time(aside.at),
        table: aside.table.to_string(),
        id: aside.id.to_string(),
        reason: aside.reason.clone(),
    });
    let page = Page {
        frame: frame(&visit, Here::Log, name.as_deref()),
        t,
        events: events.into_iter().rev().map(|event| (t.time(event.at), event.text)).collect(),
        aside: aside.collect(),
    };
    html(&page).map(Html::into_response)
}
