//! The list of users.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;
use sitesync_pages::{Frame, Texts, Visit, html};
use sitesync_web::{ApiError, Query, blocking};

use super::super::frame::{Here, frame};
use crate::server::Central;
use crate::users::{self, UserLine};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "users.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    q: &'a str,
    rows: Vec<Row>,
    shown: String,
    total: String,
}

struct Row {
    id: String,
    name: String,
    whole_name: String,
    job_title: String,
    dot: &'static str,
    state: String,
    stores: String,
    permissions: String,
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Query(params): Query<Params>,
) -> Result<Html<String>, ApiError> {
    let lines = blocking(move || users::list(&*central.store().snapshot()?)).await?;
    let (t, sought) = (visit.t, params.q.trim().to_lowercase());
    let total = t.number(lines.len() as u64);
    let rows: Vec<_> = lines.into_iter().filter(|line| matches(line, &sought)).map(|line| Row::of(line, t)).collect();
    let shown = t.number(rows.len() as u64);
    let page = Page { frame: frame(&visit, Here::Users), t, q: params.q.trim(), rows, shown, total };
    html(&page)
}

fn matches(line: &UserLine, sought: &str) -> bool {
    [&line.name, &line.first_name, &line.last_name, &line.job_title]
        .into_iter()
        .any(|text| text.to_lowercase().contains(sought))
}

impl Row {
    fn of(line: UserLine, t: &Texts) -> Self {
        let (dot, state) = match (line.active, line.has_password) {
            (false, _) => ("never", "user-off"),
            (true, false) => ("late", "user-no-password"),
            (true, true) => ("good", "user-active"),
        };
        Self {
            whole_name: format!("{} {}", line.first_name, line.last_name).trim().to_owned(),
            stores: t.number(line.stores.len() as u64),
            permissions: t.number(line.permissions.len() as u64),
            id: line.id,
            name: line.name,
            job_title: line.job_title,
            dot,
            state: t.get(state),
        }
    }
}
