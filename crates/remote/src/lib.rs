//! A remote site: its data file, what people write in it, and the driver that keeps it in step with the central server.
//!
//! [`site`] is the engine: synchronous, and given its time, ids and answers, so that it also runs in one thread with a hub.
//! Around it: [`link`] carries its steps over HTTP, [`runner`] syncs by itself, [`check`] looks for what stands in the way, [`api`] is
//! for people and programs here, and [`server`] puts all of it together.

pub mod api;
pub mod check;
pub mod link;
mod pages;
pub mod runner;
pub mod server;
pub mod site;
#[cfg(test)]
mod testing;
mod warnings;
