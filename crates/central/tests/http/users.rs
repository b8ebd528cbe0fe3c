//! Users over the API, and who may do what to whom.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::{ADMIN, READER, Server, is_refused, put};

async fn put_user(server: &Server, who: (&str, &str), user: &Value, change: Value) -> crate::server::Answer {
    let mut body = change;
    body["version"] = user["version"].clone();
    server.api(who, Method::PUT, &format!("/api/users/{}", user["id"].as_str().unwrap()), Some(&body)).await
}

#[tokio::test]
async fn users_are_made_edited_and_switched_off() {
    let server = Server::new();
    server.store("S1", sitesync_core::ids::SiteId::CENTRAL);
    let rights = json!([{"store": "S1", "default": true, "permissions": [39, 43]}]);
    let new = json!({"name": " Ana ", "first_name": "Ana", "permissions": ["edit_sync_settings"], "stores": rights});
    let made = server.post("/api/users", &new).await.ok();
    let password = made["password"].as_str().unwrap().to_owned();
    assert_eq!((&made["user"]["name"], &made["user"]["stores"]), (&json!("Ana"), &rights));
    // The name is the same in any case.
    let ana = ("ANA", password.as_str());
    server.api(ana, Method::POST, "/api/sites", Some(&json!({"name": "New"}))).await.ok();
    is_refused(&server.api(ana, Method::GET, "/api/users", None).await, 403, "permission_missing");
    is_refused(&server.api(ana, Method::GET, "/api/records/item", None).await, 403, "permission_missing");
    is_refused(&server.post("/api/users", &json!({"name": "aNa"})).await, 409, "user_exists");
    is_refused(
        &server.post("/api/users", &json!({"name": "Ben", "password": "short"})).await,
        400,
        "password_too_short",
    );
    is_refused(&server.post("/api/users", &json!({"name": "a:b"})).await, 400, "account_name_refused");
    is_refused(
        &server.post("/api/users", &json!({"name": "Ben", "stores": [{"store": "S9"}]})).await,
        400,
        "store_unknown",
    );
    is_refused(
        &server.post("/api/users", &json!({"name": "Ben", "permissions": ["fly"]})).await,
        400,
        "permission_unknown",
    );
    let stale = made["user"].clone();
    let off = put_user(&server, ADMIN, &stale, json!({"active": false, "stores": []})).await.ok();
    assert_eq!((&off["active"], &off["stores"]), (&json!(false), &json!([])));
    is_refused(&server.api(ana, Method::GET, "/api/sites", None).await, 401, "sign_in");
    is_refused(&put_user(&server, ADMIN, &stale, json!({"active": true})).await, 409, "user_changed");
    let joins = server.get("/api/records/user_store").await.ok();
    assert_eq!(joins["records"], json!([]), "nobody logs in to a store that was taken away");
}

#[tokio::test]
async fn another_password_ends_the_old_one_and_is_noted_nowhere() {
    let server = Server::new();
    let made = server.post("/api/users", &json!({"name": "Ana", "password": "the first one"})).await.ok();
    assert_eq!(made["password"], Value::Null);
    server.api(("Ana", "the first one"), Method::GET, "/api/sites", None).await.ok();
    let path = format!("/api/users/{}/password", made["user"]["id"].as_str().unwrap());
    server.post(&path, &json!({"password": "another password"})).await.ok();
    is_refused(&server.api(("Ana", "the first one"), Method::GET, "/api/sites", None).await, 401, "sign_in");
    server.api(("Ana", "another password"), Method::GET, "/api/sites", None).await.ok();
    let audit = server.get("/api/audit").await.text();
    assert!(audit.contains("user.set_password") && !audit.contains("another password") && !audit.contains("argon2"));
}

