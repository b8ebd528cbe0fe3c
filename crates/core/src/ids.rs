//! The names of things: sites, records, feeds, readers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A site's number. Given automatically, never reused; 1 is the central server's own site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteId(pub u32);

impl SiteId {
    /// The central server's own site. On the mSupply wire it may also be written 0.
    pub const CENTRAL: SiteId = SiteId(1);
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bytes of a hardware id or of the id of a data file.
pub const DEVICE_ID_MAX: usize = 255;

/// Whether a hardware id, or the id of a data file, can be carried by a header: printable ASCII, with no blank at either end, which
/// headers lose on their way.
pub fn is_device_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    !text.is_empty() && text.len() <= DEVICE_ID_MAX && printable && text.trim_matches(' ') == text
}

/// A record: its table and its id, both compared exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    pub table: Box<str>,
    pub id: Box<str>,
}

impl RecordKey {
    pub fn new(table: impl Into<Box<str>>, id: impl Into<Box<str>>) -> Self {
        Self { table: table.into(), id: id.into() }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.table, self.id)
    }
}

/// An ordered list of records for one audience.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// What every site needs.
    Central,
    /// What one store needs: its own records, deliveries and orders of the other party, patients visible there.
    Store(Box<str>),
    /// On a site only: its own list of changes, which the hub reads.
    Changes,
    /// Read by nobody: the home of records that are shown by joins (patients, clinicians, users) or wait for a route.
    Unread,
}

impl Feed {
    pub fn store(id: impl Into<Box<str>>) -> Self {
        Feed::Store(id.into())
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Feed::Central => f.write_str("central"),
            Feed::Store(id) => write!(f, "store:{id}"),
            Feed::Changes => f.write_str("changes"),
            Feed::Unread => f.write_str("unread"),
        }
    }
}

/// The text does not name a feed.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a feed: expected \"central\" or \"store:<id>\"")]
pub struct NotAFeed(String);

impl FromStr for Feed {
    type Err = NotAFeed;

    fn from_str(text: &str) -> Result<Self, NotAFeed> {
        match text {
            "central" => Ok(Feed::Central),
            "changes" => Ok(Feed::Changes),
            "unread" => Ok(Feed::Unread),
            _ => match text.strip_prefix("store:") {
                Some(id) => Ok(Feed::store(id)),
                None => Err(NotAFeed(text.chars().take(60).collect())),
            },
        }
    }
}

impl Serialize for Feed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Feed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The ways into the central server that a site may use. Each is a reader of its own (EXCHANGE A10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    Native,
    V5,
    V6,
}

/// One door of one site: the position in the feeds belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReaderId {
    pub site: SiteId,
    pub door: Door,
}

impl ReaderId {
    pub fn native(site: SiteId) -> Self {
        Self { site, door: Door::Native }
    }

    /// The number under which the reader stands as the source of an entry; 0 is "no reader".
    pub fn number(self) -> u32 {
        self.site.0 * 4
            + match self.door {
                Door::Native => 1,
                Door::V5 => 2,
                Door::V6 => 3,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_device_fits_in_a_header() {
        for good in ["a", "0F-1", "this machine", &"x".repeat(DEVICE_ID_MAX)] {
            assert!(is_device_id(good), "{good:?}");
        }
        for bad in ["", " a", "a ", "a\nb", "a\tb", "a\u{7f}", "Ōpua", &"x".repeat(DEVICE_ID_MAX + 1)] {
            assert!(!is_device_id(bad), "{bad:?}");
        }
    }
}
