//! Lost answers, interruptions, and data files that are put back or copied, on either side (EXCHANGE A1 to A4, A11).

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use serde_json::json;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::CommitOutcome;
use sitesync_remote::site::Step;
use sitesync_store::Store;
use sitesync_testkit::records::{delivery, edit, edit_delete, put, stock};
use sitesync_testkit::{Country, Outage};

fn quantity(country: &Country, id: &str) -> Option<u64> {
    country.central_record("item_line", id)?["quantity"].as_u64()
}

fn here(country: &Country, site: u32, id: &str) -> Option<u64> {
    country.site_record(site, "item_line", id)?["quantity"].as_u64()
}

/// A country of two sites that has worked a little.
fn worked(seed: u64) -> Country {
    let country = Country::with_sites(seed, 2);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 1)]);
    country.sync_all();
    country
}

#[test]
fn any_single_outage_at_any_request_changes_nothing_but_time() {
    for outage in [Outage::Request, Outage::Answer, Outage::Twice, Outage::Killed] {
        for at in 0..6 {
            let mut country = Country::with_sites(1, 2);
            country.page = Some(2);
            country.sync(3);
            for round in 1..4 {
                let mut request = 0;
                let _ = country.sync_over(2, &mut |_| {
                    request += 1;
                    if request == at + 1 { outage } else { Outage::None }
                });
                if country.site(2).status().unwrap().initialised {
                    country.write(2, &[stock("L", "S2", round)]);
                    country.write(2, &delivery(&format!("D{round}"), "S2", "S3", 3));
                }
            }
            country.sync_all();
            country.assert_equal();
            assert_eq!(quantity(&country, "L"), here(&country, 2, "L"), "{outage:?} at {at}");
        }
    }
}

#[test]
fn an_initialisation_that_is_cut_goes_on_and_brings_the_own_stock_back() {
    let mut country = worked(1);
    for line in 0..20 {
        country.write(2, &[stock(&format!("M{line}"), "S2", line)]);
    }
    country.sync_all();
    country.replace_device(2);
    country.page = Some(4);
    let mut requests = 0;
    let cut = country.sync_over(2, &mut |_| {
        requests += 1;
        if requests == 4 { Outage::Answer } else { Outage::None }
    });
    assert!(cut.is_err());
    country.sync_all();
    country.assert_equal();
    assert_eq!(here(&country, 2, "M19"), Some(19));
}

#[test]
fn a_new_device_takes_over_and_goes_on_pushing() {
    let mut country = worked(1);
    country.replace_device(2);
    country.sync_all();
    country.assert_equal();
    country.write(2, &[stock("L1", "S2", 5)]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(5));
    assert_eq!(country.hub.contact(sitesync_core::ids::SiteId(2)).unwrap().divergences, 0);
}

