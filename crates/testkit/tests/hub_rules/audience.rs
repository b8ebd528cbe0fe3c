//! Who gets what: withdrawals, equal writes, narrow master data (EXCHANGE A5, A12, A15, B8).

use serde_json::json;
use sitesync_core::record::EntryKind::{Delete, Put, Withdraw};
use sitesync_testkit::records::{delete, name_of, put};
use sitesync_testkit::{Country, records};

use crate::central::{Central, delivery, header, join, patient, stock, whole};

#[test]
fn a_delivery_that_is_readdressed_within_one_site_is_not_taken_from_it() {
    let central = Central::new();
    central.push(3, delivery("D", "S3", "S2", 2));
    central.push(3, vec![header("D", "S3", "T2")]);
    assert_eq!(central.seen_in("transact", "D"), "S3 T2");
    assert_eq!(central.seen_in("trans_line", "D_1"), "S3 T2", "lines go with their header");
    assert_eq!(central.says("S2", "trans_line", "D_1"), Some(Withdraw));

    let mut country = Country::with_sites(1, 2);
    country.edit(records::store("T2", 2));
    country.add_site(sitesync_core::ids::SiteId(9));
    country.sync_all();
    country.write(3, &records::delivery("D", "S3", "S2", 2));
    country.sync_all();
    country.write(3, &[records::edit("transact", "D", json!({ "name_ID": name_of("T2") }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "trans_line", "D_1").is_some(), "it is still the site's, in another feed");
}

#[test]
fn a_patient_withdrawn_from_one_store_stays_where_another_of_the_site_shows_it() {
    let mut country = Country::with_sites(1, 1);
    country.edit(records::store("T2", 2));
    country.edit(vec![patient("P"), join("J1", "P", "S2"), join("J2", "P", "T2")]);
    country.add_site(sitesync_core::ids::SiteId(9));
    country.sync_all();
    country.edit(vec![put("name_store_join", "J1", json!({ "inactive": true }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "name", "P").is_some());
    country.edit(vec![delete("name_store_join", "J2")]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "name", "P").is_none());
}

#[test]
fn a_name_that_turns_from_patient_to_facility_is_everybodys_and_back() {
    let central = Central::new();
    central.edit(vec![patient("N"), join("J", "N", "S2")]);
    assert_eq!(central.seen_in("name", "N"), "S2");
    central.edit(vec![put("name", "N", json!({ "type": "facility" }))]);
    assert_eq!(central.seen_in("name", "N"), "*");
    assert_eq!(central.says("S2", "name", "N"), Some(Withdraw));
    central.edit(vec![put("name", "N", json!({ "type": "patient" }))]);
    assert_eq!(central.seen_in("name", "N"), "S2");
}

#[test]
fn equal_writes_move_nothing() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 2));
    central.edit(vec![patient("P"), join("J", "P", "S2")]);
    let before = central.feeds();
    central.push(2, delivery("D", "S2", "S3", 2));
    central.push(3, vec![header("D", "S2", "S3")]);
    central.push(2, vec![put("name", "P", json!({ "name": "P" })), patient("P"), put("name", "P", json!({}))]);
    let written_otherwise =
        json!({ "type": "ci", "ID": "D", "name_ID": name_of("S3"), "store_ID": "S2", "hold": false });
    central.push(2, vec![whole("transact", "D", written_otherwise)]);
    central.edit(vec![put("item", "item", json!({ "item_name": "Paracetamol", "is_vaccine": false }))]);
    central.push(2, vec![delete("item_line", "never"), delete("trans_line", "never")]);
    assert_eq!(central.feeds(), before);
    assert!(central.held().is_empty(), "an echo of another's record is no theft");
}

#[test]
fn of_several_changes_of_one_record_in_a_commit_the_last_counts() {
    let central = Central::new();
    central.push(2, vec![stock("L", "S2", 1), stock("L", "S2", 2), stock("L", "S2", 3)]);
    assert_eq!(central.column("item_line", "L", "quantity"), json!(3));
    assert_eq!(central.feeds()[&sitesync_core::ids::Feed::store("S2")].head, 1);
}

