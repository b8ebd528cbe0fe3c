//! Single values: from what sites and people send to what is stored. Which column has which kind is not known here.

use serde_json::{Map, Number, Value};

use super::MAX_DEPTH;
use crate::catalogue::Kind;

const NO_DATE: &str = "0000-00-00";
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// Whole numbers up to this are exact in every program that reads JSON numbers as doubles.
const MAX_WHOLE: u64 = 1 << 53;

/// What is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Wrong,
    TooDeep,
    Number(Box<str>),
}

/// The value of a column that is not stored.
pub fn default_value(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Datetime => Value::from(""),
        Kind::Number | Kind::Time => Value::from(0),
        Kind::Bool => Value::from(false),
        Kind::Date => Value::from(NO_DATE),
        Kind::NumberOrNull | Kind::Object | Kind::Json => Value::Null,
    }
}

/// The value as it is stored in a column of this kind; `None` is the default.
pub(super) fn convert(kind: Kind, value: &Value) -> Result<Option<Value>, Fault> {
    if value.is_null() {
        return Ok(None);
    }
    let value = match (kind, value) {
        (Kind::Text, Value::String(text)) => Value::from(clean(text)),
        (Kind::Number | Kind::NumberOrNull, Value::Number(number)) => exact(number)?.into(),
        (Kind::Bool, Value::Bool(value)) => Value::from(*value),
        (Kind::Date, Value::String(text)) => Value::from(date(&clean(text)).ok_or(Fault::Wrong)?),
        (Kind::Time, Value::String(text)) => Value::from(time(&clean(text)).ok_or(Fault::Wrong)?),
        (Kind::Time, Value::Number(number)) => seconds(number)?,
        (Kind::Datetime, Value::String(text)) => Value::from(datetime(&clean(text)).ok_or(Fault::Wrong)?),
        (Kind::Object, Value::String(text)) => object(&clean(text))?,
        (Kind::Object, Value::Object(_) | Value::Array(_)) => tidy(value, 2)?,
        (Kind::Json, Value::String(text)) => json(&clean(text))?,
        (Kind::Json, _) => tidy(value, 2)?,
        _ => return Err(Fault::Wrong),
    };
    Ok(Some(value).filter(|value| *value != default_value(kind)))
}

/// Whether [`convert`] gives back the very value. The kinds that most columns have are looked at without making it.
pub(super) fn is_stored(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text, Value::String(text)) => !text.is_empty() && !text.contains('\0'),
        (Kind::Number | Kind::NumberOrNull, Value::Number(number)) => {
            is_tidy(value, 2) && (kind == Kind::NumberOrNull || number.as_i64() != Some(0))
        }
        _ => convert(kind, value).is_ok_and(|kept| kept.as_ref() == Some(value)),
    }
}

/// Whether the value is of the kind, for columns whose values are kept as they come.
pub(super) fn check(kind: Kind, value: &Value) -> Result<(), Fault> {
    convert(kind, value).map(|_| ())
}

/// The same value without U+0000 and with exact numbers; refused if it is nested too deep. `depth` is that of the value.
pub(super) fn tidy(value: &Value, depth: usize) -> Result<Value, Fault> {
    let nested = matches!(value, Value::Array(_) | Value::Object(_));
    if nested && depth > MAX_DEPTH {
        return Err(Fault::TooDeep);
    }
    Ok(match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) => exact(number)?.into(),
        Value::String(text) => Value::from(clean(text)),
        Value::Array(list) => Value::Array(list.iter().map(|value| tidy(value, depth + 1)).collect::<Result<_, _>>()?),
        Value::Object(map) => {
            let tidied = map.iter().map(|(name, value)| Ok((clean(name), tidy(value, depth + 1)?)));
            Value::Object(tidied.collect::<Result<_, _>>()?)
        }
    })
}

/// Whether [`tidy`] would change or refuse nothing of these members. `depth` is that of their object.
pub(super) fn are_tidy(members: &Map<String, Value>, depth: usize) -> bool {
    depth <= MAX_DEPTH && members.iter().all(|(name, value)| !name.contains('\0') && is_tidy(value, depth + 1))
}

pub(super) fn is_tidy(value: &Value, depth: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => exact(number).is_ok_and(|exact| exact == *number),
        Value::String(text) => !text.contains('\0'),
        Value::Array(list) => depth <= MAX_DEPTH && list.iter().all(|value| is_tidy(value, depth + 1)),
        Value::Object(map) => are_tidy(map, depth),
    }
}

/// Without U+0000, which not every database can hold.
pub(super) fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}