#[test]
fn a_data_file_that_was_put_back_is_recognised_and_filled_again() {
    let mut country = worked(1);
    let backup = country.copy_of(2);
    country.write(2, &[stock("L1", "S2", 2), stock("L2", "S2", 20)]);
    country.sync_all();
    country.put_back(2, &backup);
    // The next push would have the number of one that the central server already has, with other content.
    country.write(2, &[stock("L3", "S2", 30)]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(here(&country, 2, "L1"), Some(2), "the later stock comes back");
    assert_eq!(here(&country, 2, "L2"), Some(20));
    assert_eq!(quantity(&country, "L3"), Some(30), "what was entered since is sent");
    let status = country.site(2).status().unwrap();
    assert!(status.events.iter().any(|event| event.text.contains("put back")), "it is told in plain words");
    assert_eq!(country.hub.contact(sitesync_core::ids::SiteId(2)).unwrap().divergences, 1);
}

#[test]
fn what_both_lives_of_a_data_file_changed_is_put_aside_and_never_overwritten() {
    let mut country = worked(1);
    let backup = country.copy_of(2);
    country.write(2, &[stock("L1", "S2", 2)]);
    country.sync_all();
    country.put_back(2, &backup);
    country.write(2, &[stock("L1", "S2", 77)]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(2));
    let aside = country.site(2).put_aside().unwrap();
    assert_eq!(aside.len(), 1);
    assert!(aside[0].body.as_deref().unwrap().contains("77"));
    let held = country.hub.held(None, 10).unwrap();
    assert_eq!((held.len(), &*held[0].reason.code), (1, "aside"), "the central server is told");
}

#[test]
fn a_copied_data_file_is_recognised_whichever_copy_comes_first() {
    let mut country = worked(1);
    let first = country.copy_of(2);
    let second = country.copy_of(2);
    country.put_back(2, &first);
    country.write(2, &[stock("A", "S2", 1)]);
    country.sync(2);
    let first = country.copy_of(2);
    country.put_back(2, &second);
    country.write(2, &[stock("B", "S2", 2)]);
    country.sync(2);
    let second = country.copy_of(2);
    country.put_back(2, &first);
    country.write(2, &[stock("C", "S2", 3)]);
    country.sync(2);
    country.sync_all();
    country.assert_equal();
    for (line, expected) in [("A", 1), ("B", 2), ("C", 3)] {
        assert_eq!(quantity(&country, line), Some(expected));
        assert_eq!(here(&country, 2, line), Some(expected));
    }
    country.put_back(2, &second);
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_central_server_that_was_restored_is_sent_again_what_it_lacks() {
    let mut country = worked(1);
    let backup = country.central.fork();
    country.write(2, &[stock("L1", "S2", 2), stock("L2", "S2", 20)]);
    country.write(2, &delivery("D", "S2", "S3", 4));
    country.sync_all();
    country.write(3, &[stock("L9", "S3", 9)]);
    country.sync_all();
    country.restore_central(&backup);
    assert_eq!(quantity(&country, "L2"), None, "the last day is lost there");
    country.sync_all();
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(2));
    assert_eq!(quantity(&country, "L2"), Some(20));
    assert_eq!(quantity(&country, "L9"), Some(9));
    assert!(country.central_record("trans_line", "D_3").is_some());
    assert!(country.site_record(3, "trans_line", "D_3").is_some());
}

#[test]
fn master_data_that_a_restored_central_server_lost_leaves_the_sites() {
    let mut country = worked(1);
    let backup = country.central.fork();
    country.edit(vec![put("item", "new", json!({ "item_name": "Lost" }))]);
    country.edit(vec![put("item", "item", json!({ "item_name": "Renamed" }))]);
    country.sync_all();
    country.restore_central(&backup);
    country.edit(vec![put("item", "newer", json!({ "item_name": "After the restore" }))]);
    country.sync_all();
    country.assert_equal();
    assert!(country.site_record(2, "item", "new").is_none());
    assert_eq!(country.site_record(2, "item", "item").unwrap()["item_name"], json!("Paracetamol"));
    assert!(country.site_record(2, "item", "newer").is_some());
}

#[test]
fn a_delete_that_a_restored_central_server_forgot_is_sent_again() {
    let mut country = worked(1);
    country.write(2, &delivery("D", "S2", "S3", 2));
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &[edit_delete("transact", "D")]);
    country.sync_all();
    country.restore_central(&backup);
    assert!(country.central_record("transact", "D").is_some());
    country.sync_all();
    country.assert_equal();
    assert!(country.central_record("transact", "D").is_none());
    assert!(country.site_record(3, "transact", "D").is_none());
}

#[test]
fn the_stock_of_a_replaced_device_survives_a_restore_of_the_central_server() {
    let mut country = worked(1);
    let backup = country.central.fork();
    country.write(2, &[stock("L1", "S2", 2), stock("L2", "S2", 20)]);
    country.sync_all();
    // The new device did not write these records itself; it still holds what the restored database lacks.
    country.replace_device(2);
    country.sync_all();
    country.restore_central(&backup);
    country.sync_all();
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(2));
    assert_eq!(quantity(&country, "L2"), Some(20));
}

