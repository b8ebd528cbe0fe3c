//! A rule of a mapping at work: one row of the file in, one record out.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sitesync_core::ids::RecordKey;

use super::cell::{Kind, Otherwise};
use super::fault::CellFault;
use super::template::{Template, stable_id};

/// The cells of a row that the mapping uses, in the order of its list of used columns.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    pub(super) names: &'a [String],
    pub(super) cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn cell(&self, column: usize) -> &'a str {
        self.cells.get(column).copied().unwrap_or_default()
    }

    fn name(&self, column: usize) -> &'a str {
        self.names.get(column).map(String::as_str).unwrap_or_default()
    }

    fn render(&self, template: &Template) -> String {
        template.render(|column| self.cell(column))
    }

    fn fault(&self, column: usize, reason: impl Into<String>) -> CellFault {
        CellFault::cell(self.line, self.name(column), self.cell(column), reason)
    }
}

/// How the id of a record is written.
#[derive(Clone, Debug)]
pub(super) struct IdRule {
    pub(super) table: String,
    pub(super) text: Template,
    /// The text is the id itself. Otherwise the id is made from it.
    pub(super) raw: bool,
}

impl IdRule {
    /// The id for a row; an empty cell in it would make one record of many.
    fn id(&self, row: &Row<'_>) -> Result<String, CellFault> {
        if let Some(column) = self.text.columns().find(|column| row.cell(*column).is_empty()) {
            return Err(row.fault(column, format!("is empty, but it names a record of {}", self.table)));
        }
        let text = row.render(&self.text);
        Ok(if self.raw { text } else { stable_id(&self.table, &text) })
    }
}

/// Where the value of a column comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Value(Value),
    Text(Template),
    Reference(IdRule),
    Cell {
        column: usize,
        kind: Kind,
        when_empty: Otherwise,
        words: Otherwise,
    },
    /// 1, 2, 3… over the rows for which the template gives the same text.
    Count(Template),
}

/// A column of the record that a rule makes.
#[derive(Clone, Debug)]
pub(super) struct ColumnRule {
    pub(super) name: String,
    pub(super) source: Source,
    /// Where rows disagree about the same record, the first one counts.
    pub(super) first: bool,
}

impl ColumnRule {
    /// The column of the file to look at when something is wrong with this one.
    fn looked_at(&self) -> Option<usize> {
        match &self.source {
            Source::Value(_) => None,
            Source::Cell { column, .. } => Some(*column),
            Source::Text(template) | Source::Count(template) => template.columns().next(),
            Source::Reference(id) => id.text.columns().next(),
        }
    }

    /// The fault that this row contradicts an earlier one.
    pub(super) fn conflict(&self, row: &Row<'_>, table: &str, earlier: u64, old: &Value) -> CellFault {
        let was = if earlier == 0 { "what the mapping fixes".to_owned() } else { format!("line {earlier}") };
        let shown = match (&self.source, old) {
            // The id of a reference says nothing to a reader.
            (Source::Reference(_), _) | (_, Value::Null) => String::new(),
            (_, old) => format!(" ({old})"),
        };
        let reason = format!("differs from {was}{shown} for the same {table}, in its column {}", self.name);
        match self.looked_at() {
            Some(column) => row.fault(column, reason),
            None => CellFault::column(row.line, &self.name, reason),
        }
    }
}

/// When a rule applies at all.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) column: usize,
    pub(super) test: Test,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    NotEmpty,
    Equals(String),
    NotEquals(String),
}

impl Condition {
    fn holds(&self, row: &Row<'_>) -> bool {
        let cell = row.cell(self.column);
        match &self.test {
            Test::NotEmpty => !cell.is_empty(),
            Test::Equals(text) => cell == text,
            Test::NotEquals(text) => cell != text,
        }
    }
}

/// One record per row.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: IdRule,
    pub(super) only_if: Option<Condition>,
    pub(super) columns: Vec<ColumnRule>,
}

/// The running numbers of [`Source::Count`], by rule, column and text.
pub(super) type Counts = HashMap<(usize, usize, String), u64>;

impl Rule {
    /// The record of a row. `None`: the rule does not apply, or something is wrong and stands in `faults`.
    pub(super) fn build(
        &self,
        number: usize,
        row: &Row<'_>,
        counts: &mut Counts,
        faults: &mut Vec<CellFault>,
    ) -> Option<(RecordKey, Map<String, Value>)> {
        if self.only_if.as_ref().is_some_and(|condition| !condition.holds(row)) {
            return None;
        }
        let before = faults.len();
        let id = self.id.id(row).map_err(|fault| faults.push(fault)).ok();
        let mut data = Map::new();
        for (at, column) in self.columns.iter().enumerate() {
            let value = match &column.source {
                Source::Count(template) => {
                    let count = counts.entry((number, at, row.render(template))).or_default();
                    *count += 1;
                    Ok(Some(Value::from(*count)))
                }
                source => value(source, row),
            };
            match value {
                Ok(Some(value)) => drop(data.insert(column.name.clone(), value)),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        let id = id.filter(|_| faults.len() == before)?;
        Some((RecordKey::new(self.id.table.as_str(), id), data))
    }
}

/// The value of a column; `None` leaves it out.
fn value(source: &Source, row: &Row<'_>) -> Result<Option<Value>, CellFault> {
    match source {
        Source::Value(value) => Ok(Some(value.clone())),
        Source::Text(template) | Source::Count(template) => Ok(Some(Value::from(row.render(template)))),
        Source::Reference(id) => id.id(row).map(|id| Some(Value::from(id))),
        Source::Cell { column, kind, when_empty, words } => {
            let text = row.cell(*column);
            if text.is_empty() {
                return otherwise(*when_empty, kind).ok_or_else(|| row.fault(*column, "is empty"));
            }
            match kind.parse(text) {
                Ok(value) => Ok(Some(value)),
                Err(reason) if text.chars().any(char::is_alphabetic) => {
                    otherwise(*words, kind).ok_or_else(|| row.fault(*column, reason))
                }
                Err(reason) => Err(row.fault(*column, reason)),
            }
        }
    }
}

/// What stands in for a value that is not there: `None` if that is an error, `Some(None)` if the column is left out.
#[expect(clippy::option_option, reason = "three outcomes, and the inner one is what the caller hands on")]
fn otherwise(otherwise: Otherwise, kind: &Kind) -> Option<Option<Value>> {
    match otherwise {
        Otherwise::Default => Some(Some(kind.none())),
        Otherwise::Skip => Some(None),
        Otherwise::Error => None,
    }
}
