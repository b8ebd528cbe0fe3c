//! Whole syncs in one thread: what one side writes, the other side has.

use serde_json::json;
use sitesync_core::ownership::Actor;
use sitesync_remote::site::Step;
use sitesync_store::Store;
use sitesync_testkit::records::{delete, delivery, edit, edit_delete, name_of, put, stock, store};
use sitesync_testkit::{Country, Outage, cut_after};

#[test]
fn a_site_is_initialised_and_equal() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "item", "item").is_some());
    assert!(country.site_record(2, "store", "S3").is_some(), "every site knows every store");
}

#[test]
fn stock_of_a_site_is_on_the_central_server_and_nowhere_else() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 10)]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.central_record("item_line", "L1").unwrap()["quantity"], json!(10));
    assert!(country.site_record(3, "item_line", "L1").is_none());
}

#[test]
fn a_delivery_reaches_the_other_party_whole_and_its_delete_too() {
    let country = Country::with_sites(1, 3);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 5));
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "transact", "D").is_some());
    assert!(country.site_record(3, "trans_line", "D_4").is_some());
    assert!(country.site_record(4, "transact", "D").is_none());
    country.write(2, &[edit_delete("transact", "D")]);
    country.sync_all();
    country.assert_equal();
    for site in [2, 3] {
        assert!(country.site_record(site, "transact", "D").is_none());
        assert!(country.site_record(site, "trans_line", "D_4").is_none());
    }
}

#[test]
fn a_delivery_that_is_readdressed_leaves_the_former_party() {
    let country = Country::with_sites(1, 3);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync_all();
    country.write(2, &[edit("transact", "D", json!({ "name_ID": name_of("S4") }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "trans_line", "D_0").is_none());
    assert!(country.site_record(4, "trans_line", "D_0").is_some());
}

#[test]
fn an_idle_sync_is_one_request_and_moves_nothing() {
    let country = Country::with_sites(1, 1);
    country.sync_all();
    let mut requests = 0;
    let run = country.sync_over(2, &mut |_| {
        requests += 1;
        Outage::None
    });
    assert_eq!((requests, run.unwrap().received), (1, 0));
}

#[test]
fn a_sync_with_changes_both_ways_is_one_request_and_the_own_record_does_not_come_back() {
    let country = Country::with_sites(1, 1);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 10)]);
    country.edit(vec![put("item", "item2", json!({ "item_name": "Amoxicillin", "code": "AMOX" }))]);
    let mut bodies = 0;
    let mut requests = 0;
    let run = country.sync_over(2, &mut |step| {
        requests += 1;
        if let sitesync_remote::site::Step::Exchange(request) = step {
            bodies += request.commit.as_ref().map_or(0, |commit| commit.changes.len());
        }
        Outage::None
    });
    assert_eq!((requests, bodies, run.unwrap().received), (1, 1, 2));
    country.assert_equal();
}

#[test]
fn a_store_that_is_moved_is_read_by_the_new_site_and_dropped_by_the_old() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 10)]);
    country.sync_all();
    country.move_store("S2", 3);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "item_line", "L1").is_some());
    assert!(country.site_record(2, "item_line", "L1").is_none());
    country.write(3, &[stock("L1", "S2", 9)]);
    assert!(country.site(2).write(&[stock("L1", "S2", 8)]).is_err());
    country.sync_all();
    country.assert_equal();
}

#[test]
fn what_a_store_has_when_it_becomes_active_later_arrives_later() {
    let mut country = Country::with_sites(1, 1);
    country.edit(store("LATE", 1));
    country.edit(vec![put("item_line", "L9", json!({ "store_ID": "LATE", "item_ID": "item", "quantity": 4 }))]);
    country.add_site(sitesync_core::ids::SiteId(9));
    country.sync_all();
    country.assert_equal();
    country.move_store("LATE", 9);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(9, "item_line", "L9").is_some());
}

