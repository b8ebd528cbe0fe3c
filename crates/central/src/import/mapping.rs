//! A mapping: which records a row of a CSV file becomes. Written in TOML, checked whole before the file is looked at.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::COLUMNS_MAX;
use super::cell::{Kind, Otherwise, check_format};
use super::nearest::nearest;
use super::rule::{ColumnRule, Condition, IdRule, Rule, Source, Test};
use super::template::Template;

/// A checked mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) delimiter: u8,
    /// The columns of the file that are used, in the order in which they are first named.
    pub(super) used: Vec<String>,
    /// Records that are made whatever the file holds.
    pub(super) constants: Vec<Rule>,
    /// One record each for every row.
    pub(super) rules: Vec<Rule>,
}

/// What is wrong with a mapping, and in which line of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct MappingError {
    pub line: Option<usize>,
    pub reason: String,
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "mapping, line {line}: {}", self.reason),
            None => write!(f, "mapping: {}", self.reason),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMapping {
    #[serde(default)]
    csv: RawFormat,
    #[serde(default)]
    constant: Vec<RawRule>,
    #[serde(default)]
    record: Vec<RawRule>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFormat {
    delimiter: Option<Spanned<String>>,
    #[serde(default)]
    dates: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    table: Spanned<String>,
    id: Spanned<String>,
    #[serde(default)]
    raw_id: bool,
    #[serde(rename = "where")]
    only_if: Option<Spanned<RawCondition>>,
    #[serde(default)]
    columns: BTreeMap<Spanned<String>, toml::Value>,
}

/// Without `equals` and `not_equals`: the column is not empty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    column: String,
    equals: Option<String>,
    not_equals: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    from: Option<String>,
    #[serde(rename = "as")]
    kind: Option<String>,
    when_empty: Option<Otherwise>,
    words: Option<Otherwise>,
    template: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    id: Option<String>,
    count_per: Option<String>,
    value: Option<serde_json::Value>,
    #[serde(default)]
    first: bool,
}

impl std::str::FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        if text.len() > TEXT_MAX {
            return Err(MappingError { line: None, reason: "it is longer than 1 MiB".to_owned() });
        }
        let raw: RawMapping = toml::from_str(text).map_err(|error| MappingError {
            line: error.span().map(|span| line_of(text, span.start)),
            reason: error.message().trim().to_owned(),
        })?;
        let columns: usize = raw.constant.iter().chain(&raw.record).map(|rule| 1 + rule.columns.len()).sum();
        if columns > COLUMNS_MAX {
            let reason = format!("its records have {columns} columns together; {COLUMNS_MAX} are allowed");
            return Err(MappingError { line: None, reason });
        }
        let mut reader = Reader::new(text, &raw)?;
        let constants = reader.rules(&raw.constant)?;
        if let Some(column) = reader.used.first() {
            return Err(MappingError {
                line: None,
                reason: format!("a constant record has no row to take \"{column}\" from"),
            });
        }
        let rules = reader.rules(&raw.record)?;
        if reader.used.len() > COLUMNS_MAX {
            let reason = format!("it uses more than {COLUMNS_MAX} columns of the file");
            return Err(MappingError { line: None, reason });
        }
        if rules.is_empty() {
            return Err(MappingError {
                line: None,
                reason: "there is no [[record]], so nothing would be read".to_owned(),
            });
        }
        if let Some(unused) = raw.csv.dates.keys().find(|name| !reader.used.contains(name)) {
            return Err(MappingError {
                line: None,
                reason: format!("a date format is given for \"{unused}\", which no record uses"),
            });
        }
        Ok(Self { delimiter: reader.delimiter(&raw.csv)?, used: reader.used, constants, rules })
    }
}

