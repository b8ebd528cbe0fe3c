//! Where records, feeds and the rows of the hub are kept: one trait in the hub's terms, an implementation in memory and one on SQLite,
//! and one conformance suite for all of them.
//!
//! There is no policy here: what may be written, and to which feed, is decided before ([`sitesync_core`]).

mod api;
pub mod conformance;
pub mod memory;
pub mod names;
pub mod reading;
pub mod search;
pub mod sqlite;
pub mod world;

pub use api::*;
