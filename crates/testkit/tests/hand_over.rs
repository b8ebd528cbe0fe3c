//! Stores that are handed over from a site in use to another one.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use serde_json::json;
use sitesync_central::stores::{HandOverLine, HandOverStep, Moving};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::protocol::{ExchangeRequest, WaitRequest};
use sitesync_remote::site::{SiteError, Step};
use sitesync_testkit::records::{delivery, edit, moved, stock};
use sitesync_testkit::{Country, Outage};

/// Sites 2 and 3 with stores S2 and S3, both in use.
fn in_use() -> Country {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country
}

/// The same, and S2 is on its way from site 2, which has not heard of it.
fn leaving() -> Country {
    let country = in_use();
    assert!(matches!(country.begin_move("S2", 3).unwrap(), Moving::Leaving(_)));
    country
}

fn newest(country: &Country) -> HandOverLine {
    country.hand_overs().remove(0)
}

fn step(country: &Country) -> HandOverStep {
    newest(country).step
}

fn active_on(country: &Country, store: &str) -> u64 {
    country.central_record("store", store).unwrap()["sync_id_remote_site"].as_u64().unwrap()
}

fn held(country: &Country) -> usize {
    country.hub.held(None, usize::MAX).unwrap().len()
}

/// A sync that is broken off after so many answers of exchanges.
fn exchanges(country: &Country, site: u32, answers: usize) {
    let mut left = answers;
    let mut link = |step: &Step| {
        if left == 0 {
            return Outage::Request;
        }
        left -= usize::from(matches!(step, Step::Exchange(_)));
        Outage::None
    };
    assert!(country.sync_over(site, &mut link).is_err(), "it is broken off");
}

#[test]
fn a_store_changes_hands_when_its_site_has_sent_everything() {
    let country = leaving();
    country.write(2, &[stock("L1", "S2", 5)]);
    assert_eq!((active_on(&country, "S2"), step(&country)), (2, HandOverStep::Waiting));
    country.sync(3);
    assert_eq!(active_on(&country, "S2"), 2, "only its own site ends it");
    country.sync(2);
    assert_eq!((active_on(&country, "S2"), step(&country)), (3, HandOverStep::Receiving));
    assert!(!country.site(3).may_write_to("S2").unwrap(), "it has nothing of the store yet");
    country.sync(3);
    assert!(country.site(3).may_write_to("S2").unwrap());
    country.sync(3);
    assert_eq!(step(&country), HandOverStep::Received);
    country.write(3, &[edit("item_line", "L1", json!({ "quantity": 4 }))]);
    country.sync_all();
    country.assert_equal();
    assert_eq!(held(&country), 0);
    assert_eq!(country.central_record("item_line", "L1").unwrap()["quantity"], 4);
}

#[test]
fn the_former_site_can_only_read_from_the_moment_it_is_told() {
    let country = leaving();
    country.write(2, &[stock("L1", "S2", 5)]);
    exchanges(&country, 2, 1);
    let refused = country.site(2).write(&[stock("L2", "S2", 5)]).unwrap_err();
    let SiteError::Leaving { store, to, .. } = &refused else { panic!("{refused}") };
    assert_eq!((&**store, &**to), ("Facility S2", "site 3"));
    assert_eq!(refused.body().error.code, "store_leaving");
    let status = country.site(2).status().unwrap();
    assert_eq!(status.stores[0].leaving.as_deref(), Some("site 3"));
    assert!(status.events.last().unwrap().text.contains("is being moved to site 3"), "{:?}", status.events);
    assert_eq!(country.site(2).record(&RecordKey::new("item_line", "L1")).unwrap().unwrap()["quantity"], 5);
}

#[test]
fn what_only_the_leaving_store_lets_a_site_write_is_refused_too() {
    let country = in_use();
    let edits = [
        edit("name", "P", json!({ "name": "Ada", "type": "patient" })),
        edit("name_store_join", "J", json!({ "name_ID": "P", "store_ID": "S2" })),
    ];
    country.write(2, &edits);
    country.sync(2);
    country.begin_move("S2", 3).unwrap();
    exchanges(&country, 2, 1);
    let message = json!({ "fromStoreID": "S2", "toStoreID": "S3", "type": "text", "status": "new" });
    for (what, edit) in [
        ("a patient", edit("name", "P", json!({ "phone": "1" }))),
        ("a message", edit("message", "M", message)),
        ("a line of a document", edit("item_line", "L", json!({ "store_ID": "S2", "item_ID": "item" }))),
    ] {
        let refused = country.site(2).write(&[edit]).unwrap_err();
        assert!(matches!(refused, SiteError::Leaving { .. }), "{what}: {refused}");
    }
    country.sync_all();
    country.assert_equal();
    assert_eq!(held(&country), 0);
}

