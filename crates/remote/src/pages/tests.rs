use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Record, State};
use sitesync_web::Peer;
use tower::ServiceExt;

use crate::api::tests::{World, world};
use crate::site::DeviceKind;

/// A browser without JavaScript.
struct Browser<'a> {
    world: &'a World,
    cookie: String,
    language: &'static str,
}

struct Page {
    status: StatusCode,
    to: String,
    html: String,
}

impl<'a> Browser<'a> {
    async fn signed_in(world: &'a World, name: &str) -> Self {
        let mut browser = Self { world, cookie: String::new(), language: "en" };
        let form = [("name", name), ("password", "password")];
        let response = browser.send(Method::POST, "/sign-in", &form, "127.0.0.1:9").await;
        assert_eq!(response.status(), 303, "{name} signs in");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    async fn send(&self, method: Method, path: &str, form: &[(&str, &str)], from: &str) -> axum::response::Response {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let peer: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(Peer(Some(peer))));
        self.world.router.clone().oneshot(request).await.unwrap()
    }

    async fn page(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Page {
        let response = self.send(method, path, form, "127.0.0.1:9").await;
        let (status, headers) = (response.status(), response.headers().clone());
        let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Page { status, to, html: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Page {
        self.page(Method::GET, path, &[]).await
    }

    /// Sends fields with the word that a page of the session carries.
    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let html = self.get("/data").await.html;
        let word = html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        self.page(Method::POST, path, &[&[("csrf", word)], fields].concat()).await
    }
}

const SETTINGS: [(&str, &str); 6] = [
    ("server_url", "http://central"),
    ("site_name", "clinic"),
    ("kind", "client_server"),
    ("interval_minutes", "5"),
    ("request_size", "100"),
    ("enabled", "1"),
];

#[tokio::test]
async fn the_first_set_up_is_checked_before_it_begins() {
    let world = world(None, true).await;
    let browser = Browser::signed_in(&world, "ana").await;
    let first = browser.get("/").await;
    assert_eq!((first.status.as_u16(), first.to.as_str()), (303, "/set-up"));
    assert!(browser.get("/set-up").await.html.contains("Step 1 of 3"));
    let bad =
        browser.submit("/set-up", &[("server_url", "nonsense"), ("site_name", "clinic"), ("site_password", "x")]).await;
    assert!(bad.status == 400 && bad.html.contains("value=\"nonsense\"") && bad.html.contains("role=\"alert\""));
    let given =
        [("server_url", "http://central"), ("site_name", "clinic"), ("site_password", "s3cret"), ("kind", "mobile")];
    let checked = browser.submit("/set-up", &given).await.html;
    assert!(checked.contains("Step 2 of 3") && checked.contains("Everything fits"), "{checked}");
    let code = [("server_url", ""), ("three", "http://central\r\nclinic\r\ns3cret\r\n"), ("kind", "mobile")];
    let scanned = browser.submit("/set-up", &code).await.html;
    assert!(scanned.contains("Everything fits") && scanned.contains("value=\"s3cret\""), "{scanned}");
    assert!(world.site.state().unwrap().configuration.is_none(), "nothing is stored yet");
    let mut french = Browser::signed_in(&world, "ana").await;
    french.language = "fr";
    let checked = french.submit("/set-up", &given).await.html;
    for words in ["Un serveur sitesync répond", "n’est pas chiffrée", "Utilisez https://"] {
        assert!(checked.contains(words), "{words}: {checked}");
    }
    assert!(!checked.contains("server answers"), "{checked}");
    let begun = browser.submit("/set-up", &[&given[..], &[("action", "begin")]].concat()).await;
    assert_eq!((begun.status.as_u16(), begun.to.as_str()), (303, "/"), "{}", begun.html);
    let stored = world.site.state().unwrap().configuration.unwrap();
    assert_eq!((stored.site_name.as_str(), stored.kind, stored.enabled), ("clinic", DeviceKind::Mobile, true));
    assert_eq!(browser.get("/set-up").await.to, "/", "it is set up once");
}

#[tokio::test]
async fn settings_are_stored_by_ok_only_and_by_who_may() {
    let world = world(Some(DeviceKind::ClientServer), true).await;
    let ana = Browser::signed_in(&world, "ana").await;
    let page = ana.get("/settings").await.html;
    for label in ["Server URL", "Site name", "Sync interval", "Sync request size", "Use alternative HTTP client"] {
        assert!(page.contains(label), "{label}");
    }
    let wrong =
        ana.submit("/settings", &[&SETTINGS[..3], &[("interval_minutes", "0"), ("action", "ok")]].concat()).await;
    assert!(wrong.status == 400 && wrong.html.contains("at least 1 minute"), "{}", wrong.html);
    let checked = ana.submit("/settings", &[&SETTINGS[..], &[("action", "check")]].concat()).await;
    assert!(checked.html.contains("Certificate") && checked.html.contains("data-changed=\"1\""), "{}", checked.html);
    assert_eq!(world.site.state().unwrap().configuration.unwrap().request_size, 0, "checking stores nothing");
    let stored = ana.submit("/settings", &[&SETTINGS[..], &[("plain_requests", "1"), ("action", "ok")]].concat()).await;
    assert_eq!(stored.status, 303, "{}", stored.html);
    let now = world.site.state().unwrap().configuration.unwrap();
    assert_eq!((now.interval_minutes, now.request_size, now.plain_requests, now.enabled), (5, 100, true, true));
    assert_eq!(now.secret, "0".repeat(64), "an empty password stays");
    let eva = Browser::signed_in(&world, "eva").await;
    assert!(eva.get("/settings").await.html.contains("You need the permission"));
    let refused = eva.submit("/settings", &[&SETTINGS[..], &[("action", "ok")]].concat()).await;
    assert!(refused.status == 403 && refused.html.contains("do not have the permission"));
}

#[tokio::test]
async fn the_page_tells_how_the_site_stands_in_the_readers_language() {
    let world = world(Some(DeviceKind::ClientServer), false).await;
    let mut browser = Browser::signed_in(&world, "eva").await;
    tokio::time::pause();
    let synced = browser.submit("/sync", &[]).await;
    assert_eq!((synced.status.as_u16(), synced.to.as_str()), (303, "/"));
    assert_eq!(world.post("/api/sync", None).await.0, 502, "the central server is not to be reached");
    let page = browser.get("/").await.html;
    assert!(page.contains("nothing answers at this port") && page.contains("Last success"), "{page}");
    let part = browser.get("/?part=status").await.html;
    assert!(!part.contains("<html") && part.contains("Not on the central server yet"), "{part}");
    browser.language = "fr";
    let french = browser.get("/").await.html;
    assert!(french.contains("Dernier succès") && french.contains("rien ne répond sur ce port"), "{french}");
    assert!(browser.get("/log").await.html.contains("Journal"));
    assert!(browser.get("/data").await.html.contains("Rien n’est encore arrivé"));
    assert_eq!(browser.get("/data/user_account").await.status, 404, "secrets are shown to nobody");
}

#[tokio::test]
async fn what_is_here_is_searched_and_shown_by_name() {
    let world = world(Some(DeviceKind::SingleUser), false).await;
    let record = |table: &str, id: &str, body: &str| Record {
        key: RecordKey::new(table, id),
        home: Feed::Central,
        state: State::Live,
        body: body.into(),
        hash: Hash::default(),
        revision: 1,
        source: SiteId::CENTRAL,
        links: Vec::new(),
    };
    let records = [
        record("unit", "U1", "{\"units\":\"<Tablet>\"}"),
        record("item", "I1", "{\"code\":\"AMX\",\"default_pack_size\":1000,\"unit_ID\":\"U1\"}"),
        record("item", "I2", "{\"code\":\"PCM\"}"),
    ];
    world.site.store().write(&mut |txn| txn.put_records(&records)).unwrap();
    let ana = Browser::signed_in(&world, "ana").await;
    let all = ana.get("/data/item").await.html;
    assert!(all.contains("<bdi>&#60;Tablet&#62;</bdi>") && all.contains("<bdi>1,000</bdi>"), "{all}");
    assert!(all.contains(">Default pack size</th>") && all.contains(">2/2</span>"), "{all}");
    let part = ana.get("/data/item?part=list&q=tabl").await.html;
    assert!(!part.contains("<html") && part.contains("AMX") && !part.contains("PCM"), "{part}");
    assert!(ana.get("/data/item?q=none").await.html.contains("Nothing found for “none”."));
}

#[tokio::test]
async fn who_is_not_signed_in_or_not_here_sees_nothing() {
    let world = world(Some(DeviceKind::SingleUser), true).await;
    let nobody = Browser { world: &world, cookie: String::new(), language: "en" };
    for path in ["/", "/settings", "/log", "/data"] {
        assert!(nobody.get(path).await.to.starts_with("/sign-in"), "{path}");
    }
    assert_eq!(nobody.send(Method::GET, "/sign-in", &[], "192.168.1.5:9").await.status(), 403, "this machine only");
    let ana = Browser::signed_in(&world, "ana").await;
    assert_eq!(ana.get("/").await.status, 200);
    let ben = Browser::signed_in(&world, "ben").await;
    let waits = ben.get("/").await;
    assert!(waits.status == 409 && waits.html.contains("ana works here"), "{}", waits.html);
    let out = ana.submit("/sign-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.to.as_str()), (303, "/sign-in"));
    assert_eq!(ben.get("/").await.status, 200, "who signs out leaves the desk");
}