/// Whole numbers lose their fraction, so that 1 and 1.0 are the same bytes. What a double cannot hold exactly is refused.
fn exact(number: &Number) -> Result<Number, Fault> {
    let refused = || Fault::Number(number.to_string().into());
    if let Some(whole) = number.as_i64().map(i64::unsigned_abs).or(number.as_u64()) {
        return if whole <= MAX_WHOLE { Ok(number.clone()) } else { Err(refused()) };
    }
    let double = number.as_f64().filter(|double| double.abs() <= MAX_WHOLE as f64).ok_or_else(refused)?;
    if double.fract() == 0.0 {
        return Ok(Number::from(double as i64));
    }
    Ok(number.clone())
}

/// `YYYY-MM-DD`, or nothing. A time of day that stands behind it is not part of a date.
fn date(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(NO_DATE.to_owned());
    }
    let (day, rest) = text.split_at_checked(10)?;
    let time_is_sound = rest.is_empty() || rest.strip_prefix('T').is_some_and(|time| clock(time).is_some());
    (time_is_sound && (day == NO_DATE || is_day(day))).then(|| day.to_owned())
}

fn datetime(text: &str) -> Option<String> {
    if text.is_empty() || text == NO_DATE {
        return Some(String::new());
    }
    let (day, rest) = text.split_at_checked(10)?;
    clock(rest.strip_prefix('T')?)?;
    if day == NO_DATE {
        return Some(String::new());
    }
    is_day(day).then(|| text.to_owned())
}

fn time(text: &str) -> Option<u64> {
    if text.is_empty() { Some(0) } else { clock(text) }
}

fn seconds(number: &Number) -> Result<Value, Fault> {
    let number = exact(number)?;
    match number.as_u64() {
        Some(seconds) if seconds < SECONDS_A_DAY => Ok(number.into()),
        _ => Err(Fault::Wrong),
    }
}

/// Seconds since midnight of `HH:MM:SS`, with any fraction cut off.
fn clock(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    if fraction.is_some_and(|digits| digits.is_empty() || digits.len() > 9 || !all_digits(digits)) {
        return None;
    }
    let mut parts = whole.split(':');
    let (hours, minutes, seconds) = (two(parts.next()?)?, two(parts.next()?)?, two(parts.next()?)?);
    let sound = parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 60;
    sound.then_some((hours * 60 + minutes) * 60 + seconds)
}

fn is_day(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else { return false };
    if year.len() != 4 || !all_digits(year) {
        return false;
    }
    let (Ok(year), Some(month), Some(day)) = (year.parse(), two(month), two(day)) else { return false };
    jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
}

fn two(text: &str) -> Option<u64> {
    if text.len() == 2 && all_digits(text) { text.parse().ok() } else { None }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A JSON text where an object is due is read; no text at all is no object.
fn object(text: &str) -> Result<Value, Fault> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => Ok(Value::Null),
        Ok(value @ (Value::Object(_) | Value::Array(_))) => tidy(&value, 2),
        Ok(_) | Err(_) => Err(if depth_of_text(text) > MAX_DEPTH { Fault::TooDeep } else { Fault::Wrong }),
    }
}

fn json(text: &str) -> Result<Value, Fault> {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => tidy(&value, 2),
        Ok(_) | Err(_) => Ok(Value::from(text)),
    }
}

/// A value as it stands in a message: at most some 60 characters of it.
pub(super) fn shortened(value: &Value) -> Box<str> {
    const MOST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// How deep brackets are nested in a JSON text, right or wrong.
pub(super) fn depth_of_text(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// How many values a JSON text holds at least that are one of several: each but the last is followed by a comma.
pub(super) fn values_of_text(text: &str) -> usize {
    let (mut commas, mut quoted, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            _ => {}
        }
    }
    commas
}

/// Whether a `\u` escape of a JSON text is one half of a pair without the other.
pub(super) fn has_half_character(text: &str) -> bool {
    let mut rest = text;
    let mut waiting = false;
    while let Some((before, after)) = rest.split_once('\\') {
        let unit = after.strip_prefix('u').and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok());
        let (high, low) = (matches!(unit, Some(0xD800..=0xDBFF)), matches!(unit, Some(0xDC00..=0xDFFF)));
        if (waiting && !(low && before.is_empty())) || (low && !waiting) {
            return true;
        }
        waiting = high;
        let taken = if unit.is_some() { 5 } else { after.chars().next().map_or(0, char::len_utf8) };
        rest = after.get(taken..).unwrap_or_default();
    }
    waiting
}
