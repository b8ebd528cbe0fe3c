//! The pages in a real browser: Debian's chromium with its driver, which are installed if they are missing and we may.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod console;
mod driver;
mod first_mile;
mod import;
mod pictures;
mod records;
mod remote;
mod rights;
mod window;
