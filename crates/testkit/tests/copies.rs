//! Two devices of one site that go on from copies of one data file, and a central server that is put back: what random lives found.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use serde_json::json;
use sitesync_remote::site::Step;
use sitesync_testkit::records::{delivery, edit, edit_delete, stock};
use sitesync_testkit::{Country, Outage, cut_after};

/// The quantities of stock lines in the held documents.
fn held_quantities(country: &Country) -> Vec<String> {
    let held = country.hub.held(None, 9).unwrap();
    let bodies = held.iter().flat_map(|held| &held.changes).filter_map(|change| change.put.as_deref());
    let quantity = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap()["quantity"].to_string();
    bodies.map(|body| quantity(body.get())).collect()
}

#[test]
fn a_document_that_two_copies_wrote_is_put_aside_whole() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 1));
    country.copy_device(0);
    let line = json!({ "transaction_ID": "D", "item_ID": "item", "quantity": 7 });
    let copy = country.copy();
    copy.site.write(&[edit("transact", "D", json!({ "comment": "two" })), edit("trans_line", "D_1", line)]).unwrap();
    country.sync(2);
    country.sync_copy();
    country.sync_all();
    country.assert_equal();
    assert!(country.central_record("trans_line", "D_1").is_none(), "a line of the other life");
    let aside = country.copy().site.put_aside().unwrap();
    assert!(aside.iter().any(|aside| &*aside.id == "D_1"), "{aside:?}");
}

#[test]
fn an_edit_between_the_pages_of_a_rewound_file_undoes_nothing() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    country.copy_device(0);
    country.write(2, &[stock("L", "S2", 2), stock("M", "S2", 2), stock("N", "S2", 2)]);
    country.sync(2);
    country.page = Some(1);
    let copy = country.copy();
    assert!(country.sync_member(copy, &mut cut_after(3)).is_err());
    copy.site.write(&[stock("L", "S2", 3)]).unwrap();
    country.sync_copy();
    country.sync_all();
    let quantity = country.central_record("item_line", "L").unwrap()["quantity"].clone();
    assert_eq!(quantity, json!(2), "what the copy had not seen stands");
    assert_eq!(country.copy().site.put_aside().unwrap().len(), 1);
}

#[test]
fn what_is_held_of_one_copy_is_not_replaced_by_another() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.copy_device(0);
    country.write(2, &[stock("L", "S2", 1)]);
    country.copy().site.write(&[stock("L", "S2", 2)]).unwrap();
    country.move_store("S2", 3);
    country.sync(2);
    country.sync_copy();
    country.sync_all();
    assert_eq!(held_quantities(&country), ["1", "2"]);
    country.assert_equal();
}

#[test]
fn a_copy_that_is_still_being_filled_gets_what_the_other_sends_whole() {
    let mut country = Country::with_sites(1, 2);
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(3)).is_err());
    country.copy_device(0);
    country.sync(2);
    country.sync(2);
    country.write(2, &delivery("D", "S2", "S3", 1));
    country.sync(2);
    let copy = country.copy();
    country
        .sync_member(copy, &mut |step| {
            assert!(!matches!(step, Step::Compare(_)), "it is told to hold what it never had");
            Outage::None
        })
        .unwrap();
    country.sync_all();
    country.assert_equal();
}

#[test]
fn what_a_person_lets_count_is_followed_by_what_its_site_wrote_meanwhile() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let before = country.copy_of(2);
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    country.put_back(2, &before);
    country.write(2, &[stock("L", "S2", 2)]);
    country.sync(2);
    country.write(2, &[stock("L", "S2", 3)]);
    country.hub.release(country.hub.held(None, 9).unwrap()[0].id, false).unwrap();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(2), "the other life's version");
    country.sync_all();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(3), "the later commit counts");
    country.assert_equal();
    let aside = country.site(2).put_aside().unwrap();
    assert!(aside[0].body.as_deref().unwrap().contains("\"quantity\":2"), "it is still to be seen: {aside:?}");
}

/// Site 2 has sent its stock L, and the central server was restored to before that.
fn sent_and_forgotten() -> Country {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    country.restore_central(&backup);
    country
}

