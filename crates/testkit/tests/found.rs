//! What random lives found, each as the short history that shows it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use serde_json::json;
use sitesync_core::ids::Feed;
use sitesync_store::Store;
use sitesync_testkit::records::{delivery, edit, put, stock};
use sitesync_testkit::{Country, Outage, cut_after};

fn patient(country: &Country, site: u32) {
    let store = format!("S{site}");
    let edits = [
        edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
        edit("name_store_join", "J", json!({ "name_ID": "P", "store_ID": store })),
        edit("om_document", "DOC", json!({ "owner_name_ID": "P", "name": "doc", "data": {} })),
    ];
    country.write(site, &edits);
}

fn hide_patient(country: &Country, site: u32) {
    country.write(site, &[edit("name_store_join", "J", json!({ "inactive": true }))]);
}

/// A site whose patient's document is held, because it hid the patient in the same push.
fn with_a_held_document() -> (Country, u64) {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    patient(&country, 2);
    hide_patient(&country, 2);
    country.sync(2);
    let held = country.hub.held(None, 9).unwrap();
    assert_eq!(held.len(), 1);
    (country, held[0].id)
}

#[test]
fn what_a_person_releases_and_its_sender_may_not_see_leaves_the_sender() {
    let (country, held) = with_a_held_document();
    country.hub.release(held, true).unwrap();
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_patient_goes_with_the_last_document_that_named_it() {
    let (country, held) = with_a_held_document();
    country.hub.send_back(held).unwrap();
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_copy_that_sends_what_is_there_already_is_told_that_it_may_not_see_it() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    patient(&country, 2);
    country.copy_device(0);
    country.sync(2);
    hide_patient(&country, 2);
    country.sync_all();
    country.sync_copy();
    country.sync_all();
    country.sync_copy();
    country.assert_equal();
}

#[test]
fn a_feed_that_the_backup_did_not_have_does_not_begin_anew() {
    let mut country = Country::with_sites(1, 2);
    let backup = country.central.fork();
    let feed = Feed::store("S2");
    let head = |country: &Country| country.central.snapshot().unwrap().feed(&feed).unwrap().head;
    for life in 1..3 {
        country.sync_all();
        country.write(2, &[stock("L", "S2", life)]);
        country.sync_all();
        let before = head(&country);
        assert!(before > 0);
        country.restore_central(&backup);
        assert!(head(&country) > before, "life {life}");
    }
}

#[test]
fn a_message_whose_sender_lost_its_store_before_it_heard_of_it_leaves_the_site() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    let body = json!({ "fromStoreID": "S2", "toStoreID": "S3", "type": "text" });
    country.write(2, &[edit("message", "M", body)]);
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    country.move_store("S2", 3);
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_line_that_was_added_after_a_restore_comes_with_its_header() {
    // The header that stands above the restored head is compared; it is shown only together with its new line.
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &delivery("D", "S2", "S3", 1));
    country.sync_all();
    let line = json!({ "transaction_ID": "D", "item_ID": "item", "quantity": 7 });
    country.write(2, &[edit("transact", "D", json!({ "comment": "two" })), edit("trans_line", "D_1", line)]);
    country.restore_central(&backup);
    country.sync(2);
    country
        .sync_over(3, &mut |_| {
            let header = country.site_record(3, "transact", "D").unwrap();
            let line = country.site_record(3, "trans_line", "D_1");
            assert_eq!(header.contains_key("comment"), line.is_some(), "half of the document is shown");
            Outage::None
        })
        .unwrap();
    country.sync_all();
    country.assert_equal();
}

/// A store moves while its former site is away; that site's tail is held, its sender does not hear of it, and a person gives it up.
fn given_up_before_the_sender_heard(country: &Country) {
    country.move_store("S2", 3);
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    let held = country.hub.held(None, 9).unwrap();
    assert_eq!(held.len(), 1);
    country.hub.send_back(held[0].id).unwrap();
    country.sync_all();
    country.assert_equal();
}

fn aside_of_2(country: &Country) -> Vec<String> {
    country.site(2).put_aside().unwrap().iter().map(|aside| aside.id.to_string()).collect()
}

