//! For tests only: a clock and randomness that are given, and a whole country (a hub and its sites) in one thread.

#![expect(clippy::expect_used, reason = "a fault here is a failed test")]

pub mod audit;
pub mod brittle;
pub mod country;
pub mod fuzz;
pub mod given;
pub mod mutations;
pub mod proof;
pub mod records;
pub mod simulation;
pub mod slow_link;

pub use country::{Country, Outage, cut_after};
pub use given::{FixedClock, SeededRandom};
