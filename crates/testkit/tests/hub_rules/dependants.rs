//! What must move although it did not change itself (EXCHANGE A6).

use serde_json::json;
use sitesync_core::record::EntryKind::{Delete, Withdraw};
use sitesync_testkit::records::{delete, merge, name_of, put, store};

use crate::central::{Central, delivery, header, join, line, patient, whole};

fn prescription(id: &str, store: &str, patient: &str, status: &str) -> sitesync_core::protocol::Change {
    whole("transact", id, json!({ "store_ID": store, "name_ID": patient, "type": "ci", "status": status }))
}

#[test]
fn a_store_that_is_created_for_a_name_gets_what_was_sent_to_the_name() {
    let central = Central::new();
    let [name, its_store] = <[_; 2]>::try_from(store("NEW", 4)).expect("a name and a store");
    central.edit(vec![name]);
    central.push(2, delivery("D", "S2", "NEW", 2));
    assert_eq!(central.seen_in("trans_line", "D_1"), "S2");
    central.edit(vec![its_store]);
    assert_eq!(central.seen_in("trans_line", "D_1"), "NEW S2");
    central.edit(vec![put("store", "NEW", json!({ "name_ID": "another" }))]);
    assert_eq!(central.seen_in("trans_line", "D_1"), "S2");
    central.edit(vec![put("store", "NEW", json!({ "name_ID": name_of("NEW") }))]);
    central.edit(vec![delete("store", "NEW")]);
    assert_eq!(central.seen_in("trans_line", "D_1"), "S2");
}

#[test]
fn a_delivery_from_a_store_that_was_deleted_stays_with_the_other_party() {
    let central = Central::new();
    central.push(4, delivery("D", "S4", "S3", 1));
    central.edit(vec![delete("store", "S4")]);
    assert_eq!(central.seen_in("trans_line", "D_0"), "S3 S4");
    central.edit(vec![put("store", "S3", json!({ "name_ID": "another" }))]);
    central.edit(vec![put("store", "S3", json!({ "name_ID": name_of("S3") }))]);
    assert_eq!(central.seen_in("trans_line", "D_0"), "S3 S4", "routing it anew does not lose it");
}

#[test]
fn a_join_shows_the_patient_and_all_that_names_it_until_it_ends() {
    let central = Central::new();
    central.push(
        2,
        vec![
            patient("P"),
            join("J", "P", "S2"),
            whole("om_document", "DOC", json!({ "owner_name_ID": "P" })),
            prescription("RX", "S2", "P", "cn"),
            line("RX_0", "RX", 1),
        ],
    );
    central.edit(vec![join("J3", "P", "S3")]);
    let all = [("name", "P"), ("om_document", "DOC"), ("transact", "RX"), ("trans_line", "RX_0")];
    for (table, id) in all {
        assert_eq!(central.seen_in(table, id), "S2 S3", "{table}");
    }
    central.edit(vec![put("name_store_join", "J3", json!({ "inactive": true }))]);
    for (table, id) in all {
        assert_eq!(central.seen_in(table, id), "S2", "{table}");
        assert_eq!(central.says("S3", table, id), Some(Withdraw), "{table}");
    }
    central.edit(vec![put("name_store_join", "J3", json!({ "inactive": false, "store_ID": "S4" }))]);
    assert_eq!(central.seen_in("trans_line", "RX_0"), "S2 S4");
}

#[test]
fn lines_follow_a_header_that_was_written_beside_the_join_that_moves_it() {
    let central = Central::new();
    central.push(2, vec![patient("P"), join("J", "P", "S2"), join("J4", "P", "T2")]);
    central.push(2, vec![prescription("RX", "S2", "P", "sg"), line("RX_0", "RX", 1)]);
    assert_eq!(central.seen_in("trans_line", "RX_0"), "S2 T2");
    central.push(2, vec![prescription("RX", "S2", "P", "cn"), delete("name_store_join", "J4")]);
    assert_eq!((central.seen_in("transact", "RX"), central.seen_in("trans_line", "RX_0")), ("S2".into(), "S2".into()));
}