#[test]
fn a_patient_edited_after_the_backup_is_sent_again_and_one_edited_on_both_sides_is_put_aside() {
    let mut country = worked(1);
    country.write(
        2,
        &[
            edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
            edit("name_store_join", "J", json!({ "name_ID": "P", "store_ID": "S2" })),
            edit("name", "Q", json!({ "name": "Ben", "type": "patient" })),
            edit("name_store_join", "K", json!({ "name_ID": "Q", "store_ID": "S2" })),
        ],
    );
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &[edit("name", "P", json!({ "phone": "1" })), edit("name", "Q", json!({ "phone": "2" }))]);
    country.sync_all();
    country.replace_device(2);
    country.sync_all();
    country.restore_central(&backup);
    country.edit(vec![put("name", "Q", json!({ "phone": "3" }))]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.central_record("name", "P").unwrap()["phone"], json!("1"));
    assert_eq!(country.central_record("name", "Q").unwrap()["phone"], json!("3"));
    assert_eq!(country.site(2).put_aside().unwrap().len(), 1);
}

#[test]
fn when_both_sides_were_put_back_differences_are_put_aside() {
    let mut country = worked(1);
    let site = country.copy_of(2);
    country.write(2, &[stock("L1", "S2", 2)]);
    country.sync_all();
    let central = country.central.fork();
    country.write(2, &[stock("L1", "S2", 3)]);
    country.sync_all();
    country.restore_central(&central);
    country.put_back(2, &site);
    country.write(2, &[stock("L1", "S2", 4)]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(2));
    assert_eq!(country.site(2).put_aside().unwrap().len(), 1);
}

#[test]
fn numbers_only_grow_also_after_a_restore() {
    let mut country = worked(1);
    let backup = country.central.fork();
    country.write(2, &[stock("L2", "S2", 1), stock("L3", "S2", 1)]);
    country.sync_all();
    let feed = Feed::store("S2");
    let before = country.central.snapshot().unwrap().feed(&feed).unwrap().head;
    country.restore_central(&backup);
    let after = country.central.snapshot().unwrap().feed(&feed).unwrap().head;
    assert!(after > before);
}

#[test]
fn a_central_server_that_was_put_back_without_a_new_epoch_is_told_what_to_do() {
    let mut country = worked(1);
    let backup = country.central.fork();
    country.write(2, &[stock("L2", "S2", 1)]);
    country.sync_all();
    country.central = std::sync::Arc::new(backup);
    country.hub =
        sitesync_central::hub::Hub::open(country.central.clone(), country.clock.clone(), country.random.clone())
            .unwrap();
    let failure = country.sync_over(2, &mut |_| Outage::None).err().unwrap();
    assert!(format!("{failure:?}").contains("sitesync restore"), "{failure:?}");
}

#[test]
fn an_edit_during_a_pull_is_not_overwritten_by_a_page_that_was_stored_before() {
    // EXCHANGE A4: a page with a patient is stored, the pull is cut, the nurse edits and pushes, the pull goes on.
    let mut country = worked(1);
    country.write(
        2,
        &[
            edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
            edit("name_store_join", "J", json!({ "name_ID": "P", "store_ID": "S2" })),
        ],
    );
    country.sync_all();
    country.edit(vec![put("name", "P", json!({ "phone": "central" }))]);
    for item in 0..9 {
        country.edit(vec![put("item_store_join", &format!("x{item}"), json!({ "store_ID": "S2", "item_ID": "item" }))]);
    }
    country.page = Some(3);
    let mut requests = 0;
    let _ = country.sync_over(2, &mut |_| {
        requests += 1;
        if requests == 2 { Outage::Request } else { Outage::None }
    });
    country.write(2, &[edit("name", "P", json!({ "phone": "nurse" }))]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.site_record(2, "name", "P").unwrap()["phone"], json!("nurse"));
}

