//! Rules of the exchange, each by the shortest history in which it alone stands between a record and its loss, or between people
//! and half of something. `cargo mutate` breaks them; histories that random lives found are in `found.rs`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use serde_json::{Value, json};
use sitesync_central::hub::{Lived, begin_epoch};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_remote::site::Step;
use sitesync_store::{Space, Store, write};
use sitesync_testkit::records::{delivery, edit, edit_delete, put, stock};
use sitesync_testkit::{Country, Outage, cut_after};

/// Sites 2 and 3 in use, with a patient that both see.
fn with_a_patient() -> Country {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    let join = |id, store| put("name_store_join", id, json!({ "name_ID": "P", "store_ID": store }));
    let patient = put("name", "P", json!({ "name": "Ada", "type": "patient" }));
    country.edit(vec![patient, join("J2", "S2"), join("J3", "S3")]);
    country.sync_all();
    country
}

/// A link over which a site need not ask for anything that its pages should have brought.
fn is_told(step: &Step) -> Outage {
    assert!(!matches!(step, Step::Compare(_)), "it has to ask");
    Outage::None
}

fn column_of_patient(country: &Country, column: &str) -> Value {
    country.central_record("name", "P").unwrap().remove(column).unwrap_or_default()
}

#[test]
fn what_was_acknowledged_and_not_read_yet_is_sent_to_a_restored_server_again() {
    // EXCHANGE A1: what is in a feed of the site already is compared too; this is only in its list of changes.
    let mut country = Country::with_sites(1, 1);
    country.sync_all();
    let backup = country.central.fork();
    for item in 0..5 {
        country.edit(vec![put("item", &format!("i{item}"), json!({ "item_name": "Item" }))]);
    }
    country.write(2, &[stock("L", "S2", 1)]);
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    assert!(country.central_record("item_line", "L").is_some());
    country.restore_central(&backup);
    country.sync_all();
    country.assert_equal();
    assert!(country.central_record("item_line", "L").is_some());
}

#[test]
fn between_two_pages_nobody_sees_half_a_document() {
    // EXCHANGE A2.
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync(2);
    country.page = Some(2);
    let seen = |table, id| country.site_record(3, table, id).is_some();
    let whole = |_: &_| {
        assert_eq!(seen("transact", "D"), seen("trans_line", "D_2"), "half of it");
        Outage::None
    };
    country.sync_over(3, &mut |step| whole(step)).unwrap();
    assert!(seen("trans_line", "D_2"));
}

#[test]
fn a_long_list_of_changes_is_not_cut_inside_a_document() {
    // EXCHANGE A2: a commit takes 5,000 changes, and the header is the last of them.
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &(0..4_999).map(|line| stock(&format!("L{line}"), "S2", 1)).collect::<Vec<_>>());
    country.write(2, &delivery("D", "S2", "S3", 3));
    let there = |table, id| country.central_record(table, id).is_some();
    let whole = |_: &_| {
        assert_eq!(there("transact", "D"), there("trans_line", "D_2"), "half of it");
        Outage::None
    };
    country.sync_over(2, &mut |step| whole(step)).unwrap();
    assert!(there("trans_line", "D_2"));
}

#[test]
fn of_a_document_with_two_lives_one_is_shown_whole_at_every_moment() {
    // EXCHANGE A2: the header of the other life arrives; its line has to be asked for, as this life had written over it.
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 1));
    country.sync(2);
    let copy = country.copy_device(0);
    country.write(2, &[edit("transact", "D", json!({ "comment": "other" }))]);
    country.sync(2);
    let copy = &country.sites[copy];
    let line = edit("trans_line", "D_0", json!({ "quantity": 9 }));
    copy.site.write(&[edit("transact", "D", json!({ "comment": "this" })), line]).unwrap();
    let column = |table, id, column| copy.site.record(&RecordKey::new(table, id)).unwrap().unwrap()[column].clone();
    let shown = || (column("transact", "D", "comment"), column("trans_line", "D_0", "quantity"));
    let lives = [(json!("this"), json!(9)), (json!("other"), json!(1))];
    let whole = |_: &_| {
        assert!(lives.contains(&shown()), "{:?}", shown());
        Outage::None
    };
    country.sync_member(copy, &mut |step| whole(step)).unwrap();
    assert_eq!(shown(), lives[1]);
}