#[test]
fn what_another_file_of_the_site_sent_to_a_restored_server_is_not_overwritten() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.copy_device(0);
    let backup = country.central.fork();
    let write_copy = |country: &Country, quantity| {
        country.copy().site.write(&[stock("L", "S2", quantity)]).unwrap();
    };
    write_copy(&country, 1);
    country.sync_copy();
    // The device meets the copy's commit, and sends one that follows it.
    country.write(2, &[stock("M", "S2", 1)]);
    country.sync(2);
    write_copy(&country, 3);
    country.restore_central(&backup);
    country.write(2, &[stock("L", "S2", 4)]);
    country.sync_copy();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(3));
    country.sync_all();
    country.sync_copy();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(3), "it was acknowledged");
    let held = held_quantities(&country);
    let others = held.iter().filter(|quantity| *quantity == "4").count();
    assert_eq!(others, 1, "the other version is held for a person, once: {held:?}");
    country.assert_equal();
}

#[test]
fn a_copy_meets_after_a_restore_what_the_other_has_sent_already() {
    let mut country = sent_and_forgotten();
    country.write(2, &[stock("L", "S2", 2)]);
    country.copy_device(0);
    country.sync(2);
    let copy = country.copy();
    let equal = |_: &_| {
        let unequal = sitesync_testkit::proof::unexplained(copy, None);
        assert!(unequal.is_empty(), "{unequal:?}");
        Outage::None
    };
    country.sync_member(copy, &mut |step| equal(step)).unwrap();
    country.sync_all();
    country.assert_equal();
    assert_eq!(copy.site.put_aside().unwrap().len(), 0, "it is the same version");
}

#[test]
fn what_a_copy_could_not_send_before_a_restore_it_sends_after_it() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &delivery("D", "S2", "S3", 3));
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    country.copy_device(0);
    country.replace_device(2);
    country.restore_central(&backup);
    country.sync(2);
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync_all();
    country.sync_copy();
    country.sync_all();
    country.sync_copy();
    country.assert_equal();
    assert!(country.central_record("transact", "D").is_some());
}

#[test]
fn a_copy_that_has_met_the_restored_server_but_not_what_the_other_sent_sets_nothing_back() {
    let mut country = sent_and_forgotten();
    country.copy_device(0);
    let copy = country.copy();
    assert!(country.sync_member(copy, &mut cut_after(1)).is_err());
    country.write(2, &[stock("L", "S2", 2)]);
    country.sync(2);
    country.sync_copy();
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(2));
}

#[test]
fn a_line_goes_with_its_header_that_another_life_of_the_file_does_not_have() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &[stock("L", "S2", 1)]);
    country.copy_device(0);
    country.write(2, &delivery("D", "S2", "S3", 0));
    country.sync(2);
    country.restore_central(&backup);
    country.sync_copy();
    let line = json!({ "transaction_ID": "D", "item_ID": "item", "quantity": 7 });
    country.write(2, &[edit("trans_line", "D_0", line)]);
    country.sync(2);
    let (header, line) = (country.site_record(2, "transact", "D"), country.site_record(2, "trans_line", "D_0"));
    assert_eq!(header.is_some(), line.is_some(), "half of it is shown");
    country.sync_all();
    assert!(country.site(2).put_aside().unwrap().iter().any(|aside| &*aside.id == "D_0"));
}

/// The copy of a device has learnt that the central server was restored, and that the device has sent another life's changes since; it
/// has put its own version of a delivery aside, and what counts waits for the end of the pull.
fn put_aside_and_not_read_yet() -> Country {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    country.write(2, &[stock("L", "S2", 2)]);
    country.copy_device(0);
    country.restore_central(&backup);
    country.write(2, &[edit_delete("item_line", "L")]);
    country.sync(2);
    assert!(country.sync_member(country.copy(), &mut cut_after(2)).is_err());
    country
}

/// Syncs the copy, and looks after each answer whether what it shows is what its feeds say.
fn sync_copy_and_look(country: &Country) {
    let looked = country.sync_member(country.copy(), &mut |_| {
        let unexplained = sitesync_testkit::proof::unexplained(country.copy(), None);
        assert!(unexplained.is_empty(), "{unexplained:?}");
        Outage::None
    });
    looked.unwrap();
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.copy().site.put_aside().unwrap().len(), 1);
}

#[test]
fn what_waits_for_the_end_of_a_pull_still_waits_when_the_other_device_sends_again() {
    let country = put_aside_and_not_read_yet();
    country.write(2, &[stock("M", "S2", 1)]);
    country.sync(2);
    sync_copy_and_look(&country);
}

#[test]
fn so_it_does_when_the_central_server_is_restored_again() {
    let mut country = put_aside_and_not_read_yet();
    let backup = country.central.fork();
    country.restore_central(&backup);
    sync_copy_and_look(&country);
}
