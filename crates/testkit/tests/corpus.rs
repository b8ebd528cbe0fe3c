//! Replays everything that fuzzing began with and found worth keeping (`corpus/<target>/`), and the shortest inputs of all.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use sitesync_testkit::fuzz::{TARGETS, Target};

fn files(target: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let listed = std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = listed.map(|file| file.expect("it can be listed").path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let (_, target): &(&str, Target) = TARGETS.iter().find(|(known, _)| *known == name).expect("the target is known");
    for first in (0..8).chain(0x80..0x85) {
        target(&[first]);
        target(&[first, 255, 254, 3, 4, 5, 6, 7, 0, 9, 200, 11, 12]);
    }
    target(&[]);
    let files = files(name);
    assert!(files.len() > 4, "{name} has a corpus");
    for file in files {
        // A test that fails shows only what it printed: the last file named is the one.
        println!("{}", file.display());
        target(&std::fs::read(&file).expect("it can be read"));
    }
}

macro_rules! replayed {
    ($($target:ident),*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn every_target_is_replayed() {
            let replayed = [$(stringify!($target)),*];
            assert_eq!(replayed.to_vec(), TARGETS.map(|(name, _)| name).to_vec());
        }
    };
}

replayed!(central_doors, data_files, hub, import, packed, records, site, site_doors);
