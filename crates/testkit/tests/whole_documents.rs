//! A document is whole at every moment on a site: where two lives of it meet, and while it goes (EXCHANGE A1, A2, A20).

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use serde_json::json;
use sitesync_remote::site::{Edit, Step};
use sitesync_testkit::brittle::Break;
use sitesync_testkit::country::Member;
use sitesync_testkit::records::{delivery, edit, edit_delete};
use sitesync_testkit::{Country, Outage};

/// Site 2 has sent the delivery D of three lines.
fn delivered() -> Country {
    let country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync(2);
    country
}

/// A line more in D.
fn fourth_line() -> [Edit; 2] {
    let line = json!({ "transaction_ID": "D", "item_ID": "item", "quantity": 7 });
    [edit("transact", "D", json!({ "comment": "four lines" })), edit("trans_line", "D_3", line)]
}

/// The lines of D on a device, and whether its header is there.
fn shown(member: &Member) -> (bool, usize) {
    let there = |table: &str, id: &str| member.site.record(&sitesync_core::ids::RecordKey::new(table, id)).unwrap();
    let lines = (0..4).filter(|line| there("trans_line", &format!("D_{line}")).is_some()).count();
    (there("transact", "D").is_some(), lines)
}

fn assert_whole(member: &Member) {
    let shown = shown(member);
    assert!([(false, 0), (true, 3), (true, 4)].contains(&shown), "half of D is shown: {shown:?}");
}

/// Syncs a device to its end; before each request D is looked at.
fn sync_looking(country: &Country, member: &Member) {
    let look = &mut |_: &Step| {
        assert_whole(member);
        Outage::None
    };
    country.sync_member(member, look).unwrap();
    assert_whole(member);
}

/// While its answers were lost, the last commit of a site reached the central server; and an old request makes it begin a generation.
#[test]
fn a_late_request_of_the_first_filling_undoes_no_deletion() {
    let country = Country::with_sites(1, 2);
    let mut first = None;
    let remember = &mut |step: &Step| {
        if let (None, Step::Exchange(_)) = (&first, step) {
            first = Some(step.clone());
        }
        Outage::None
    };
    country.sync_over(2, remember).unwrap();
    country.write(2, &delivery("D", "S2", "S3", 3));
    country.sync(2);
    country.write(2, &fourth_line());
    assert!(country.sync_over(2, &mut |_| Outage::Answer).is_err());
    country.serve(&country.member(2).info, &first.unwrap()).unwrap();
    country.write(2, &[edit_delete("transact", "D")]);
    sync_looking(&country, country.member(2));
    country.sync_all();
    country.assert_equal();
    assert_eq!(country.central_record("transact", "D"), None, "it was deleted");
    assert!(country.site(2).put_aside().unwrap().is_empty(), "nobody else wrote");
}

#[test]
fn where_a_deletion_gives_way_all_lines_are_back_at_once() {
    let mut country = delivered();
    let copy = country.copy_device(0);
    country.write(2, &fourth_line());
    country.sync(2);
    let copy = &country.sites[copy];
    copy.site.write(&[edit_delete("transact", "D")]).unwrap();
    sync_looking(&country, copy);
    assert_eq!(shown(copy), (true, 4), "the life that the central server has met first counts");
    let aside = copy.site.put_aside().unwrap();
    assert!(aside.iter().any(|aside| &*aside.id == "D" && aside.body.is_none()), "{aside:?}");
    country.sync_all();
    country.assert_equal();
}

#[test]
fn a_deletion_that_the_central_server_never_needed_is_put_aside_where_another_copy_sends_the_record() {
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    country.write(2, &delivery("D", "S2", "S3", 3));
    let copy = country.copy_device(0);
    country.write(2, &[edit_delete("transact", "D")]);
    country.sync(2);
    sync_looking(&country, &country.sites[copy]);
    sync_looking(&country, country.member(2));
    assert_eq!(shown(country.member(2)), (true, 3));
    let aside = country.site(2).put_aside().unwrap();
    assert!(aside.iter().any(|aside| &*aside.id == "D" && aside.body.is_none()), "{aside:?}");
}

#[test]
fn what_leaves_with_its_store_leaves_whole_wherever_it_is_broken_off() {
    for write in 0.. {
        let mut country = delivered();
        country.write(2, &fourth_line());
        country.move_store("S2", 1);
        country.sites[0].disk.break_at(write, Break::Before);
        let ended = country.sync_over(2, &mut |_| Outage::None).is_ok();
        let file = Arc::clone(&country.sites[0].store);
        country.open_file(0, file);
        assert_whole(&country.sites[0]);
        sync_looking(&country, &country.sites[0]);
        assert_eq!(shown(&country.sites[0]), (false, 0), "the store went elsewhere");
        if ended {
            assert!(write > 4, "the sync writes more than that");
            break;
        }
    }
}

#[test]
fn a_large_document_that_a_restored_server_lacks_goes_whole() {
    const LINES: usize = 1_200;
    let mut country = Country::with_sites(1, 2);
    country.sync_all();
    let backup = country.central.fork();
    country.write(2, &delivery("D", "S2", "S3", LINES));
    country.sync_all();
    country.restore_central(&backup);
    let member = country.member(3);
    let look = &mut |_: &Step| {
        let header = member.site.records("transact", None, 9).unwrap().len();
        let lines = member.site.records("trans_line", None, 9_999).unwrap().len();
        assert_eq!(lines, header * LINES, "half of D is shown");
        Outage::None
    };
    country.sync_over(3, look).unwrap();
    country.sync_all();
    country.assert_equal();
}