#[test]
fn a_new_device_is_told_what_its_site_had_sent() {
    // EXCHANGE A3: told that it holds all this already, it would find that it does not, and ask.
    let mut country = Country::with_sites(1, 1);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    country.replace_device(2);
    country.sync_over(2, &mut |step| is_told(step)).unwrap();
    country.assert_equal();
    assert!(country.site_record(2, "item_line", "L").is_some());
}

#[test]
fn a_file_that_was_put_back_is_told_what_was_deleted_since() {
    // EXCHANGE A3: it would find out by its sums too, and ask; here it is told.
    let mut country = Country::with_sites(1, 1);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1), stock("M", "S2", 1)]);
    country.sync(2);
    let backup = country.copy_of(2);
    country.write(2, &[edit_delete("item_line", "L")]);
    country.sync(2);
    country.put_back(2, &backup);
    country.sync_over(2, &mut |step| is_told(step)).unwrap();
    country.assert_equal();
    assert!(country.site_record(2, "item_line", "L").is_none());
}

#[test]
fn what_is_written_while_an_answer_is_on_its_way_is_not_overwritten_by_it() {
    // EXCHANGE A4.
    let country = with_a_patient();
    country.edit(vec![put("name", "P", json!({ "email": "central" }))]);
    let mut written = false;
    let write_once = |_: &Step| {
        if !std::mem::replace(&mut written, true) {
            country.write(2, &[edit("name", "P", json!({ "phone": "nurse" }))]);
        }
        Outage::None
    };
    country.sync_over(2, &mut { write_once }).unwrap();
    country.sync_all();
    country.assert_equal();
    let columns = ["phone", "email"].map(|column| column_of_patient(&country, column));
    assert_eq!(columns, [json!("nurse"), json!("central")]);
}

#[test]
fn a_local_write_takes_the_version_that_waits_in_a_page() {
    // EXCHANGE A4. The place of the version stays, because sums are made of places.
    let mut country = with_a_patient();
    country.edit(vec![put("name", "P", json!({ "phone": "central" }))]);
    country.edit(vec![put("item_store_join", "X", json!({ "store_ID": "S2", "item_ID": "item" }))]);
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    let waiting = |country: &Country| {
        let rows = country.member(2).store.snapshot().unwrap().rows(Space::Pulled, b"name\x1fP", None, 9).unwrap();
        assert_eq!(rows.len(), 1, "the place of the patient");
        String::from_utf8(rows.into_iter().next().unwrap().1).unwrap()
    };
    assert!(waiting(&country).contains("central"));
    country.write(2, &[edit("name", "P", json!({ "phone": "nurse" }))]);
    assert!(!waiting(&country).contains("central"));
    country.sync_all();
    country.assert_equal();
    assert_eq!(column_of_patient(&country, "phone"), json!("nurse"));
}

#[test]
fn a_local_write_that_came_to_nothing_gives_way_to_what_waited_in_a_page() {
    // EXCHANGE A3, A4: the version that waited is gone, and no later entry brings it. The site looks whether it holds it, and asks.
    let mut country = with_a_patient();
    country.edit(vec![put("name", "P", json!({ "phone": "central" }))]);
    country.edit(vec![put("item_store_join", "X", json!({ "store_ID": "S2", "item_ID": "item" }))]);
    country.page = Some(1);
    assert!(country.sync_over(2, &mut cut_after(1)).is_err());
    country.write(2, &[edit("name", "P", json!({ "phone": "nurse" }))]);
    country.write(2, &[edit("name", "P", json!({ "phone": null }))]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.site_record(2, "name", "P").unwrap()["phone"], json!("central"));
}

