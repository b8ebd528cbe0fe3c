//! Values as they stand in the fields of a form, and back.

use serde_json::{Map, Number, Value};
use sitesync_core::catalogue::Kind;

/// The text in the field of a value.
pub(super) fn shown(kind: Kind, value: Option<&Value>) -> String {
    match (kind, value) {
        (_, None | Some(Value::Null)) => String::new(),
        (Kind::Bool, Some(value)) => if value == &Value::Bool(true) { "1" } else { "0" }.to_owned(),
        (Kind::Date, Some(Value::String(text))) if text == "0000-00-00" => String::new(),
        (Kind::Time, Some(Value::Number(seconds))) => clock(seconds.as_u64().unwrap_or(0)),
        (_, Some(Value::String(text))) => one_break(text),
        (Kind::Object | Kind::Json, Some(value)) => pretty(value),
        (_, Some(value)) => value.to_string(),
    }
}

/// Whether two texts of a field mean the same: browsers write line ends and times in their own way.
pub(super) fn same(kind: Kind, one: &str, other: &str) -> bool {
    let plain = |text: &str| match kind {
        Kind::Datetime | Kind::Time => whole_time(text),
        Kind::Bool if text.is_empty() => "0".to_owned(),
        _ => one_break(text),
    };
    plain(one) == plain(other)
}

/// The value of a text, or nothing if it is none of this kind.
pub(super) fn value(kind: Kind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        Kind::Text => Some(Value::from(one_break(text))),
        Kind::Bool => Some(Value::Bool(text == "1")),
        _ if trimmed.is_empty() => Some(Value::Null),
        Kind::Number | Kind::NumberOrNull => trimmed.parse::<Number>().ok().map(Value::Number),
        Kind::Date => Some(Value::from(trimmed)),
        Kind::Time | Kind::Datetime => Some(Value::from(whole_time(trimmed))),
        Kind::Object => serde_json::from_str(text).ok(),
        Kind::Json => Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(one_break(text)))),
    }
}

/// The message for a value that is none of its kind.
pub(super) fn fault(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "record-fault-text",
        Kind::Number | Kind::NumberOrNull => "record-fault-number",
        Kind::Bool => "record-fault-tick",
        Kind::Date => "record-fault-date",
        Kind::Time => "record-fault-time",
        Kind::Datetime => "record-fault-datetime",
        Kind::Object | Kind::Json => "record-fault-json",
    }
}

/// JSON for people to edit.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The columns that differ in `now`; one that is there no more becomes null.
pub(super) fn differing(before: &Map<String, Value>, now: &Map<String, Value>) -> Map<String, Value> {
    let changed = now.iter().filter(|(name, value)| before.get(*name) != Some(value));
    let mut differing: Map<_, _> = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    differing.extend(gone.map(|name| (name.clone(), Value::Null)));
    differing
}

/// A form sends every line end as two characters.
pub(super) fn one_break(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Seconds since midnight; 0 is no time.
fn clock(seconds: u64) -> String {
    if seconds == 0 {
        return String::new();
    }
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A day and time as browsers write it: without seconds where they are 0.
pub(super) fn shortest(text: &str) -> String {
    let text = whole_time(text);
    text.strip_suffix(":00").filter(|rest| rest.len() == 16).map(str::to_owned).unwrap_or(text)
}

/// With seconds, which browsers leave out where they are 0, and without zeros at the end of a fraction.
fn whole_time(text: &str) -> String {
    let text = text.trim();
    let (day, time) = text.rsplit_once('T').map_or(("", text), |(day, time)| (day, time));
    let time = match time.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        },
        None if time.len() == 5 => format!("{time}:00"),
        None => time.to_owned(),
    };
    if day.is_empty() { time } else { format!("{day}T{time}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_field_shows_is_read_back_as_the_very_value() {
        let values = [
            (Kind::Text, json!("a\nb \"<")),
            (Kind::Number, json!(-12.5)),
            (Kind::NumberOrNull, json!(0)),
            (Kind::NumberOrNull, json!(null)),
            (Kind::Bool, json!(true)),
            (Kind::Date, json!("2026-01-31")),
            (Kind::Datetime, json!("2026-01-31T23:59:00")),
            (Kind::Object, json!({"a": [1, null]})),
            (Kind::Json, json!("no JSON {")),
        ];
        for (kind, stored) in values {
            let text = shown(kind, Some(&stored));
            assert_eq!(value(kind, &text), Some(stored.clone()), "{kind:?} {text}");
            assert!(same(kind, &text, &text.replace('\n', "\r\n")), "{kind:?} {text}");
        }
        assert_eq!(value(Kind::Time, &shown(Kind::Time, Some(&json!(86_399)))), Some(json!("23:59:59")));
    }

    #[test]
    fn a_browser_may_write_a_time_in_its_own_way() {
        for (kind, one, other) in [
            (Kind::Datetime, "2026-01-31T10:00:00", "2026-01-31T10:00"),
            (Kind::Datetime, "2026-01-31T10:00:00.500", "2026-01-31T10:00:00.5"),
            (Kind::Time, "10:00:00", "10:00"),
            (Kind::Bool, "", "0"),
        ] {
            assert!(same(kind, one, other), "{one} {other}");
        }
        assert!(!same(Kind::Datetime, "2026-01-31T10:00:00", "2026-01-31T10:01"));
        assert_eq!(value(Kind::Datetime, "2026-01-31T10:00"), Some(json!("2026-01-31T10:00:00")));
        let shortened = ["2026-01-31T10:00:00", "2026-01-31T10:00:01.50", "2026-01-31T10:00", ""].map(shortest);
        assert_eq!(shortened, ["2026-01-31T10:00", "2026-01-31T10:00:01.5", "2026-01-31T10:00", ""]);
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_none() {
        assert_eq!(value(Kind::Number, "1,5"), None);
        assert_eq!(value(Kind::Object, "{"), None);
        assert_eq!(value(Kind::Number, " "), Some(json!(null)));
    }

    #[test]
    fn only_what_differs_is_written() {
        let (before, now) = (json!({"a": 1, "b": 2, "c": 3}), json!({"a": 1, "b": 5, "d": null}));
        let [before, now] = [before, now].map(|value| value.as_object().unwrap().clone());
        assert_eq!(Value::Object(differing(&before, &now)), json!({"b": 5, "c": null, "d": null}));
    }
}
