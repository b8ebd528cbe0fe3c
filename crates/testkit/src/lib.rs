//! For tests only: a clock and randomness that are given, and a whole country (a hub and its sites) in one thread.

pub mod country;
pub mod given;
pub mod records;

pub use country::{Country, Outage};
pub use given::{FixedClock, SeededRandom};
