//! One cell of a CSV file, turned into a value of a column.

use jiff::civil::Date;
use serde_json::{Number, Value};

/// What a column of the file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// The digits of a text as one number: 304 of "DN-304".
    NumberInText,
    Bool,
    /// With the format in which the file writes it.
    Date(String),
    /// The beginning of the day that the file gives.
    Datetime(String),
}

/// What to do with a cell that is empty, or holds words where something else is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Otherwise {
    /// The value that stands for "none" in the column's type.
    Default,
    Error,
    /// The column is left out.
    Skip,
}

impl Kind {
    /// The value of a cell that is not empty, or the reason why there is none.
    pub(super) fn parse(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(Value::from(text)),
            Self::Number => number(text).map(Value::Number).ok_or_else(|| not_a_number(text)),
            Self::NumberInText => number_in(text).map(Value::from).ok_or_else(|| "holds no number".to_owned()),
            Self::Bool => boolean(text).map(Value::from).ok_or_else(|| "is not yes or no".to_owned()),
            Self::Date(format) => date(format, text).map(|date| Value::from(date.to_string())),
            Self::Datetime(format) => date(format, text).map(|date| Value::from(format!("{date}T00:00:00"))),
        }
    }

    /// The value for "none".
    pub(super) fn none(&self) -> Value {
        match self {
            Self::Text | Self::Datetime(_) => Value::from(""),
            Self::Number | Self::NumberInText => Value::from(0),
            Self::Bool => Value::from(false),
            Self::Date(_) => Value::from("0000-00-00"),
        }
    }
}

/// Whole numbers become integers: to many readers `1.0` is not `1`.
fn number(text: &str) -> Option<Number> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    if !text.chars().all(plain) {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    // Up to 2^53 every whole number is exact.
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

/// Up to 15 digits: all such numbers are exact in a float, as some readers hold them.
fn number_in(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() > 15 { None } else { digits.parse().ok() }
}

fn not_a_number(text: &str) -> String {
    let reason = "is not a number";
    if text.contains(',') && number(&text.replace(',', ".")).is_some() {
        return format!("{reason}; a comma is not accepted, as it may mean thousands or decimals");
    }
    if text.chars().any(char::is_alphabetic) {
        return format!("{reason}; if words may stand here, say words = \"default\" for it in the mapping");
    }
    reason.to_owned()
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Some(true),
        "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

fn date(format: &str, text: &str) -> Result<Date, String> {
    let example = Date::constant(2026, 3, 31).strftime(format);
    let date =
        Date::strptime(format, text).map_err(|_| format!("is not a date as \"{example}\" would be ({format})"))?;
    // The wire knows four-digit years after 0.
    if date.year() < 1 {
        return Err("is a date before the year 1".to_owned());
    }
    Ok(date)
}

/// Whether dates can be read with this format: one written with it must come back.
pub(super) fn check_format(format: &str) -> Result<(), String> {
    let sample = Date::constant(2026, 3, 31);
    let mut written = String::new();
    let usable = std::fmt::Write::write_fmt(&mut written, format_args!("{}", sample.strftime(format))).is_ok()
        && Date::strptime(format, &written).is_ok_and(|back| back == sample);
    match usable {
        true => Ok(()),
        false => Err(format!("\"{format}\" is not a format of dates; one is \"%d-%b-%y\" for 31-Mar-26")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        let read = |text: &str| Kind::Number.parse(text).map(|value| value.to_string());
        assert_eq!(read("12").unwrap(), "12");
        assert_eq!(read("12.50").unwrap(), "12.5");
        assert_eq!(read("3.0").unwrap(), "3");
        assert_eq!(read("-0.1").unwrap(), "-0.1");
        assert_eq!(Kind::NumberInText.parse("DN-304").unwrap(), 304);
        assert!(Kind::NumberInText.parse("none").is_err());
        for bad in ["", "abc", "1,5", "inf", "NaN", "1e999", "0x10", "1 000", "--1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read("1,5").unwrap_err().contains("comma"));
        assert!(read("See note").unwrap_err().contains("words"));
    }

    #[test]
    fn dates_follow_their_format() {
        let kind = Kind::Date("%d-%b-%y".to_owned());
        assert_eq!(kind.parse("02-Jun-06").unwrap(), "2006-06-02");
        assert!(kind.parse("31-Feb-06").is_err());
        assert!(kind.parse("2006-06-02").unwrap_err().contains("31-Mar-26"));
        assert_eq!(Kind::Datetime("%Y%m%d".to_owned()).parse("20260102").unwrap(), "2026-01-02T00:00:00");
        assert!(check_format("%d-%b-%y").is_ok());
        for bad in ["%d-%b", "%Q", "", "date", "%H:%M", "%"] {
            assert!(check_format(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn yes_and_no() {
        assert_eq!(Kind::Bool.parse("Yes").unwrap(), true);
        assert_eq!(Kind::Bool.parse("0").unwrap(), false);
        assert!(Kind::Bool.parse("perhaps").is_err());
    }
}
