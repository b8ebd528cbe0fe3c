//! Canonical JSON (RFC 8785): the same value is the same text, whoever writes it. It writes only; limits are checked on reading.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

/// A record as canonical JSON: keys in the order of their UTF-16 code units, numbers as ECMAScript writes them.
pub fn canonical(map: &Map<String, Value>) -> String {
    let mut out = String::with_capacity(40 * map.len() + 2);
    write_map(&mut out, map);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_text(out, text),
        Value::Array(list) => {
            out.push('[');
            for (at, value) in list.iter().enumerate() {
                separate(out, at);
                write_value(out, value);
            }
            out.push(']');
        }
        Value::Object(map) => write_map(out, map),
    }
}

fn write_map(out: &mut String, map: &Map<String, Value>) {
    out.push('{');
    // Almost always they are in order already, and nothing needs to be collected and sorted.
    if map.keys().is_sorted_by(|one, other| utf16_order(one, other).is_le()) {
        write_members(out, map.iter());
    } else {
        let mut members: Vec<_> = map.iter().collect();
        members.sort_unstable_by(|one, other| utf16_order(one.0, other.0));
        write_members(out, members.into_iter());
    }
    out.push('}');
}

fn write_members<'a>(out: &mut String, members: impl Iterator<Item = (&'a String, &'a Value)>) {
    for (at, (name, value)) in members.enumerate() {
        separate(out, at);
        write_text(out, name);
        out.push(':');
        write_value(out, value);
    }
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}

/// Differs from the order of bytes where a character beyond U+FFFF meets one from U+E000 up.
fn utf16_order(one: &str, other: &str) -> Ordering {
    if one.is_ascii() || other.is_ascii() { one.cmp(other) } else { one.encode_utf16().cmp(other.encode_utf16()) }
}

/// Every JSON number is a double here; a whole one within 2^53 is the same text either way.
fn write_number(out: &mut String, number: &Number) {
    match number.as_f64() {
        Some(double) if double.is_finite() => out.push_str(ryu_js::Buffer::new().format_finite(double)),
        _ => out.push_str("null"),
    }
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    // Nearly every text has nothing to escape. Looking at all of it without stopping is many bytes at a time.
    if !text.bytes().fold(false, |found, byte| found | is_escaped(byte)) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| is_escaped(*byte)) {
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        write_escape(out, byte);
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

fn write_escape(out: &mut String, byte: u8) {
    let short = match byte {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        0x08 => "\\b",
        b'\t' => "\\t",
        b'\n' => "\\n",
        0x0c => "\\f",
        b'\r' => "\\r",
        _ => {
            const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
            out.push_str("\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
            return;
        }
    };
    out.push_str(short);
}
