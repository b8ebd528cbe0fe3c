//! Names that would like to be something else: quotes, tags, text from right to left, 200 characters. Every page of both programs is
//! read with them.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use sitesync_central::sites::{self, SiteForm};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::CommitId;
use sitesync_remote::site::DeviceKind;
use sitesync_store::write;
use sitesync_testkit::records::put;

use crate::central::{PASSWORD, Server, Shown, TABLET};
use crate::html;
use crate::remote::Place;
use crate::table::{calls, cookie};
use crate::{Answer, send};

/// What turns the rest of a line round, until something ends it.
const TURNS: char = '\u{202e}';

/// A name of so many characters.
fn evil(length: usize) -> String {
    let begin = format!("\"><script>alert(1)</script><b id='x'>&amp;{{{{7*7}}}}{TURNS}شحنة ");
    begin.chars().chain(std::iter::repeat('x')).take(length).collect()
}

/// In an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Site 2 with such names wherever there is one, and a held document.
async fn server() -> Server {
    let server = Server::new();
    let (short, long) = (evil(100), evil(200));
    let change = |txn: &mut dyn sitesync_store::Txn| {
        let site = sites::get(txn, sitesync_core::ids::SiteId(2))?.unwrap();
        let form = SiteForm { name: short.clone(), code: short.clone(), ..SiteForm::of(&site) };
        sites::edit(txn, server.by(), site.id, site.version, &form)
    };
    write(server.central.store(), change).unwrap();
    write(server.central.store(), |txn| sitesync_central::place::set(txn, server.by(), &short)).unwrap();
    let name = json!({ "name": long, "code": long, "type": "store" });
    let store = json!({ "name": long, "code": long, "name_ID": "NS2", "sync_id_remote_site": 2 });
    let user = json!({ "name": long, "first_name": long, "last_name": long, "active": true });
    server.edit(vec![
        put("name", "NS2", name),
        put("store", "S2", store),
        put("item", "I1", json!({ "item_name": long, "code": long, "description": long })),
        put("list_master", "L1", json!({ "description": long, "code": long })),
        put("user", "U1", user),
    ]);
    let location = vec![put("location", "P3", json!({ "store_ID": "S3", "code": long, "Description": long }))];
    server.central.hub().edit(Actor::Repair, location).unwrap();
    let answer = server.login(&short, PASSWORD, TABLET).await;
    let token = answer.json()["token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    let foreign = vec![put("location", "P9", json!({ "store_ID": "S3", "code": long, "Description": long }))];
    let pushed = server.push(Shown { token: &token, device: TABLET }, CommitId::default(), foreign).await;
    assert_eq!(pushed.json()["held"], 1, "{}", pushed.text);
    server
}

/// The addresses of all pages that are looked at, with ids that are there.
fn pages(program: &str, named: &[(&str, &str)]) -> Vec<String> {
    let pages =
        calls(program).into_iter().filter(|call| call.method == "GET" && ["page", "people"].contains(&call.door));
    let address = |path: &str| named.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
    let addresses: Vec<_> = pages.map(|call| address(call.path)).collect();
    assert!(addresses.iter().all(|address| !address.contains('{')), "an id is missing: {addresses:?}");
    addresses
}

async fn get(router: &Router, cookie: &str, path: &str, language: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookie).header("accept-language", language);
    send(router, request.body(Body::empty()).unwrap()).await
}

#[track_caller]
fn is_harmless(path: &str, answer: &Answer) {
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{path}: {policy}");
    let kind = answer.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
    if !kind.starts_with("text/html") {
        let is_text = ["text/csv", "application/json"].iter().any(|known| kind.starts_with(known));
        assert!(is_text || answer.status == 303, "{path} is {kind}");
        return;
    }
    let texts = html::read(&answer.text).unwrap_or_else(|fault| panic!("{path}: {fault}\n{}", answer.text));
    assert!(!answer.text.contains("<script>") && !answer.text.contains("<b id"), "{path}");
    for text in texts.iter().filter(|text| text.text.contains(TURNS)) {
        let alone = |element: &String| ["bdi", "option", "title", "textarea"].contains(&element.as_str());
        let begun = text.text.split(TURNS).next().is_some_and(|before| before.contains('\u{2068}'));
        let kept_apart = text.inside.iter().any(alone) || begun && text.text.contains('\u{2069}');
        assert!(kept_apart, "{path}: the name turns round what stands beside it: {text:?}");
    }
}

/// Reads all pages, in both languages; how often the name is seen.
async fn read_all(router: &Router, paths: &[String]) -> usize {
    let cookie = cookie(router, "session", crate::remote::HERE).await.unwrap();
    let mut seen = 0;
    for path in paths {
        for language in ["en", "fr"] {
            let answer = get(router, &cookie, path, language).await;
            assert!([200, 303, 400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
            is_harmless(path, &answer);
            seen += usize::from(answer.text.contains("alert(1)"));
        }
    }
    seen
}

#[tokio::test]
async fn no_name_does_anything_on_any_page_of_the_central_server() {
    let server = server().await;
    let ids = [
        ("{site}", "2"),
        ("{user}", "U1"),
        ("{store}", "S2"),
        ("{item}", "I1"),
        ("{facility}", "NS2"),
        ("{list}", "L1"),
        ("{kind}", "items"),
        ("{upload}", "nothing"),
    ];
    let mut paths = Vec::new();
    for (table, id) in [("item", "I1"), ("store", "S2"), ("name", "NS2"), ("list_master", "L1"), ("location", "P3")] {
        paths.extend(pages(
            "central",
            &[&ids[..], &[("/held/{id}", "/held/1"), ("{table}", table), ("{id}", id)]].concat(),
        ));
    }
    paths.sort();
    paths.dedup();
    let word = encoded(&evil(60));
    paths.extend(
        ["/", "/stores", "/users", "/items", "/facilities", "/lists", "/records", "/records/item"]
            .map(|path| format!("{path}?q={word}&sort={word}")),
    );
    paths.extend([
        format!("/?part=list&q={word}"),
        "/sites/delete?site=2".to_owned(),
        "/sites/2?check=1".to_owned(),
        format!("/sites/2/log?show={word}&day={word}"),
    ]);
    paths.extend([
        format!("/sign-in?next=/{word}"),
        format!("/{word}"),
        format!("/sites/{word}"),
        format!("/records/{word}"),
    ]);
    let seen = read_all(&server.router, &paths).await;
    assert!(seen > 30, "the names stand on {seen} pages only");
}

#[tokio::test]
async fn no_name_does_anything_on_any_page_of_a_site() {
    let server = server().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = server.router.clone();
    let serving =
        tokio::spawn(async move { sitesync_web::serve(listener, None, router, std::future::pending()).await });
    // The device that the site is bound to is another one: it is let go of.
    server.reset(2);
    let place = Place::at(&url, &evil(100), DeviceKind::ClientServer);
    place.runner.sync_now().await.unwrap();
    place.write_there("location", json!({ "store_ID": "S2", "code": evil(200), "Description": evil(200) }));
    let mut paths = Vec::new();
    for table in ["item", "store", "name", "location"] {
        paths.extend(pages("remote", &[("{table}", table)]));
    }
    paths.extend([
        "/?part=status".to_owned(),
        format!("/data/{}", encoded(&evil(60))),
        format!("/data?q={}", encoded(&evil(60))),
    ]);
    let seen = read_all(&place.router, &paths).await;
    assert!(seen > 10, "the names stand on {seen} pages only");
    serving.abort();
}
