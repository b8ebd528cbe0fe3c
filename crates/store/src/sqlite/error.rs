//! What a failure of SQLite means to a caller.

use rusqlite::ErrorCode;

use crate::api::StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly => Self::Disk(text),
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse(text),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged(text),
                _ => Self::Other(text),
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Damaged(text),
            _ => Self::Other(text),
        }
    }
}

/// A value in the file that this program never writes.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("{what} is not as this program writes it"))
}
