//! The native door.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use sitesync_central::server::Limits;
use sitesync_central::sites::{self, Initialisation};
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::{Change, CommitId, ExchangeRequest, ShortReply, SiteInfo, commit_hash, mark};

use crate::server::{Server, exchange_body, is_refused, login_body, positions, put, request};

fn commit(previous: CommitId, changes: Vec<Change>) -> Value {
    json!({"id": commit_hash(previous, &changes), "previous": previous, "changes": changes})
}

#[tokio::test]
async fn it_says_who_it_is() {
    let server = Server::new();
    let hello = server.send(Request::get("/sync").body(Body::empty()).unwrap()).await;
    assert_eq!(hello.headers["x-content-type-options"], "nosniff");
    assert_eq!(hello.ok(), json!({"name": "sitesync", "versions": [1]}));
}

#[tokio::test]
async fn an_unknown_version_is_told_whatever_is_asked() {
    let server = Server::new();
    for (call, next) in
        [("7/login", "Update the central server"), ("0/exchange", "on the site"), ("x/y", "Check the address")]
    {
        let answer = server.call(call, "", &json!({})).await;
        is_refused(&answer, 400, "protocol_unknown");
        assert!(answer.json()["error"]["next"].as_str().unwrap().contains(next), "{}", answer.text());
        assert_eq!(answer.json()["versions"], json!([1]));
    }
    is_refused(&server.call("1/nothing", "", &json!({})).await, 404, "not_found");
    let get = Request::builder().method(Method::GET).uri("/sync/1/login").body(Body::empty()).unwrap();
    is_refused(&server.send(get).await, 405, "method_not_allowed");
}

#[tokio::test]
async fn a_site_checks_logs_in_and_logs_in_again() {
    let server = Server::new();
    let kamo = server.site("Kamo");
    let checked = server.call("1/check", "", &login_body("Kamo", "right")).await.ok();
    assert_eq!(checked["uuid"], json!(kamo.uuid));
    assert_eq!((&checked["bound"], &checked["version"], &checked["id"]), (&json!(false), &json!(1), &json!(2)));
    let reply = server.call("1/login", "", &login_body(" Kamo ", "right")).await.ok();
    assert_eq!(reply["site"], serde_json::to_value(&kamo).unwrap());
    let again = server.login("Kamo").await;
    let first = server.call("1/exchange", reply["token"].as_str().unwrap(), &exchange_body(&json!([]))).await;
    is_refused(&first, 401, "token_ended");
    server.call("1/exchange", &again, &exchange_body(&json!([]))).await.ok();
}

#[tokio::test]
async fn who_cannot_log_in_is_told_why() {
    let server = Server::new();
    server.site("Kamo");
    is_refused(&server.call("1/login", "", &login_body("Kamo", "wrong")).await, 401, "site_credentials_refused");
    is_refused(&server.call("1/login", "", &login_body("Nobody", "wrong")).await, 401, "site_credentials_refused");
    let mut old = login_body("Kamo", "right");
    old["versions"] = json!([9]);
    is_refused(&server.call("1/login", "", &old).await, 400, "api_version_incompatible");
    let mut plain = login_body("Kamo", "right");
    plain["secret"] = json!("right");
    is_refused(&server.call("1/login", "", &plain).await, 400, "request_malformed");
    server.login("Kamo").await;
    let mut other = login_body("Kamo", "right");
    other["hardware_id"] = json!("hw-2");
    is_refused(&server.call("1/login", "", &other).await, 401, "site_incorrect_hardware_id");
    for _ in 0..5 {
        server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    }
    let blocked = server.call("1/login", "", &login_body("Kamo", "right")).await;
    is_refused(&blocked, 429, "site_auth_timeout");
    assert_eq!(blocked.headers["retry-after"], "3600");
}

