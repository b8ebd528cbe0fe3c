//! A list of central data as a page: searched, in pages, and with the way to something new.

use askama::Template;
use axum::response::Html;
use serde::Deserialize;
use sitesync_pages::{Frame, Paging, Texts, Visit, encoded, html};
use sitesync_web::ApiError;
use sitesync_web::accounts::Permission;

use super::super::frame::{Here, frame};

/// Rows on a page.
const ROWS: usize = 300;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
    /// From 0.
    #[serde(default)]
    page: usize,
}

/// What a list is about.
pub(super) struct About {
    pub(super) here: Here,
    /// The address of the list; windows are below it.
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    pub(super) search: &'static str,
    pub(super) new: &'static str,
    pub(super) none: &'static str,
    /// Message and class of each column.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// What may be imported as a file, if anything.
    pub(super) import: Option<&'static str>,
}

/// A row: its id, a cell for each column, and whether it is dim.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) cells: Vec<String>,
    pub(super) dim: bool,
}

impl Row {
    fn matches(&self, sought: &str) -> bool {
        self.cells.iter().any(|cell| cell.to_lowercase().contains(sought))
    }

    /// The cells with the columns that they stand in.
    fn columns<'a>(
        &'a self,
        about: &'a About,
    ) -> impl Iterator<Item = (&'a String, &'static str, &'static str)> + use<'a> {
        self.cells.iter().zip(about.columns).map(|(cell, (label, class))| (cell, *label, *class))
    }
}

#[derive(Template)]
#[template(path = "central_data.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    about: &'a About,
    q: &'a str,
    rows: Vec<Row>,
    paging: Paging,
    may: bool,
}

pub(super) fn draw(about: &About, visit: &Visit, params: &Params, rows: Vec<Row>) -> Result<Html<String>, ApiError> {
    let (t, q, total) = (visit.t, params.q.trim(), rows.len());
    let sought = q.to_lowercase();
    let found = rows.into_iter().filter(|row| row.matches(&sought)).collect();
    let address = format!("{}?q={}&page=", about.path, encoded(q));
    let (rows, paging) = Paging::cut(found, total, (params.page, ROWS), address, t);
    let may = visit.may(Permission::EditCentralData);
    html(&Page { frame: frame(visit, about.here), t, about, q, rows, paging, may })
}
