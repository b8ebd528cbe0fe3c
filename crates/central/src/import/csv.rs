//! CSV read with a mapping. What a CSV file is, is the business of the `csv` crate; lines and complaints are ours.

use std::collections::HashSet;
use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};

use super::collect::Collected;
use super::fault::{CellFault, Faults, shortened};
use super::nearest::nearest;
use super::rule::{Counts, Row, Rule};
use super::text::{Lines, NotText};
use super::{COLUMNS_MAX, Change, FILE_MAX, ImportError, ImportRecord, Mapping, PROGRESS_EVERY, Progress, whole};

/// Reads a whole CSV file: all its records, or all that is wrong with it. `progress` is called every thousand lines and at the end.
///
/// The first line is the header. Cells are trimmed. The records of constants come first, then those of the rows in their order.
pub fn read_csv(
    reader: impl Read,
    mapping: &Mapping,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<ImportRecord>, ImportError> {
    let bytes = whole(reader, FILE_MAX)?;
    check_text(&bytes)?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    File::new(text, mapping).read(progress)
}

/// Refuses at once what is no text: listing its "cells" would help nobody.
pub(super) fn check_text(bytes: &[u8]) -> Result<(), Faults> {
    match NotText::of(bytes) {
        None => Ok(()),
        Some(what) => Err(Faults::one(CellFault::line(1, what.to_string()))),
    }
}

/// The longest cell, in bytes.
const CELL_MAX: usize = 1 << 20;

struct File<'a> {
    text: &'a [u8],
    mapping: &'a Mapping,
    found: Collected,
    faults: Faults,
    counts: Counts,
    lines: Lines<'a>,
}

impl<'a> File<'a> {
    fn new(text: &'a [u8], mapping: &'a Mapping) -> Self {
        let lines = Lines::of(text);
        Self { text, mapping, found: Collected::default(), faults: Faults::default(), counts: Counts::new(), lines }
    }

