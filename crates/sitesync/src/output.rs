//! What commands print: tables for people, JSON for programs.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

/// How to print.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Output {
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    pub json: bool,
}

/// A column of a table: its heading, and where its value is found in a row (fields within fields with dots).
pub type Column = (&'static str, &'static str);

impl Output {
    /// A list as a table, or as it came.
    pub fn list(self, rows: &Value, columns: &[Column], none: &str) -> Result<()> {
        if self.json {
            return print_json(rows);
        }
        let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            return print(&format!("{none}\n"));
        }
        print(&table(rows, columns))
    }

    /// One object, a field a line, or as it came.
    pub fn object(self, object: &Value) -> Result<()> {
        if self.json { print_json(object) } else { print(&fields(object)) }
    }

    /// A sentence for people, or the object that says the same.
    pub fn done(self, sentence: &str, object: &Value) -> Result<()> {
        if self.json { print_json(object) } else { print(&format!("{sentence}\n")) }
    }
}

pub fn print_json(value: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(value).context("the answer cannot be written as JSON")?;
    print(&format!("{text}\n"))
}

/// Prints, and says so if it cannot.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("the output cannot be written")
}

/// The reader of our output has gone: nothing is wrong with the work.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let found = error.downcast_ref::<std::io::Error>();
    found.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn field<'a>(row: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(row, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// A value on one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.replace(|c: char| c.is_control(), " "),
        Value::Object(object) if object.contains_key("name") => cell(&object["name"]),
        Value::Object(object) if object.contains_key("text") => cell(&object["text"]),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Fields that hold a time in milliseconds since 1970.
const TIMES: [&str; 9] = [
    "at",
    "since",
    "created",
    "first_sync",
    "last_sync",
    "last_attempt",
    "last_connection",
    "last_success",
    "unsent_since",
];

/// A field as people read it: times in words.
fn shown(path: &str, value: &Value) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    match value.as_i64() {
        Some(millis) if TIMES.contains(&name) => time(millis),
        _ => cell(value),
    }
}

/// A time in UTC, to the second.
pub fn time(millis: i64) -> String {
    match jiff::Timestamp::from_millisecond(millis) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => millis.to_string(),
    }
}

fn fields(object: &Value) -> String {
    let mut text = String::new();
    let all = object.as_object().into_iter().flatten();
    let widest = all.clone().map(|(name, _)| width(name)).max().unwrap_or_default();
    for (name, value) in all {
        let value = shown(name, value);
        if !value.is_empty() {
            let _ = writeln!(text, "{}  {value}", padded(name, widest));
        }
    }
    text
}

fn table(rows: &[Value], columns: &[Column]) -> String {
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|(heading, _)| (*heading).to_owned()).collect()];
    for row in rows {
        lines.push(columns.iter().map(|(_, path)| shown(path, field(row, path))).collect());
    }
    let widths: Vec<usize> =
        (0..columns.len()).map(|at| lines.iter().map(|line| width(&line[at])).max().unwrap_or_default()).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{fields, table};

    #[test]
    fn an_object_tells_times_and_states_in_words() {
        let site = json!({ "id": 2, "last_sync": 1_767_225_600_000_i64, "held": null, "state": { "kind": "good", "text": "Up to date" } });
        let lines: Vec<String> = fields(&site).lines().map(str::to_owned).collect();
        assert_eq!(lines, ["id         2", "last_sync  2026-01-01 00:00:00Z", "state      Up to date"]);
    }

    #[test]
    fn a_table_lines_up_and_tells_times_in_words() {
        let rows = [
            json!({ "id": 2, "name": "Ōpua", "last_sync": 1_767_225_600_000_i64, "blocks": { "device": null } }),
            json!({ "id": 13, "name": "Kamo regional", "stores": ["A", "B"] }),
        ];
        let text = table(&rows, &[("SITE", "id"), ("NAME", "name"), ("LAST SYNC", "last_sync"), ("STORES", "stores")]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "SITE  NAME           LAST SYNC             STORES");
        assert_eq!(lines[1], "2     Ōpua           2026-01-01 00:00:00Z");
        assert_eq!(lines[2], "13    Kamo regional                        A, B");
    }
}
