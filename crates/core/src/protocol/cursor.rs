//! Where a reader stands in a feed. A site stores the text it is given and looks no further.

use std::fmt;
use std::str::FromStr;

/// The largest number that may stand for an epoch, a generation, a commit or an entry: every store and every program can hold it and
/// count on from it. No database will ever come near.
pub const NUMBER_MAX: u64 = 1 << 53;

/// A position: the epoch of the database that gave it, the generation of the subscription, and the highest entry read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub epoch: u64,
    pub generation: u64,
    pub number: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.epoch, self.generation, self.number)
    }
}

/// The text is not a cursor that a central server gave.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a cursor of this protocol")]
pub struct NotACursor(String);

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let number = |part: &str| part.parse().ok().filter(|number| *number <= NUMBER_MAX);
        let mut parts = text.split('.').map(number);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(epoch)), Some(Some(generation)), Some(Some(number)), None) => {
                Ok(Self { epoch, generation, number })
            }
            _ => Err(NotACursor(text.chars().take(60).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_three_numbers_that_can_still_grow() {
        let cursor: Cursor = "1.2.3".parse().unwrap();
        assert_eq!((cursor.epoch, cursor.generation, cursor.number, &*cursor.to_string()), (1, 2, 3, "1.2.3"));
        for bad in ["", "1.2", "1.2.3.4", "1.2.x", "1.18446744073709551615.0", "1.1.9007199254740993"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