#[test]
fn what_names_a_store_goes_to_that_store_alone() {
    let central = Central::new();
    central.edit(vec![
        put("item_store_join", "ISJ", json!({ "item_ID": "item", "store_ID": "S3" })),
        put("pref", "PREF", json!({ "item": "x", "store_ID": "S2" })),
        put("user", "U", json!({ "name": "user" })),
        put("user_store", "US", json!({ "user_ID": "U", "store_ID": "S2" })),
        put("om_user_permission", "UP", json!({ "user_ID": "U", "store_ID": "S3" })),
    ]);
    let seen = |table, id| central.seen_in(table, id);
    assert_eq!(
        (seen("item_store_join", "ISJ"), seen("pref", "PREF"), seen("user", "U")),
        ("S3".into(), "S2".into(), "S2 S3".into())
    );
    central.edit(vec![delete("user_store", "US")]);
    assert_eq!(central.seen_in("user", "U"), "S3");
    central.edit(vec![put("om_user_permission", "UP", json!({ "store_ID": "S4" }))]);
    assert_eq!(central.seen_in("user", "U"), "S4");
    central.edit(vec![delete("user", "U")]);
    assert_eq!(central.says("S4", "user", "U"), Some(Delete));
}

#[test]
fn a_clinician_goes_where_joins_show_it() {
    let central = Central::new();
    let clinician_join = whole("clinician_store_join", "KJ", json!({ "prescriber_ID": "K", "store_ID": "S2" }));
    central.push(2, vec![clinician_join, whole("clinician", "K", json!({ "code": "K" }))]);
    assert_eq!(central.seen_in("clinician", "K"), "S2");
    central.push(2, vec![delete("clinician_store_join", "KJ")]);
    assert_eq!(
        (central.seen_in("clinician", "K"), central.says("S2", "clinician", "K")),
        (String::new(), Some(Withdraw))
    );
}

#[test]
fn one_id_in_two_tables_is_two_records() {
    let central = Central::new();
    central.push(2, vec![stock("X", "S2", 1), header("X", "S2", "S3"), patient("X"), join("X", "X", "S2")]);
    central.push(2, vec![delete("item_line", "X")]);
    assert_eq!(central.body("item_line", "X"), None);
    assert_eq!(central.seen_in("transact", "X"), "S2 S3");
    assert_eq!(central.seen_in("name", "X"), "S2");
}

#[test]
fn a_transfer_between_two_stores_of_a_site_is_sent_once_in_a_reply() {
    let central = Central::new();
    central.edit(vec![patient("P"), join("J1", "P", "S2"), join("J2", "P", "T2")]);
    central.push(3, vec![stock("other", "S3", 1)]);
    let told = central.read(2);
    let of_patient: Vec<_> = told.iter().filter(|entry| entry.starts_with("name P ")).collect();
    assert_eq!(of_patient, ["name P put", "name P same"]);
    central.push(2, delivery("D", "S2", "T2", 1));
    let told = central.read(2);
    assert!(!told.iter().any(|entry| entry.ends_with(" put")), "the site sent it itself: {told:?}");
    assert_eq!(told.iter().filter(|entry| *entry == "transact D same").count(), 2);
}

#[test]
fn deletes_reach_whoever_had_the_record_and_are_remembered() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.push(2, vec![header("D", "S2", "S4")]);
    central.push(2, vec![delete("transact", "D")]);
    assert_eq!(central.says("S2", "trans_line", "D_0"), Some(Delete), "lines go with a header that is deleted alone");
    assert_eq!(central.says("S4", "trans_line", "D_0"), Some(Delete));
    assert_eq!(central.says("S3", "transact", "D"), Some(Withdraw), "it was withdrawn before");
    central.push(2, delivery("D", "S2", "S3", 1));
    assert_eq!(central.says("S3", "trans_line", "D_0"), Some(Put), "made again by its owner");
    assert_eq!(central.seen_in("transact", "D"), "S2 S3");
    assert_eq!(central.says("S4", "transact", "D"), Some(Delete));
}
