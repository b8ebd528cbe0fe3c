//! Values of records as their readers write them: numbers, days, times, ticks.

use std::fmt::Display;

use serde_json::Value;
use sitesync_core::catalogue::Kind;

use crate::say::{Say, Words};
use crate::texts::{MONTHS, Texts};

/// What is shown of a text in one line.
const SHORT: usize = 200;

impl Texts {
    /// A value as one line. Nothing stands for what is not filled in.
    pub fn value(&self, kind: Option<Kind>, value: &Value) -> String {
        match (kind, value) {
            (_, Value::Null) => String::new(),
            (Some(Kind::Date), Value::String(text)) => self.day(text).unwrap_or_else(|| text.clone()),
            (Some(Kind::Datetime), Value::String(text)) => self.day_and_time(text).unwrap_or_else(|| text.clone()),
            (Some(Kind::Time), Value::Number(seconds)) => clock(seconds.as_u64().unwrap_or(0)),
            (_, Value::Number(number)) => self.decimal(number),
            (_, Value::Bool(true)) => self.get("yes"),
            (_, Value::Bool(false)) => self.get("no"),
            (_, Value::String(text)) => short(text),
            (_, Value::Array(_) | Value::Object(_)) => short(&value.to_string()),
        }
    }

    /// A number in groups of three digits, with the mark of this language.
    pub fn decimal(&self, number: impl Display) -> String {
        let text = number.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("\u{2212}", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        // What has an exponent stays as it is.
        let Ok(whole) = whole.parse::<u64>() else { return text };
        let mark = if fraction.is_empty() { String::new() } else { self.get("decimal-mark") };
        format!("{sign}{}{mark}{fraction}", self.number(whole))
    }

    /// `2026-01-31`; nothing for no day.
    fn day(&self, text: &str) -> Option<String> {
        if text == "0000-00-00" {
            return Some(String::new());
        }
        let day: jiff::civil::Date = text.parse().ok()?;
        let month = MONTHS.get(usize::from(day.month().unsigned_abs()) - 1)?;
        let words = Words::new("date-day")
            .with("day", Say::Text(day.day().to_string()))
            .with("month", self.get(month))
            .with("year", Say::Text(day.year().to_string()));
        Some(self.say(&words))
    }

    /// `2026-01-31T23:59:00`, which has no zone.
    fn day_and_time(&self, text: &str) -> Option<String> {
        let (day, time) = text.split_once('T')?;
        Some(format!("{} {}", self.day(day)?, time.get(..5)?))
    }
}

/// Seconds since midnight; 0 is no time.
fn clock(seconds: u64) -> String {
    if seconds == 0 {
        return String::new();
    }
    format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Language;

    #[test]
    fn values_are_written_as_the_readers_write_them() {
        let (en, fr) = (Texts::of(Language::English), Texts::of(Language::French));
        let cases = [
            (Kind::Number, json!(1_234_567), "1,234,567", "1\u{202f}234\u{202f}567"),
            (Kind::Number, json!(-1234.25), "\u{2212}1,234.25", "\u{2212}1\u{202f}234,25"),
            (Kind::Number, json!(1e-7), "1e-7", "1e-7"),
            (Kind::Bool, json!(true), "yes", "oui"),
            (Kind::Bool, json!(false), "no", "non"),
            (Kind::Date, json!("2026-01-31"), "31 Jan 2026", "31 janv. 2026"),
            (Kind::Date, json!("0000-00-00"), "", ""),
            (Kind::Date, json!("soon"), "soon", "soon"),
            (Kind::Datetime, json!("2026-01-31T23:59:01.5"), "31 Jan 2026 23:59", "31 janv. 2026 23:59"),
            (Kind::Datetime, json!(""), "", ""),
            (Kind::Time, json!(86_399), "23:59", "23:59"),
            (Kind::Time, json!(0), "", ""),
            (Kind::Object, json!({"a": [1]}), "{\"a\":[1]}", "{\"a\":[1]}"),
            (Kind::Text, json!("<b>\u{202e}"), "<b>\u{202e}", "<b>\u{202e}"),
            (Kind::NumberOrNull, json!(null), "", ""),
        ];
        for (kind, value, english, french) in cases {
            let shown = (en.value(Some(kind), &value), fr.value(Some(kind), &value));
            assert_eq!((shown.0.as_str(), shown.1.as_str()), (english, french), "{kind:?} {value}");
        }
        assert_eq!(en.value(None, &json!("x".repeat(300))).chars().count(), 201);
    }
}
