//! Where a reader stands in a feed. A site stores the text it is given and looks no further.

use std::fmt;
use std::str::FromStr;

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
        let mut parts = text.split('.').map(str::parse);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(epoch)), Some(Ok(generation)), Some(Ok(number)), None) => Ok(Self { epoch, generation, number }),
            _ => Err(NotACursor(text.chars().take(60).collect())),
        }
    }
}
