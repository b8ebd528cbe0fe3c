//! Equal sums mean equal records: what a site shows is what its feeds say, also after moves and restores (EXCHANGE A1, A17, A20).

use serde_json::json;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_testkit::records::{delivery, edit, edit_delete, put, stock};
use sitesync_testkit::{Country, cut_after};

fn settled(country: &Country) {
    country.sync_all();
    country.assert_equal();
}

fn quantity(country: &Country, site: u32, id: &str) -> Option<u64> {
    country.site_record(site, "item_line", id)?["quantity"].as_u64()
}

#[test]
fn a_site_that_has_seen_the_last_version_is_not_overtaken_although_a_restore_forgot_that_it_had() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(3, &[stock("L", "S3", 10)]);
    country.sync(3);
    country.move_store("S3", 2);
    country.write(2, &[stock("M", "S2", 1)]);
    let backup = country.central.fork();
    country.sync(2);
    country.restore_central(&backup);
    // The restored server lacks a commit of site 2, so the first exchange takes nothing but begins a generation.
    country.write(2, &[stock("L", "S3", 31)]);
    settled(&country);
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(31));
    assert_eq!(country.hub.held_count(None).unwrap(), 0, "site 2 wrote on top of what site 3 wrote");
}

#[test]
fn what_a_site_wrote_comes_back_after_a_restore_where_its_store_is_there_again() {
    let mut country = Country::with_sites(1, 3);
    country.move_store("S2", 1);
    country.sync_all();
    let backup = country.central.fork();
    country.move_store("S2", 3);
    country.sync(3);
    country.write(3, &delivery("D", "S3", "S2", 2));
    country.sync(3);
    country.move_store("S3", 4);
    country.write(3, &[edit_delete("transact", "D")]);
    // The store is elsewhere now: the deletion is held, and the delivery comes back as one to S2.
    country.sync(3);
    assert!(country.site_record(3, "transact", "D").is_some());
    country.restore_central(&backup);
    settled(&country);
    // What was acknowledged is back by the site that wrote it, whose store S3 is there again: the same on both sides.
    let back = country.site_record(3, "transact", "D");
    assert!(back.is_some() && back == country.central_record("transact", "D"), "{back:?}");
}

#[test]
fn a_document_that_was_overtaken_is_shown_as_the_others_wrote_it() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 1));
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync_all();
    let to = |site: u32| country.move_store("S2", site);
    to(3);
    country.sync(3);
    country.write(3, &[edit("transact", "D", json!({ "comment": "three" })), stock("L", "S2", 3)]);
    country.sync(3);
    to(2);
    // Site 2 never noticed: it edits the header, adds a line, and counts its stock.
    let line = json!({ "transaction_ID": "D", "item_ID": "item", "quantity": 9 });
    country.write(2, &[edit("transact", "D", json!({ "comment": "two" })), edit("trans_line", "D_new", line)]);
    country.write(2, &[stock("L", "S2", 2)]);
    settled(&country);
    assert_eq!(country.site_record(2, "transact", "D").unwrap()["comment"], json!("three"));
    assert!(country.site_record(2, "trans_line", "D_new").is_none(), "the line is held with its delivery");
    assert_eq!(quantity(&country, 2, "L"), Some(3));
    assert_eq!(country.site(2).put_aside().unwrap().len(), 3, "nothing of it is lost");
}

#[test]
fn when_both_sides_were_put_back_a_document_is_put_aside_whole_also_where_it_was_edited_since() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let central = country.central.fork();
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync_all();
    let file = country.copy_of(2);
    // The central server goes back to before the delivery, and another device of site 2 goes on from there.
    country.restore_central(&central);
    country.replace_device(2);
    country.sync(2);
    country.write(2, &[stock("L", "S2", 7)]);
    country.sync(2);
    country.put_back(2, &file);
    country.write(2, &[edit("transact", "D", json!({ "comment": "since" }))]);
    settled(&country);
    for site in [2, 3] {
        let lines =
            (0..3).filter(|line| country.site_record(site, "trans_line", &format!("D_{line}")).is_some()).count();
        let whole = if country.site_record(site, "transact", "D").is_some() { 3 } else { 0 };
        assert_eq!(lines, whole, "site {site} shows half a delivery");
    }
    assert_eq!(country.site(2).put_aside().unwrap().len(), 4, "nothing of it is lost");
}

#[test]
fn a_device_that_is_still_being_filled_sends_no_half_document_to_a_restored_server() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let central = country.central.fork();
    country.write(2, &delivery("D", "S2", "S3", 4));
    country.sync_all();
    country.replace_device(2);
    // The page ends inside the delivery.
    country.page = Some(1);
    while country.site_record(2, "transact", "D").is_none() {
        assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    }
    assert!(country.site_record(2, "trans_line", "D_3").is_none());
    country.restore_central(&central);
    country.replace_device(3);
    country.page = None;
    settled(&country);
    assert!(country.central_record("transact", "D").is_none(), "nobody has it whole");
    assert!(!country.site(2).put_aside().unwrap().is_empty(), "what there was of it is kept");
}

#[test]
fn what_a_site_still_has_of_a_store_that_left_is_sent_again_to_a_restored_server() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let central = country.central.fork();
    country.write(2, &[stock("L", "S2", 9)]);
    country.sync(2);
    // A new device did not write it itself, so it is not among its changes.
    country.replace_device(2);
    country.sync(2);
    country.move_store("S2", 3);
    country.edit(vec![put("item", "item", json!({ "item_name": "A second page" }))]);
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    // The restored server again says that the store is elsewhere.
    country.restore_central(&central);
    country.move_store("S2", 3);
    country.page = None;
    settled(&country);
    assert!(country.held_of(SiteId(2)).contains(&RecordKey::new("item_line", "L")), "it was the only copy");
}
