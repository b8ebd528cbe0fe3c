//! What somebody can do who holds something of a site that is not his, and a site that lies.

use serde_json::{Value, json};
use sitesync_core::protocol::{Change, CommitId, NUMBER_MAX, commit_hash};
use sitesync_testkit::records::{delete, moved, put};

use crate::central::{PASSWORD, Server, Shown, TABLET, call, commit, exchange_body, login_body};
use crate::send;

const THIEF: (&str, &str) = ("hw-9", "file-9");

fn stock(id: &str) -> Vec<Change> {
    vec![put("item_line", id, json!({ "store_ID": "S2", "item_ID": "I1", "quantity": 1 }))]
}

/// The ids of the records in a reply that were sent with their content.
fn records(reply: &Value) -> Vec<String> {
    let pages = reply["pages"].as_array().unwrap().iter();
    let entries = pages.flat_map(|page| page["entries"].as_array().unwrap());
    let sent = entries.filter(|entry| !entry["put"].is_null());
    sent.map(|entry| format!("{} {}", entry["table"], entry["id"]).replace('"', "")).collect()
}

#[tokio::test]
async fn a_password_without_the_bound_device_opens_nothing() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    assert_eq!(server.login("Kamo", PASSWORD, THIEF).await.code(), "site_incorrect_hardware_id");
    let shown = Shown { token: "", device: THIEF };
    let check = send(&server.router, call("1/check", shown, &login_body("Kamo", PASSWORD, THIEF))).await;
    assert_eq!(check.code(), "site_incorrect_hardware_id");
    let synced = server.call("1/exchange", Shown { token: &token, device: TABLET }, &exchange_body(None)).await;
    assert_eq!(synced.status, 200, "and the device goes on");
}

#[tokio::test]
async fn a_password_with_the_hardware_id_is_the_site_and_shows_as_a_second_data_file() {
    let server = Server::new();
    let device = server.token("Kamo", TABLET).await;
    let mine = Shown { token: &device, device: TABLET };
    assert_eq!(server.push(mine, CommitId::default(), stock("L1")).await.json()["outcome"], "applied");
    // The program of this one sends the hardware id that it was told.
    let forged = (TABLET.0, THIEF.1);
    let thief = server.token("Kamo", forged).await;
    let theirs = Shown { token: &thief, device: forged };
    let last = commit_hash(CommitId::default(), &stock("L1"));
    assert_eq!(server.push(theirs, last, stock("L2")).await.json()["outcome"], "applied");
    assert_eq!(server.push(mine, last, stock("L3")).await.code(), "token_ended", "one data file at a time");
    let again = server.token("Kamo", TABLET).await;
    let told = server.push(Shown { token: &again, device: TABLET }, last, stock("L3")).await.json();
    assert_eq!(told["outcome"], "diverged", "the device is told that another one writes as it");
    assert_eq!(server.stored("item_line", "L3"), None, "and overwrites nothing");
    assert!(
        server.central.hub().contact(sitesync_core::ids::SiteId(2)).unwrap().diverged.is_some(),
        "so is the administrator"
    );
}

#[tokio::test]
async fn a_former_device_is_refused_but_who_lies_about_it_needs_the_password_changed() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    server.reset(2);
    let before = Shown { token: &token, device: TABLET };
    assert_eq!(server.call("1/exchange", before, &exchange_body(None)).await.code(), "token_ended");
    // The same machine, the same data file on another machine, another data file on the same machine.
    for device in [TABLET, ("hw-2", TABLET.1), (TABLET.0, "file-2")] {
        assert_eq!(server.login("Kamo", PASSWORD, device).await.code(), "site_former_device", "{device:?}");
    }
    // With both made up it is a new device to anybody: a reset helps against loss, a new password against theft.
    server.token("Kamo", THIEF).await;
    server.reset(2);
    let set = |txn: &mut dyn sitesync_store::Txn| {
        let site = sitesync_central::sites::get(txn, sitesync_core::ids::SiteId(2))?.unwrap();
        let secret = sitesync_central::auth::Secret::of_password("a new password").unwrap();
        let cost = sitesync_central::auth::HashCost { memory_kib: 8, passes: 1, lanes: 1 };
        let secret = sitesync_central::auth::HashedSecret::new(&secret, cost, server.central.random())?;
        let by = sitesync_central::sites::By { who: "test", at: 0 };
        sitesync_central::sites::set_password(txn, by, site.id, site.version, secret)
    };
    sitesync_store::write(server.central.store(), set).unwrap();
    assert_eq!(server.login("Kamo", PASSWORD, ("hw-10", "file-10")).await.code(), "site_credentials_refused");
    assert_eq!(server.login("Kamo", "a new password", ("hw-10", "file-10")).await.status, 200);
}