#[test]
fn routing_follows_the_name_that_stays_after_a_merge() {
    let central = Central::new();
    central.edit(vec![put("name", "double", json!({ "type": "facility" }))]);
    central
        .push(2, vec![whole("transact", "D", json!({ "store_ID": "S2", "name_ID": "double" })), line("D_0", "D", 1)]);
    central.edit(vec![merge("name", "double", &name_of("S3"))]);
    assert_eq!(central.seen_in("trans_line", "D_0"), "S2 S3");
    central.edit(vec![put("name", "third", json!({ "type": "facility" }))]);
    central.edit(vec![merge("name", &name_of("S3"), "third")]);
    assert_eq!(central.seen_in("trans_line", "D_0"), "S2 S3", "the store's own name was merged");
    central.push(2, vec![whole("transact", "E", json!({ "store_ID": "S2", "name_ID": "third" }))]);
    assert_eq!(central.seen_in("transact", "E"), "S2 S3");
}

#[test]
fn a_merged_patient_is_shown_where_either_was() {
    let central = Central::new();
    central.push(
        2,
        vec![patient("P"), join("JP", "P", "S2"), whole("om_document", "DP", json!({ "owner_name_ID": "P" }))],
    );
    central.push(
        3,
        vec![patient("Q"), join("JQ", "Q", "S3"), whole("om_document", "DQ", json!({ "owner_name_ID": "Q" }))],
    );
    central.edit(vec![merge("name", "Q", "P")]);
    for (table, id) in [("name", "P"), ("om_document", "DP"), ("om_document", "DQ")] {
        assert_eq!(central.seen_in(table, id), "S2 S3", "{table} {id}");
    }
    assert_eq!(central.says("S3", "name", "Q"), Some(Delete));
    central.edit(vec![delete("name_store_join", "JQ")]);
    assert_eq!(central.seen_in("om_document", "DQ"), "S2");
    assert!(central.try_edit(vec![merge("name", "P", "Q")]).is_err(), "no circles");
}

#[test]
fn a_merge_of_a_site_shows_it_no_patient_of_others() {
    let central = Central::new();
    central.push(2, vec![patient("P"), join("JP", "P", "S2")]);
    central.push(3, vec![patient("mine"), join("JM", "mine", "S3")]);
    central.push(3, vec![merge("name", "mine", "P")]);
    assert_eq!(central.one_held().0, "refused");
    assert_eq!((central.seen_in("name", "P"), central.seen_in("name", "mine")), ("S2".into(), "S3".into()));
}

#[test]
fn lines_that_the_sender_does_not_name_are_deleted_with_their_header() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 5));
    central
        .push(2, vec![delete("trans_line", "D_1"), line("D_2", "D", 99), line("D_9", "D", 1), delete("transact", "D")]);
    for at in [0, 1, 2, 3, 4, 9] {
        assert_eq!(central.body("trans_line", &format!("D_{at}")), None, "line {at}");
    }
    assert!(central.held().is_empty());
    assert_eq!(central.says("S3", "trans_line", "D_3"), Some(Delete));
}

#[test]
fn a_line_that_moves_to_another_header_survives_the_delete_of_the_former() {
    for deleted_first in [true, false] {
        let central = Central::new();
        central.push(2, delivery("D", "S2", "S3", 1));
        let mut changes = vec![delete("transact", "D"), header("E", "S2", "S4"), line("D_0", "E", 1)];
        if !deleted_first {
            changes.rotate_left(1);
        }
        central.push(2, changes);
        assert_eq!(central.seen_in("trans_line", "D_0"), "S2 S4", "deleted first: {deleted_first}");
    }
}

#[test]
fn more_dependants_than_one_commit_moves_are_moved_by_the_next() {
    const MANY: usize = 10_050;
    let central = Central::new();
    central.edit(vec![put("name", "late", json!({ "type": "facility" }))]);
    let to_late = |id: String| whole("transact", &id, json!({ "store_ID": "S2", "name_ID": "late" }));
    let mut changes: Vec<_> = (0..MANY).map(|at| to_late(format!("D{at:05}"))).collect();
    changes.push(line("first line", "D00000", 1));
    changes.push(line("last line", "D10049", 1));
    central.push(2, changes);
    let late = put("store", "LATE", json!({ "name_ID": "late", "sync_id_remote_site": 3 }));
    central.hub.edit(sitesync_core::ownership::Actor::Site(sitesync_core::ids::SiteId::CENTRAL), vec![late]).unwrap();
    assert_eq!(central.seen_in("transact", "D10049"), "S2", "not in the administrator's request");
    central.settle();
    for (table, id) in [("transact", "D10049"), ("trans_line", "last line"), ("trans_line", "first line")] {
        assert_eq!(central.seen_in(table, id), "LATE S2", "{id}");
    }
}