#[test]
fn a_patient_that_was_withdrawn_stays_with_the_document_that_names_it() {
    // EXCHANGE A5.
    let country = with_a_patient();
    let prescription = json!({ "store_ID": "S2", "name_ID": "P", "type": "ci" });
    country.write(2, &[edit("transact", "D", prescription)]);
    country.sync_all();
    country.edit(["J2", "J3"].map(|join| put("name_store_join", join, json!({ "inactive": true }))).into());
    country.sync_all();
    country.assert_equal();
    let has_patient = |site| country.site_record(site, "name", "P").is_some();
    assert_eq!((has_patient(2), has_patient(3)), (true, false));
}

#[test]
fn a_site_that_had_read_further_than_a_restored_server_jumps_goes_on_reading() {
    // EXCHANGE A11: the database that was lost had lived long after its last backup, and nothing is left of it.
    let mut country = Country::with_sites(1, 1);
    country.sync_all();
    let backup = country.central.fork();
    write(&*country.central, |txn| txn.raise_head(&Feed::Central, 1 << 30)).unwrap();
    country.edit(vec![put("item", "lost", json!({ "item_name": "Lost" }))]);
    country.sync_all();
    country.central = Arc::new(backup.fork());
    begin_epoch(&*country.central, sitesync_testkit::given::START, &Lived::default()).unwrap();
    country.reopen_hub();
    country.edit(vec![put("item", "new", json!({ "item_name": "New" }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "item", "new").is_some());
}

#[test]
fn a_store_that_comes_back_is_not_written_to_before_all_of_it_has_arrived() {
    // EXCHANGE A20: of a pull that is cut twice the site learns that its store went, and that it is back, and nothing else.
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(3, &[stock("L", "S3", 1)]);
    country.sync(3);
    for item in 0..5 {
        country.edit(vec![put("item", &format!("i{item}"), json!({ "item_name": "Item" }))]);
    }
    country.move_store("S3", 2);
    country.sync(2);
    country.write(2, &[stock("L", "S3", 2)]);
    country.sync(2);
    country.page = Some(1);
    assert!(country.sync_over(3, &mut cut_after(1)).is_err());
    country.move_store("S3", 3);
    assert!(country.sync_over(3, &mut cut_after(1)).is_err());
    let refused = country.site(3).write(&[stock("L", "S3", 9)]).unwrap_err().to_string();
    assert!(refused.contains("still arriving"), "{refused}");
    country.sync_all();
    assert_eq!(country.site_record(3, "item_line", "L").unwrap()["quantity"], json!(2));
    country.write(3, &[stock("L", "S3", 9)]);
    country.sync_all();
    country.assert_equal();
}

#[test]
fn what_others_sent_to_a_store_leaves_its_site_with_the_store() {
    // EXCHANGE A20: what the site wrote itself it also finds in its list of changes; of this the feed alone knows.
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(3, &delivery("D", "S3", "S2", 1));
    country.sync_all();
    assert!(country.site_record(2, "trans_line", "D_0").is_some());
    country.move_store("S2", 3);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "trans_line", "D_0").is_none());
}

#[test]
fn a_store_that_went_stays_until_its_site_has_sent_all_it_wrote() {
    // EXCHANGE A20: somebody writes while the site hears that its store went; else the line would stand without its header.
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 2));
    country.sync_all();
    country.move_store("S2", 3);
    let seen = |table, id| country.site_record(2, table, id).is_some();
    let mut written = false;
    let write_once = |_: &Step| {
        assert_eq!(seen("transact", "D"), seen("trans_line", "D_0"), "half of it");
        if !std::mem::replace(&mut written, true) {
            country.write(2, &[edit("trans_line", "D_0", json!({ "quantity": 9 }))]);
        }
        Outage::None
    };
    country.sync_over(2, &mut { write_once }).unwrap();
    assert_eq!(seen("transact", "D"), seen("trans_line", "D_0"), "half of it");
    country.sync_all();
    country.assert_equal();
    assert!(!seen("transact", "D"));
    assert_eq!(country.hub.held(None, 9).unwrap().len(), 1, "what was written too late waits for a person");
}