#[tokio::test]
async fn a_site_reads_its_own_feeds_whatever_it_asks_for() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    let me = Shown { token: &token, device: TABLET };
    let mut greedy = exchange_body(None);
    greedy["positions"] = json!([{ "feed": "store:S3", "cursor": "" }, { "feed": "store:S3", "cursor": "1.1.0" }]);
    greedy["site"] = json!(3);
    let reply = server.call("1/exchange", me, &greedy).await.json();
    assert_eq!(reply["subscribed"], json!(["central", "store:S2"]));
    assert_eq!(reply["site"]["id"], 2);
    assert!(records(&reply).iter().all(|record| !record.starts_with("location")), "{reply}");
    let foreign = [json!({ "table": "location", "id": "P3", "hash": "0".repeat(32) })];
    let claimed = server.call("1/compare", me, &json!({ "feed": "store:S3", "items": foreign })).await.json();
    assert_eq!(claimed, json!({ "entries": [], "lost": true }));
    for feed in ["central", "store:S2"] {
        let asked = server.call("1/compare", me, &json!({ "feed": feed, "items": foreign })).await.json();
        assert_eq!(
            (&asked["entries"][0]["withdraw"], &asked["entries"][0]["put"]),
            (&json!(true), &Value::Null),
            "{feed}"
        );
        assert_eq!(asked["entries"][0]["n"], 0, "not even that it exists");
    }
    let positions = |page: &Value| json!({ "feed": page["feed"], "cursor": page["cursor"] });
    let mut at_head: Vec<_> = reply["pages"].as_array().unwrap().iter().map(positions).collect();
    at_head.push(json!({ "feed": "store:S3", "cursor": "1.1.0" }));
    let waited = server.call("1/wait", me, &json!({ "positions": at_head, "seconds": 0 })).await.json();
    assert_eq!(waited, json!({ "changed": false }));
}

#[tokio::test]
async fn a_site_writes_nothing_that_is_not_its_own() {
    let whole = |table: &str, id: &str, body: Value| Change { partial: false, ..put(table, id, body) };
    let attempts = [
        ("a record of another store", put("location", "P3", json!({ "code": "mine" }))),
        (
            "the same, whole and moved to its own store",
            whole("location", "P3", json!({ "store_ID": "S2", "code": "mine" })),
        ),
        ("its delete", delete("location", "P3")),
        ("a new record in another store", whole("location", "P4", json!({ "store_ID": "S3", "code": "B" }))),
        ("a central record", put("item", "I1", json!({ "item_name": "mine" }))),
        ("the delete of a central record", delete("item", "I1")),
        ("a new central record", whole("item", "I9", json!({ "item_name": "mine" }))),
        ("another store taken to itself", moved("S3", 2)),
        ("its own store given away", moved("S2", 3)),
        ("a new store of its own", whole("store", "S9", json!({ "name": "S9", "sync_id_remote_site": 2 }))),
    ];
    for (what, change) in attempts {
        let server = Server::new();
        let token = server.token("Kamo", TABLET).await;
        let stored = |server: &Server| {
            let records = [("location", "P3"), ("location", "P4"), ("item", "I1"), ("item", "I9")];
            let stores = [("store", "S2"), ("store", "S3"), ("store", "S9")];
            records.into_iter().chain(stores).map(|(table, id)| server.stored(table, id)).collect::<Vec<_>>()
        };
        let before = stored(&server);
        let told = server.push(Shown { token: &token, device: TABLET }, CommitId::default(), vec![change]).await.json();
        assert_eq!(
            (&told["outcome"], &told["held"]),
            (&json!("applied"), &json!(1)),
            "{what}: kept for a person, {told}"
        );
        assert_eq!(stored(&server), before, "{what}");
    }
}

