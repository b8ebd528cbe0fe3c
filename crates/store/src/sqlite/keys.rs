//! How ids, link targets and lists of links are written in the file.
//!
//! An id of exactly 32 upper-case hex digits is a blob of its 16 bytes, any other id is text; both come back as they were.
//! Reading goes by the order of the ids' text. SQLite puts every text before every blob, and within each of the two their
//! order is that of the ids' text (a hex digit sorts as its value does), so a reader asks for both parts and merges them;
//! [`After`] says where each part begins.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sitesync_core::record::{Link, Role};

use super::error::damaged;
use crate::api::Result;

/// An id, as the file holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Id<'a> {
    Text(&'a str),
    Hex([u8; 16]),
}

impl<'a> Id<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        hex(text.as_bytes()).map_or(Self::Text(text), Self::Hex)
    }
}

impl ToSql for Id<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Hex(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// An id that borrows nothing; in the same order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum OwnId {
    Text(Box<str>),
    Hex([u8; 16]),
}

impl OwnId {
    pub(super) fn of(id: Id<'_>) -> Self {
        match id {
            Id::Text(text) => Self::Text(text.into()),
            Id::Hex(bytes) => Self::Hex(bytes),
        }
    }

    /// As it stands in the file.
    pub(super) fn of_value(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Text(bytes) => Ok(Self::Text(std::str::from_utf8(bytes).map_err(|_| damaged("an id"))?.into())),
            ValueRef::Blob(bytes) => Ok(Self::Hex(bytes.try_into().map_err(|_| damaged("an id"))?)),
            _ => Err(damaged("an id")),
        }
    }

    pub(super) fn id(&self) -> Id<'_> {
        match self {
            Self::Text(text) => Id::Text(text),
            Self::Hex(bytes) => Id::Hex(*bytes),
        }
    }
}

/// The text of an id in the file.
pub(super) fn id_text(value: ValueRef<'_>) -> Result<Box<str>> {
    match value {
        ValueRef::Text(bytes) => Ok(std::str::from_utf8(bytes).map_err(|_| damaged("an id"))?.into()),
        ValueRef::Blob(bytes) if bytes.len() == 16 => Ok(hex_text(bytes).into()),
        _ => Err(damaged("an id")),
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The bytes of exactly 32 upper-case hex digits.
fn hex(text: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if text.len() != 32 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_text(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digits = |byte: u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(bytes.iter().copied().flat_map(digits));
    text
}

/// The lowest text, and the lowest blob, that belong after an id.
pub(super) struct After {
    pub(super) text: String,
    pub(super) blob: Vec<u8>,
}

impl After {
    pub(super) fn of(after: Option<&str>) -> Self {
        match after {
            None => Self { text: String::new(), blob: Vec::new() },
            // The next text is the same with a zero byte behind it.
            Some(id) => Self { text: format!("{id}\0"), blob: blob_after(id.as_bytes()) },
        }
    }
}

/// The lowest blob whose hex text sorts after `id`.
fn blob_after(id: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = id.iter().take(32).map_while(|byte| digit(*byte)).collect();
    let mut all = digits.clone();
    all.resize(32, 0);
    let mut bytes: Vec<u8> = all.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    match id.get(digits.len()) {
        // `id` begins with 32 hex digits: that blob sorts before it, or is it.
        _ if digits.len() == 32 => bytes.push(0),
        // `id` is shorter and a prefix: everything that begins with it is longer.
        None => {}
        // The first other character decides: digits that sort above it belong after it.
        Some(other) => match (b'0'..=b'9').chain(b'A'..=b'F').find(|digit| digit > other).and_then(digit) {
            Some(0) => {}
            Some(value) => bytes[digits.len() / 2] |= if digits.len().is_multiple_of(2) { value << 4 } else { value },
            None => bytes = past(&digits),
        },
    }
    bytes
}

/// A blob just above all those whose text begins with these digits.
fn past(digits: &[u8]) -> Vec<u8> {
    let mut all = digits.to_vec();
    all.resize(32, 15);
    let mut bytes: Vec<u8> = all.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.push(0);
    bytes
}

/// The target of a link: text, or a blob of [what stands before the id,] the 16 bytes of the id.
/// A blob of 16 bytes is an id alone; a longer one has the text before it, of which the length follows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target<'a> {
    Text(&'a str),
    Bytes(Vec<u8>),
}

impl<'a> Target<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let start = bytes.len().saturating_sub(32);
        match (hex(&bytes[start..]), &bytes[..start]) {
            (Some(id), []) => Self::Bytes(id.to_vec()),
            (Some(id), before @ [.., 0x1f]) => Self::Bytes([before, &id].concat()),
            _ => Self::Text(text),
        }
    }

    fn text(form: u8, bytes: &[u8]) -> Option<Box<str>> {
        let before = bytes.len().checked_sub(16);
        match (form, before) {
            (0, _) => std::str::from_utf8(bytes).ok().map(Box::from),
            (1, Some(before)) => {
                let (before, id) = bytes.split_at(before);
                Some((std::str::from_utf8(before).ok()?.to_owned() + &hex_text(id)).into())
            }
            _ => None,
        }
    }
}

impl ToSql for Target<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A record's links as they stand on the record, so that they come back as given: role, form, length, bytes of each.
pub(super) fn pack(links: &[Link]) -> Option<Vec<u8>> {
    if links.is_empty() {
        return None;
    }
    let mut packed = Vec::with_capacity(links.len() * 24);
    for link in links {
        let target = Target::of(&link.target);
        let (form, bytes) = match &target {
            Target::Text(text) => (0, text.as_bytes()),
            Target::Bytes(bytes) => (1, bytes.as_slice()),
        };
        packed.extend([link.role as u8, form]);
        // A target of 4 GiB cannot be: SQLite holds no such value.
        packed.extend((bytes.len() as u32).to_le_bytes());
        packed.extend(bytes);
    }
    Some(packed)
}

pub(super) fn unpack(packed: Option<&[u8]>) -> Result<Vec<Link>> {
    let mut rest = packed.unwrap_or_default();
    let mut links = Vec::new();
    while !rest.is_empty() {
        let (link, behind) = unpack_one(rest).ok_or_else(|| damaged("a link"))?;
        links.push(link);
        rest = behind;
    }
    Ok(links)
}

fn unpack_one(packed: &[u8]) -> Option<(Link, &[u8])> {
    let (&[role, form, a, b, c, d], rest) = packed.split_first_chunk::<6>()?;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    let role = Role::of_number(role)?;
    Some((Link { role, target: Target::text(form, bytes)? }, rest))
}
