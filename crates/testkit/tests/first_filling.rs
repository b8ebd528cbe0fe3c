//! A new data file is filled page by page, while others go on working and the link fails (EXCHANGE A2, A3, B2).

use serde_json::json;
use sitesync_core::ownership::Actor;
use sitesync_remote::site::SiteError;
use sitesync_testkit::country::{Country, cut_after};
use sitesync_testkit::records::{delete, delivery, put, stock, store};

/// A site with two stores that have sent each other deliveries, and a new device for it.
fn worked() -> Country {
    let mut country = Country::with_sites(7, 1);
    country.edit(store("S2b", 2));
    country.sync_all();
    for n in 0..6 {
        country.write(
            2,
            &delivery(
                &format!("D{n}"),
                if n % 2 == 0 { "S2" } else { "S2b" },
                if n % 2 == 0 { "S2b" } else { "S2" },
                2,
            ),
        );
        country.write(2, &[stock(&format!("L{n}"), "S2", n)]);
    }
    country.sync_all();
    country.replace_device(2);
    country
}

/// Goes on with the sync of site 2 until `requests` of them were answered.
fn requests(country: &Country, requests: usize) -> bool {
    country.sync_over(2, &mut cut_after(requests)).is_ok()
}

#[test]
fn it_may_break_off_anywhere_and_goes_on() {
    for page in 1..6 {
        for at in 1..40 {
            let mut country = worked();
            country.page = Some(page);
            let done = requests(&country, at);
            country.sync_all();
            country.assert_equal();
            if done {
                break;
            }
        }
    }
}

#[test]
fn what_changes_meanwhile_arrives_too() {
    for page in [1, 3, 7] {
        let mut country = worked();
        country.page = Some(page);
        for n in 0..30_u32 {
            if requests(&country, 1) {
                break;
            }
            let line = put("item_line", &format!("L{}", n % 6), json!({ "quantity": 100 + n }));
            country.hub.edit(Actor::Repair, vec![line]).unwrap();
            country.edit(vec![put("item", &format!("I{n}"), json!({ "item_name": format!("Item {n}") }))]);
            if n % 5 == 4 {
                country.hub.edit(Actor::Repair, vec![delete("transact", &format!("D{}", n / 5))]).unwrap();
            }
        }
        country.sync_all();
        country.assert_equal();
    }
}

#[test]
fn a_central_server_restored_meanwhile_is_met() {
    for at in 1..12 {
        let mut country = worked();
        country.page = Some(2);
        let backup = country.central.fork();
        country.edit(vec![put("item", "later", json!({ "item_name": "Later" }))]);
        requests(&country, at);
        country.restore_central(&backup);
        country.sync_all();
        country.assert_equal();
    }
}

#[test]
fn nothing_is_written_before_all_is_there() {
    let mut country = worked();
    country.page = Some(2);
    for _ in 0..100 {
        let written = country.site(2).write(&[stock("L0", "S2", 50)]);
        assert!(matches!(written, Err(SiteError::NotNow { .. } | SiteError::NotSetUp)), "{written:?}");
        if requests(&country, 1) {
            country.write(2, &[stock("L0", "S2", 50)]);
            return;
        }
    }
    panic!("the filling does not end");
}

#[test]
fn with_its_end_every_store_may_be_written_to_however_small_the_pages_were() {
    for page in 1..6 {
        let mut country = worked();
        // A store in which nothing has happened yet.
        country.edit(store("S2c", 2));
        country.page = Some(page);
        country.sync(2);
        country.write(2, &[stock("new", "S2", 1), stock("new b", "S2b", 1), stock("new c", "S2c", 1)]);
    }
}