#[test]
fn a_request_that_arrives_late_and_twice_is_not_applied_again() {
    let country = worked(1);
    country.write(2, &[stock("L1", "S2", 2)]);
    let mut late = None;
    country
        .sync_over(2, &mut |step| {
            if matches!(step, Step::Exchange(request) if request.commit.is_some()) {
                late = Some(step.clone());
            }
            Outage::None
        })
        .unwrap();
    country.write(2, &[stock("L1", "S2", 3)]);
    country.sync_all();
    let reply = country.serve(&country.member(2).info.clone(), &late.unwrap()).unwrap();
    let sitesync_remote::site::Reply::Exchange(reply) = reply else { panic!("an exchange is answered by one") };
    assert_eq!(reply.outcome, CommitOutcome::Diverged);
    assert_eq!(quantity(&country, "L1"), Some(3));
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_file_whose_content_was_damaged_is_found_unequal_and_read_again() {
    let country = worked(1);
    country.write(3, &delivery("D", "S3", "S2", 2));
    country.sync_all();
    // A line vanishes behind the program's back, with its entry.
    let key = sitesync_core::ids::RecordKey::new("trans_line", "D_1");
    let member = country.member(2);
    sitesync_store::write::<_, sitesync_store::StoreError>(&*member.store, |txn| {
        txn.forget_records(std::slice::from_ref(&key))?;
        txn.remove_entries(&Feed::store("S2"), std::slice::from_ref(&key))
    })
    .unwrap();
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_large_feed_that_is_not_equal_is_compared_to_its_end() {
    // More entries than one question holds, and all but one of them keep their numbers.
    let country = worked(1);
    let lines: Vec<_> = (0..2_100).map(|line| stock(&format!("B{line}"), "S2", 1)).collect();
    country.write(2, &lines);
    country.sync_all();
    let key = sitesync_core::ids::RecordKey::new("item_line", "B7");
    sitesync_store::write::<_, sitesync_store::StoreError>(&*country.member(2).store, |txn| {
        txn.forget_records(std::slice::from_ref(&key))?;
        txn.remove_entries(&Feed::store("S2"), std::slice::from_ref(&key))
    })
    .unwrap();
    country.sync_all();
    country.assert_equal();
}

/// Two backups of the central server, and work after each.
fn with_two_backups() -> (Country, [sitesync_store::memory::MemoryStore; 2]) {
    let country = worked(1);
    let first = country.central.fork();
    country.write(2, &[stock("L1", "S2", 2)]);
    country.sync_all();
    country.write(2, &[stock("L1", "S2", 3)]);
    country.sync_all();
    let second = country.central.fork();
    (country, [first, second])
}

/// The central server goes on from the first backup, then from the second, of which it has undone the life: the site was never put back.
fn goes_on_from_both(mut country: Country, [first, second]: [sitesync_store::memory::MemoryStore; 2]) {
    for (backup, next) in [(first, 4), (second, 5)] {
        country.restore_central(&backup);
        country.sync_all();
        assert_eq!(quantity(&country, "L1"), Some(next - 1), "the site's version wins");
        country.write(2, &[stock("L1", "S2", next)]);
        country.sync_all();
    }
    country.assert_equal();
    assert_eq!(quantity(&country, "L1"), Some(5));
    assert_eq!(country.site(2).put_aside().unwrap().len(), 0);
}

#[test]
fn backups_that_are_put_back_in_any_order_set_nothing_of_a_site_back() {
    let (country, backups) = with_two_backups();
    goes_on_from_both(country, backups);
}

#[test]
fn backups_from_before_a_device_was_filled_set_nothing_of_it_back_in_any_order() {
    let (mut country, backups) = with_two_backups();
    country.replace_device(2);
    country.sync_all();
    goes_on_from_both(country, backups);
}

#[test]
fn a_commit_whose_answer_was_lost_is_known_again_when_a_backup_has_it() {
    let country = worked(1);
    let first = country.central.fork();
    country.write(2, &[stock("L1", "S2", 2)]);
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    let second = country.central.fork();
    country.write(2, &[stock("L1", "S2", 3)]);
    goes_on_from_both(country, [first, second]);
}

#[test]
fn a_device_that_was_filled_after_a_restore_knows_what_the_commits_before_it_rest_on() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &[stock("L", "S2", 1)]);
    country.sync(2);
    let backup = country.central.fork();
    country.restore_central(&backup);
    country.write(2, &[stock("L", "S2", 2)]);
    country.sync_all();
    country.replace_device(2);
    country.sync(2);
    country.write(2, &[stock("L", "S2", 3)]);
    country.sync(2);
    // The last commit that the backup has was read by the new device, in an epoch that it never met.
    country.restore_central(&backup);
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.central_record("item_line", "L").unwrap()["quantity"], json!(3));
    assert!(country.site(2).put_aside().unwrap().is_empty(), "the site's version wins");
}
