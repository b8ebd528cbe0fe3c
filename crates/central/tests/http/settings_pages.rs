//! The page of the server's settings.

use axum::http::Method;
use serde_json::json;
use sitesync_central::retention;

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server, is_refused, login_body};

const FIELDS: [(&str, &str); 5] = [
    ("failures_before_block", "7"),
    ("block_minutes", "30"),
    ("address_failures_per_minute", "20"),
    ("remember_minutes", "15"),
    ("log_days", "30"),
];

#[tokio::test]
async fn settings_are_changed_at_once_and_refused_where_they_make_no_sense() {
    let server = Server::new();
    server.site("Kamo");
    let admin = Browser::signed_in(&server, ADMIN).await;
    assert!(admin.page("/settings").await.contains("name=\"accept_sync\" value=\"1\" checked"));
    assert_eq!(admin.submit("/settings", &FIELDS).await.status.as_u16(), 303);
    is_refused(&server.call("1/login", "", &login_body("Kamo", "right")).await, 503, "sync_off");
    let page = admin.page("/settings").await;
    assert!(
        page.contains("value=\"7\"") && page.contains("value=\"30\"") && !page.contains("value=\"1\" checked"),
        "{page}"
    );
    let named = [&FIELDS[..], &[("place", " Aotearoa ")]].concat();
    assert_eq!(admin.submit("/settings", &named).await.status.as_u16(), 303);
    assert!(admin.page("/").await.contains("Aotearoa · Central server"));
    let told = server.api(ADMIN, Method::PUT, "/api/settings", Some(&json!({"place": "Niue"}))).await.ok();
    assert_eq!((&told["place"], &told["failures_before_block"]), (&json!("Niue"), &json!(7)));
    let mut wrong = FIELDS;
    wrong[1].1 = "soon";
    let refused = admin.submit("/settings", &wrong).await;
    let text = refused.text();
    assert!(
        refused.status.as_u16() == 400 && text.contains("value=\"soon\"") && text.contains("lock_ms must be"),
        "{text}"
    );
    let reader = Browser::signed_in(&server, READER).await;
    assert!(reader.page("/settings").await.contains("<fieldset disabled>"));
    assert_eq!(reader.submit("/settings", &FIELDS).await.status.as_u16(), 403);
}

#[tokio::test]
async fn how_long_the_log_is_kept_is_a_setting_that_counts() {
    let server = Server::new();
    let site = server.site("Kamo").id;
    let admin = Browser::signed_in(&server, ADMIN).await;
    assert!(admin.page("/settings").await.contains("name=\"log_days\" type=\"number\" min=\"0\" value=\"90\""));
    assert!(admin.page("/sites/2/log").await.contains("Kept for 90 days"));
    for wrong in ["0", "3651", "-1", "for ever", ""] {
        let mut fields = FIELDS;
        fields[4].1 = wrong;
        let refused = admin.submit("/settings", &fields).await;
        assert!(
            refused.status.as_u16() == 400 && refused.text().contains("from 1 to 3650"),
            "{wrong}: {}",
            refused.text()
        );
    }
    assert_eq!(server.get("/api/settings").await.ok()["log_days"], 90);
    assert_eq!(server.get("/api/settings").await.ok()["failures_before_block"], 5, "all is stored, or nothing");
    admin.submit("/settings", &FIELDS).await;
    assert_eq!(server.get("/api/settings").await.ok()["log_days"], 30);
    assert!(admin.page("/sites/2/log").await.contains("Kept for 30 days"));
    let change = json!({ "log_days": 7 });
    let changed = server.api(ADMIN, Method::PUT, "/api/settings", Some(&change)).await.ok();
    assert_eq!((&changed["log_days"], &changed["failures_before_block"]), (&json!(7), &json!(7)), "{changed}");
    is_refused(
        &server.api(ADMIN, Method::PUT, "/api/settings", Some(&json!({ "log_days": 0 }))).await,
        400,
        "setting_out_of_range",
    );
    let audit = server.get("/api/audit").await.ok();
    assert_eq!(
        (&audit[0]["what"], &audit[0]["from"], &audit[0]["to"]),
        (&json!("settings.log"), &json!("30 days"), &json!("7 days"))
    );
    server.central.hub().note_refusal(site, server.central.clock().now(), "site_incorrect_password".to_owned(), 1);
    // A site that never came in has a log too.
    let kept = retention::get(&*server.central.store().snapshot().unwrap()).unwrap().log_days;
    let log = || server.central.hub().log(site, 10).unwrap().len();
    for (days, left) in [(6, 1), (2, 0)] {
        server.clock.advance(days * 86_400_000);
        assert_eq!(log(), 1);
        server.central.hub().prune(kept).unwrap();
        assert_eq!(log(), left, "after {days} days more");
    }
}
