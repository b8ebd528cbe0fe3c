//! The central server.

pub mod import;