#[test]
fn what_is_given_up_before_its_sender_hears_that_its_store_went_stays_with_the_sender() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1)]);
    given_up_before_the_sender_heard(&country);
    assert!(country.site_record(2, "item_line", "L").is_none(), "the store went elsewhere");
    assert_eq!(aside_of_2(&country), ["L"]);
}

#[test]
fn so_does_a_version_of_what_the_sender_had_read_in_the_store_that_went() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1), stock("M", "S2", 1)]);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 2)]);
    given_up_before_the_sender_heard(&country);
    assert_eq!(country.site_record(3, "item_line", "L").unwrap()["quantity"], json!(1));
    assert_eq!(aside_of_2(&country), ["L"], "what the central server took is not put aside");
}

/// A delivery of site 2 is held while its store is away, and sent back; then the store returns.
fn sent_back_while_away(country: &Country) {
    country.hub.send_back(country.hub.held(None, 9).unwrap()[0].id).unwrap();
    country.move_store("S2", 2);
    country.sync_all();
    country.assert_equal();
    assert_eq!(aside_of_2(country).len(), 3, "the delivery is kept for people");
}

#[test]
fn what_is_sent_back_while_its_store_is_away_leaves_a_site_that_never_dropped_the_store() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.move_store("S2", 3);
    country.edit(vec![put("item", "other", json!({ "item_name": "Ibuprofen" }))]);
    country.write(2, &delivery("D", "S2", "S3", 2));
    // The site hears that its store is away, but not all that there is to read.
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    country.page = None;
    sent_back_while_away(&country);
}

#[test]
fn so_it_does_where_the_site_never_heard_that_its_store_was_away() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.move_store("S2", 3);
    country.write(2, &delivery("D", "S2", "S3", 2));
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    sent_back_while_away(&country);
}

#[test]
fn what_is_held_of_a_file_that_was_put_back_waits_for_a_person() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let before = country.copy_of(2);
    country.move_store("S2", 3);
    country.write(2, &[stock("L", "S2", 1)]);
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    country.put_back(2, &before);
    country.sync(2);
    country.move_store("S2", 2);
    assert_eq!(country.hub.held_count(None).unwrap(), 1, "the file that goes on does not know of it");
    assert!(country.central_record("item_line", "L").is_none());
}

/// A delivery from one store of a site to another one stands in both; then the store that sent it leaves.
fn stays_as_what_was_sent_to_another_store(country: &Country) {
    country.write(2, &delivery("D", "S2", "S3", 2));
    country.sync(2);
    country.move_store("S2", 1);
    country.move_store("S3", 2);
    country.sync(2);
    assert!(country.site_record(2, "transact", "D").is_some());
}

fn has_the_delivery_again(country: &Country) {
    country.sync_all();
    country.assert_equal();
    for (table, id) in [("transact", "D"), ("trans_line", "D_1")] {
        assert!(country.central_record(table, id).is_some());
        assert!(country.site_record(2, table, id).is_some());
    }
}

#[test]
fn what_a_site_sent_and_holds_only_by_a_store_that_a_restore_takes_away_is_sent_again() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    stays_as_what_was_sent_to_another_store(&country);
    country.restore_central(&backup);
    has_the_delivery_again(&country);
}

#[test]
fn so_is_what_it_holds_only_by_a_store_that_stays() {
    let mut country = Country::with_sites(1, 2);
    country.move_store("S3", 2);
    country.sync_all();
    let backup = country.central.fork();
    stays_as_what_was_sent_to_another_store(&country);
    // The new device did not write it.
    country.replace_device(2);
    country.sync(2);
    country.restore_central(&backup);
    has_the_delivery_again(&country);
}

#[test]
fn what_left_its_site_with_its_store_comes_back_from_the_site_that_got_it() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &delivery("D", "S2", "S2", 2));
    country.sync(2);
    country.move_store("S2", 3);
    country.sync_all();
    assert!(country.site_record(2, "transact", "D").is_none());
    country.restore_central(&backup);
    country.sync_all();
    let held = country.hub.held(None, 9).unwrap();
    assert_eq!(held.iter().map(|held| held.changes.len()).sum::<usize>(), 3);
}
