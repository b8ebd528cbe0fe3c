//! The demo as it runs.
mod arrivals;
mod keys;
mod place;
mod relay;
