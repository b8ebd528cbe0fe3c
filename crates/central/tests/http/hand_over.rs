//! Hand-overs of stores, through the administrators' door and as a site hears of them.

use axum::http::Method;
use serde_json::{Value, json};
use sitesync_core::ids::SiteId;

use crate::server::{ADMIN, Server, exchange_body, is_refused, positions};

/// Sites Kamo (2), whose device has read everything, and Opua (3), and the store S1 at Kamo. With Kamo's token and positions.
async fn kamo() -> (Server, String, Value) {
    let server = Server::new();
    server.site("Kamo");
    server.site("Opua");
    server.store("S1", SiteId(2));
    let token = server.login("Kamo").await;
    let read = server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    (server, token, positions(&read))
}

/// An exchange of a site that is filled and has sent nothing yet. `leaving` is what it says of stores that leave.
fn exchange(positions: &Value, leaving: &Value, unsent: u64) -> Value {
    let mut body = exchange_body(positions);
    body["empty"] = json!(false);
    body["epoch"] = json!(1);
    body["leaving"] = leaving.clone();
    body["report"]["unsent"] = json!(unsent);
    body
}

async fn line(server: &Server) -> Value {
    server.get("/api/hand-overs").await.ok()[0].clone()
}

#[tokio::test]
async fn it_is_shown_step_by_step_wherever_stores_and_sites_are() {
    let (server, token, at) = kamo().await;
    let begun = server.post("/api/stores/move", &json!({"store": "S1", "site": 3})).await.ok();
    assert_eq!((&begun["outcome"], &begun["site"], &begun["from"]), (&json!("leaving"), &json!(2), &json!(2)));
    let hand_over = &begun["hand_over"];
    assert_eq!((&hand_over["step"], &hand_over["by"]), (&json!("waiting"), &json!("admin")));
    assert_eq!(hand_over["text"], "Waiting for Kamo to synchronise.");
    let again = server.post("/api/stores/move", &json!({"store": "S1", "site": 3})).await.ok();
    assert_eq!(again["hand_over"]["number"], hand_over["number"]);

    let told = server.call("1/exchange", &token, &exchange(&at, &json!([]), 0)).await.ok();
    let number = hand_over["number"].clone();
    assert_eq!(told["leaving"], json!([{"store": "S1", "hand_over": number, "to": "Opua"}]));
    let heard = json!([{"hand_over": number}]);
    server.call("1/exchange", &token, &exchange(&at, &heard, 7)).await.ok();
    let shown = line(&server).await;
    assert_eq!((&shown["step"], &shown["to_come"]), (&json!("sending"), &json!(7)));
    assert_eq!(shown["text"], "Kamo was told; 7 records are still to come.");
    assert_eq!(server.get("/api/stores").await.ok()[0]["leaving"], shown);
    assert_eq!(server.get("/api/sites/2").await.ok()["stores"][0]["leaving"], shown);
    assert_eq!(server.get("/api/sites").await.ok()[2]["arriving"], json!([shown]));
    is_refused(&server.api(ADMIN, Method::DELETE, "/api/sites/3", None).await, 409, "site_has_stores");

    let sent = json!([{"hand_over": number, "all_sent": true}]);
    let left = server.call("1/exchange", &token, &exchange(&at, &sent, 0)).await.ok();
    assert_eq!(left["subscribed"], json!(["central"]));
    let shown = line(&server).await;
    assert_eq!(
        (&shown["step"], &shown["text"]),
        (&json!("receiving"), &json!("Active on Opua, which is receiving it."))
    );
    assert_eq!(server.get("/api/sites/3").await.ok()["arriving"], json!([shown]));
    is_refused(&server.post("/api/stores/call-off", &json!({"store": "S1"})).await, 409, "no_hand_over");

    let south = server.login("Opua").await;
    let read = server.call("1/exchange", &south, &exchange_body(&json!([]))).await.ok();
    server.call("1/wait", &south, &json!({"positions": positions(&read), "leaving": [], "seconds": 0})).await.ok();
    assert_eq!(line(&server).await["text"], "Opua has all of it.");
    assert_eq!(server.get("/api/hand-overs?under_way=true").await.ok(), json!([]));
    let audit = server.get("/api/audit").await.ok();
    let store = audit.as_array().unwrap().iter().filter(|line| line["subject"] == "store S1");
    let what: Vec<_> = store.map(|line| [line["who"].as_str().unwrap(), line["what"].as_str().unwrap()]).collect();
    assert_eq!(what, [["server", "store.hand_over"], ["admin", "store.hand_over_begin"]]);
}

