//! Import: the text of a file in, changes of records out.
//!
//! It reads JSON lines ([`read_json_lines`]) and CSV with a small mapping ([`read_csv`], [`Mapping`]). It is pure: it opens no file
//! and writes to no store. Who calls it commits what it returns in one transaction, so that an import is all or nothing: one bad
//! cell, and nothing is returned but the list of all that is wrong.
//!
//! Files of people who know no tables, in the browser and with `--kind`, are read in [`crate::sheet`].

mod cell;
mod check;
mod collect;
mod csv;
mod fault;
mod json_lines;
mod mapping;
mod nearest;
mod rule;
mod template;
pub(crate) mod text;

#[cfg(test)]
mod scms_test;
#[cfg(test)]
mod tests;

use std::io::Read as _;

use serde_json::{Map, Value};
use sitesync_core::ids::RecordKey;
use sitesync_core::protocol as hub;

pub use self::csv::read_csv;
pub use check::{check, unknown_names};
pub use fault::{CellFault, FAULT_LIMIT, Faults};
pub use json_lines::read_json_lines;
pub use mapping::{Mapping, MappingError};
pub use template::stable_id;

/// What an import does to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The columns given are written; those not given keep their value, or their default in a new record.
    Put(Map<String, Value>),
    Delete,
}

/// One change, and the line of the file it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRecord {
    pub key: RecordKey,
    pub change: Change,
    /// Counted from 1. A record that the mapping makes in any case has line 0.
    pub line: u64,
}

impl ImportRecord {
    /// The change as the hub takes it. It is partial: columns that the file does not give are left as they are.
    pub fn into_change(self) -> Result<hub::Change, serde_json::Error> {
        let put = match self.change {
            Change::Put(data) => Some(serde_json::value::to_raw_value(&data)?),
            Change::Delete => None,
        };
        let delete = put.is_none();
        Ok(hub::Change { table: self.key.table, id: self.key.id, put, delete, partial: !delete, aside: None })
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub line: u64,
    /// Bytes of the file that are done. The caller knows how many there are.
    pub bytes: u64,
    pub records: usize,
    pub faults: usize,
}

/// The longest file, in bytes. The records of one import are sent in one request, which has its own limit.
const FILE_MAX: u64 = 256 << 20;

/// The most columns of a CSV file, and of all records of a mapping together.
const COLUMNS_MAX: usize = 1_000;

/// All that there is to be read, up to a limit.
fn whole(reader: impl std::io::Read, most: u64) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 <= most {
        return Ok(bytes);
    }
    let reason = format!("the file is longer than {} MiB; import it in parts", most >> 20);
    Err(Faults::one(fault::CellFault::line(1, reason)).into())
}

/// Lines between two calls of the progress callback.
const PROGRESS_EVERY: u64 = 1_000;

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("{faults}")]
    Faults {
        faults: Faults,
        /// The records that could be read, so that [`check`] can name what is wrong with them too.
        good: Vec<ImportRecord>,
    },
}

impl From<Faults> for ImportError {
    fn from(faults: Faults) -> Self {
        Self::Faults { faults, good: Vec::new() }
    }
}

impl ImportError {
    /// The faults found, if the file could be read at all.
    pub fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Read(_) => None,
            Self::Faults { faults, .. } => Some(faults),
        }
    }
}
