//! What people do with held documents: release, repair, send back (EXCHANGE A8).

use serde_json::json;
use sitesync_core::ownership::Actor;
use sitesync_core::record::EntryKind::{Delete, Withdraw};
use sitesync_testkit::records::{delete, edit, put};
use sitesync_testkit::{Country, records};

use crate::central::{Central, delivery, header, join, line, patient, stock, whole};

#[test]
fn a_release_makes_all_checks_anew() {
    let central = Central::new();
    central.push(3, delivery("D", "S2", "S4", 1));
    let held = central.held()[0].id;
    let refused = central.hub.release(held, false).unwrap_err().to_string();
    assert!(refused.contains("site 2"), "{refused}");
    assert_eq!(central.one_held(), ("refused".into(), 2), "it is held as before");
    central.audit();
    central.hub.release(held, true).unwrap();
    central.settle();
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("trans_line", "D_0"), "S2 S4", "a repair takes it as it is");
}

#[test]
fn a_repair_does_not_release_what_cannot_be_read() {
    let central = Central::new();
    central.push(2, vec![header("D", "S2", "S3"), line("D_0", "D", "many")]);
    assert!(central.hub.release(central.held()[0].id, true).is_err());
    assert_eq!(central.one_held().0, "malformed");
    assert!(central.hub.release(77, true).is_err(), "there is no such document");
}

#[test]
fn a_repair_reaches_the_owner_and_leaves_it_the_owner() {
    let central = Central::new();
    central.push(2, vec![stock("L", "S2", 1), whole("future", "F", json!({ "x": 1 }))]);
    central.read(2);
    central.repair(vec![put("item_line", "L", json!({ "quantity": 9 })), put("future", "F", json!({ "x": 2 }))]);
    assert_eq!(central.read(2), ["item_line L put"]);
    central.push(2, vec![stock("L", "S2", 8), whole("future", "F", json!({ "x": 3 }))]);
    assert!(central.held().is_empty());
    assert_eq!(central.column("future", "F", "x"), json!(3));
}

#[test]
fn what_is_sent_back_is_the_central_servers_version() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.read(3);
    let mut stolen = delivery("D", "S3", "S4", 1);
    stolen.push(line("D_new", "D", 1));
    central.push(3, stolen);
    central.hub.send_back(central.held()[0].id).unwrap();
    central.settle();
    assert!(central.held().is_empty());
    let mut told = central.read(3);
    told.sort();
    assert_eq!(told, ["trans_line D_0 put", "trans_line D_new withdraw", "transact D put"]);
}

#[test]
fn an_edit_of_a_deleted_patient_is_sent_back_as_a_delete() {
    let central = Central::new();
    central.edit(vec![patient("P"), join("J", "P", "S2")]);
    central.edit(vec![delete("name", "P")]);
    central.push(2, vec![put("name", "P", json!({ "phone": "1" }))]);
    assert_eq!(central.one_held().0, "deleted");
    central.hub.send_back(central.held()[0].id).unwrap();
    central.settle();
    assert_eq!(central.says("S2", "name", "P"), Some(Delete), "a withdrawn patient might be kept");
    central.push(2, vec![whole("item", "own", json!({ "item_name": "mine" }))]);
    central.hub.send_back(central.held()[0].id).unwrap();
    central.settle();
    assert_eq!(central.says("S2", "item", "own"), Some(Withdraw), "of what never was there is nothing");
}

#[test]
fn a_native_sites_tail_is_tried_again_when_its_store_returns() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[records::stock("L", "S2", 10)]);
    country.sync_all();
    country.move_store("S2", 3);
    country.write(
        2,
        &[records::stock("L", "S2", 7), edit("item_line", "NEW", json!({ "store_ID": "S2", "quantity": 4 }))],
    );
    country.sync(2);
    assert_eq!(country.hub.held_count(None).unwrap(), 2);
    country.move_store("S2", 2);
    assert_eq!(country.hub.held_count(None).unwrap(), 0, "the store is back, the tail was tried again");
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.site_record(2, "item_line", "L").unwrap()["quantity"], json!(7));
    assert!(country.site_record(2, "item_line", "NEW").is_some());
}

#[test]
fn a_site_keeps_its_version_put_aside_when_it_is_sent_back() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &records::delivery("D", "S2", "S3", 1));
    country.sync_all();
    country.hub.edit(Actor::Repair, vec![delete("transact", "D")]).unwrap();
    country.write(2, &[edit("trans_line", "D_7", json!({ "transaction_ID": "D", "quantity": 7 }))]);
    country.sync_all();
    let held = country.hub.held(None, 10).unwrap();
    assert_eq!((held.len(), &*held[0].reason.code), (1, "parent_deleted"));
    country.hub.send_back(held[0].id).unwrap();
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "trans_line", "D_7").is_none());
    let aside = country.site(2).put_aside().unwrap();
    assert_eq!((aside.len(), &*aside[0].id), (1, "D_7"));
}