#[tokio::test]
async fn who_does_not_wait_names_the_store_and_says_why() {
    let (server, _, _) = kamo().await;
    let now =
        |code: &str, reason: &str| json!({"store": "S1", "site": 3, "take_over_now": {"code": code, "reason": reason}});
    is_refused(&server.post("/api/stores/move", &now("S2", "stolen")).await, 400, "store_code_wrong");
    is_refused(&server.post("/api/stores/move", &now("S1", " ")).await, 400, "reason_missing");
    is_refused(&server.post("/api/stores/move", &now("S1", &"x".repeat(1001))).await, 400, "reason_missing");
    assert_eq!(server.get("/api/hand-overs").await.ok(), json!([]));
    let taken = server.post("/api/stores/move", &now(" S1", "stolen")).await.ok();
    assert_eq!((&taken["outcome"], &taken["site"], &taken["from"]), (&json!("taken_over"), &json!(3), &json!(2)));
    assert_eq!(taken["hand_over"]["end"]["reason"], "stolen");
    is_refused(&server.post("/api/stores/move", &now("S1", "stolen")).await, 409, "store_is_there");
    let audit = server.get("/api/audit").await.ok();
    assert_eq!((&audit[0]["what"], &audit[0]["from"]), (&json!("store.take_over_now"), &json!("site 2")));
    assert_eq!(audit[0]["to"], "site 3; code: S1; reason: stolen");
}

#[tokio::test]
async fn a_site_that_waits_is_woken_for_a_hand_over_and_for_its_end() {
    let (server, token, at) = kamo().await;
    let waiting = |leaving: Value| json!({"positions": at, "leaving": leaving, "seconds": 60});
    let call = async |server: &Server, leaving: Value| server.call("1/wait", &token, &waiting(leaving)).await.ok();
    let begin = async {
        while server.central.waiters().count() == 0 {
            tokio::task::yield_now().await;
        }
        server.post("/api/stores/move", &json!({"store": "S1", "site": 3})).await.ok()
    };
    let (woken, begun) = tokio::join!(call(&server, json!([])), begin);
    assert_eq!(woken, json!({"changed": true}));
    let number = begun["hand_over"]["number"].clone();
    let end = async {
        while server.central.waiters().count() == 0 {
            tokio::task::yield_now().await;
        }
        server.post("/api/stores/call-off", &json!({"store": "S1"})).await.ok()
    };
    let (woken, ended) = tokio::join!(call(&server, json!([number])), end);
    assert_eq!((woken, &ended["outcome"]), (json!({"changed": true}), &json!("called_off")));
}

#[tokio::test]
async fn a_mobile_site_takes_a_second_store_when_its_first_one_has_gone() {
    let (server, kamo, at_kamo) = kamo().await;
    server.store("S2", SiteId(3));
    let opua = server.login("Opua").await;
    let read = server.call("1/exchange", &opua, &exchange_body(&json!([]))).await.ok();
    is_refused(&server.post("/api/stores/move", &json!({"store": "S1", "site": 3})).await, 409, "mobile_has_store");
    let removed = server.post("/api/stores/remove", &json!({"store": "S2"})).await.ok();
    let moved = server.post("/api/stores/move", &json!({"store": "S1", "site": 3})).await.ok();
    let says = |moved: &Value| json!([{"hand_over": moved["hand_over"]["number"], "all_sent": true}]);

    server.call("1/exchange", &kamo, &exchange(&at_kamo, &says(&moved), 0)).await.ok();
    let shown = line(&server).await;
    assert_eq!(shown["step"], "sending");
    assert!(shown["hindrance"].as_str().unwrap().contains("one store only"), "{shown}");
    server.call("1/exchange", &opua, &exchange(&positions(&read), &says(&removed), 0)).await.ok();
    server.call("1/exchange", &kamo, &exchange(&at_kamo, &says(&moved), 0)).await.ok();
    assert_eq!(line(&server).await["step"], "receiving");
}
