//! The pages of users: nothing is stored before OK, and nobody gives what they do not have.

use axum::http::Method;
use serde_json::{Value, json};
use sitesync_core::ids::SiteId;

use crate::browser::{Browser, fields, press};
use crate::server::{ADMIN, READER, Server};

async fn users(server: &Server) -> Value {
    server.get("/api/users").await.ok()
}

fn id_of(users: &Value, name: &str) -> String {
    let user = users.as_array().unwrap().iter().find(|user| user["name"] == name).unwrap();
    user["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_is_made_step_by_step_and_stored_by_ok_only() {
    let server = Server::new();
    server.store("S1", SiteId::CENTRAL);
    server.store("S2", SiteId::CENTRAL);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page("/users/new").await;
    let named = press(&admin, "/users/new", &window, "generate", &[("name", "Ana \"<b>")]).await.text();
    assert!(named.contains("value=\"Ana &#34;&#60;b&#62;\"") && named.contains("shown only now"), "{named}");
    let offered = press(&admin, "/users/new", &named, "find-stores", &[("q", "store s2")]).await.text();
    assert!(offered.contains("value=\"S2\"") && !offered.contains("name=\"add\" value=\"S1\""), "{offered}");
    let added = press(&admin, "/users/new", &offered, "add-stores", &[("add", "S2")]).await.text();
    assert!(added.contains("name=\"numbers.S2\""), "{added}");
    let numbers = press(&admin, "/users/new", &added, "numbers:S2", &[]).await.text();
    assert!(numbers.contains("Permissions in Store S2") && numbers.contains("name=\"number\" value=\"156\" checked"));
    let preset = press(&admin, "/users/new", &added, "preset:viewer", &[]).await.text();
    assert!(preset.contains("value=\"view_records\" checked") && preset.contains("data-changed=\"3\""), "{preset}");
    assert_eq!(users(&server).await.as_array().unwrap().len(), 2, "nothing is stored yet");
    let password = fields(&preset).into_iter().find(|(name, _)| name == "user_password").unwrap().1;
    let done = press(&admin, "/users/new", &preset, "ok", &[]).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, "/users"), "{}", done.text());
    let name = "Ana \"<b>";
    server.api((name, &password), Method::GET, "/api/records/item", None).await.ok();
    let user = server.get(&format!("/api/users/{}", id_of(&users(&server).await, name))).await.ok();
    assert_eq!(user["stores"][0]["store"], "S2");
    let page = admin.page("/users?q=ana").await;
    assert!(page.contains("Ana &#34;&#60;b&#62;") && page.contains(">1/3<"), "{page}");
}

#[tokio::test]
async fn two_people_never_overwrite_each_other_and_errors_keep_what_was_typed() {
    let server = Server::new();
    server.post("/api/users", &json!({"name": "Ana", "password": "long enough"})).await.ok();
    let path = format!("/users/{}", id_of(&users(&server).await, "Ana"));
    let admin = Browser::signed_in(&server, ADMIN).await;
    let window = admin.page(&path).await;
    let first = press(&admin, &path, &window, "ok", &[("job_title", "Nurse")]).await;
    assert_eq!(first.status.as_u16(), 303, "{}", first.text());
    let second = press(&admin, &path, &window, "ok", &[("job_title", "Doctor")]).await;
    assert_eq!(second.status.as_u16(), 409);
    assert!(
        second.text().contains("Somebody else has changed this user") && second.text().contains("value=\"Doctor\"")
    );
    let window = admin.page(&path).await;
    let short = press(&admin, &path, &window, "ok", &[("user_password", "short"), ("last_name", "Rai")]).await.text();
    assert!(short.contains("too short") && short.contains("value=\"Rai\""), "{short}");
    let taken = press(&admin, &path, &window, "ok", &[("name", "ADMIN")]).await.text();
    assert!(taken.contains("already is a user"), "{taken}");
}

#[tokio::test]
async fn users_are_for_who_manages_them_and_nobody_rises_above_themselves() {
    let server = Server::new();
    let reader = Browser::signed_in(&server, READER).await;
    assert!(!reader.page("/").await.contains("href=\"/users\""), "no way to where one may not go");
    assert_eq!(reader.get("/users").await.status.as_u16(), 403);
    let new = json!({"name": "Ana", "password": "long enough", "permissions": ["manage_users"]});
    server.post("/api/users", &new).await.ok();
    let ana = Browser::signed_in(&server, ("Ana", "long enough")).await;
    let all = users(&server).await;
    let own = format!("/users/{}", id_of(&all, "Ana"));
    let window = ana.page(&own).await;
    assert!(window.contains("value=\"edit_sync_settings\" disabled"), "{window}");
    let preset = press(&ana, &own, &window, "preset:administrator", &[]).await.text();
    assert!(!preset.contains("value=\"edit_sync_settings\" checked"), "a preset goes as far as oneself");
    let forged = press(&ana, &own, &window, "ok", &[("permission", "administer_server")]).await;
    assert!(forged.status.as_u16() == 409 && forged.text().contains("Nobody gives a permission"), "{}", forged.text());
    let admin = format!("/users/{}", id_of(&all, "admin"));
    let window = ana.page(&admin).await;
    let refused = press(&ana, &admin, &window, "ok", &[("job_title", "x")]).await;
    assert!(refused.text().contains("permissions that you do not have"), "{}", refused.text());
    // Signed out everywhere, one's own session ends too.
    assert_eq!(ana.submit(&format!("{own}/sign-out"), &[]).await.status.as_u16(), 303);
    assert_eq!(ana.get("/").await.status.as_u16(), 303);
}
