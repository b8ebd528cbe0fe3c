//! Documents are applied whole or held whole, and what comes later joins what is held (EXCHANGE A8).

use serde_json::json;
use sitesync_core::ids::SiteId;
use sitesync_testkit::records::{delete, moved, put, store};

use crate::central::{Central, aside, deleted, delivery, header, join, line, patient, stock, whole};

#[test]
fn one_malformed_line_of_ten_holds_the_whole_document_and_nothing_else() {
    let central = Central::new();
    let mut changes = delivery("D", "S2", "S3", 10);
    changes[7] = line("D_6", "D", "many");
    changes.push(stock("L", "S2", 1));
    changes.extend(delivery("E", "S2", "S3", 1));
    central.push(2, changes);
    assert_eq!(central.one_held(), ("malformed".into(), 11));
    assert_eq!((central.body("transact", "D"), central.body("trans_line", "D_0")), (None, None));
    assert_eq!(
        (central.seen_in("item_line", "L"), central.seen_in("trans_line", "E_0")),
        ("S2".into(), "S2 S3".into())
    );
}

#[test]
fn the_previous_version_stays_visible_while_a_later_one_is_held() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 2));
    let before = central.feeds();
    central.push(2, vec![header("D", "S2", "S4"), line("D_0", "D", 50), line("D_1", "D", "many")]);
    assert_eq!(central.one_held(), ("malformed".into(), 3));
    assert_eq!(central.feeds(), before);
    assert_eq!(central.column("trans_line", "D_0", "quantity"), json!(1));
}

#[test]
fn an_accepted_later_version_clears_the_held_one() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 2));
    central.push(2, vec![line("D_0", "D", 50), line("D_1", "D", "many")]);
    let first = central.held()[0].clone();
    central.push(2, vec![line("D_1", "D", "more")]);
    let again = central.held()[0].clone();
    assert_eq!((again.id, again.since, again.changes.len()), (first.id, first.since, 2), "the same one, held on");
    central.push(2, vec![line("D_1", "D", 51)]);
    assert!(central.held().is_empty());
    let quantity = |id| central.column("trans_line", id, "quantity");
    assert_eq!(
        (quantity("D_0"), quantity("D_1")),
        (json!(50), json!(51)),
        "what was held beside it is applied with it"
    );
}

#[test]
fn a_partial_later_change_completes_the_held_version() {
    let central = Central::new();
    let body = json!({ "name": "Ada", "type": "patient", "latitude": "north" });
    central.push(2, vec![whole("name", "P", body), join("J", "P", "S2")]);
    assert_eq!(central.one_held(), ("malformed".into(), 1));
    central.push(2, vec![put("name", "P", json!({ "phone": "1" }))]);
    assert_eq!(central.one_held().0, "malformed", "still: the column that is wrong was not mended");
    central.push(2, vec![put("name", "P", json!({ "latitude": 3 }))]);
    let expected = json!({ "name": "Ada", "type": "patient", "latitude": 3, "phone": "1" });
    assert_eq!(central.body("name", "P"), Some(expected));
    assert!(central.held().is_empty());
}

#[test]
fn a_line_that_the_held_document_lacked_joins_it_too() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.push(2, vec![header("D", "S2", "S3"), line("D_0", "D", "many")]);
    central.push(2, vec![line("D_1", "D", 1)]);
    assert_eq!(central.one_held(), ("malformed".into(), 3));
    assert_eq!(central.body("trans_line", "D_1"), None, "nobody sees half of the later version");
    central.push(2, vec![line("D_0", "D", 2)]);
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("trans_line", "D_1"), "S2 S3");
}

#[test]
fn lines_wait_for_their_header_and_appear_with_it() {
    let central = Central::new();
    let mut lines = delivery("D", "S2", "S3", 3);
    let header = lines.remove(0);
    central.push(2, lines[..2].to_vec());
    central.push(2, lines[2..].to_vec());
    assert_eq!(central.one_held(), ("waits".into(), 3));
    central.push_only(2, vec![header]);
    assert!(central.held().is_empty(), "in the commit that brings the header, not after it");
    assert_eq!(central.seen_in("trans_line", "D_2"), "S2 S3");
}

#[test]
fn a_document_that_was_never_taken_is_cleared_by_its_delete() {
    let central = Central::new();
    central.push(2, vec![header("D", "S2", "S3"), line("D_0", "D", "many"), line("D_1", "D", 1)]);
    central.push(2, vec![delete("transact", "D")]);
    assert!(central.held().is_empty(), "its lines were never anywhere and wait for nothing");
    central.push(2, vec![line("E_0", "E", 1)]);
    central.push(2, deleted("E", 1));
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("trans_line", "D_1"), "");
}

