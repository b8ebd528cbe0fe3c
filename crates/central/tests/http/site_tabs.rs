//! The tabs Details and Log of a site's window.

use axum::http::Method;
use serde_json::{Value, json};
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::{Change, CommitId, commit_hash};

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server, exchange_body, login_body, positions, put};

/// An exchange that sends these changes as the site's commit.
fn sending(changes: Vec<Change>) -> Value {
    let hash = commit_hash(CommitId::default(), &changes);
    let mut body = exchange_body(&json!([]));
    body["commit"] = json!({"id": hash, "previous": CommitId::default(), "changes": changes});
    body
}

/// "Kamo" with a device, a store and one exchange.
async fn server() -> (Server, String, Value) {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let token = server.login("Kamo").await;
    let reply = server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    (server, token, reply)
}

#[tokio::test]
async fn details_tell_what_is_known_and_what_waits() {
    let (server, token, reply) = server().await;
    let reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/sites/2/details").await;
    for words in
        ["completed", "native 1", "file-1", "Everything that was entered there up to 1 Jan 2026 00:00 UTC is here."]
    {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(html.contains("<bdi>S1 Store S1</bdi>") && html.contains("<bdi>Central data</bdi>"), "{html}");
    let waiting = |html: &str| {
        let row = html.split("<bdi>Central data</bdi>").nth(1).unwrap().replace(" dim", "");
        row.split("data-label=\"Waiting\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(waiting(&html), "0");
    server.store("S3", SiteId(2));
    let html = reader.page("/sites/2/details").await;
    assert_eq!(waiting(&html), "2", "facility and store: {html}");
    let mut body = exchange_body(&positions(&reply));
    body["report"]["unsent"] = json!(5);
    body["report"]["unsent_since"] = json!(server.central.clock().now() - 7_200_000);
    body["report"]["clock"] = json!(server.central.clock().now() - 3 * 3_600_000);
    server.call("1/exchange", &token, &body).await.ok();
    let html = reader.page("/sites/2/details").await;
    for words in ["up to 31 Dec 2025 22:00 UTC is here", "3 h behind: set it"] {
        assert!(html.contains(words), "{words}: {html}");
    }
    let own = reader.page("/sites/1/details").await;
    assert!(own.contains("UUID") && !own.contains("Last attempt"));
    assert_eq!(reader.get("/sites/99/details").await.status.as_u16(), 404);
}

#[tokio::test]
async fn the_window_says_how_much_waits_for_a_new_site() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let reader = Browser::signed_in(&server, READER).await;
    assert!(reader.page("/sites/2").await.contains("2 records, about "), "facility and store");
    let token = server.login("Kamo").await;
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    assert!(reader.page("/sites/2").await.contains("Nothing waits for this site."));
    server.store("S2", SiteId(2));
    assert!(reader.page("/sites/2").await.contains("2 records, about "));
}

#[tokio::test]
async fn the_log_tells_what_moved_what_failed_and_counts_the_rest() {
    let (server, token, reply) = server().await;
    for _ in 0..3 {
        server.clock.advance(60_000);
        server.call("1/exchange", &token, &exchange_body(&positions(&reply))).await.ok();
    }
    for _ in 0..4 {
        server.clock.advance(1000);
        server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    }
    server.clock.advance(600_000);
    server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    let reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/sites/2/log").await;
    for words in [
        "Records sent",
        "3 exchanges in this hour with nothing to move",
        "Turned away: wrong password",
        "Turned away 4 times: wrong password",
        "Enter the password on the device again",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(html.contains("1 exchanges moved something, 3 had nothing to move, 5 attempts failed"), "{html}");
    assert_eq!(html.matches("class=\"ground\"").count(), 14);
    let failed = reader.page("/sites/2/log?show=failed").await;
    assert!(failed.contains("Turned away 4 times") && !failed.contains("<td class=\"wrap\"><i class=\"dot good\""));
    let moved = reader.page("/sites/2/log?show=moved").await;
    assert!(moved.contains("dot good") && !moved.contains("Turned away:"));
    let other = reader.page("/sites/2/log?day=2025-12-31").await;
    assert!(other.contains("Nothing was noted."), "{other}");
    assert!(reader.page("/sites/2/log?day=2026-01-01").await.contains("Turned away"));
    assert!(reader.page("/sites/2/log?day=nonsense&show=nonsense").await.contains("Turned away"));
}

#[tokio::test]
async fn the_log_is_a_file_and_in_the_api_too() {
    let (server, ..) = server().await;
    server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    let reader = Browser::signed_in(&server, READER).await;
    let answer = reader.get("/sites/2/log.csv").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let text = answer.text();
    assert!(
        text.starts_with("Time (UTC),What,How often,") && text.contains("Turned away: wrong password,1,0"),
        "{text}"
    );
    let log = server.api(ADMIN, Method::GET, "/api/sites/2/log", None).await.ok();
    let (refused, sent) = (&log[0], &log[1]);
    assert_eq!((refused["outcome"].as_str(), refused["times"].as_u64()), (Some("refused"), Some(1)));
    assert_eq!(refused["refusal"], "site_incorrect_password");
    assert!(sent["bytes_out"].as_u64() > Some(20) && sent["bytes_in"] == 0, "{log}");
}

#[tokio::test]
async fn what_a_site_sends_is_weighed() {
    let (server, token, _) = server().await;
    let item = json!({"code": "x", "item_name": "y"});
    let body = sending(vec![put("item", "I", &item)]);
    server.call("1/exchange", &token, &body).await.ok();
    let log = server.api(ADMIN, Method::GET, "/api/sites/2/log", None).await.ok();
    let bytes = log[0]["bytes_in"].as_u64();
    assert_eq!((log[0]["held"].as_u64(), bytes), (Some(1), Some(item.to_string().len() as u64)), "{log}");
    let reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/sites/2/log").await;
    assert!(html.contains("some of them held") && html.contains("Look at the held documents."), "{html}");
    assert!(reader.page("/sites/2/details").await.contains("href=\"/held?site=2\""));
}
