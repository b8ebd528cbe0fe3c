//! The normal form of records.
