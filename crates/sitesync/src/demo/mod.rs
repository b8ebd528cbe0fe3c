//! The data of the demo country: its places ([`places`]), its master data ([`country`]) and the daily work of its stores ([`generator`]).
//!
//! Only data. Nothing here starts a server, opens a file or writes to a store: who runs the demo does, and passes in what a store
//! sees ([`view::StoreView`]) and the time.

pub mod country;
mod documents;
pub mod generator;
pub mod medicines;
pub mod places;
pub mod random;
pub mod view;

#[cfg(test)]
mod hub_test;
#[cfg(test)]
mod model_test;

use serde_json::{Map, Number, Value};
use sitesync_core::hash::Hash;

/// The columns of a record.
pub type Columns = Map<String, Value>;

/// A record to write: table, id, columns.
pub type DemoRecord = (String, String, Columns);

/// The id of a record of the demo's master data: always the same, so that a demo can be started again on its old data.
pub fn demo_id(table: &str, text: &str) -> String {
    format!("{:032X}", Hash::of_parts(&[b"demo", table.as_bytes(), text.as_bytes()]).0)
}

/// Columns written as name and value.
fn columns<const N: usize>(pairs: [(&str, Value); N]) -> Columns {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A number as records hold it: whole ones without a fraction, all others to a millionth, so that prices do not grow digits.
fn number(value: f64) -> Value {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        return Value::from(rounded as i64);
    }
    Number::from_f64(rounded).map_or(Value::from(0), Value::Number)
}

/// The text of a column, empty if there is none.
fn text<'a>(data: &'a Columns, column: &str) -> &'a str {
    data.get(column).and_then(Value::as_str).unwrap_or_default()
}

/// The number of a column, 0 if there is none.
fn amount(data: &Columns, column: &str) -> f64 {
    data.get(column).and_then(Value::as_f64).unwrap_or_default()
}
