//! What hostile bytes are tried on: one function for each door, given any bytes at all. A panic is a finding.
//!
//! libFuzzer calls these functions (`fuzz/`), and `tests/corpus.rs` replays what it found with a stable compiler. Most targets
//! read the bytes in one of two ways: as the text that a door gets, or as a row of choices from which something nearly right is
//! built, which gets deeper. `docs/fuzzing.md` has the commands.

pub mod central_doors;
mod choices;
pub mod data_files;
mod doors;
pub mod hub;
pub mod import;
mod invented;
pub mod packed;
pub mod records;
pub mod site;
pub mod site_doors;
mod world;

/// A function that is given anything.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("central_doors", central_doors::target),
    ("data_files", data_files::target),
    ("hub", hub::target),
    ("import", import::target),
    ("packed", packed::target),
    ("records", records::target),
    ("site", site::target),
    ("site_doors", site_doors::target),
];
