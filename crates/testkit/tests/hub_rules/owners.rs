//! Nothing is taken, nothing is overwritten: ownership through the whole hub (EXCHANGE A13, A20, B4).

use serde_json::json;
use sitesync_core::ids::SiteId;
use sitesync_testkit::records::{delete, moved, put};

use crate::central::{Central, delivery, header, join, line, patient, stock, whole};

#[test]
fn a_stolen_document_is_held_and_the_owners_stays() {
    let thefts = [
        ("the whole document", delivery("D", "S3", "S4", 2)),
        ("the header", vec![header("D", "S3", "S4")]),
        ("its delete", vec![delete("transact", "D")]),
        ("a line", vec![line("D_0", "D", 99)]),
        ("a new line under it", vec![line("mine", "D", 1)]),
        ("the delete of a line", vec![delete("trans_line", "D_0")]),
        ("a line taken to a document of one's own", vec![header("E", "S3", "S4"), line("D_0", "E", 1)]),
    ];
    for (case, theft) in thefts {
        let central = Central::new();
        central.push(2, delivery("D", "S2", "S3", 2));
        // The thief reads the document as the other party, and gets it again; nothing in any feed is another version.
        let content =
            |central: &Central| central.feeds().into_values().map(|feed| (feed.sum, feed.live)).collect::<Vec<_>>();
        let before = content(&central);
        central.push(3, theft);
        assert_eq!(central.one_held().0, "refused", "{case}");
        assert_eq!(content(&central), before, "{case}");
    }
}

#[test]
fn a_deleted_document_is_not_made_again_by_another() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.push(2, vec![delete("transact", "D")]);
    central.push(3, delivery("D", "S3", "S2", 1));
    assert_eq!(central.one_held(), ("refused".into(), 2));
    assert_eq!(central.body("transact", "D"), None);
}

#[test]
fn what_a_site_was_refused_is_held_and_the_rest_of_its_commit_is_applied() {
    let central = Central::new();
    central
        .push(3, vec![put("item", "item", json!({ "item_name": "mine" })), stock("L", "S3", 1), stock("M", "S2", 1)]);
    let held = central.held();
    assert_eq!(held.len(), 2);
    assert!(held.iter().all(|held| held.site == SiteId(3)));
    assert_eq!(central.column("item", "item", "item_name"), json!("Paracetamol"));
    assert_eq!(central.seen_in("item_line", "L"), "S3");
}

#[test]
fn an_edit_of_the_central_server_is_whole_or_not_at_all() {
    let central = Central::new();
    let before = central.feeds();
    let edit = vec![put("item", "new", json!({})), stock("L", "S2", 1), put("item", "x", json!({ "weight": "heavy" }))];
    let refused = central.try_edit(edit).unwrap_err().to_string();
    assert!(refused.contains("item_line L") && refused.contains("item x"), "{refused}");
    assert_eq!(central.feeds(), before);
    assert!(central.held().is_empty());
}

#[test]
fn a_deleted_patient_stays_deleted_and_a_later_edit_is_held() {
    let central = Central::new();
    central.push(2, vec![patient("P"), join("J2", "P", "S2")]);
    central.edit(vec![join("J3", "P", "S3")]);
    central.push(3, vec![delete("name", "P")]);
    central.push(2, vec![put("name", "P", json!({ "phone": "1" }))]);
    assert_eq!(central.one_held().0, "deleted");
    assert_eq!(central.body("name", "P"), None);
    assert!(central.hub.release(central.held()[0].id, true).is_err(), "not even by a repair");
}

#[test]
fn the_last_commit_wins_column_by_column() {
    let central = Central::new();
    central.push(2, vec![patient("P"), join("J2", "P", "S2")]);
    central.edit(vec![join("J3", "P", "S3")]);
    central.read(2);
    central.push(3, vec![put("name", "P", json!({ "phone": "3", "email": "3" }))]);
    central.push(2, vec![put("name", "P", json!({ "phone": "2" }))]);
    assert_eq!((central.column("name", "P", "phone"), central.column("name", "P", "email")), (json!("2"), json!("3")));
    assert!(central.read(2).contains(&"name P put".to_owned()), "a merged version is no echo");
    central.push(2, vec![patient("P")]);
    assert_eq!(central.column("name", "P", "email"), json!(null), "a whole record replaces the whole");
}

#[test]
fn the_former_sites_tail_is_held_and_tried_again_when_the_store_returns() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    central.edit(vec![moved("S2", 4)]);
    let message = whole("message", "M", json!({ "fromStoreID": "S2", "toStoreID": "S3" }));
    central.push(
        2,
        vec![line("D_0", "D", 5), stock("L", "S2", 1), whole("message", "M", json!({})), stock("OK", "T2", 1)],
    );
    assert_eq!(central.held().len(), 3);
    central.push(2, vec![line("D_1", "D", 6), message]);
    assert_eq!(central.held().len(), 3, "later edits join what is held");
    assert_eq!(central.seen_in("item_line", "OK"), "T2");
    central.push(4, vec![stock("NEW", "S2", 1)]);
    central.edit(vec![moved("S2", 3)]);
    assert_eq!(central.held().len(), 3, "it went elsewhere");
    central.edit(vec![moved("S2", 2)]);
    assert!(central.held().is_empty());
    assert_eq!(
        (central.column("trans_line", "D_0", "quantity"), central.seen_in("trans_line", "D_1")),
        (json!(5), "S2 S3".into())
    );
    assert_eq!(central.seen_in("message", "M"), "S2 S3");
}

#[test]
fn a_store_that_moves_takes_its_feed_along_unchanged() {
    let central = Central::new();
    central.push(2, delivery("D", "S2", "S3", 1));
    let before = central.feeds();
    central.edit(vec![moved("S2", 4)]);
    let changed: Vec<_> = central.feeds().into_iter().filter(|(feed, state)| before.get(feed) != Some(state)).collect();
    assert_eq!(changed.len(), 1, "only the store's own record, in central: {changed:?}");
    assert!(central.read(4).contains(&"trans_line D_0 put".to_owned()));
}

#[test]
fn a_tail_that_was_overtaken_still_waits_for_a_person_when_the_store_returns() {
    let central = Central::new();
    central.push(2, vec![stock("L", "S2", 1)]);
    central.edit(vec![moved("S2", 4)]);
    central.push(2, vec![stock("L", "S2", 2)]);
    central.push(4, vec![stock("L", "S2", 3)]);
    central.edit(vec![moved("S2", 2)]);
    assert_eq!(central.column("item_line", "L", "quantity"), json!(3), "nothing is set back");
    assert_eq!(central.one_held().0, "overtaken");
}