/// The longest mapping, in bytes.
const TEXT_MAX: usize = 1 << 20;

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// What is known while a mapping is read.
struct Reader<'a> {
    text: &'a str,
    dates: BTreeMap<&'a str, &'a str>,
    /// Every record that a reference may mean: table, template of the id, and whether that is the id itself.
    known: Vec<(&'a str, &'a str, bool)>,
    used: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, raw: &'a RawMapping) -> Result<Self, MappingError> {
        let all = raw.constant.iter().chain(&raw.record);
        let known = all.map(|rule| (rule.table.get_ref().as_str(), rule.id.get_ref().as_str(), rule.raw_id)).collect();
        let mut reader = Self { text, dates: BTreeMap::new(), known, used: Vec::new() };
        for (column, format) in &raw.csv.dates {
            check_format(format.get_ref()).map_err(|reason| reader.error(format.span().start, reason))?;
            reader.dates.insert(column, format.get_ref());
        }
        Ok(reader)
    }

    fn error(&self, at: usize, reason: impl Into<String>) -> MappingError {
        MappingError { line: Some(line_of(self.text, at)), reason: reason.into() }
    }

    fn delimiter(&self, format: &RawFormat) -> Result<u8, MappingError> {
        let Some(delimiter) = &format.delimiter else { return Ok(b',') };
        match delimiter.get_ref().as_bytes() {
            [byte] if !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
            _ => {
                Err(self.error(delimiter.span().start, "a delimiter is one character, such as \",\", \";\" or \"\\t\""))
            }
        }
    }

    /// The number of a column of the file.
    fn column(&mut self, name: &str) -> usize {
        match self.used.iter().position(|known| known == name) {
            Some(at) => at,
            // Beyond the limit, the mapping will be refused.
            None if self.used.len() > COLUMNS_MAX => COLUMNS_MAX,
            None => {
                self.used.push(name.to_owned());
                self.used.len() - 1
            }
        }
    }

    fn template(&mut self, at: usize, source: &str) -> Result<Template, MappingError> {
        Template::parse(source, &mut |name| self.column(name)).map_err(|reason| self.error(at, reason))
    }

    fn rules(&mut self, raw: &[RawRule]) -> Result<Vec<Rule>, MappingError> {
        raw.iter().map(|rule| self.rule(rule)).collect()
    }

    fn rule(&mut self, raw: &RawRule) -> Result<Rule, MappingError> {
        if raw.table.get_ref().is_empty() {
            return Err(self.error(raw.table.span().start, "the table has no name"));
        }
        if raw.id.get_ref().is_empty() {
            return Err(self.error(raw.id.span().start, "the id is empty"));
        }
        let text = self.template(raw.id.span().start, raw.id.get_ref())?;
        let id = IdRule { table: raw.table.get_ref().clone(), text, raw: raw.raw_id };
        let only_if = raw.only_if.as_ref().map(|condition| self.condition(condition)).transpose()?;
        let mut columns = Vec::new();
        for (name, value) in &raw.columns {
            columns.push(self.column_rule(name, value)?);
        }
        Ok(Rule { id, only_if, columns })
    }

    fn condition(&mut self, raw: &Spanned<RawCondition>) -> Result<Condition, MappingError> {
        let condition = raw.get_ref();
        let test = match (&condition.equals, &condition.not_equals) {
            (None, None) => Test::NotEmpty,
            (Some(text), None) => Test::Equals(text.clone()),
            (None, Some(text)) => Test::NotEquals(text.clone()),
            (Some(_), Some(_)) => {
                return Err(self.error(raw.span().start, "equals and not_equals exclude each other"));
            }
        };
        Ok(Condition { column: self.column(&condition.column), test })
    }

    fn column_rule(&mut self, name: &Spanned<String>, value: &toml::Value) -> Result<ColumnRule, MappingError> {
        let at = name.span().start;
        let name = name.get_ref();
        if name == "ID" {
            return Err(self.error(at, "ID is no column of a rule: its id says it"));
        }
        let (source, first) = match value {
            toml::Value::String(text) => (Source::Text(self.template(at, text)?), false),
            toml::Value::Integer(number) => (Source::Value((*number).into()), false),
            toml::Value::Float(number) => (Source::Value((*number).into()), false),
            toml::Value::Boolean(truth) => (Source::Value((*truth).into()), false),
            toml::Value::Table(_) => {
                let raw: RawColumn = value
                    .clone()
                    .try_into()
                    .map_err(|error| self.error(at, format!("{name}: {}", error.message().trim())))?;
                (self.source(at, name, &raw)?, raw.first)
            }
            toml::Value::Datetime(_) | toml::Value::Array(_) => {
                return Err(self.error(at, format!("{name}: write a date as text, and a list as {{ value = [...] }}")));
            }
        };
        Ok(ColumnRule { name: name.clone(), source, first })
    }

    fn source(&mut self, at: usize, name: &str, raw: &RawColumn) -> Result<Source, MappingError> {
        let of_a_cell = raw.kind.is_some() || raw.when_empty.is_some() || raw.words.is_some();
        if of_a_cell && raw.from.is_none() {
            return Err(self.error(at, format!("{name}: as, when_empty and words go with from")));
        }
        if raw.id.is_some() != raw.reference.is_some() {
            return Err(self.error(at, format!("{name}: a reference needs both ref, the table, and id")));
        }
        match raw {
            RawColumn { from: Some(column), template: None, reference: None, count_per: None, value: None, .. } => {
                self.cell(at, name, column, raw)
            }
            RawColumn { from: None, template: Some(text), reference: None, count_per: None, value: None, .. } => {
                Ok(Source::Text(self.template(at, text)?))
            }
            RawColumn {
                from: None,
                template: None,
                reference: Some(table),
                count_per: None,
                value: None,
                id: Some(id),
                ..
            } => self.reference(at, name, table, id),
            RawColumn { from: None, template: None, reference: None, count_per: Some(text), value: None, .. } => {
                Ok(Source::Count(self.template(at, text)?))
            }
            RawColumn { from: None, template: None, reference: None, count_per: None, value: Some(value), .. } => {
                Ok(Source::Value(value.clone()))
            }
            _ => {
                Err(self
                    .error(at, format!("{name}: exactly one of from, template, ref, count_per and value is needed")))
            }
        }
    }

    fn cell(&mut self, at: usize, name: &str, from: &str, raw: &RawColumn) -> Result<Source, MappingError> {
        let format = self.dates.get(from).map(|format| (*format).to_owned());
        let kind = match (raw.kind.as_deref().unwrap_or("text"), format) {
            ("text", _) => Kind::Text,
            ("number", _) => Kind::Number,
            ("number_in_text", _) => Kind::NumberInText,
            ("bool", _) => Kind::Bool,
            ("date", Some(format)) => Kind::Date(format),
            ("datetime", Some(format)) => Kind::Datetime(format),
            ("date" | "datetime", None) => {
                return Err(self.error(at, format!("{name}: the format of \"{from}\" is missing in [csv.dates]")));
            }
            (other, _) => {
                let reason = format!(
                    "{name}: as = \"{other}\" is none of text, number, number_in_text, date, datetime and bool"
                );
                return Err(self.error(at, reason));
            }
        };
        // An empty text is a usual thing; an empty number is more often a mistake.
        let usual = if kind == Kind::Text { Otherwise::Default } else { Otherwise::Error };
        Ok(Source::Cell {
            column: self.column(from),
            kind,
            when_empty: raw.when_empty.unwrap_or(usual),
            words: raw.words.unwrap_or(Otherwise::Error),
        })
    }

    /// A reference means a record that this mapping makes; one that is already on the server is written as a plain template.
    fn reference(&mut self, at: usize, name: &str, table: &str, id: &str) -> Result<Source, MappingError> {
        let found = self.known.iter().find(|known| known.0 == table && known.1 == id).map(|known| known.2);
        let Some(raw) = found else {
            let same_table = self.known.iter().filter(|known| known.0 == table).map(|known| known.1);
            let hint = match nearest(id, same_table) {
                Some(near) => format!("; is \"{near}\" meant?"),
                None => String::new(),
            };
            return Err(self.error(at, format!("{name}: no record of {table} has the id \"{id}\"{hint}")));
        };
        Ok(Source::Reference(IdRule { table: table.to_owned(), text: self.template(at, id)?, raw }))
    }
}
