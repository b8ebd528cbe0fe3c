//! The pages of stores: moving one in the ordinary way, calling that off, and taking it from a site that is lost.

use sitesync_core::ids::SiteId;

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server};

/// Site 2 in use with store S2, site 3 that no device ever used.
async fn server() -> Server {
    let server = Server::new();
    server.site("Kamo");
    server.site("Opua");
    server.store("S2", SiteId(2));
    server.login("Kamo").await;
    server
}

#[tokio::test]
async fn a_store_of_a_site_in_use_is_handed_over_and_that_is_called_off() {
    let server = server().await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/stores/S2").await;
    assert!(window.contains(">Kamo<") && !window.contains("value=\"call-off\""), "{window}");
    let begun = admin.submit("/stores/S2", &[("action", "move"), ("site", "3")]).await;
    assert_eq!((begun.status.as_u16(), begun.headers["location"].to_str().unwrap()), (303, "/stores/S2"));
    let window = admin.page("/stores/S2").await;
    assert!(window.contains("Waiting for Kamo to synchronise.") && window.contains("value=\"call-off\""), "{window}");
    assert!(admin.page("/stores").await.contains("Waiting for Kamo"));
    for site in ["/sites/2", "/sites/3"] {
        let shown = admin.page(site).await;
        assert!(shown.contains("Waiting for Kamo") && shown.contains("href=\"/stores/S2\""), "{site}: {shown}");
    }
    assert!(admin.page("/sites/delete?site=3").await.contains("href=\"/sites/3"), "a site that a store goes to stays");
    admin.submit("/stores/S2", &[("action", "call-off")]).await;
    let window = admin.page("/stores/S2").await;
    assert!(window.contains("Called off; it stays on Kamo.") && !window.contains("value=\"call-off\""), "{window}");
    let none = admin.submit("/stores/S2", &[("action", "call-off")]).await;
    assert!(none.status.as_u16() == 409 && none.text().contains("not being handed over"), "{}", none.text());
}

#[tokio::test]
async fn taking_over_now_asks_for_the_code_and_a_reason() {
    let server = server().await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let take = async |code: &str, reason: &str| {
        let fields = [("action", "take-over"), ("site", "3"), ("code", code), ("reason", reason)];
        admin.submit("/stores/S2", &fields).await
    };
    let wrong = take("S3", "stolen <b>").await;
    let text = wrong.text();
    assert!(wrong.status.as_u16() == 409 && text.contains("not the code of the store"), "{text}");
    assert!(
        text.contains("value=\"stolen &#60;b&#62;\"") && text.contains("<details open>"),
        "what was typed stays: {text}"
    );
    assert!(take("S2", " ").await.text().contains("reason is needed"));
    assert_eq!(take("S2", "stolen").await.status.as_u16(), 303);
    let window = admin.page("/stores/S2").await;
    assert!(window.contains("href=\"/sites/3\"><bdi>Opua"), "{window}");
    assert!(admin.page("/audit").await.contains("reason: stolen"));
}

#[tokio::test]
async fn who_may_not_edit_sites_moves_nothing() {
    let server = server().await;
    let reader = Browser::signed_in(&server, READER).await;
    assert!(!reader.page("/stores/S2").await.contains("value=\"move\""));
    assert_eq!(reader.submit("/stores/S2", &[("action", "move"), ("site", "3")]).await.status.as_u16(), 403);
    assert_eq!(reader.get("/stores/none").await.status.as_u16(), 404);
}
