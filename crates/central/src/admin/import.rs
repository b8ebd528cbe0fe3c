//! Importing sheets over the API: the same judgement as in the browser, by line and column.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_pages::{Language, Texts, Words};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, CsvBody, Path, Query, blocking, own_name};
use utoipa::{IntoParams, ToSchema};

use super::central_data::master;
use super::guard::{change, refuse};
use crate::server::Central;
use crate::sheet::{self, Columns, Judged, Kind, Order, Outcome, Stored, Table, Wrong};

/// So many faults are listed; further ones are only counted.
const FAULTS_MAX: usize = 1_000;
/// Cells are shown up to so many characters.
const SHOWN_MAX: usize = 60;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportParams {
    /// Judge the file and store nothing.
    #[serde(default)]
    dry_run: bool,
    /// What the columns are, in the order of the file, with commas between: `code,name,,unit`. Nothing between two commas leaves a
    /// column out. Without this, they are guessed from their headers.
    columns: Option<String>,
    /// The name of the file, for the audit.
    #[serde(default)]
    file: String,
}

/// A column of the file, and what it was taken for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportColumn {
    header: String,
    field: Option<&'static str>,
}

/// Something wrong in the file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportFault {
    /// Counted from 1, which is the header's.
    line: u64,
    /// The header of the column; empty if it is the whole line.
    column: String,
    value: String,
    reason: String,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportReport {
    /// Whether it is stored.
    stored: bool,
    columns: Vec<ImportColumn>,
    #[serde(flatten)]
    counts: Stored,
    wrong: usize,
    faults: Vec<ImportFault>,
    /// How many faults there are beyond those.
    more_faults: usize,
    /// What happens besides, such as units that are made.
    notes: Vec<String>,
}

/// Import a CSV file of items, facilities or users: all of it, or nothing if a cell is wrong. What is known by its code or name is
/// changed, columns and cells that are not there leave everything as it is.
#[utoipa::path(post, path = "/api/import/{kind}", tag = "import",
    params(("kind" = String, Path, description = "items, facilities or users"), ImportParams),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = ImportReport)))]
pub(super) async fn import(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(kind): Path<String>,
    Query(params): Query<ImportParams>,
    CsvBody(bytes): CsvBody,
) -> Result<Json<ImportReport>, ApiError> {
    let kind = Kind::of_name(&kind).ok_or_else(unknown_kind)?;
    who.need(kind.permission())?;
    let table = blocking(move || sheet::read(&bytes).map_err(ApiError::from)).await?;
    let columns = columns(kind, &table, params.columns.as_deref())?;
    let work = Arc::new((table, columns, own_name(&params.file)));
    if params.dry_run {
        let (judging, sheet) = (central.clone(), work.clone());
        let judged = blocking(move || sheet::look(&judging, who.permissions, kind, &sheet.0, &sheet.1)).await?;
        return Ok(Json(report(&work.0, &work.1, &judged)));
    }
    store(&central, who, kind, work).await
}

type Work = Arc<(Table, Columns, String)>;

async fn store(central: &Arc<Central>, who: Who, kind: Kind, work: Work) -> Result<Json<ImportReport>, ApiError> {
    // Read before the transaction: the first time it takes long, and nobody else could write meanwhile.
    master(central).await?;
    let (may, sheet) = (who.permissions, work.clone());
    let outcome = change(central, who, move |central, txn, by| {
        let (table, columns, file) = &*sheet;
        sheet::save(central, txn, Order { by, may, kind, file, table, columns, seen: None })
    });
    match outcome.await? {
        Ok((judged, grown)) => {
            central.hub().wake(&grown);
            Ok(Json(ImportReport { stored: true, ..report(&work.0, &work.1, &judged) }))
        }
        Err(judged) => {
            let report = report(&work.0, &work.1, &judged);
            let message = "Something in the file is wrong.";
            let next = "Nothing was imported. Correct what is listed and import the file again.";
            Err(refuse(StatusCode::CONFLICT, "import_wrong", message, next).with("report", &report))
        }
    }
}

fn unknown_kind() -> ApiError {
    let message = "There is nothing of this kind to be imported.";
    refuse(StatusCode::NOT_FOUND, "import_kind_unknown", message, "Take items, facilities or users.")
}

/// The columns as they are given, or guessed.
fn columns(kind: Kind, table: &Table, given: Option<&str>) -> Result<Columns, ApiError> {
    let Some(given) = given else { return Ok(sheet::guess(kind, &table.header)) };
    let names: Vec<_> = given.split(',').map(str::trim).collect();
    let wrong = |message: String| {
        let known: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        let next = format!("Known are: {}.", known.join(", "));
        refuse(StatusCode::BAD_REQUEST, "import_columns_wrong", message, &next)
    };
    if names.len() != table.header.len() {
        return Err(wrong(format!("{} columns are named, and the file has {}.", names.len(), table.header.len())));
    }
    let column = |name: &&str| match kind.field(name) {
        None if !name.is_empty() => Err(wrong(format!("There is no column \"{name}\" of {}.", kind.name()))),
        known => Ok(known),
    };
    names.iter().map(column).collect()
}

fn report(table: &Table, columns: &Columns, judged: &Judged) -> ImportReport {
    let t = Texts::of(Language::English);
    let head = |(header, column): (&String, &Option<&'static sheet::Field>)| ImportColumn {
        header: header.clone(),
        field: column.map(|field| field.name),
    };
    let of_columns =
        |words: &Words| ImportFault { line: 1, column: String::new(), value: String::new(), reason: t.say(words) };
    let rows = table.rows.iter().zip(&judged.rows);
    let of_rows = rows.flat_map(|(row, judged)| judged.wrong.iter().map(move |wrong| fault(table, row, wrong, t)));
    let mut faults: Vec<_> = judged.faults.iter().map(of_columns).chain(of_rows).collect();
    let more_faults = faults.len().saturating_sub(FAULTS_MAX);
    faults.truncate(FAULTS_MAX);
    ImportReport {
        stored: false,
        columns: table.header.iter().zip(columns).map(head).collect(),
        counts: Stored::from(judged),
        wrong: judged.count(Outcome::Wrong),
        faults,
        more_faults,
        notes: judged.notes.iter().map(|words| t.say(words)).collect(),
    }
}

fn fault(table: &Table, row: &sheet::Row, wrong: &Wrong, t: &Texts) -> ImportFault {
    let header = wrong.column.and_then(|at| table.header.get(at)).cloned();
    ImportFault {
        line: row.line,
        column: header.unwrap_or_default(),
        value: wrong.column.map(|at| row.cell(at).chars().take(SHOWN_MAX).collect()).unwrap_or_default(),
        reason: wrong.why.say(t),
    }
}