#[test]
fn a_line_of_a_header_that_is_gone_is_held_until_the_header_returns() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.push(2, vec![delete("transact", "D")]);
    central.push(2, vec![line("D_7", "D", 7)]);
    assert_eq!(central.one_held(), ("parent_deleted".into(), 1));
    central.push(2, vec![header("D", "S2", "S3")]);
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("trans_line", "D_7"), "S2 S3");
}

#[test]
fn a_document_that_waits_for_its_store_is_taken_when_the_store_arrives() {
    let central = Central::new();
    let mut documents = delivery("D", "NEW", "S3", 2);
    documents.push(stock("L", "NEW", 1));
    central.push(2, documents);
    assert_eq!(central.hub.held_count(Some(SiteId(2))).unwrap(), 2);
    central.edit(store("NEW", 3));
    assert_eq!(central.held().len(), 2, "the store is active elsewhere");
    assert!(central.held().iter().all(|held| &*held.reason.code == "refused"));
    central.edit(vec![moved("NEW", 2)]);
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("trans_line", "D_1"), "NEW S3");
    assert!(central.read(2).contains(&"item_line L put".to_owned()), "taken later, it is no echo");
}

#[test]
fn what_waits_for_something_later_in_the_same_commit_is_taken_after_it() {
    let central = Central::new();
    central.edit(vec![
        patient("P"),
        whole("name_store_join", "J", json!({ "name_ID": "P", "store_ID": "S2", "inactive": true })),
    ]);
    // The join stands in the same push as the edit, and is integrated after it.
    central.push(
        2,
        vec![put("name", "P", json!({ "phone": "1" })), put("name_store_join", "J", json!({ "inactive": false }))],
    );
    assert!(central.held().is_empty());
    assert_eq!(central.column("name", "P", "phone"), json!("1"));
}

#[test]
fn what_waits_for_a_patient_is_taken_when_a_merge_shows_it() {
    let central = Central::new();
    central.edit(vec![patient("P"), patient("Q"), join("J", "Q", "S2")]);
    central.push(2, vec![whole("om_document", "DOC", json!({ "owner_name_ID": "P" }))]);
    assert_eq!(central.one_held().0, "refused");
    central.edit(vec![sitesync_testkit::records::merge("name", "Q", "P")]);
    assert!(central.held().is_empty());
    assert_eq!(central.seen_in("om_document", "DOC"), "S2");
}

#[test]
fn another_sites_change_does_not_join_what_is_held() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.push(3, vec![header("D", "S3", "S2")]);
    central.push(2, vec![header("D", "S2", "S4")]);
    assert_eq!(central.one_held(), ("refused".into(), 1));
    assert_eq!(central.seen_in("transact", "D"), "S2 S4");
}

#[test]
fn what_a_site_put_aside_stands_beside_its_later_change() {
    let central = Central::new();
    central.push(2, vec![stock("L", "S2", 1)]);
    // The user went on after the version was put aside; both travel in one push, the one put aside last.
    central.push(2, vec![stock("L", "S2", 7), aside(stock("L", "S2", 5)), aside(stock("L", "S2", 6))]);
    assert_eq!(central.column("item_line", "L", "quantity"), json!(7));
    assert_eq!(central.held().len(), 2, "each version is kept");
    central.push(2, vec![stock("L", "S2", 8)]);
    assert_eq!(
        (central.column("item_line", "L", "quantity"), central.held().len()),
        (json!(8), 2),
        "and not continued"
    );
    let held = central.held().into_iter().find(|held| held.changes[0].put.as_ref().unwrap().get().contains('5'));
    central.hub.release(held.unwrap().id, false).unwrap();
    central.settle();
    assert_eq!((central.column("item_line", "L", "quantity"), central.held().len()), (json!(5), 1));
}

#[test]
fn what_was_put_aside_does_not_hide_a_held_version() {
    let central = Central::new();
    central.push(2, vec![stock("L", "S2", 1)]);
    central.push(2, vec![whole("item_line", "L", json!({ "store_ID": "S2", "quantity": "many" }))]);
    central.push(2, vec![aside(stock("L", "S2", 5))]);
    assert_eq!(central.held().len(), 2);
    central.push(2, vec![stock("L", "S2", 3)]);
    assert_eq!(central.one_held().0, "aside", "the accepted version cleared the malformed one");
}
