//! Importing files of items, facilities and users with the program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::Central;

#[test]
fn a_file_with_everyday_headers_is_tried_imported_and_changes_nothing_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let reach = &central.reach;
    let file = folder.path().join("items.csv");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "Item code;Description;Unit\nA1;Amoxicillin;tablet\nA1;Zinc;tablet\n").unwrap();
    let told = reach.refused(&["import", path, "--kind", "items"]);
    assert!(told.contains("line 3, column \"Item code\": \"A1\": The same as in line 2."), "{told}");
    let told = reach.refused(&["import", path, "--kind", "items", "--dry-run"]);
    assert!(told.contains("Nothing was imported"), "{told}");

    std::fs::write(&file, "Item code;Description;Unit\nA1;Amoxicillin;tablet\nA2;Zinc;tablet\n").unwrap();
    let tried = reach.json(&["import", path, "--kind", "items", "--dry-run"]);
    assert_eq!((tried["new"].as_u64(), tried["stored"].as_bool()), (Some(2), Some(false)), "{tried}");
    let done = reach.json(&["import", path, "--kind", "items"]);
    assert_eq!((done["new"].as_u64(), done["stored"].as_bool()), (Some(2), Some(true)), "{done}");
    let again = reach.json(&["import", path, "--kind", "items", "--columns", "code,name,"]);
    assert_eq!((again["new"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(2)), "{again}");
    let told = reach.refused(&["import", path]);
    assert!(told.contains("--kind") && told.contains("--mapping"), "{told}");
}