#[tokio::test]
async fn tokens_are_good_for_one_device_and_data_file() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    let body = || Body::from(exchange_body(&json!([])).to_string());
    is_refused(&server.send(request("1/exchange", "", "hw-1", "file-1", body())).await, 401, "token_missing");
    is_refused(&server.send(request("1/exchange", "abc", "hw-1", "file-1", body())).await, 401, "token_ended");
    is_refused(&server.send(request("1/exchange", &token, "hw-1", "file-2", body())).await, 401, "token_ended");
    let other = server.send(request("1/exchange", &token, "hw-2", "file-1", body())).await;
    is_refused(&other, 401, "site_incorrect_hardware_id");
    is_refused(&server.send(request("1/exchange", &token, "", "file-1", body())).await, 400, "request_malformed");
}

#[tokio::test]
async fn with_sync_switched_off_everybody_comes_later() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    server.settings(|settings| settings.accept_sync = false);
    for call in ["1/login", "1/check"] {
        is_refused(&server.call(call, "", &login_body("Kamo", "right")).await, 503, "sync_off");
    }
    let answer = server.call("1/exchange", &token, &exchange_body(&json!([]))).await;
    is_refused(&answer, 503, "sync_off");
    assert_eq!(answer.headers["retry-after"], "60");
}

#[tokio::test]
async fn a_site_stages_commits_and_reads() {
    let server = Server::new();
    let kamo = server.site("Kamo");
    server.store("S1", kamo.id);
    let token = server.login("Kamo").await;
    let staged = put("item_line", "L1", &json!({"store_ID": "S1", "item_ID": "I1"}));
    let stage = json!({"push": "p1", "index": 0, "changes": [staged]});
    server.call("1/stage", &token, &stage).await.ok();
    let direct = put("location", "P1", &json!({"store_ID": "S1", "code": "A"}));
    let mut body = exchange_body(&json!([]));
    body["commit"] = commit(CommitId::default(), vec![staged, direct]);
    body["commit"]["changes"].as_array_mut().unwrap().remove(0);
    body["commit"]["push"] = json!("p1");
    body["commit"]["staged"] = json!(1);
    let reply = server.call("1/exchange", &token, &body).await.ok();
    assert_eq!((&reply["outcome"], &reply["complete"]), (&json!("applied"), &json!(true)));
    assert_eq!(reply["subscribed"], json!(["central", "store:S1"]));
    let site = sites::get(&*server.central.store().snapshot().unwrap(), kamo.id).unwrap().unwrap();
    assert_eq!(site.initialisation, Initialisation::Completed);
    let compare = json!({"feed": "store:S1", "items": [{"table": "location", "id": "P1", "hash": "0".repeat(32)}]});
    let compared = server.call("1/compare", &token, &compare).await.ok();
    assert_eq!(compared["entries"][0]["put"]["code"], json!("A"));
    let foreign = json!({"feed": "store:S9", "items": []});
    assert_eq!(server.call("1/compare", &token, &foreign).await.ok(), json!({"entries": [], "lost": true}));
}

#[tokio::test]
async fn what_the_hub_cannot_do_has_a_status_of_its_own() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    let unreadable = exchange_body(&json!([{"feed": "central", "cursor": "abc"}]));
    is_refused(&server.call("1/exchange", &token, &unreadable).await, 400, "cursor_unreadable");
    let ahead = exchange_body(&json!([{"feed": "central", "cursor": "1.1.999"}]));
    is_refused(&server.call("1/exchange", &token, &ahead).await, 409, "cursor_ahead");
    let nameless = json!({"push": "", "index": 0, "changes": []});
    is_refused(&server.call("1/stage", &token, &nameless).await, 400, "batch_unreadable");
    let mut damaged = exchange_body(&json!([]));
    damaged["commit"] = commit(CommitId::default(), Vec::new());
    damaged["commit"]["changes"] = json!([put("item", "I1", &json!({}))]);
    is_refused(&server.call("1/exchange", &token, &damaged).await, 400, "push_damaged");
}