#[tokio::test]
async fn nobody_gives_or_takes_more_than_they_have() {
    let server = Server::new();
    let new = json!({"name": "Ana", "password": "long enough", "permissions": ["manage_users", "view_records"]});
    server.post("/api/users", &new).await.ok();
    let ana = ("Ana", "long enough");
    let beyond = json!({"name": "Ben", "permissions": ["edit_sync_settings"]});
    is_refused(&server.api(ana, Method::POST, "/api/users", Some(&beyond)).await, 403, "permission_beyond_yours");
    let within = json!({"name": "Ben", "permissions": ["view_records"]});
    server.api(ana, Method::POST, "/api/users", Some(&within)).await.ok();
    let users = server.get("/api/users").await.ok();
    let id = |name: &str| {
        let user = users.as_array().unwrap().iter().find(|user| user["name"] == name).unwrap();
        user["id"].as_str().unwrap().to_owned()
    };
    let admin = server.get(&format!("/api/users/{}", id("admin"))).await.ok();
    is_refused(&put_user(&server, ana, &admin, json!({"job_title": "x"})).await, 403, "user_above_you");
    for call in ["password", "sign-out"] {
        let path = format!("/api/users/{}/{call}", id("admin"));
        let answer = server.api(ana, Method::POST, &path, Some(&json!({"password": "taken over"}))).await;
        is_refused(&answer, 403, "user_above_you");
    }
    let own = server.get(&format!("/api/users/{}", id("Ana"))).await.ok();
    let raised = json!({"permissions": ["manage_users", "administer_server"]});
    is_refused(&put_user(&server, ana, &own, raised).await, 403, "permission_beyond_yours");
    put_user(&server, ana, &own, json!({"active": false})).await.ok();
    is_refused(&put_user(&server, ADMIN, &admin, json!({"permissions": []})).await, 409, "last_manager");
    is_refused(&put_user(&server, ADMIN, &admin, json!({"active": false})).await, 409, "last_manager");
}

#[tokio::test]
async fn secrets_are_in_no_list_and_come_in_by_no_other_door() {
    let server = Server::new();
    let id = server.get("/api/users").await.ok()[0]["id"].as_str().unwrap().to_owned();
    for path in ["/api/records/user_account".to_owned(), format!("/api/records/user_account/{id}")] {
        is_refused(&server.get(&path).await, 403, "table_private");
    }
    is_refused(&server.get(&format!("/api/records/user_account/{id}/why")).await, 403, "table_private");
    let change = json!([{"table": "user_account", "id": id, "data": {"permissions": "manage_users"}}]);
    is_refused(&server.post("/api/records", &change).await, 403, "table_private");
    assert!(!server.get("/api/tables").await.text().contains("user_account"));
    assert!(!server.api(READER, Method::GET, "/api/records/user", None).await.text().contains("argon2"));
}

#[tokio::test]
async fn the_secret_of_a_user_goes_to_the_sites_of_their_stores_only() {
    let server = Server::new();
    let (kamo, opua) = (server.site("Kamo"), server.site("Opua"));
    server.store("S2", kamo.id);
    server.store("S3", opua.id);
    let new = json!({"name": "Ana", "password": "long enough", "stores": [{"store": "S2"}]});
    let made = server.post("/api/users", &new).await.ok();
    let id = made["user"]["id"].as_str().unwrap();
    let holders = || {
        use sitesync_core::ids::{Feed, RecordKey};
        let key = RecordKey::new("user_account", id);
        let entries = server.central.store().snapshot().unwrap().entries_of(&[key]).unwrap();
        let live = entries.into_iter().flatten().filter(|entry| entry.kind == sitesync_core::record::EntryKind::Put);
        live.map(|entry| match entry.feed {
            Feed::Store(store) => store.to_string(),
            other => format!("{other:?}"),
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(holders(), ["S2"]);
    put_user(&server, ADMIN, &made["user"], json!({"stores": [{"store": "S3"}]})).await.ok();
    server.central.hub().work_off().unwrap();
    assert_eq!(holders(), ["S3"], "it is withdrawn where the user has no store any more");
    server.edit(vec![put("item", "I1", &json!({"code": "1"}))]);
    assert_eq!(holders(), ["S3"]);
}