#[tokio::test]
async fn a_forged_commit_is_not_applied() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    let me = Shown { token: &token, device: TABLET };
    let zero = CommitId::default();
    assert_eq!(server.push(me, zero, stock("L1")).await.json()["outcome"], "applied");
    let last = commit_hash(zero, &stock("L1"));
    let far = CommitId { number: u64::MAX - 1, ..last };
    let other = CommitId { hash: zero.hash, ..last };
    for (what, previous) in [("from the beginning again", zero), ("far ahead", far), ("after another commit", other)] {
        let told = server.push(me, previous, stock("L2")).await.json();
        let outcome = told["outcome"].as_str().unwrap_or_default();
        assert!(["diverged", "behind"].contains(&outcome), "{what}: {told}");
        assert_eq!((server.stored("item_line", "L2"), &told["last"]), (None, &json!(last)), "{what}");
    }
    let mut lies = commit(last, stock("L2"));
    lies["changes"] = json!(stock("L3"));
    assert_eq!(server.call("1/exchange", me, &exchange_body(Some(lies))).await.code(), "push_damaged");
    assert_eq!(server.stored("item_line", "L3"), None);
}

#[tokio::test]
async fn what_another_site_staged_cannot_be_committed() {
    let server = Server::new();
    let (kamo, opua) = (server.token("Kamo", TABLET).await, server.token("Opua", THIEF).await);
    let opua = Shown { token: &opua, device: THIEF };
    let theirs = vec![put("location", "P3", json!({ "code": "theirs" }))];
    let staged = server.call("1/stage", opua, &json!({ "push": "p", "index": 0, "changes": theirs })).await;
    assert_eq!(staged.status, 200, "{}", staged.text);
    let mut body = commit(CommitId::default(), theirs);
    body["changes"] = json!([]);
    body["push"] = json!("p");
    body["staged"] = json!(1);
    let kamo = Shown { token: &kamo, device: TABLET };
    assert_eq!(server.call("1/exchange", kamo, &exchange_body(Some(body.clone()))).await.code(), "batch_missing");
    assert_eq!(server.call("1/exchange", opua, &exchange_body(Some(body))).await.json()["outcome"], "applied");
}

#[tokio::test]
async fn positions_that_were_never_given_are_refused_or_harm_only_who_made_them_up() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    let me = Shown { token: &token, device: TABLET };
    let (huge, large) = (u64::MAX, NUMBER_MAX - 100);
    let cases = [
        ("1.1.999".to_owned(), 409, "cursor_ahead"),
        (format!("1.1.{large}"), 409, "cursor_ahead"),
        (format!("{large}.1.999"), 409, "cursor_ahead"),
        (format!("1.{large}.0"), 200, ""),
        (format!("1.{large}.0"), 200, ""),
        (format!("1.1.{huge}"), 400, "cursor_unreadable"),
        (format!("1.{huge}.0"), 400, "cursor_unreadable"),
        ("-1.1.1".to_owned(), 400, "cursor_unreadable"),
        ("1.1".to_owned(), 400, "cursor_unreadable"),
    ];
    for (cursor, status, code) in cases {
        let mut body = exchange_body(None);
        body["positions"] = json!([{ "feed": "store:S2", "cursor": cursor }]);
        let answer = server.call("1/exchange", me, &body).await;
        assert_eq!((answer.status, &*answer.code()), (status, code), "{cursor}: {}", answer.text);
    }
    // An administrator may still move its store, and the other site reads it whole.
    for site in [3, 2, 3] {
        server.edit(vec![moved("S2", site)]);
    }
    let opua = server.token("Opua", THIEF).await;
    let reply = server.call("1/exchange", Shown { token: &opua, device: THIEF }, &exchange_body(None)).await.json();
    assert_eq!((&reply["subscribed"], &reply["complete"]), (&json!(["central", "store:S2", "store:S3"]), &json!(true)));
}

