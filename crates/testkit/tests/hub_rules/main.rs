//! The rules of the hub, one sentence a test: routing, ownership, documents, held documents (EXCHANGE A5 to A8, A12 to A15, A20, B4, B8, B9).

// Helpers of tests: what fails here fails the test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod audience;
mod central;
mod dependants;
mod documents;
mod limits;
mod owners;
mod random;
mod released;
mod unreadable;
