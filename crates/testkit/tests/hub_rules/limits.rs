//! What one site may lay on the central server, in numbers and bytes, and numbers at the end of all numbers.

use serde_json::json;
use sitesync_central::hub::HubError;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::protocol::{ExchangeRequest, FeedPosition, SiteInfo, SiteReport, StageRequest};
use sitesync_store::Space;

use crate::central::{Central, stock, whole};

fn staged(central: &Central) -> usize {
    central.hub.store().snapshot().unwrap().rows(Space::Staged, &[], None, usize::MAX).unwrap().len()
}

fn code(error: HubError) -> String {
    error.body().error.code
}

fn batch(push: &str, index: u32, bytes: usize) -> StageRequest {
    let change = whole("item_line", "L", json!({ "batch": "x".repeat(bytes) }));
    StageRequest { push: push.to_owned(), index, changes: vec![change] }
}

#[test]
fn a_site_stages_one_push_at_a_time_wherever_it_begins() {
    let central = Central::new();
    for push in 0..50 {
        central.hub.stage(SiteId(2), &batch(&format!("push {push}"), 7, 10)).unwrap();
    }
    // The batch, and how much there is.
    assert_eq!(staged(&central), 2);
    central.hub.stage(SiteId(3), &batch("of another site", 0, 10)).unwrap();
    assert_eq!(staged(&central), 4);
    central.push(2, vec![stock("L", "S2", 1)]);
    assert_eq!(staged(&central), 2, "a commit clears what was staged");
}

#[test]
fn a_push_is_staged_up_to_a_limit() {
    let central = Central::new();
    let part = 60 << 20;
    for index in [0, 1, 0, 1, 1] {
        central.hub.stage(SiteId(2), &batch("p", index, part)).unwrap();
    }
    assert_eq!(code(central.hub.stage(SiteId(2), &batch("p", 2, part)).unwrap_err()), "push_too_large");
    assert_eq!(code(central.hub.stage(SiteId(2), &batch("p", 4_000, 1)).unwrap_err()), "batch_unreadable");
    assert_eq!(code(central.hub.stage(SiteId(2), &batch(&"p".repeat(65), 0, 1)).unwrap_err()), "batch_unreadable");
    central.hub.stage(SiteId(2), &batch("q", 0, part)).unwrap();
}

fn request(cursor: &str, report: SiteReport) -> ExchangeRequest {
    let positions = vec![FeedPosition { feed: Feed::Central, cursor: cursor.to_owned() }];
    ExchangeRequest { epoch: 1, positions, renew: true, report, ..ExchangeRequest::default() }
}

fn site() -> SiteInfo {
    SiteInfo { id: SiteId(2), uuid: String::new(), code: String::new(), name: String::new() }
}

#[test]
fn a_position_beyond_all_numbers_is_refused() {
    let central = Central::new();
    let end = u64::MAX.to_string();
    for cursor in [format!("1.{end}.0"), format!("{end}.1.0"), format!("1.1.{end}")] {
        let refused = central.hub.exchange(&site(), &request(&cursor, SiteReport::default())).unwrap_err();
        assert_eq!(code(refused), "cursor_unreadable", "{cursor}");
    }
}

#[test]
fn a_clock_may_show_anything_and_a_report_is_no_book() {
    let central = Central::new();
    for clock in [i64::MIN, i64::MAX] {
        let long = || "x".repeat(10_000);
        let report =
            SiteReport { clock, device_type: long(), app_name: long(), app_version: long(), ..SiteReport::default() };
        central.hub.exchange(&site(), &request("", report)).unwrap();
        let contact = central.hub.contact(SiteId(2)).unwrap();
        assert_eq!((contact.clock_off < 0, contact.clock_off.abs() > 0), (clock < 0, true));
        let kept = contact.report;
        assert_eq!([kept.device_type.len(), kept.app_name.len(), kept.app_version.len()], [100; 3]);
    }
}
