//! The doors of the central server over a store in memory, without a network: every call and every refusal.

mod native;
mod server;