    fn read(mut self, progress: &mut dyn FnMut(Progress)) -> Result<Vec<ImportRecord>, ImportError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(self.mapping.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.text);
        let mut record = ByteRecord::new();
        let mut header: Option<Header> = None;
        let mut rows = 0_u64;
        self.constants();
        while self.next(&mut reader, &mut record) {
            let line = self.lines.at(record.position().map_or(0, csv::Position::byte));
            match &header {
                None => header = Some(Header::read(&record, line, self.mapping)?),
                Some(header) => {
                    self.row(&record, line, header);
                    rows += 1;
                }
            }
            if rows % PROGRESS_EVERY == 1 {
                progress(self.progress(line, reader.position().byte()));
            }
        }
        if rows == 0 && self.faults.is_empty() {
            self.faults.push(CellFault::line(1, "the file has a header but no rows"));
        }
        progress(self.progress(self.lines.last(), self.text.len() as u64));
        let good = self.found.into_records();
        if self.faults.is_empty() { Ok(good) } else { Err(ImportError::Faults { faults: self.faults, good }) }
    }

    fn progress(&self, line: u64, bytes: u64) -> Progress {
        Progress { line, bytes, records: self.found.len(), faults: self.faults.count() }
    }

    /// The next record, if there is one. Bytes that are no CSV end the file, with a fault.
    fn next(&mut self, reader: &mut csv::Reader<&[u8]>, record: &mut ByteRecord) -> bool {
        match reader.read_byte_record(record) {
            Ok(more) => more,
            Err(error) => {
                let line = error.position().map_or(1, |position| self.lines.at(position.byte()));
                self.faults.push(CellFault::line(line, format!("cannot be read as CSV: {error}")));
                false
            }
        }
    }

    fn constants(&mut self) {
        let row = Row { line: 0, names: &[], cells: Vec::new() };
        for (number, rule) in self.mapping.constants.iter().enumerate() {
            self.apply(number, rule, &row, &mut Vec::new());
        }
    }

    fn row(&mut self, record: &ByteRecord, line: u64, header: &Header) {
        if record.len() != header.width {
            let hint = if record.len() < header.width {
                " (is a quote not closed?)"
            } else {
                " (is a cell with the delimiter not quoted?)"
            };
            let reason = format!("has {} cells where the header has {}{hint}", record.len(), header.width);
            return self.faults.push(CellFault::line(line, reason));
        }
        let mut wrong = Vec::new();
        let mut cells = Vec::with_capacity(header.places.len());
        for (name, place) in self.mapping.used.iter().zip(&header.places) {
            let bytes = record.get(*place).unwrap_or_default();
            let cell = std::str::from_utf8(bytes).unwrap_or_default();
            if cell.is_empty() != bytes.is_empty() {
                wrong.push(CellFault::cell(line, name, &String::from_utf8_lossy(bytes), "is not UTF-8 text"));
            } else if cell.len() > CELL_MAX {
                wrong.push(CellFault::cell(line, name, cell, "is longer than 1 MiB"));
            } else if cell.contains('\0') {
                wrong.push(CellFault::cell(line, name, cell, "holds a zero byte"));
            }
            cells.push(cell.trim());
        }
        if wrong.is_empty() {
            let row = Row { line, names: &self.mapping.used, cells };
            let first = self.mapping.constants.len();
            for (number, rule) in self.mapping.rules.iter().enumerate() {
                self.apply(first + number, rule, &row, &mut wrong);
            }
        }
        self.report(wrong);
    }

    /// Several rules may use the same bad cell; it is reported once.
    fn report(&mut self, wrong: Vec<CellFault>) {
        let mut seen = HashSet::new();
        for fault in &wrong {
            if seen.insert(fault) {
                self.faults.push(fault.clone());
            }
        }
    }

    fn apply(&mut self, number: usize, rule: &Rule, row: &Row<'_>, wrong: &mut Vec<CellFault>) {
        let Some((key, data)) = rule.build(number, row, &mut self.counts, wrong) else { return };
        let record = ImportRecord { key, change: Change::Put(data), line: row.line };
        let loose = |name: &str| rule.columns.iter().any(|column| column.first && column.name == name);
        let Err(conflict) = self.found.add(record, &loose) else { return };
        let table = &rule.id.table;
        let column = conflict.column.as_ref().and_then(|(name, old)| {
            let column = rule.columns.iter().find(|column| column.name == *name)?;
            Some(column.conflict(row, table, conflict.line, old))
        });
        wrong.push(column.unwrap_or_else(|| {
            CellFault::line(row.line, format!("gives the same {table} as line {} other columns", conflict.line))
        }));
    }
}

/// Where the columns of the mapping stand.
struct Header {
    width: usize,
    places: Vec<usize>,
}

impl Header {
    fn read(record: &ByteRecord, line: u64, mapping: &Mapping) -> Result<Self, Faults> {
        if record.len() > COLUMNS_MAX {
            let reason = format!("the header has {} columns; a file may have {COLUMNS_MAX}", record.len());
            return Err(Faults::one(CellFault::line(line, reason)));
        }
        let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let mut faults = Faults::default();
        let mut places = Vec::new();
        for wanted in &mapping.used {
            let mut at = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(at, _)| at);
            match (at.next(), at.next()) {
                (Some(place), None) => places.push(place),
                (Some(_), Some(_)) => faults.push(CellFault::column(line, wanted, "is in the header twice")),
                (None, _) => faults.push(CellFault::column(line, wanted, missing(wanted, &names, mapping.delimiter))),
            }
        }
        if faults.is_empty() { Ok(Self { width: names.len(), places }) } else { Err(faults) }
    }
}

/// Why a column may be missing: a wrong delimiter makes the header one column.
fn missing(wanted: &str, names: &[String], delimiter: u8) -> String {
    if let [only] = names {
        let other = [',', ';', '\t', '|'].into_iter().find(|c| *c as u32 != u32::from(delimiter) && only.contains(*c));
        if let Some(other) = other {
            return format!("is missing: the header is a single column; is the delimiter {other:?}?");
        }
    }
    match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("is missing in the header; the nearest is \"{}\"", shortened(near)),
        None => format!("is missing in the header, which has {} columns", names.len()),
    }
}