#[tokio::test]
async fn what_a_site_tells_of_itself_is_cut_to_what_can_be_shown() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    for clock in [i64::MIN, i64::MAX, 0] {
        let mut body = exchange_body(None);
        let long = "x".repeat(100_000);
        body["report"] = json!({ "clock": clock, "device_type": long, "app_name": long, "app_version": long,
            "unsent": u64::MAX, "unsent_since": i64::MIN, "aside": u64::MAX });
        let answer = server.call("1/exchange", Shown { token: &token, device: TABLET }, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let kept = server.central.hub().contact(sitesync_core::ids::SiteId(2)).unwrap().report;
        assert!(kept.device_type.len() + kept.app_name.len() + kept.app_version.len() <= 300);
        for path in ["/api/sites", "/api/sites/2", "/api/sites/2/check", "/api/sites/2/log"] {
            let request = axum::http::Request::get(path).header("authorization", crate::basic(crate::ADMINISTRATOR));
            let shown = send(&server.router, request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(shown.status, 200, "{path}: {}", shown.text);
            assert!(shown.text.len() < 20_000, "{path} has {} bytes", shown.text.len());
        }
    }
}

#[tokio::test]
async fn a_site_keeps_one_unfinished_push_however_it_names_them() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    let me = Shown { token: &token, device: TABLET };
    for push in 0..20 {
        for index in [7, 1] {
            let batch = json!({ "push": format!("p{push}"), "index": index, "changes": stock("L1") });
            assert_eq!(server.call("1/stage", me, &batch).await.status, 200);
        }
    }
    let staged = server.central.store().snapshot().unwrap();
    let staged = staged.rows(sitesync_store::Space::Staged, b"", None, usize::MAX).unwrap();
    let batches: Vec<_> = staged.iter().filter(|(key, _)| key.contains(&b'p')).collect();
    assert_eq!(batches.len(), 2);
    assert!(batches.iter().all(|(key, _)| key.windows(3).any(|part| part == b"p19")), "those of the last push");
}

#[tokio::test(start_paused = true)]
async fn a_site_takes_one_place_among_those_who_wait() {
    let server = std::sync::Arc::new(Server::new());
    let token = server.token("Kamo", TABLET).await;
    let me = Shown { token: &token, device: TABLET };
    let reply = server.call("1/exchange", me, &exchange_body(None)).await.json();
    let position = |page: &Value| json!({ "feed": page["feed"], "cursor": page["cursor"] });
    let positions: Vec<_> = reply["pages"].as_array().unwrap().iter().map(position).collect();
    let body = json!({ "positions": positions, "seconds": 60 });
    let wait = |token: String| {
        let (server, body) = (server.clone(), body.clone());
        tokio::spawn(async move { server.call("1/wait", Shown { token: &token, device: TABLET }, &body).await.json() })
    };
    let begun = tokio::time::Instant::now();
    let mut former = wait(token.clone());
    for _ in 0..20 {
        // The place is taken before the next one comes.
        while server.central.waiters().count() == 0 {
            tokio::task::yield_now().await;
        }
        let next = wait(token.clone());
        assert_eq!(former.await.unwrap(), json!({ "changed": false }));
        assert_eq!(begun.elapsed().as_secs(), 0, "who waited before is answered at once");
        former = next;
    }
    assert_eq!(former.await.unwrap(), json!({ "changed": false }));
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(server.central.waiters().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_site_has_few_requests_open_at_a_time() {
    let server = std::sync::Arc::new(Server::new());
    let token = server.token("Kamo", TABLET).await;
    let turn = server.central.turns().take(sitesync_core::ids::SiteId(2)).await.unwrap();
    let begun = tokio::time::Instant::now();
    let ask = |token: String, body: Value| {
        let server = server.clone();
        tokio::spawn(async move {
            let answer = server.call("1/exchange", Shown { token: &token, device: TABLET }, &body).await;
            (answer.code(), begun.elapsed().as_secs())
        })
    };
    let mut asked: Vec<_> = (0..20).map(|_| ask(token.clone(), exchange_body(None))).collect();
    // Were its body read, it would be refused for that.
    asked.push(ask(token, json!("no exchange at all")));
    let mut waited = 0;
    for one in asked {
        match one.await.unwrap() {
            (code, 10..) if code == "sync_is_running" => waited += 1,
            (code, seconds) => {
                assert_eq!((&*code, seconds), ("too_many_requests", 0), "the others are refused at once")
            }
        }
    }
    assert_eq!(waited, 8);
    drop(turn);
    let other = server.token("Opua", THIEF).await;
    assert_eq!(
        server.call("1/exchange", Shown { token: &other, device: THIEF }, &exchange_body(None)).await.status,
        200
    );
}