#[tokio::test]
async fn bodies_are_bounded_and_must_be_json() {
    let server = Server::with(Limits { body_bytes_max: 1000, ..Limits::default() });
    server.site("Kamo");
    let token = server.login("Kamo").await;
    let call = |body: Vec<u8>| request("1/stage", &token, "hw-1", "file-1", Body::from(body));
    is_refused(&server.send(call(b"{\"push\":".to_vec())).await, 400, "body_unreadable");
    is_refused(&server.send(call(vec![b' '; 1001])).await, 413, "too_large");
    let huge = zstd::encode_all(&vec![b' '; 1_000_000][..], 3).unwrap();
    let mut bomb = call(huge);
    bomb.headers_mut().insert("content-encoding", "zstd".parse().unwrap());
    is_refused(&server.send(bomb).await, 413, "too_large");
    let mut broken = call(b"no archive".to_vec());
    broken.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    is_refused(&server.send(broken).await, 400, "packed_badly");
    let mut odd = call(Vec::new());
    odd.headers_mut().insert("content-encoding", "br".parse().unwrap());
    is_refused(&server.send(odd).await, 415, "coding_unknown");
    let mut text = call(Vec::new());
    text.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    is_refused(&server.send(text).await, 415, "not_json");
    let good = json!({"push": "p", "index": 0, "changes": []}).to_string();
    let mut packed = call(zstd::encode_all(good.as_bytes(), 3).unwrap());
    packed.headers_mut().insert("content-encoding", "zstd".parse().unwrap());
    server.send(packed).await.ok();
}

#[tokio::test]
async fn strangers_may_not_send_much() {
    let server = Server::new();
    let mut long = login_body("Kamo", "right");
    long["app_name"] = json!("x".repeat(70_000));
    is_refused(&server.call("1/login", "", &long).await, 413, "too_large");
    // Without a token nothing is read at all.
    let unread = request("1/stage", "", "hw-1", "file-1", Body::from(vec![b' '; 100_000_000]));
    is_refused(&server.send(unread).await, 401, "token_missing");
}

#[tokio::test]
async fn large_replies_are_packed() {
    let server = Server::new();
    let kamo = server.site("Kamo");
    server.store("S1", kamo.id);
    let token = server.login("Kamo").await;
    server.edit((0..30).map(|item| put("item", &format!("I{item}"), &json!({"item_name": "Amoxicillin"}))).collect());
    let mut asked = request("1/exchange", &token, "hw-1", "file-1", Body::from(exchange_body(&json!([])).to_string()));
    asked.headers_mut().insert("accept-encoding", "zstd".parse().unwrap());
    let answer = server.send(asked).await;
    assert_eq!(answer.headers["content-encoding"], "zstd");
    let reply: Value = serde_json::from_slice(&zstd::decode_all(&answer.bytes[..]).unwrap()).unwrap();
    assert_eq!(reply["complete"], json!(true));
}

#[tokio::test(start_paused = true)]
async fn one_sync_of_a_site_at_a_time() {
    let server = Server::new();
    let kamo = server.site("Kamo");
    let token = server.login("Kamo").await;
    let turn = server.central.turns().take(kamo.id).await.unwrap();
    let second = server.call("1/exchange", &token, &exchange_body(&json!([]))).await;
    is_refused(&second, 503, "sync_is_running");
    server.central.turns().take(SiteId(9)).await.unwrap();
    drop(turn);
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
}

#[tokio::test]
async fn what_was_in_force_is_no_longer_when_it_ended() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    let text = exchange_body(&json!([])).to_string();
    let other = server.send(request("1/exchange", &token, "hw-2", "file-1", Body::from(text))).await;
    is_refused(&other, 401, "site_incorrect_hardware_id");
    server.login("Kamo").await;
    // For each of the calls: all of them look again.
    let mut body = exchange_body(&json!([]));
    body["seconds"] = json!(1);
    for call in ["1/exchange", "1/exchange?known=", "1/stage", "1/compare", "1/wait"] {
        is_refused(&server.call(call, &token, &body).await, 401, "token_ended");
    }
}

#[tokio::test]
async fn a_reply_may_leave_out_what_its_request_says() {
    let server = Server::new();
    let (token, positions) = reader(&server).await;
    let mut body = exchange_body(&positions);
    body["epoch"] = json!(1);
    let whole = server.call("1/exchange", &token, &body).await.ok();
    let request: ExchangeRequest = serde_json::from_value(body.clone()).unwrap();
    let site: SiteInfo = serde_json::from_value(whole["site"].clone()).unwrap();
    for (known, names_site) in [(mark(&site), false), ("00000000".to_owned(), true), (String::new(), true)] {
        let answer = server.call(&format!("1/exchange?known={known}"), &token, &body).await;
        assert_eq!(answer.json().get("site").is_some(), names_site, "{}", answer.text());
        assert!(!answer.headers.contains_key("content-security-policy"), "nobody shows it in a browser");
        let short: ShortReply = serde_json::from_slice(&answer.bytes).unwrap();
        let again = serde_json::to_value(short.whole(&request, Some(site.clone())).unwrap()).unwrap();
        assert_eq!(again, whole);
    }
}

