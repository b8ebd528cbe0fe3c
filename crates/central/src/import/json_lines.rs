//! JSON lines: one record per line, as `{"table": "item", "id": "…", "data": {…}}` or with `"delete": true` instead of data.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Map, Value};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal::check_size;

use super::collect::Collected;
use super::csv::check_text;
use super::fault::{CellFault, Faults};
use super::{Change, FILE_MAX, ImportError, ImportRecord, PROGRESS_EVERY, Progress, whole};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    table: String,
    id: String,
    data: Option<Map<String, Value>>,
    #[serde(default)]
    delete: bool,
}

/// Reads a whole file of JSON lines: all its records, or all that is wrong with it. Empty lines are skipped.
pub fn read_json_lines(
    reader: impl Read,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<ImportRecord>, ImportError> {
    let bytes = whole(reader, FILE_MAX)?;
    check_text(&bytes)?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut found = Collected::default();
    let mut faults = Faults::default();
    let mut done = Progress { line: 0, bytes: (bytes.len() - text.len()) as u64, records: 0, faults: 0 };
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        done.line += 1;
        done.bytes += line.len() as u64;
        if let Err(fault) = add(line, done.line, &mut found) {
            faults.push(fault);
        }
        if done.line % PROGRESS_EVERY == 1 {
            progress(Progress { records: found.len(), faults: faults.count(), ..done });
        }
    }
    progress(Progress { records: found.len(), faults: faults.count(), ..done });
    let good = found.into_records();
    if faults.is_empty() { Ok(good) } else { Err(ImportError::Faults { faults, good }) }
}

fn add(bytes: &[u8], line: u64, found: &mut Collected) -> Result<(), CellFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| CellFault::line(line, "is not UTF-8 text"))?.trim();
    if text.is_empty() {
        return Ok(());
    }
    let fault = |reason: &str| CellFault::cell(line, "", text, reason);
    check_size(text).map_err(|malformed| fault(&malformed.to_string()))?;
    let raw: RawLine = serde_json::from_str(text).map_err(|error| fault(&json_reason(&error)))?;
    if raw.table.trim().is_empty() || raw.id.trim().is_empty() {
        return Err(fault("has an empty table or id"));
    }
    let change = match (raw.data, raw.delete) {
        (Some(data), false) => Change::Put(data),
        (None, true) => Change::Delete,
        (Some(_), true) => return Err(fault("has both data and delete")),
        (None, false) => return Err(fault("has neither data nor delete")),
    };
    let record = ImportRecord { key: RecordKey::new(raw.table, raw.id), change, line };
    found.add(record, &|_| false).map_err(|conflict| match conflict.column {
        Some((column, _)) => fault(&format!("differs from line {} for the same record, in {column}", conflict.line)),
        None => fault(&format!("is the same record as line {}, one of them a delete", conflict.line)),
    })
}

/// The line that serde_json names is always 1 here; the position within it helps.
fn json_reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let what = whole.split(" at line ").next().unwrap_or_default();
    format!("is not a record: {what}, at character {}", error.column())
}
