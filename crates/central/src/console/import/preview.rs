//! What a file would do: its columns, its rows with what is wrong in them, and how many of each there are. After OK, what it did.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Paging, Texts, Visit, html, shown};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Path, Query, blocking};

use super::super::frame::frame;
use super::{kind_of, list_of};
use crate::server::Central;
use crate::sheet::{self, Judged, JudgedRow, Kind, Outcome, Row, Stored, Upload};

/// Rows on a page.
const ROWS: usize = 100;
/// Cells are shown up to so many characters.
const SHOWN_MAX: usize = 120;
/// Cells with more characters get more room.
const LONG_ABOVE: usize = 24;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    /// Which rows: the name of an [`Outcome`], or nothing for all.
    #[serde(default)]
    show: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "import_preview.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    kind: Kind,
    path: String,
    file: &'a str,
    list: &'static str,
    list_name: String,
    fault: Option<(String, String)>,
    /// What is wrong with the columns, and what happens besides.
    wrong: Vec<String>,
    notes: Vec<String>,
    filters: Vec<Filter>,
    heads: Vec<Head<'a>>,
    rows: Vec<RowView>,
    seen: &'a str,
    may_import: bool,
    paging: Paging,
}

/// Some of the rows, and how many they are.
struct Filter {
    label: String,
    href: String,
    count: String,
    dot: &'static str,
    current: bool,
}

/// A column with what it can be.
struct Head<'a> {
    header: &'a str,
    label: String,
    left_out: bool,
    options: Vec<(&'static str, String, bool)>,
}

struct RowView {
    line: String,
    dot: &'static str,
    state: String,
    why: Vec<String>,
    cells: Vec<Cell>,
}

struct Cell {
    text: String,
    class: &'static str,
    was: Option<String>,
    why: Option<String>,
}

#[derive(Template)]
#[template(path = "import_done.html")]
struct Done<'a> {
    frame: Frame,
    t: &'static Texts,
    kind: Kind,
    file: &'a str,
    list: &'static str,
    list_name: String,
    counts: [(String, String); 3],
    /// Users who cannot sign in yet.
    without_password: bool,
}

/// The sheet of this name, for who has sent it.
pub(super) fn find(central: &Central, who: &Who, kind: Kind, id: &str) -> Result<Upload, ApiError> {
    let found = central.uploads().get(id, central.clock().now(), &who.id);
    found.filter(|upload| upload.kind == kind).ok_or_else(|| {
        let message = "This file is not here any more: files wait for OK for two hours.";
        ApiError::new(StatusCode::NOT_FOUND, "upload_gone", message, "Choose the file again.")
    })
}

pub(super) async fn judged(central: &Arc<Central>, who: &Who, upload: &Upload) -> Result<Judged, ApiError> {
    let (central, upload, may) = (central.clone(), upload.clone(), who.permissions);
    blocking(move || sheet::look(&central, may, upload.kind, &upload.table, &upload.columns)).await
}

