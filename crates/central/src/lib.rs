//! The central server: the hub and its doors.

pub mod audit;
pub mod auth;
pub mod sites;
