//! What is wrong with a file, cell by cell, in words for the person who made it.

use std::fmt;

/// So many faults are listed; further ones are only counted. A file with the wrong delimiter would list every line.
pub const FAULT_LIMIT: usize = 1_000;

/// A cell is shown up to this many characters.
const SHOWN_CHARS: usize = 60;

/// One thing wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CellFault {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// The header of the column; empty when the whole line is meant.
    pub column: String,
    /// What stands there, shortened; empty when the whole line is meant.
    pub value: String,
    /// Completes the sentence that the value begins: "is not a number".
    pub reason: String,
}

impl CellFault {
    /// A fault of one cell.
    pub fn cell(line: u64, column: &str, value: &str, reason: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), value: shortened(value), reason: reason.into() }
    }

    /// A fault of a whole line.
    pub fn line(line: u64, reason: impl Into<String>) -> Self {
        Self { line, column: String::new(), value: String::new(), reason: reason.into() }
    }

    /// A fault of a column, whatever stands in its cells.
    pub(super) fn column(line: u64, column: &str, reason: impl Into<String>) -> Self {
        Self::cell(line, column, "", reason)
    }
}

impl fmt::Display for CellFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column \"{}\"", self.column)?;
        }
        f.write_str(": ")?;
        if !self.value.is_empty() {
            write!(f, "\"{}\" ", self.value)?;
        }
        f.write_str(&self.reason)
    }
}

/// All that is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults {
    /// The first [`FAULT_LIMIT`], in the order of the file.
    pub listed: Vec<CellFault>,
    /// How many there are beyond those.
    pub more: usize,
}

impl Faults {
    pub(super) fn one(fault: CellFault) -> Self {
        Self { listed: vec![fault], more: 0 }
    }

    pub(super) fn push(&mut self, fault: CellFault) {
        if self.listed.len() < FAULT_LIMIT {
            self.listed.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// Both, in the order of the file.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        self.more += other.more;
        self.listed.extend(other.listed);
        self.listed.sort_by_key(|fault| fault.line);
        self.more += self.listed.len().saturating_sub(FAULT_LIMIT);
        self.listed.truncate(FAULT_LIMIT);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The number of faults, listed or not.
    pub fn count(&self) -> usize {
        self.listed.len() + self.more
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.listed.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

/// The text on one line and not too long, so that a fault stays readable whatever the cell holds.
pub(super) fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN_CHARS {
            shown.push('…');
            break;
        }
        shown.push(if c.is_control() { ' ' } else { c });
    }
    shown
}