#[test]
fn other_stores_of_the_site_are_worked_in_meanwhile() {
    let country = in_use();
    country.edit(sitesync_testkit::records::store("T2", 2));
    country.sync_all();
    country.begin_move("S2", 3).unwrap();
    exchanges(&country, 2, 1);
    country.write(2, &[stock("L", "T2", 1)]);
    country.sync(2);
    assert_eq!(active_on(&country, "S2"), 3);
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_hand_over_is_called_off_until_the_store_has_changed_hands() {
    let country = leaving();
    exchanges(&country, 2, 1);
    assert!(matches!(country.call_off("S2").unwrap(), Moving::CalledOff(_)));
    assert!(country.site(2).write(&[stock("L1", "S2", 5)]).is_err(), "it has not heard of it");
    country.sync(2);
    country.write(2, &[stock("L1", "S2", 5)]);
    country.sync_all();
    assert_eq!((active_on(&country, "S2"), step(&country)), (2, HandOverStep::CalledOff));
    let events = country.site(2).status().unwrap().events;
    assert!(events.last().unwrap().text.contains("stays here"), "{events:?}");
    assert_eq!(country.call_off("S2").unwrap_err().body().error.code, "no_hand_over");
    country.begin_move("S2", 3).unwrap();
    country.sync_all();
    assert_eq!(country.call_off("S2").unwrap_err().body().error.code, "no_hand_over");
    country.assert_equal();
}

#[test]
fn moving_it_back_calls_it_off_and_moving_it_on_changes_where_it_goes() {
    let mut country = in_use();
    country.edit(sitesync_testkit::records::store("S4", 4));
    country.add_site(SiteId(4));
    let Moving::Leaving(first) = country.begin_move("S2", 3).unwrap() else { panic!() };
    exchanges(&country, 2, 1);
    let Moving::Leaving(second) = country.begin_move("S2", 4).unwrap() else { panic!() };
    assert_eq!((second.number, second.to), (first.number, SiteId(4)), "what its site said of it still counts");
    assert_eq!(country.hand_overs().len(), 1);
    assert!(matches!(country.begin_move("S2", 2).unwrap(), Moving::CalledOff(_)));
    assert!(matches!(country.begin_move("S2", 2).unwrap(), Moving::Unchanged));
    country.begin_move("S2", 4).unwrap();
    country.sync_all();
    assert_eq!(active_on(&country, "S2"), 4);
    country.assert_equal();
}

#[test]
fn a_removed_store_goes_to_the_central_server_in_the_same_way() {
    let country = in_use();
    country.write(2, &[stock("L1", "S2", 5)]);
    assert!(matches!(country.begin_move("S2", 1).unwrap(), Moving::Leaving(_)));
    assert_eq!(active_on(&country, "S2"), 2);
    country.sync(2);
    assert_eq!((active_on(&country, "S2"), step(&country)), (1, HandOverStep::Received));
    assert_eq!(country.central_record("item_line", "L1").unwrap()["quantity"], 5);
    assert!(country.site_record(2, "item_line", "L1").is_none());
}

#[test]
fn where_nothing_can_be_lost_a_store_is_moved_at_once() {
    let mut country = in_use();
    country.edit(sitesync_testkit::records::store("S4", 4));
    country.edit(sitesync_testkit::records::store("S1", 1));
    country.add_site(SiteId(4));
    assert_eq!(country.begin_move("S4", 3).unwrap(), Moving::Moved, "nobody ever used site 4");
    assert_eq!(country.begin_move("S1", 3).unwrap(), Moving::Moved, "the central server has it itself");
    assert_eq!((active_on(&country, "S4"), active_on(&country, "S1")), (3, 3));
    assert_eq!(country.begin_move("S2", 9).unwrap_err().body().error.code, "site_unknown");
    assert_eq!(country.begin_move("S9", 3).unwrap_err().body().error.code, "store_unknown");
}

#[test]
fn a_lost_device_is_not_waited_for_and_what_it_still_sends_is_held() {
    let country = leaving();
    country.write(2, &[stock("L1", "S2", 5)]);
    let Moving::TakenOver(_) = country.take_over_now("S2", 3).unwrap() else { panic!() };
    let line = newest(&country);
    assert_eq!((line.step, country.hand_overs().len()), (HandOverStep::Receiving, 1));
    let end = line.end.unwrap();
    assert_eq!((end.taken_over_now, end.reason.as_deref(), &*end.by), (true, Some("the device is lost"), "admin"));
    country.sync_all();
    assert_eq!((active_on(&country, "S2"), held(&country)), (3, 1));
    country.assert_equal();
}

/// Every request of the former site is repeated, comes late, or its answer is lost: whatever happens, the store changes hands once,
/// and nothing is held.
#[test]
fn any_outage_at_any_request_changes_nothing_but_time() {
    for outage in [Outage::Request, Outage::Answer, Outage::Twice, Outage::Killed] {
        for at in 0..6 {
            let country = leaving();
            country.write(2, &delivery("D", "S2", "S3", 3));
            let mut count = 0;
            let _ = country.sync_over(2, &mut |_| {
                count += 1;
                if count == at + 1 { outage } else { Outage::None }
            });
            let _ = country.site(2).write(&[stock("L", "S2", 1)]);
            country.sync_all();
            assert_eq!((active_on(&country, "S2"), held(&country)), (3, 0), "{outage:?} at {at}");
            country.assert_equal();
        }
    }
}

/// The request by which the former site said that all is sent.
fn confirmation(country: &Country) -> ExchangeRequest {
    let mut said = None;
    let mut link = |step: &Step| match step {
        Step::Exchange(request) if request.leaving.iter().any(|report| report.all_sent) => {
            said = Some((**request).clone());
            Outage::Request
        }
        _ => Outage::None,
    };
    assert!(country.sync_over(2, &mut link).is_err(), "it is broken off");
    said.unwrap()
}

/// A confirmation that comes late moves no store; the hand-over in progress does, when its site has sent everything.
#[track_caller]
fn counts_for_nothing(country: &Country, late: &ExchangeRequest) {
    country.hub.exchange(&country.member(2).info, late).unwrap();
    assert_eq!(active_on(country, "S2"), 2);
    country.sync_all();
    assert_eq!((active_on(country, "S2"), held(country)), (3, 0));
    country.assert_equal();
}

#[test]
fn a_confirmation_from_before_a_call_off_counts_for_no_later_hand_over() {
    let country = leaving();
    let late = confirmation(&country);
    country.call_off("S2").unwrap();
    country.sync(2);
    country.write(2, &[stock("L1", "S2", 5)]);
    country.begin_move("S2", 3).unwrap();
    counts_for_nothing(&country, &late);
}

#[test]
fn a_confirmation_from_before_a_restore_counts_for_nothing() {
    let mut country = leaving();
    let backup = country.central.fork();
    let late = confirmation(&country);
    country.call_off("S2").unwrap();
    country.sync(2);
    country.write(2, &[stock("L1", "S2", 5)]);
    // The hand-over is in progress again, under the same number.
    country.restore_central(&backup);
    counts_for_nothing(&country, &late);
}

#[test]
fn a_data_file_that_was_put_back_confirms_only_what_is_there() {
    let mut country = leaving();
    exchanges(&country, 2, 1);
    let old = country.copy_of(2);
    country.call_off("S2").unwrap();
    country.sync(2);
    country.write(2, &[stock("L1", "S2", 5)]);
    country.sync(2);
    country.begin_move("S2", 3).unwrap();
    country.put_back(2, &old);
    country.sync_all();
    assert_eq!((active_on(&country, "S2"), held(&country)), (3, 0));
    assert_eq!(country.site_record(3, "item_line", "L1").unwrap()["quantity"], 5);
    country.assert_equal();
}

/// A copy of a device confirms late, when the other has sent something since: that is not what it spoke of.
#[test]
fn a_confirmation_counts_only_while_nothing_else_has_come_from_the_site() {
    let mut country = leaving();
    let copy = country.copy_device(0);
    let late = confirmation(&country);
    country.sites[copy].site.write(&[stock("L1", "S2", 5)]).unwrap();
    let mut cut = sitesync_testkit::cut_after(1);
    assert!(country.sync_member(&country.sites[copy], &mut cut).is_err(), "it is broken off");
    assert!(country.central_record("item_line", "L1").is_some());
    country.hub.exchange(&country.member(2).info, &late).unwrap();
    assert_eq!(active_on(&country, "S2"), 2);
}

#[test]
fn however_much_a_site_has_to_send_all_of_it_comes_before_the_store_leaves() {
    let country = leaving();
    let many: Vec<_> = (0..10_500).map(|line| stock(&format!("L{line}"), "S2", 1)).collect();
    country.write(2, &many);
    country.sync(2);
    assert_eq!((active_on(&country, "S2"), held(&country)), (3, 0));
    assert!(country.central_record("item_line", "L10499").is_some());
}

#[test]
fn a_new_device_of_the_former_site_confirms_when_it_is_filled() {
    let mut country = leaving();
    country.replace_device(2);
    country.page = Some(1);
    exchanges(&country, 2, 2);
    assert_eq!(active_on(&country, "S2"), 2);
    country.sync_all();
    assert_eq!(active_on(&country, "S2"), 3);
    country.assert_equal();
}

#[test]
fn a_program_that_knows_no_hand_over_never_confirms_and_that_is_told() {
    let country = leaving();
    let request = |country: &Country| {
        let mut sent = None;
        let _ = country.sync_over(2, &mut |step: &Step| {
            if let Step::Exchange(request) = step {
                sent = Some(ExchangeRequest { leaving: Vec::new(), ..(**request).clone() });
            }
            Outage::Request
        });
        sent.unwrap()
    };
    for _ in 0..4 {
        country.hub.exchange(&country.member(2).info, &request(&country)).unwrap();
    }
    let line = newest(&country);
    assert!(line.silent && line.text.contains("knows no hand-over"), "{line:?}");
    assert_eq!(active_on(&country, "S2"), 2);
    country.sync(2);
    assert_eq!(active_on(&country, "S2"), 3, "once it is updated, all goes its way");
}

#[test]
fn an_edit_of_the_record_of_the_store_ends_its_hand_over() {
    let country = leaving();
    let late = confirmation(&country);
    country.edit(vec![moved("S2", 1)]);
    assert_eq!(step(&country), HandOverStep::Overtaken);
    country.hub.exchange(&country.member(2).info, &late).unwrap();
    assert_eq!(active_on(&country, "S2"), 1);
    country.edit(vec![moved("S2", 2)]);
    country.sync_all();
    assert_eq!(active_on(&country, "S2"), 2);
    assert!(country.site(2).may_write_to("S2").unwrap());
    country.begin_move("S2", 3).unwrap();
    country.edit(vec![sitesync_testkit::records::delete("store", "S2")]);
    assert_eq!(step(&country), HandOverStep::Overtaken);
    country.sync_all();
}

#[test]
fn who_waits_hears_of_it_and_an_old_program_is_left_in_peace() {
    let country = leaving();
    let info = country.member(2).info.clone();
    let behind = |request: &WaitRequest| country.hub.is_behind(&info, request).unwrap();
    let request = country.site(2).wait_request(9).unwrap();
    assert!(behind(&request));
    assert!(!behind(&WaitRequest { leaving: None, ..request }));
    exchanges(&country, 2, 1);
    assert!(!behind(&country.site(2).wait_request(9).unwrap()));
    country.call_off("S2").unwrap();
    assert!(behind(&country.site(2).wait_request(9).unwrap()));
}

#[test]
fn a_site_that_was_just_given_the_store_hands_it_on_before_it_has_it_whole() {
    let country = leaving();
    country.write(2, &[stock("L1", "S2", 5)]);
    country.sync(2);
    country.begin_move("S2", 2).unwrap();
    assert_eq!(active_on(&country, "S2"), 3);
    country.sync_all();
    assert_eq!((active_on(&country, "S2"), held(&country)), (2, 0));
    assert_eq!(country.hand_overs()[1].step, HandOverStep::Overtaken);
    country.assert_equal();
    assert!(country.site(2).may_write_to("S2").unwrap());
}

#[test]
fn a_store_that_left_and_came_back_unnoticed_is_read_before_it_is_written_to() {
    let mut country = leaving();
    let _ = country.sync_over(2, &mut |step: &Step| match step {
        Step::Exchange(request) if request.leaving.iter().any(|report| report.all_sent) => Outage::Answer,
        _ => Outage::None,
    });
    country.sync(3);
    country.write(3, &[stock("L1", "S2", 5)]);
    country.begin_move("S2", 2).unwrap();
    country.sync(3);
    assert_eq!(active_on(&country, "S2"), 2);
    country.page = Some(1);
    exchanges(&country, 2, 1);
    assert!(country.site_record(2, "item_line", "L1").is_none());
    country.site(2).write(&[stock("L1", "S2", 3)]).unwrap_err();
    assert!(!country.site(2).may_write_to("S2").unwrap());
    country.sync(2);
    country.write(2, &[edit("item_line", "L1", json!({ "quantity": 4 }))]);
    country.sync_all();
    assert_eq!(held(&country), 0);
    country.assert_equal();
}
