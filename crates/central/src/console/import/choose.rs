//! Where one chooses a file, and an example of what may stand in it.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Language, Texts, Visit, html, shown};
use sitesync_web::{ApiError, FILE_MAX, Path};

use super::super::frame::frame;
use super::{kind_of, list_of};
use crate::sheet::Kind;

#[derive(Template)]
#[template(path = "import.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    kind: Kind,
    list: &'static str,
    list_name: String,
    tabs: Vec<(&'static str, String)>,
    fields: Vec<FieldRow>,
    limit: String,
    fault: Option<(String, String)>,
}

struct FieldRow {
    label: String,
    needed: bool,
    examples: Vec<&'static str>,
    hint: String,
}

pub(super) async fn page(visit: Visit, Path(kind): Path<String>) -> Result<Response, ApiError> {
    draw(&visit, kind_of(&kind, &visit)?, None)
}

/// The page, with what was wrong with a file.
pub(super) fn draw(visit: &Visit, kind: Kind, fault: Option<(StatusCode, &ErrorText)>) -> Result<Response, ApiError> {
    let t = visit.t;
    let (here, list, list_name) = list_of(kind);
    let tabs = Kind::ALL.into_iter().filter(|kind| visit.may(kind.permission()));
    let page = Page {
        frame: frame(visit, here),
        t,
        kind,
        list,
        list_name: t.get(list_name),
        tabs: tabs.map(|kind| (kind.name(), t.get(list_of(kind).2))).collect(),
        fields: rows(kind, t),
        limit: t.bytes(FILE_MAX as u64),
        fault: fault.map(|(_, text)| shown(t, text)),
    };
    let status = fault.map_or(StatusCode::OK, |(status, _)| status);
    Ok((status, html(&page)?).into_response())
}

fn rows(kind: Kind, t: &Texts) -> Vec<FieldRow> {
    let fields = kind.fields().iter();
    let row = |field: &crate::sheet::Field| {
        let mut examples: Vec<_> = field.examples.into_iter().filter(|example| !example.is_empty()).collect();
        examples.dedup();
        let hint = field.hint.map(|hint| t.get(hint)).unwrap_or_default();
        FieldRow { label: t.get(field.label), needed: field == kind.key(), examples, hint }
    };
    fields.map(row).collect()
}

/// A file with the right headers, as programs in the reader's language open it: in French, a comma stands in numbers.
pub(super) async fn example(visit: Visit, Path(kind): Path<String>) -> Result<Response, ApiError> {
    let kind = kind_of(&kind, &visit)?;
    let delimiter = match visit.t.language() {
        Language::English => b',',
        Language::French => b';',
    };
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(b"\xEF\xBB\xBF".to_vec());
    let labels = kind.fields().iter().map(|field| visit.t.get(field.label));
    writer.write_record(labels).map_err(ApiError::unexpected)?;
    for at in 0..2 {
        writer.write_record(kind.fields().iter().map(|field| field.examples[at])).map_err(ApiError::unexpected)?;
    }
    let text = writer.into_inner().map_err(ApiError::unexpected)?;
    let named = format!("attachment; filename=\"{}.csv\"", kind.name());
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, named)], text).into_response())
}