/// A site with store S1 that has read everything, and where it stands.
async fn reader(server: &Server) -> (String, Value) {
    let kamo = server.site("Kamo");
    server.store("S1", kamo.id);
    let token = server.login("Kamo").await;
    let reply = server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    (token, positions(&reply))
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_news_of_ones_own_feeds() {
    let server = Arc::new(Server::new());
    let (token, positions) = reader(&server).await;
    let nothing_read = json!({"positions": [], "seconds": 30});
    assert_eq!(server.call("1/wait", &token, &nothing_read).await.ok(), json!({"changed": true}));
    let wait = json!({"positions": positions, "seconds": 3000});
    let (waiting, body, holder) = (server.clone(), wait.clone(), token.clone());
    let waiter = tokio::spawn(async move { waiting.call("1/wait", &holder, &body).await.ok() });
    while server.central.waiters().count() == 0 {
        tokio::task::yield_now().await;
    }
    server.edit(vec![put("item", "I1", &json!({"item_name": "Amoxicillin"}))]);
    assert_eq!(waiter.await.unwrap(), json!({"changed": true}));
    assert_eq!(server.central.waiters().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_its_time_and_with_the_server() {
    let server = Arc::new(Server::new());
    let (token, positions) = reader(&server).await;
    let wait = json!({"positions": positions, "seconds": 3000});
    let before = tokio::time::Instant::now();
    assert_eq!(server.call("1/wait", &token, &wait).await.ok(), json!({"changed": false}));
    assert_eq!(before.elapsed().as_secs(), 60);
    server.central.waiters().close();
    assert_eq!(server.call("1/wait", &token, &wait).await.ok(), json!({"changed": false}));
    assert_eq!(before.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn not_everybody_may_wait() {
    let server = Server::with(Limits { waiters_max: 0, ..Limits::default() });
    let (token, positions) = reader(&server).await;
    let wait = json!({"positions": positions, "seconds": 30});
    is_refused(&server.call("1/wait", &token, &wait).await, 503, "too_many_waiting");
}

#[tokio::test]
async fn a_site_has_only_so_many_requests_at_a_time() {
    let server = Server::new();
    let kamo = server.site("Kamo");
    server.site("Taupo");
    let (token, other) = (server.login("Kamo").await, server.login("Taupo").await);
    let places: Vec<_> = (0..8).map(|_| server.central.turns().enter(kamo.id).unwrap()).collect();
    let unread = request("1/stage", &token, "hw-1", "file-1", Body::from(vec![b' '; 100_000_000]));
    is_refused(&server.send(unread).await, 429, "too_many_requests");
    server.call("1/exchange", &other, &exchange_body(&json!([]))).await.ok();
    drop(places);
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
}

#[tokio::test]
async fn all_bodies_together_have_only_so_much_room() {
    let server = Server::with(Limits { bodies_bytes_max: 3 << 20, ..Limits::default() });
    server.site("Kamo");
    let token = server.login("Kamo").await;
    let call = |bytes: usize, coding: &'static str| {
        let plain = format!("{{\"push\":\"{}\"}}", "x".repeat(bytes)).into_bytes();
        let body = if coding.is_empty() { plain } else { zstd::encode_all(&plain[..], 1).unwrap() };
        let mut request = request("1/stage", &token, "hw-1", "file-1", Body::from(body));
        request.headers_mut().insert("content-encoding", coding.parse().unwrap());
        request
    };
    for coding in ["", "zstd"] {
        is_refused(&server.send(call(5 << 20, coding)).await, 503, "server_busy");
        is_refused(&server.send(call(2 << 20, coding)).await, 400, "body_unreadable");
    }
}
