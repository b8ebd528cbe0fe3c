//! The lines between sites and the central server of a demo, which people cut and restore in the browser: one page for both programs.
//! A real server has no such lines, and then there is no such page.

use std::fmt::Debug;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use sitesync_web::{ApiError, Form, Query, blocking};

use crate::answer::{if_changed, text};
use crate::frame::Frame;
use crate::texts::Texts;
use crate::visit::Visit;

/// Where the page is.
pub const LINES: &str = "/demo";

/// The message that names it.
pub const LINES_LABEL: &str = "nav-demo";

/// A line between a site and the central server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name of the site.
    pub site: String,
    /// Where its own pages are.
    pub url: String,
    pub is_open: bool,
    /// Records of the site that are not on the central server yet.
    pub unsent: u64,
}

/// Lines that can be cut.
pub trait Lines: Debug + Send + Sync {
    /// # Errors
    /// If a site cannot be read.
    fn all(&self) -> Result<Vec<Line>, ApiError>;

    /// Cuts the line of a site, or restores it. False if there is none of this name.
    fn set(&self, site: &str, open: bool) -> bool;
}

/// The frame of the page, which each program has.
pub type FrameOf = Arc<dyn Fn(&Visit) -> Result<Frame, ApiError> + Send + Sync>;

#[derive(Clone)]
struct Shared {
    lines: Arc<dyn Lines>,
    frame: FrameOf,
}

/// The page and its switches; to be put behind the door where people are let in.
pub fn lines(lines: Arc<dyn Lines>, frame: FrameOf) -> Router {
    Router::new().route(LINES, get(page).post(switch)).with_state(Shared { lines, frame })
}

#[derive(Debug, Default, Deserialize)]
struct Params {
    /// `lines` for what changes alone.
    #[serde(default)]
    part: String,
}

#[derive(Template)]
#[template(path = "lines.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    part: Part,
}

#[derive(Template)]
#[template(path = "lines_part.html")]
struct Part {
    t: &'static Texts,
    csrf: String,
    lines: Vec<Line>,
}

async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let part_only = params.part == "lines";
    let html = blocking(move || {
        let part = Part { t: visit.t, csrf: visit.csrf().to_owned(), lines: shared.lines.all()? };
        if part_only {
            return text(&part);
        }
        text(&Page { frame: (shared.frame)(&visit)?, t: visit.t, part })
    });
    let html = html.await?;
    Ok(if part_only { if_changed(html, &headers) } else { Html(html).into_response() })
}

/// The switch of a line.
async fn switch(State(shared): State<Shared>, form: Form) -> Result<Redirect, ApiError> {
    let open = form.get("line") == "open";
    if !shared.lines.set(form.get("site"), open) {
        let message = "There is no line to this site.";
        return Err(ApiError::new(StatusCode::NOT_FOUND, "line_unknown", message, "Look at the list of lines."));
    }
    Ok(Redirect::to(LINES))
}

impl Part {
    fn unsent(&self, line: &Line) -> String {
        match line.unsent {
            0 => self.t.get("status-unsent-none"),
            count => self.t.one("status-unsent", "n", count),
        }
    }
}
