//! Items, facilities and lists over pages and API: nothing is stored before OK, and what is wrong stands beside its field.

use axum::http::Method;
use serde_json::{Value, json};

use crate::browser::{Browser, press};
use crate::server::{ADMIN, READER, Server, is_refused};

async fn made(server: &Server, path: &str, body: Value) -> Value {
    server.post(path, &body).await.ok()
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_item_is_made_in_the_browser_and_seen_by_the_stores_of_its_lists() {
    let server = Server::new();
    let list = made(&server, "/api/lists", json!({"code": "ALL", "name": "All", "takes_new": true})).await;
    made(&server, "/api/facilities", json!({"code": "KAMO", "name": "Kamo", "lists": [id(&list)]})).await;
    let browser = Browser::signed_in(&server, ADMIN).await;
    let html = browser.page("/items/new").await;
    assert!(html.contains("1 store sees it"), "a list that takes new items is ticked");
    let filled = [("code", "ZINC"), ("name", "Zinc <b>20</b> mg"), ("unit", "tablet"), ("pack_size", "many")];
    let answer = press(&browser, "/items/new", &html, "ok", &filled).await;
    assert_eq!(answer.status.as_u16(), 400);
    let html = answer.text();
    assert!(html.contains("A number above 0.") && html.contains("value=\"many\""), "{html}");
    assert_eq!(server.get("/api/items").await.ok(), json!([]), "nothing is stored");
    let answer = press(&browser, "/items/new", &html, "ok", &[("pack_size", "12,5")]).await;
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/items"));
    let items = server.get("/api/items").await.ok();
    assert_eq!(
        (&items[0]["pack_size"], &items[0]["stores"], &items[0]["unit"]),
        (&json!(12.5), &json!(1), &json!("tablet"))
    );
    let html = browser.page("/items?q=zinc").await;
    assert!(html.contains("Zinc &#60;b&#62;20&#60;/b&#62; mg") && html.contains(">1/1<"), "{html}");
    assert!(browser.page("/items?q=nothing").await.contains("There is no item here."));
}

#[tokio::test]
async fn two_people_never_overwrite_each_other() {
    let server = Server::new();
    let item = made(&server, "/api/items", json!({"code": "A", "name": "A"})).await;
    let path = format!("/items/{}", id(&item));
    let browser = Browser::signed_in(&server, ADMIN).await;
    let html = browser.page(&path).await;
    let call = format!("/api/items/{}", id(&item));
    let change = json!({"version": item["version"], "name": "B"});
    let changed = server.api(ADMIN, Method::PUT, &call, Some(&change)).await.ok();
    assert_eq!((&changed["name"], &changed["code"]), (&json!("B"), &json!("A")));
    is_refused(&server.api(ADMIN, Method::PUT, &call, Some(&change)).await, 409, "central_data_changed");
    let answer = press(&browser, &path, &html, "ok", &[("name", "C")]).await;
    assert_eq!(answer.status.as_u16(), 409);
    assert!(answer.text().contains("Somebody else has changed this meanwhile."));
    assert_eq!(server.get(&call).await.ok()["name"], "B");
}

#[tokio::test]
async fn a_facility_gets_supplier_and_partners_before_ok_and_loses_one() {
    let server = Server::new();
    let depot = made(&server, "/api/facilities", json!({"code": "DEPOT", "name": "Depot"})).await;
    let outside = json!({"code": "SUP", "name": "Supplier", "kind": "outside", "supplier": true});
    let outside = made(&server, "/api/facilities", outside).await;
    let browser = Browser::signed_in(&server, ADMIN).await;
    let path = "/facilities/new";
    let html = browser.page(path).await;
    let html = press(&browser, path, &html, "find:supplier", &[("code", "KAMO"), ("name", "Kamo")]).await.text();
    assert!(html.contains("Who supplies it?") && html.contains("DEPOT") && !html.contains(">SUP<"));
    let store = depot["store"].as_str().unwrap();
    let html = press(&browser, path, &html, "take:supplier", &[("take", store)]).await.text();
    let html = press(&browser, path, &html, "find:sees", &[]).await.text();
    let html = press(&browser, path, &html, "take:sees", &[("take", id(&outside))]).await.text();
    assert!(html.contains("<tr class=\"added\">") && html.contains("value=\"KAMO\""), "{html}");
    assert_eq!(server.get("/api/facilities?q=kamo").await.ok(), json!([]), "nothing is stored before OK");
    let answer = press(&browser, path, &html, "ok", &[]).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let made = server.get("/api/facilities?q=kamo").await.ok()[0].clone();
    let kamo = server.get(&format!("/api/facilities/{}", id(&made))).await.ok();
    let mut sees = [id(&depot), id(&outside)];
    sees.sort_unstable();
    assert_eq!((&kamo["sees"], &kamo["supplied_by"]), (&json!(sees), &depot["store"]));
    let path = format!("/facilities/{}", id(&made));
    let html = browser.page(&path).await;
    let html = press(&browser, &path, &html, &format!("remove:{}", id(&outside)), &[]).await.text();
    assert!(html.contains("<tr class=\"gone\">"));
    assert_eq!(press(&browser, &path, &html, "ok", &[]).await.status.as_u16(), 303);
    let kamo = server.get(&format!("/api/facilities/{}", id(&made))).await.ok();
    assert_eq!(kamo["sees"], json!([id(&depot)]));
}

#[tokio::test]
async fn a_list_is_filled_by_search() {
    let server = Server::new();
    let zinc = made(&server, "/api/items", json!({"code": "ZINC", "name": "Zinc"})).await;
    made(&server, "/api/items", json!({"code": "ORS", "name": "Salts"})).await;
    let kamo = made(&server, "/api/facilities", json!({"code": "KAMO", "name": "Kamo"})).await;
    let browser = Browser::signed_in(&server, ADMIN).await;
    let path = "/lists/new";
    let html = browser.page(path).await;
    let html = press(&browser, path, &html, "find:items", &[("name", "Basics")]).await.text();
    let html = press(&browser, path, &html, "find:items", &[("q", "zin")]).await.text();
    assert!(html.contains("Zinc") && !html.contains("Salts"));
    let html = press(&browser, path, &html, "take:items", &[("take", id(&zinc))]).await.text();
    let html = press(&browser, path, &html, "take:names", &[("take", id(&kamo))]).await.text();
    assert_eq!(press(&browser, path, &html, "ok", &[]).await.status.as_u16(), 303);
    let lists = server.get("/api/lists").await.ok();
    assert_eq!((&lists[0]["items"], &lists[0]["stores"]), (&json!(1), &json!(1)));
    let path = format!("/lists/{}", id(&lists[0]));
    let html = browser.page(&path).await;
    let html = press(&browser, &path, &html, &format!("remove:items:{}", id(&zinc)), &[]).await.text();
    assert_eq!(press(&browser, &path, &html, "ok", &[]).await.status.as_u16(), 303);
    assert_eq!(server.get("/api/lists").await.ok()[0]["items"], 0);
}

#[tokio::test]
async fn who_may_not_edit_central_data_sees_it_and_changes_nothing() {
    let server = Server::new();
    let item = made(&server, "/api/items", json!({"code": "A", "name": "A"})).await;
    let browser = Browser::signed_in(&server, READER).await;
    assert!(!browser.page("/items").await.contains("/items/new"));
    let path = format!("/items/{}", id(&item));
    let html = browser.page(&path).await;
    assert!(html.contains("You may look") && !html.contains("class=\"go\""), "{html}");
    for path in ["/items/new", "/facilities/new", "/lists/new", &path] {
        assert_eq!(browser.submit(path, &[("action", "ok")]).await.status.as_u16(), 403, "{path}");
    }
    for path in ["/api/items", "/api/facilities", "/api/lists"] {
        let refused = server.api(READER, Method::POST, path, Some(&json!({"code": "B", "name": "B"}))).await;
        is_refused(&refused, 403, "permission_missing");
    }
}

#[tokio::test]
async fn the_api_names_every_field_that_is_wrong() {
    let server = Server::new();
    let wrong = server.post("/api/items", &json!({"name": "", "pack_size": 0})).await;
    is_refused(&wrong, 400, "code_missing");
    let fields: Vec<_> =
        wrong.json()["faults"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect();
    assert_eq!(fields, ["code", "name", "pack_size"]);
    is_refused(
        &server.post("/api/facilities", &json!({"code": "A", "name": "A", "kind": "ship"})).await,
        400,
        "facility_kind_unknown",
    );
    is_refused(&server.get("/api/lists/none").await, 404, "central_data_not_found");
}
