//! The administrators' API.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use sitesync_core::ids::SiteId;

use crate::server::{ADMIN, READER, Server, basic, exchange_body, is_refused, login_body, put};

/// What the audit says, newest first: who, what, subject.
async fn audited(server: &Server) -> Vec<String> {
    let lines = server.get("/api/audit").await.ok();
    let line = |line: &Value| {
        [&line["who"], &line["what"], &line["subject"]].map(|text| text.as_str().unwrap().to_owned()).join(" ")
    };
    lines.as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn only_accounts_are_let_in() {
    let server = Server::new();
    let nobody = server.send(Request::get("/api/sites").body(Body::empty()).unwrap()).await;
    is_refused(&nobody, 401, "sign_in");
    assert!(nobody.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
    is_refused(&server.api(("admin", "wrong-password"), Method::GET, "/api/sites", None).await, 401, "sign_in");
    is_refused(&server.api(("nobody", "wrong-password"), Method::GET, "/api/sites", None).await, 401, "sign_in");
    for header in ["Bearer abc", "Basic %%%", "Basic", "Basic bm9jb2xvbg=="] {
        let request = Request::get("/api/sites").header("authorization", header).body(Body::empty()).unwrap();
        is_refused(&server.send(request).await, 401, "sign_in");
    }
    server.api(READER, Method::GET, "/api/sites", None).await.ok();
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_guesser() {
    let server = Server::new();
    for _ in 0..4 {
        server.api(("admin", "wrong-password"), Method::GET, "/api/sites", None).await;
    }
    let waits = server.get("/api/sites").await;
    is_refused(&waits, 429, "too_many_failures");
    assert_eq!(waits.headers["retry-after"], "1");
    server.api(READER, Method::GET, "/api/sites", None).await.ok();
    server.clock.advance(1000);
    server.get("/api/sites").await.ok();
}

/// Every call that changes something, from the description itself.
async fn changing_calls(server: &Server) -> Vec<(Method, String)> {
    let description = server.send(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await.ok();
    let mut calls = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path
            .replace("{site}", "2")
            .replace("{id}", "1")
            .replace("{table}", "item")
            .replace("{user}", "eye")
            .replace("{kind}", "items");
        for method in ["post", "put", "delete"].iter().filter(|method| item.get(*method).is_some()) {
            calls.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    calls
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let server = Server::new();
    let calls = changing_calls(&server).await;
    assert!(calls.len() > 15);
    for (method, path) in calls {
        let answer = server.api(READER, method, &path, Some(&json!({}))).await;
        is_refused(&answer, 403, "permission_missing");
    }
    assert!(audited(&server).await.iter().all(|line| !line.starts_with("eye")));
}

#[tokio::test]
async fn a_page_of_another_server_changes_nothing() {
    let server = Server::new();
    for from in ["cross-site", "same-site"] {
        let request = Request::post("/api/backup").header("authorization", basic(ADMIN)).header("sec-fetch-site", from);
        is_refused(&server.send(request.body(Body::empty()).unwrap()).await, 403, "other_page");
    }
}

#[tokio::test]
async fn every_call_is_described() {
    let server = Server::new();
    let description = server.send(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await.ok();
    let paths = description["paths"].as_object().unwrap();
    let mut calls: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
        .collect();
    calls.sort();
    let expected = "delete /api/sites/{site}|get /api/audit|get /api/facilities|get /api/facilities/{facility}|get /api/hand-overs|get /api/held|\
        get /api/held/{id}|get /api/items|get /api/items/{item}|get /api/lists|get /api/lists/{list}|get /api/records/{table}|get /api/records/{table}/{id}|get /api/records/{table}/{id}/why|\
        get /api/settings|get /api/sites|get /api/sites/{site}|get /api/sites/{site}/check|get /api/sites/{site}/log|\
        get /api/stores|get /api/tables|get /api/users|get /api/users/{user}|post /api/backup|post /api/facilities|\
        post /api/held/{id}/drop|post /api/held/{id}/release|post /api/held/{id}/send-back|post /api/import/{kind}|post /api/items|post /api/lists|post /api/records|\
        post /api/sites|post /api/sites/{site}/allow-former-device|post /api/sites/{site}/password|\
        post /api/sites/{site}/reset-hardware|post /api/sites/{site}/unblock|post /api/stores/call-off|post /api/stores/move|\
        post /api/stores/remove|post /api/users|post /api/users/{user}/password|post /api/users/{user}/sign-out|\
        put /api/facilities/{facility}|put /api/items/{item}|put /api/lists/{list}|put /api/settings|put /api/sites/{site}|put /api/users/{user}";
    assert_eq!(calls.join("|"), expected);
    for call in paths.values().flat_map(|item| item.as_object().unwrap().values()) {
        assert!(call["summary"].as_str().is_some_and(|words| !words.is_empty()), "{call}");
        assert_eq!(
            call["responses"]["default"]["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/Refusal"
        );
    }
    // Every schema that is referred to is there.
    let text = description.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(description["components"]["schemas"].get(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn sites_are_made_edited_and_deleted() {
    let server = Server::new();
    let made =
        server.post("/api/sites", &json!({"name": "Kamo", "device_type": "mobile", "generate_password": true})).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.ok();
    assert_eq!((&made["site"]["id"], &made["site"]["code"]), (&json!(2), &json!("2")));
    assert_eq!(made["site"]["state"], json!({"kind": "never", "text": "Never synced", "percent": null}));
    let password = made["password"].as_str().unwrap().to_owned();
    server.call("1/login", "", &login_body("Kamo", &password)).await.ok();
    is_refused(&server.post("/api/sites", &json!({"name": "Kamo"})).await, 409, "site_name_taken");
    is_refused(&server.post("/api/sites", &json!({"name": "a:b"})).await, 400, "site_name_refused");
    is_refused(&server.post("/api/sites", &json!({"name": "X", "password": ""})).await, 400, "password_empty");
    is_refused(&server.post("/api/sites", &json!({"nam": "X"})).await, 400, "body_unreadable");
    let edit = json!({"version": 1, "code": "K"});
    let edited = server.api(ADMIN, Method::PUT, "/api/sites/2", Some(&edit)).await.ok();
    assert_eq!((&edited["code"], &edited["name"], &edited["version"]), (&json!("K"), &json!("Kamo"), &json!(2)));
    is_refused(
        &server.api(ADMIN, Method::PUT, "/api/sites/2", Some(&json!({"version": 1, "code": "L"}))).await,
        409,
        "conflict",
    );
    is_refused(&server.api(ADMIN, Method::PUT, "/api/sites/9", Some(&edit)).await, 404, "site_not_found");
    is_refused(&server.get("/api/sites/9").await, 404, "site_not_found");
    is_refused(&server.get("/api/sites/x").await, 400, "address_unreadable");
    server.store("S1", SiteId(2));
    is_refused(&server.api(ADMIN, Method::DELETE, "/api/sites/2", None).await, 409, "site_has_stores");
    is_refused(&server.api(ADMIN, Method::DELETE, "/api/sites/1", None).await, 409, "site_is_central_server");
    // Its device may hold what is not here yet.
    let removed = server.post("/api/stores/remove", &json!({"store": "S1"})).await.ok();
    assert_eq!(removed["outcome"], "leaving");
    is_refused(&server.api(ADMIN, Method::DELETE, "/api/sites/2", None).await, 409, "site_has_stores");
    let lost = json!({"store": "S1", "take_over_now": {"code": "S1", "reason": "The tablet was stolen."}});
    server.post("/api/stores/remove", &lost).await.ok();
    server.api(ADMIN, Method::DELETE, "/api/sites/2", None).await.ok();
    assert_eq!(server.get("/api/sites").await.ok().as_array().unwrap().len(), 1);
    let audit = audited(&server).await;
    let expected =
        ["admin site.delete site 2", "admin store.take_over_now store S1", "admin store.hand_over_begin store S1"];
    assert_eq!(audit[..3], expected);
}

#[tokio::test]
async fn devices_and_passwords_of_a_site() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    let reset = server.post("/api/sites/2/reset-hardware", &json!({})).await.ok();
    assert_eq!(reset["former_devices"][0]["hardware_id"], json!("hw-1"));
    is_refused(&server.call("1/exchange", &token, &exchange_body(&json!([]))).await, 401, "token_ended");
    is_refused(&server.call("1/login", "", &login_body("Kamo", "right")).await, 401, "site_former_device");
    let other = json!({"hardware_id": "hw-9"});
    is_refused(&server.post("/api/sites/2/allow-former-device", &other).await, 404, "not_a_former_device");
    server.post("/api/sites/2/allow-former-device", &json!({"hardware_id": "hw-1"})).await.ok();
    server.login("Kamo").await;
    let version = server.get("/api/sites/2").await.ok()["version"].clone();
    let set = server.post("/api/sites/2/password", &json!({"version": version, "password": "another"})).await.ok();
    assert_eq!((&set["password"], &set["site"]["logged_in"]), (&Value::Null, &json!(false)));
    is_refused(&server.post("/api/sites/2/password", &json!({"version": 1})).await, 409, "conflict");
    let central = server.post("/api/sites/1/password", &json!({"version": 1})).await;
    is_refused(&central, 409, "site_is_central_server");
    for _ in 0..6 {
        server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    }
    let blocked = server.get("/api/sites/2").await.ok();
    assert_eq!(blocked["state"]["text"], "Blocked: 5 failed sign-ins");
    let lines = server.get("/api/sites/2/check").await.ok();
    assert!(lines.as_array().unwrap().iter().any(|line| line["what"] == "blocked" && line["level"] == "problem"));
    let unblocked = server.post("/api/sites/2/unblock", &json!({})).await.ok();
    assert_eq!(unblocked["device_blocked_until"], Value::Null);
    server.call("1/login", "", &login_body("Kamo", "another")).await.ok();
}

#[tokio::test]
async fn stores_move_between_sites() {
    let server = Server::new();
    let made = server.post("/api/sites", &json!({"name": "Tablet", "device_type": "mobile"})).await.ok();
    assert_eq!(made["site"]["id"], json!(2));
    server.store("S1", SiteId(1));
    server.store("S2", SiteId(1));
    let moved = server.post("/api/stores/move", &json!({"store": "S1", "site": 2})).await.ok();
    let expected = json!({"store": "S1", "outcome": "moved", "site": 2, "from": 1, "hand_over": null});
    assert_eq!(moved, expected);
    // Once more changes nothing, and is no refusal.
    server.post("/api/stores/move", &json!({"store": "S1", "site": 2})).await.ok();
    is_refused(&server.post("/api/stores/move", &json!({"store": "S2", "site": 2})).await, 409, "mobile_has_store");
    is_refused(&server.post("/api/stores/move", &json!({"store": "S2", "site": 7})).await, 404, "site_unknown");
    is_refused(&server.post("/api/stores/move", &json!({"store": "S9", "site": 2})).await, 404, "store_unknown");
    let stores = server.get("/api/stores").await.ok();
    assert_eq!(
        (&stores[0]["site"], &stores[0]["site_name"], &stores[1]["site"]),
        (&json!(2), &json!("Tablet"), &json!(1))
    );
    assert_eq!(server.get("/api/sites/2").await.ok()["stores"][0]["id"], json!("S1"));
    let moves = audited(&server).await.iter().filter(|line| line.contains("store.move")).count();
    assert_eq!(moves, 1);
}

#[tokio::test]
async fn records_are_written_all_or_nothing() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let item = json!({"table": "item", "id": "I1", "data": {"item_name": "Amoxicillin", "code": "amx"}});
    let foreign = json!({"table": "location", "id": "P1", "data": {"store_ID": "S1", "code": "A"}});
    let refused = server.post("/api/records", &json!([item, foreign])).await;
    is_refused(&refused, 409, "refused");
    assert_eq!(
        (&refused.json()["refused"][0]["table"], &refused.json()["refused"][0]["id"]),
        (&json!("location"), &json!("P1"))
    );
    is_refused(&server.get("/api/records/item/I1").await, 404, "record_unknown");
    assert_eq!(server.post("/api/records", &json!([item])).await.ok(), json!({"written": 1, "unchanged": 0}));
    assert_eq!(server.post("/api/records", &json!([item])).await.ok(), json!({"written": 0, "unchanged": 1}));
    server.post("/api/records", &json!([{"table": "item", "id": "I1", "data": {"code": "AMX"}}])).await.ok();
    let whole = server.get("/api/records/item/I1").await.ok();
    assert_eq!(
        (&whole["data"]["code"], &whole["data"]["item_name"], &whole["data"]["ID"]),
        (&json!("AMX"), &json!("Amoxicillin"), &json!("I1"))
    );
    assert_eq!(server.post("/api/records?repair=true", &json!([foreign])).await.ok()["written"], json!(1));
    is_refused(&server.post("/api/records", &json!([{"table": "item", "id": "I1"}])).await, 409, "change_ambiguous");
    server.post("/api/records", &json!([{"table": "item", "id": "I1", "delete": true}])).await.ok();
    assert_eq!(server.get("/api/records/item/I1").await.ok()["state"], json!("deleted"));
    let audit = audited(&server).await;
    let expected = [
        "admin record.delete item I1",
        "admin record.repair location P1",
        "admin record.edit item I1",
        "admin record.create item I1",
    ];
    assert_eq!(audit[..4], expected);
}

#[tokio::test]
async fn a_record_is_written_only_if_it_is_as_it_was_seen() {
    let server = Server::new();
    let write =
        |hash: &str, code: &str| json!([{"table": "item", "id": "I1", "if_hash": hash, "data": {"code": code}}]);
    is_refused(&server.post("/api/records", &write(&"0".repeat(32), "a")).await, 409, "record_changed");
    server.post("/api/records", &write("", "a")).await.ok();
    is_refused(&server.post("/api/records", &write("", "b")).await, 409, "record_changed");
    let hash = server.get("/api/records/item/I1").await.ok()["hash"].as_str().unwrap().to_owned();
    server.post("/api/records", &write(&hash.to_uppercase(), "b")).await.ok();
    let late = json!([
        {"table": "item", "id": "I2", "data": {"code": "x"}},
        {"table": "item", "id": "I1", "if_hash": hash, "delete": true},
    ]);
    is_refused(&server.post("/api/records", &late).await, 409, "record_changed");
    is_refused(&server.get("/api/records/item/I2").await, 404, "record_unknown");
    assert_eq!(server.get("/api/records/item/I1").await.ok()["data"]["code"], json!("b"));
}

#[tokio::test]
async fn users_and_where_stores_are_active_are_no_central_data() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(1));
    let new = json!({"name": "Ana", "password": "long enough", "permissions": ["edit_central_data", "view_records"]});
    server.post("/api/users", &new).await.ok();
    let ana = ("Ana", "long enough");
    let refused = [
        json!({"table": "user", "id": "U1", "data": {"name": "Eve", "active": true}}),
        json!({"table": "user_store", "id": "J1", "data": {"user_ID": "U1", "store_ID": "S1", "can_login": true}}),
        json!({"table": "om_user_permission", "id": "P1", "delete": true}),
        json!({"table": "store", "id": "S1", "data": {"sync_id_remote_site": 2}}),
        json!({"table": "store", "id": "S1", "delete": true}),
    ];
    for change in refused {
        let body = json!([{"table": "item", "id": "I1", "data": {"code": "a"}}, change]);
        let answer = server.api(ana, Method::POST, "/api/records", Some(&body)).await;
        is_refused(&answer, 403, "permission_missing");
    }
    is_refused(&server.get("/api/records/item/I1").await, 404, "record_unknown");
    let body = json!([{"table": "store", "id": "S1", "data": {"code": "K"}}]);
    server.api(ana, Method::POST, "/api/records", Some(&body)).await.ok();
    assert_eq!(server.get("/api/records/store/S1").await.ok()["data"]["code"], json!("K"));
}

#[tokio::test]
async fn an_import_is_noted_as_one() {
    let server = Server::new();
    let item = |number: u32| json!({"table": "item", "id": format!("I{number}"), "data": {"code": number.to_string()}});
    let items: Vec<_> = (0..101).map(item).collect();
    assert_eq!(server.post("/api/records", &json!(items)).await.ok()["written"], json!(101));
    assert_eq!(audited(&server).await[0], "admin records.edit 101 records");
}

#[tokio::test]
async fn records_are_read_in_pages() {
    let server = Server::new();
    for id in ["A", "B/C", "D"] {
        server.edit(vec![put("item", id, &json!({"code": id}))]);
    }
    let first = server.get("/api/records/item?limit=2").await.ok();
    assert_eq!((&first["records"][1]["id"], &first["next"]), (&json!("B/C"), &json!("B/C")));
    let second = server.get("/api/records/item?limit=2&after=B%2FC").await.ok();
    assert_eq!((&second["records"][0]["data"]["code"], &second["next"]), (&json!("D"), &Value::Null));
    assert_eq!(server.get("/api/records/item/B%2FC").await.ok()["id"], json!("B/C"));
    let tables = server.get("/api/tables").await.ok();
    let item = tables.as_array().unwrap().iter().find(|table| table["name"] == "item").unwrap();
    assert_eq!((&item["records"], &item["class"]), (&json!(3), &json!("central")));
    is_refused(&server.get("/api/records/item?limit=x").await, 400, "address_unreadable");
    let ids = async |query: &str| -> Vec<Value> {
        let page = server.get(&format!("/api/records/item?{query}")).await.ok();
        page["records"].as_array().unwrap().iter().map(|record| record["id"].clone()).collect()
    };
    assert_eq!(ids("q=d").await, [json!("D")], "the id itself, or a text in a column that people use");
    assert_eq!(ids("q=b").await, [json!("B/C")]);
    assert_eq!(ids("column=code&is=A").await, [json!("A")]);
    assert_eq!(ids("column=code&is=a").await, [json!(null); 0]);
}

#[tokio::test]
async fn it_says_why_a_record_is_where_it_is() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    server.edit(vec![put("item", "I1", &json!({"code": "a"}))]);
    let central = server.get("/api/records/item/I1/why").await.ok();
    assert_eq!((&central["feeds"][0]["feed"], &central["feeds"][0]["every_site"]), (&json!("central"), &json!(true)));
    let body = json!([{"table": "location", "id": "P1", "data": {"store_ID": "S1", "code": "A"}}]);
    server.post("/api/records?repair=true", &body).await.ok();
    let why = server.get("/api/records/location/P1/why").await.ok();
    assert_eq!(why["feeds"][0]["because"], json!("The store S1 Store S1 owns it."));
    assert!(why["rule"].as_str().unwrap().starts_with("The catalogue does not know this table"), "{why}");
    assert_eq!((&why["feeds"][0]["sites"], &why["feeds"][0]["waiting"]), (&json!(1), &json!(1)));
    assert_eq!(why["feeds"][0]["readers"], json!([{"site": 2, "site_name": "Kamo", "has": false}]));
    assert_eq!((&why["feeds"][0]["site"], &why["feeds"][0]["site_name"]), (&json!(2), &json!("Kamo")));
    is_refused(&server.get("/api/records/item/none/why").await, 404, "record_unknown");
}

/// A site whose pushed location of a store that is not its own is held.
pub(crate) async fn held(server: &Server) -> String {
    use sitesync_core::protocol::{CommitId, commit_hash};
    server.site("Kamo");
    server.store("S1", SiteId(1));
    let token = server.login("Kamo").await;
    let changes = vec![put("location", "P1", &json!({"store_ID": "S1", "code": "A"}))];
    let mut body = exchange_body(&json!([]));
    body["commit"] =
        json!({"id": commit_hash(CommitId::default(), &changes), "previous": CommitId::default(), "changes": changes});
    let reply = server.call("1/exchange", &token, &body).await.ok();
    assert_eq!((&reply["outcome"], &reply["held"]), (&json!("applied"), &json!(1)));
    token
}

#[tokio::test]
async fn held_documents_are_shown_and_released() {
    let server = Server::new();
    held(&server).await;
    let list = server.get("/api/held").await.ok();
    assert_eq!(
        (&list[0]["site"], &list[0]["table"], &list[0]["record"], &list[0]["code"]),
        (&json!(2), &json!("location"), &json!("P1"), &json!("refused"))
    );
    assert_eq!(server.get("/api/held?site=3").await.ok(), json!([]));
    let path = format!("/api/held/{}", list[0]["id"]);
    assert_eq!(server.get(&path).await.ok()["changes"][0]["put"]["code"], json!("A"));
    assert_eq!(server.get("/api/sites/2").await.ok()["held"], json!(1));
    is_refused(&server.post(&format!("{path}/release"), &json!({})).await, 409, "refused");
    server.post(&format!("{path}/release?repair=true"), &json!({})).await.ok();
    assert_eq!(server.get("/api/records/location/P1").await.ok()["data"]["code"], json!("A"));
    is_refused(&server.get(&path).await, 404, "held_unknown");
    is_refused(&server.post(&format!("{path}/release"), &json!({})).await, 404, "held_unknown");
    assert_eq!(audited(&server).await[0], format!("admin held.repair held {}: location P1 of site 2", list[0]["id"]));
    let log = server.get("/api/sites/2/log").await.ok();
    assert_eq!((&log[0]["held"], &log[0]["outcome"]), (&json!(1), &json!("applied")));
    is_refused(&server.get("/api/sites/9/log").await, 404, "site_not_found");
}

#[tokio::test]
async fn held_documents_are_given_up() {
    for verb in ["send-back", "drop"] {
        let server = Server::new();
        held(&server).await;
        server.post(&format!("/api/held/1/{verb}"), &json!({})).await.ok();
        assert_eq!(server.get("/api/held").await.ok(), json!([]));
        is_refused(&server.post(&format!("/api/held/1/{verb}"), &json!({})).await, 404, "held_unknown");
        assert!(audited(&server).await[0].contains(&verb.replace('-', "_")));
    }
}

#[tokio::test]
async fn settings_count_at_once() {
    let server = Server::new();
    let change = json!({"accept_sync": false, "block_ms": 60_000});
    let changed = server.api(ADMIN, Method::PUT, "/api/settings", Some(&change)).await.ok();
    assert_eq!((&changed["accept_sync"], &changed["failures_before_block"]), (&json!(false), &json!(5)));
    assert_eq!(server.get("/api/settings").await.ok(), changed);
    is_refused(&server.call("1/login", "", &login_body("Kamo", "right")).await, 503, "sync_off");
    let wrong = server.api(ADMIN, Method::PUT, "/api/settings", Some(&json!({"block_ms": 1}))).await;
    is_refused(&wrong, 400, "setting_out_of_range");
}

#[tokio::test]
async fn a_backup_needs_a_place() {
    let server = Server::new();
    is_refused(&server.post("/api/backup", &json!({})).await, 409, "no_backups");
}