pub(super) async fn page(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path((kind, id)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let upload = find(&central, &who, kind_of(&kind, &visit)?, &id)?;
    if let Some(stored) = upload.stored {
        return done(&visit, &upload, stored);
    }
    let judged = judged(&central, &who, &upload).await?;
    draw(&visit, &id, &upload, &judged, &params, None)
}

fn done(visit: &Visit, upload: &Upload, stored: Stored) -> Result<Response, ApiError> {
    let t = visit.t;
    let (here, list, list_name) = list_of(upload.kind);
    let (frame, list_name) = (frame(visit, here), t.get(list_name));
    let counts =
        [("import-new", stored.new), ("import-changed", stored.changed), ("import-unchanged", stored.unchanged)];
    let counts = counts.map(|(label, count)| (t.get(label), t.number(count as u64)));
    let without_password = upload.kind == Kind::Users && stored.new > 0;
    let page = Done { frame, t, kind: upload.kind, file: &upload.file, list, list_name, counts, without_password };
    html(&page).map(IntoResponse::into_response)
}

pub(super) fn draw(
    visit: &Visit,
    id: &str,
    upload: &Upload,
    judged: &Judged,
    params: &Params,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let t = visit.t;
    let path = format!("/import/{}/{id}", upload.kind.name());
    let (here, list, list_name) = list_of(upload.kind);
    let all: Vec<_> = upload.table.rows.iter().zip(&judged.rows).collect();
    let total = all.len();
    let found = chosen(all, &params.show);
    let address = format!("{path}?show={}&page=", sitesync_pages::encoded(&params.show));
    let (rows, paging) = Paging::cut(found, total, (params.page, ROWS), address, t);
    let page = Page {
        frame: frame(visit, here),
        t,
        kind: upload.kind,
        file: &upload.file,
        list,
        list_name: t.get(list_name),
        fault: fault.map(|text| shown(t, text)),
        wrong: judged.faults.iter().map(|words| t.say(words)).collect(),
        notes: notes(upload, judged, t),
        filters: filters(judged, &path, &params.show, t),
        heads: heads(upload, t),
        rows: rows.into_iter().map(|(row, judged)| row_view(upload, row, judged, t)).collect(),
        seen: &judged.mark,
        may_import: judged.is_good() && judged.count(Outcome::Unchanged) < total,
        paging,
        path,
    };
    let status = if fault.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

/// The rows that are asked for; those with faults first.
fn chosen<'a>(mut all: Vec<(&'a Row, &'a JudgedRow)>, show: &str) -> Vec<(&'a Row, &'a JudgedRow)> {
    if let Some((_, outcome, ..)) = KINDS.into_iter().find(|(name, ..)| *name == show) {
        all.retain(|(_, judged)| judged.outcome == outcome);
    }
    all.sort_by_key(|(_, judged)| judged.outcome != Outcome::Wrong);
    all
}

/// What rows can do: how an address names it, its message and its mark.
const KINDS: [(&str, Outcome, &str, &str); 4] = [
    ("wrong", Outcome::Wrong, "import-wrong", "bad"),
    ("new", Outcome::New, "import-new", "good"),
    ("changed", Outcome::Changed, "import-changed", "initialising"),
    ("unchanged", Outcome::Unchanged, "import-unchanged", "never"),
];

fn filters(judged: &Judged, path: &str, show: &str, t: &Texts) -> Vec<Filter> {
    let known = KINDS.iter().any(|(name, ..)| *name == show);
    let all = Filter {
        label: t.get("import-all"),
        href: path.to_owned(),
        count: t.number(judged.rows.len() as u64),
        dot: "",
        current: !known,
    };
    let one = |(name, outcome, label, dot): (&str, Outcome, &str, &'static str)| Filter {
        label: t.get(label),
        href: format!("{path}?show={name}"),
        count: t.number(judged.count(outcome) as u64),
        dot,
        current: name == show,
    };
    std::iter::once(all).chain(KINDS.into_iter().map(one)).collect()
}

fn notes(upload: &Upload, judged: &Judged, t: &Texts) -> Vec<String> {
    let encoding = upload.table.windows_1252.then(|| t.get("import-windows"));
    encoding.into_iter().chain(judged.notes.iter().map(|words| t.say(words))).collect()
}

fn heads<'a>(upload: &'a Upload, t: &Texts) -> Vec<Head<'a>> {
    let head = |(header, column): (&'a String, &Option<&'static sheet::Field>)| {
        let left_out = std::iter::once(("", t.get("import-left-out"), column.is_none()));
        let fields = upload.kind.fields().iter();
        let options = fields.map(|field| (field.name, t.get(field.label), *column == Some(field)));
        Head {
            header,
            label: t.one("import-column-is", "header", header),
            left_out: column.is_none(),
            options: left_out.chain(options).collect(),
        }
    };
    upload.table.header.iter().zip(&upload.columns).map(head).collect()
}

fn row_view(upload: &Upload, row: &Row, judged: &JudgedRow, t: &Texts) -> RowView {
    let (dot, state) = KINDS
        .into_iter()
        .find(|(_, outcome, ..)| *outcome == judged.outcome)
        .map_or(("never", String::new()), |(_, _, label, dot)| (dot, t.get(label)));
    let whole = judged.wrong.iter().filter(|wrong| wrong.column.is_none());
    RowView {
        line: t.number(row.line),
        dot,
        state,
        why: whole.map(|wrong| wrong.why.say(t)).collect(),
        cells: (0..upload.columns.len()).map(|at| cell(upload, row, judged, at, t)).collect(),
    }
}

fn cell(upload: &Upload, row: &Row, judged: &JudgedRow, at: usize, t: &Texts) -> Cell {
    let text = row.cell(at);
    let mut short: String = text.chars().take(SHOWN_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    let here = judged.wrong.iter().filter(|wrong| wrong.column == Some(at));
    let why: Vec<_> = here.map(|wrong| wrong.why.say(t)).collect();
    let was = judged.was.iter().find(|(column, _)| *column == at);
    let is_long = text.chars().nth(LONG_ABOVE).is_some();
    Cell {
        text: short,
        class: match (upload.columns[at].is_some(), why.is_empty()) {
            (false, _) => "out",
            (true, false) => "bad",
            (true, true) if is_long => "long",
            (true, true) => "",
        },
        was: was.map(|(_, was)| was.say(t)),
        why: (!why.is_empty()).then(|| why.join(" ")),
    }
}
