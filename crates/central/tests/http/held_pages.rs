//! The pages of held documents and of the audit.

use serde_json::json;

use crate::admin::held;
use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server};

#[tokio::test]
async fn a_held_document_is_shown_beside_what_is_here_and_decided_about() {
    let server = Server::new();
    held(&server).await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    let list = admin.page("/held").await;
    assert!(list.contains("Not the site's to write") || list.contains("Not the site&#39;s to write"), "{list}");
    assert!(list.contains("href=\"/held/1\"") && admin.page("/").await.contains("href=\"/held?site=2\""));
    assert!(admin.page("/held?site=1").await.contains("Nothing is held."));
    let window = admin.page("/held/1").await;
    assert!(window.contains("not here yet") && window.contains(">code<") && window.contains(">A<"), "{window}");
    let refused = admin.submit("/held/1", &[("action", "release")]).await;
    assert!(refused.status.as_u16() == 409 && refused.text().contains("role=\"alert\""), "{}", refused.text());
    let asked = admin.submit("/held/1", &[("action", "repair")]).await.text();
    assert!(
        asked.contains("Apply it although") && asked.contains("name=\"sure\""),
        "it is asked for once more: {asked}"
    );
    assert_eq!(server.get("/api/held").await.ok().as_array().unwrap().len(), 1);
    let done = admin.submit("/held/1", &[("action", "repair"), ("sure", "1")]).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, "/held"));
    assert_eq!(server.get("/api/records/location/P1").await.ok()["data"]["code"], json!("A"));
    assert_eq!(admin.get("/held/1").await.status.as_u16(), 404);
    let audit = admin.page("/audit").await;
    assert!(audit.contains("held.repair") && audit.contains("location P1 of site 2"), "{audit}");
}

#[tokio::test]
async fn who_may_only_look_decides_nothing() {
    let server = Server::new();
    held(&server).await;
    let reader = Browser::signed_in(&server, READER).await;
    assert!(reader.page("/held/1").await.contains("You need the permission"));
    let refused = reader.submit("/held/1", &[("action", "drop"), ("sure", "1")]).await;
    assert!(refused.status.as_u16() == 403 && server.get("/api/held").await.ok().as_array().unwrap().len() == 1);
    server.post("/api/users", &json!({"name": "Ana", "password": "long enough"})).await.ok();
    let ana = Browser::signed_in(&server, ("Ana", "long enough")).await;
    for path in ["/held", "/held/1", "/audit"] {
        assert_eq!(ana.get(path).await.status.as_u16(), 403, "{path} shows what stores recorded");
    }
}