#[test]
fn a_patient_is_seen_where_a_join_shows_it() {
    let country = Country::with_sites(1, 3);
    country.sync_all();
    country.write(
        2,
        &[
            edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
            edit("name_store_join", "J2", json!({ "name_ID": "P", "store_ID": "S2" })),
            edit("om_document", "DOC", json!({ "owner_name_ID": "P", "name": "doc", "type": "x", "data": { "a": 1 } })),
        ],
    );
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "name", "P").is_none());
    country.edit(vec![put("name_store_join", "J3", json!({ "name_ID": "P", "store_ID": "S3" }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "name", "P").is_some());
    assert!(country.site_record(3, "om_document", "DOC").is_some());
    assert!(country.site_record(4, "om_document", "DOC").is_none());
    country.edit(vec![put("name_store_join", "J3", json!({ "inactive": true }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(3, "name", "P").is_none());
    assert!(country.site_record(3, "om_document", "DOC").is_none());
}

#[test]
fn two_sites_edit_different_columns_of_a_patient_and_both_stand() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(
        2,
        &[
            edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
            edit("name_store_join", "J2", json!({ "name_ID": "P", "store_ID": "S2" })),
        ],
    );
    country.sync_all();
    country.edit(vec![put("name_store_join", "J3", json!({ "name_ID": "P", "store_ID": "S3" }))]);
    country.sync_all();
    country.write(2, &[edit("name", "P", json!({ "phone": "1" }))]);
    country.write(3, &[edit("name", "P", json!({ "email": "2" }))]);
    country.sync_all();
    country.assert_equal();
    let patient = country.site_record(2, "name", "P").unwrap();
    assert_eq!((&patient["phone"], &patient["email"]), (&json!("1"), &json!("2")));
}

#[test]
fn central_deletes_reach_every_site() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.edit(vec![delete("item", "item")]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "item", "item").is_none());
}

#[test]
fn many_pages_are_applied_as_one() {
    let mut country = Country::with_sites(1, 2);
    country.page = Some(3);
    for item in 0..50 {
        country.edit(vec![put("item", &format!("i{item}"), json!({ "item_name": format!("Item {item}") }))]);
    }
    country.sync_all();
    country.assert_equal();
    country.write(2, &delivery("D", "S2", "S3", 20));
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_site_that_is_no_longer_the_owner_gets_the_version_of_the_owner_again() {
    // The sender's store moves away; the site still reads the delivery, through the store of the other party.
    let country = Country::with_sites(1, 2);
    country.edit(store("S2b", 2));
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S2b", 2));
    country.sync_all();
    country.move_store("S2", 3);
    country.write(2, &[edit("transact", "D", json!({ "comment": "too late" }))]);
    country.sync_all();
    country.assert_equal();
    assert!(!country.site_record(2, "transact", "D").unwrap().contains_key("comment"));
    assert_eq!(country.site(2).put_aside().unwrap().len(), 1, "and keeps its own version put aside");
    assert_eq!(country.hub.held(None, 10).unwrap().len(), 1, "which the central server holds once");
}

#[test]
fn the_log_of_exchanges_is_kept_for_a_while() {
    const DAY: i64 = 86_400_000;
    let site = sitesync_core::ids::SiteId(2);
    let country = Country::with_sites(1, 1);
    country.sync_all();
    let kept = |country: &Country| {
        country.hub.prune(90).unwrap();
        let hours = country.hub.hours(&*country.central.snapshot().unwrap(), site, 0).unwrap();
        (country.hub.log(site, 100).unwrap().len(), hours.len())
    };
    let log = country.hub.log(site, 100).unwrap().len();
    assert!(log > 0);
    country.clock.advance(89 * DAY);
    assert_eq!(kept(&country), (log, 1));
    country.clock.advance(2 * DAY);
    assert_eq!(kept(&country), (0, 1), "hours are kept longer");
    country.clock.advance(400 * DAY);
    assert_eq!(kept(&country), (0, 0));
    assert!(country.hub.contact(site).unwrap().last_sync.is_some(), "the last contact is always known");
}

#[test]
fn a_site_that_did_not_notice_that_its_store_was_away_undoes_nothing() {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 1), stock("L2", "S2", 1)]);
    country.sync_all();
    country.move_store("S2", 3);
    country.sync(3);
    country.write(3, &[stock("L1", "S2", 17)]);
    country.sync(3);
    // Offline all the while, the first site works on; then the store is given back to it.
    country.write(2, &[stock("L1", "S2", 16), stock("L2", "S2", 2), stock("L3", "S2", 3)]);
    country.move_store("S2", 2);
    country.sync_all();
    country.assert_equal();
    let quantity = |line| country.central_record("item_line", line).unwrap()["quantity"].clone();
    assert_eq!((quantity("L1"), quantity("L2"), quantity("L3")), (json!(17), json!(2), json!(3)));
    assert_eq!(&*country.hub.held(None, 10).unwrap()[0].reason.code, "overtaken", "a person compares both");
    assert_eq!(country.site(2).put_aside().unwrap().len(), 1);
}

#[test]
fn a_large_store_that_comes_to_a_site_in_use_is_applied_as_one() {
    let mut country = Country::with_sites(9, 2);
    country.sync_all();
    let lines: Vec<_> = (0..4_500).map(|line| stock(&format!("B{line}"), "S2", 1)).collect();
    country.write(2, &lines);
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync_all();
    country.move_store("S2", 3);
    country.page = Some(700);
    for line in 0..5 {
        // Broken off after each page; what waits stays, and nothing of it is seen.
        assert!(country.sync_over(3, &mut cut_after(1)).is_err());
        country.hub.edit(Actor::Repair, vec![put("item_line", &format!("B{line}"), json!({ "quantity": 2 }))]).unwrap();
        assert!(country.site_record(3, "item_line", "B9").is_none());
    }
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.site_record(3, "item_line", "B0").unwrap()["quantity"], json!(2));
}

#[test]
fn what_follows_a_commit_is_read_meanwhile_and_anew_if_it_was_changed() {
    for changed in [false, true] {
        let country = Country::with_sites(1, 1);
        country.sync_all();
        let (site, info) = (country.site(2), &country.member(2).info);
        country.write(2, &[stock("L1", "S2", 1)]);
        let mut run = site.begin_run().unwrap();
        let step = site.next_step(&mut run).unwrap();
        assert!(step.commits());
        country.write(2, &[stock("L2", "S2", 2)]);
        site.read_next_commit(&mut run).unwrap();
        if changed {
            country.write(2, &[stock("L2", "S2", 3)]);
        }
        site.receive(&mut run, &step, country.serve(info, &step).unwrap(), 1).unwrap();
        let Step::Exchange(next) = site.next_step(&mut run).unwrap() else { panic!("another commit is sent") };
        let sent: Vec<_> = next.commit.iter().flat_map(|commit| &commit.changes).map(|change| &*change.id).collect();
        assert_eq!(sent, ["L2"]);
        country.serve(info, &Step::Exchange(next)).unwrap();
        country.sync_all();
        country.assert_equal();
        let quantity = &country.central_record("item_line", "L2").unwrap()["quantity"];
        assert_eq!(*quantity, json!(if changed { 3 } else { 2 }));
    }
}
