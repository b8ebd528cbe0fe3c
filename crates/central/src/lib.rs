//! The central server: the hub, which decides with the rules of `core` and writes to a store, and the doors to it.
//!
//! Data flow one way: door -> hub -> core decides -> store. The hub knows no HTTP and no thread.

pub mod admin;
pub mod audit;
pub mod auth;
pub mod console;
pub mod hub;
pub mod import;
pub mod master;
pub mod place;
pub mod policy;
mod records;
pub mod retention;
pub mod server;
pub mod sheet;
pub mod sites;
pub mod stores;
pub mod sync;
pub mod users;
