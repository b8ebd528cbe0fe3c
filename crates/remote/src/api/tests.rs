//! The API over a store in memory and a link that answers from a table.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sitesync_core::given::{Millis, Random};
use sitesync_core::protocol::{LoginRequest, WaitReply, WaitRequest};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Store, write};
use sitesync_web::Peer;
use sitesync_web::accounts::{Cost, HashedPassword, Permissions, Place, local};
use sitesync_web::given::RealRandom;
use tower::ServiceExt;

use super::*;
use crate::link::{Checked, Credentials, Greeting, LinkError, Sending};
use crate::site::{DeviceKind, Reply, Step};
use crate::testing::{configuration, exchanged, info, logged_in};

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

pub(crate) struct At(AtomicI64);

impl Clock for At {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

struct Central {
    reachable: bool,
}

impl Link for Central {
    fn send<'a>(&'a self, step: &'a Step, _: &'a Credentials) -> Sending<'a, Reply> {
        Box::pin(async move {
            match step {
                _ if !self.reachable => Err(LinkError::Refused { host: "central".to_owned() }),
                Step::Login(_) => Ok(logged_in()),
                Step::Exchange(request) => Ok(exchanged(request)),
                _ => Err(LinkError::Answer("not expected".to_owned())),
            }
        })
    }

    fn wait<'a>(&'a self, _: &'a WaitRequest, _: &'a Credentials) -> Sending<'a, WaitReply> {
        Box::pin(std::future::pending())
    }

    fn greet<'a>(&'a self, _: &'a str) -> Sending<'a, Greeting> {
        Box::pin(async { Ok(Greeting { name: "sitesync".to_owned(), versions: vec![1], clock: None }) })
    }

    fn check<'a>(&'a self, request: &'a LoginRequest, _: &'a str) -> Sending<'a, Checked> {
        let site = (request.name == "clinic").then(info);
        Box::pin(async { Ok(Checked { site, bound: false, clock: None }) })
    }
}

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) site: Arc<Site>,
    pub(crate) clock: Arc<At>,
    _running: crate::runner::Running,
}

pub(crate) async fn world(kind: Option<DeviceKind>, reachable: bool) -> World {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let random = Arc::new(RealRandom::new().unwrap());
    let clock = Arc::new(At(AtomicI64::new(1_000_000)));
    for (name, permissions) in [("ana", Permissions::all()), ("ben", Permissions::all()), ("eva", Permissions::NONE)] {
        let password = HashedPassword::new("password", CHEAP, &*random).unwrap();
        write(&*store, |txn| local::put(txn, name, permissions, &password)).unwrap();
    }
    let random: Arc<dyn Random> = random;
    let site = Arc::new(Site::open(store.clone(), clock.clone(), random.clone()).unwrap());
    if let Some(kind) = kind {
        site.configure(crate::site::Configuration { kind, enabled: false, ..configuration() }).unwrap();
    }
    let link: Arc<dyn Link> = Arc::new(Central { reachable });
    let (runner, running) = Runner::start(site.clone(), link.clone(), random.clone());
    let router = router(Parts {
        site: site.clone(),
        runner,
        link,
        clock: clock.clone(),
        sign_in: Arc::new(SignIn::new(store, clock.clone(), random.clone(), Place::RemoteSite, CHEAP)),
        hardware_id: "hardware".to_owned(),
        app_version: "1".to_owned(),
        lines: None,
    });
    World { router, site, clock, _running: running }
}

impl World {
    async fn raw(
        &self,
        who: &str,
        from: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, String) {
        use base64ct::Encoding;
        let basic = base64ct::Base64::encode_string(format!("{who}:password").as_bytes());
        let mut request = Request::builder().method(method).uri(path);
        if !who.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Basic {basic}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let mut request = request.body(body).unwrap();
        let peer: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(Peer(Some(peer))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let (status, text) = self.raw("ana", "127.0.0.1:9", method, path, body).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.ask(Method::POST, path, body).await
    }
}

/// A record that any site may write.
fn shared(id: &str) -> Value {
    json!({ "table": "barcode", "id": id, "data": { "barcode": id } })
}

#[tokio::test]
async fn nobody_gets_in_without_an_account_and_settings_need_a_permission() {
    let world = world(Some(DeviceKind::ClientServer), true).await;
    for path in ["/api/status", "/api/records/item", "/api/configuration"] {
        assert_eq!(world.raw("", "127.0.0.1:9", Method::GET, path, None).await.0, 401, "{path}");
        assert_eq!(world.raw("eva", "127.0.0.1:9", Method::GET, path, None).await.0, 200, "{path}");
    }
    for (method, path) in [(Method::POST, "/api/check"), (Method::PUT, "/api/configuration")] {
        assert_eq!(world.raw("eva", "127.0.0.1:9", method, path, None).await.0, 403, "{path}");
    }
    assert_eq!(world.raw("ana", "127.0.0.1:9", Method::GET, "/api/records/user_account", None).await.0, 403);
}

#[tokio::test]
async fn the_configuration_goes_in_and_the_password_never_comes_out() {
    let world = world(None, true).await;
    let (status, view) = world.get("/api/configuration").await;
    assert_eq!((status, &view["set_up"]), (StatusCode::OK, &json!(false)));
    let whole =
        json!({ "server_url": " https://central/x ", "site_name": "clinic", "password": "s3cret", "enabled": false });
    let cases = [
        (json!({ "site_name": "clinic", "password": "x" }), "url"),
        (json!({ "server_url": "https://central", "password": "x" }), "configuration"),
        (json!({ "server_url": "https://central", "site_name": "clinic" }), "configuration"),
        (
            json!({ "server_url": "https://c", "site_name": "c", "password": "x", "interval_minutes": 0 }),
            "configuration",
        ),
    ];
    for (body, code) in cases {
        let (status, answer) = world.ask(Method::PUT, "/api/configuration", Some(body.clone())).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(answer["error"]["code"], code, "{body}");
    }
    let (status, view) = world.ask(Method::PUT, "/api/configuration", Some(whole)).await;
    assert_eq!(status, 200, "{view}");
    assert_eq!(view["password_set"], true);
    assert!(!view.to_string().contains("s3cret") && view.get("secret").is_none());
    let stored = world.site.state().unwrap().configuration.unwrap();
    assert_eq!(stored.secret, "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0");
    assert_eq!((&*stored.server_url, &*stored.hardware_id), ("https://central/x", "hardware"));
    // What is left out stays.
    let (_, view) = world.ask(Method::PUT, "/api/configuration", Some(json!({ "interval_minutes": 3 }))).await;
    assert_eq!((&view["interval_minutes"], &view["site_name"]), (&json!(3), &json!("clinic")));
    assert_eq!(world.site.state().unwrap().configuration.unwrap().secret, stored.secret);
}

#[tokio::test]
async fn records_are_written_all_or_none_read_and_sent() {
    let world = world(Some(DeviceKind::SingleUser), true).await;
    let (status, answer) = world.post("/api/records", Some(json!([shared("a")]))).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("not_set_up")),
        "before the first sync"
    );
    let (status, moved) = world.post("/api/sync", None).await;
    assert_eq!((status, &moved["requests"]), (StatusCode::OK, &json!(2)), "{moved}");
    let (_, answer) = world.post("/api/records", Some(json!([shared("a"), shared("b"), shared("c")]))).await;
    assert_eq!(answer, json!({ "changed": true }));
    let (_, again) = world.post("/api/records", Some(json!([shared("a")]))).await;
    assert_eq!(again, json!({ "changed": false }), "nothing moves");
    let half = json!([shared("d"), { "table": "item", "id": "x", "data": { "item_name": "not ours" } }]);
    let (status, answer) = world.post("/api/records", Some(half)).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::FORBIDDEN, &json!("refused")));
    assert_eq!(world.get("/api/records/barcode/d").await.0, 404);
    let (_, page) = world.get("/api/records/barcode?limit=2").await;
    assert_eq!((page["records"].as_array().unwrap().len(), &page["next"]), (2, &json!("b")));
    let (_, rest) = world.get("/api/records/barcode?after=b").await;
    assert_eq!(rest["records"][0]["id"], "c");
    assert_eq!(rest["next"], Value::Null);
    let (_, one) = world.get("/api/records/barcode/a").await;
    assert_eq!(one["data"]["barcode"], "a");
    assert_eq!(world.get("/api/status").await.1["unsent"], 3);
    let (_, moved) = world.post("/api/sync", None).await;
    assert_eq!(moved["sent"], 3);
    assert_eq!(world.get("/api/status").await.1["unsent"], 0);
}

#[tokio::test]
async fn a_sync_that_fails_says_why() {
    let world = world(Some(DeviceKind::SingleUser), false).await;
    tokio::time::pause();
    let (status, answer) = world.post("/api/sync", None).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::BAD_GATEWAY, &json!("connection_refused")));
    assert_eq!(world.post("/api/sync?wait=false", None).await.0, 202);
}

#[tokio::test]
async fn one_person_at_a_time_where_the_installation_is_for_one() {
    let here = "127.0.0.1:9";
    let status = "/api/status";
    for kind in [DeviceKind::SingleUser, DeviceKind::Mobile] {
        let world = world(Some(kind), true).await;
        assert_eq!(world.raw("ana", here, Method::GET, status, None).await.0, 200);
        let (code, text) = world.raw("ben", here, Method::GET, status, None).await;
        assert_eq!(code, 409);
        assert!(text.contains("ana works here"), "{text}");
        world.clock.0.fetch_add(11 * 60_000, Ordering::SeqCst);
        assert_eq!(world.raw("ben", here, Method::GET, status, None).await.0, 200, "ana has left");
        assert_eq!(world.raw("ben", "192.168.1.5:9", Method::GET, status, None).await.0, 403, "only from here");
    }
    let world = world(Some(DeviceKind::ClientServer), true).await;
    for who in ["ana", "ben", "ana"] {
        assert_eq!(world.raw(who, "192.168.1.5:9", Method::GET, status, None).await.0, 200);
    }
}

#[tokio::test]
async fn checking_stores_nothing() {
    let world = world(None, true).await;
    let (status, answer) = world.post("/api/check", None).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::CONFLICT, &json!("not_set_up")));
    let given = json!({ "server_url": "https://central", "site_name": "clinic", "password": "x" });
    let (status, report) = world.post("/api/check", Some(given)).await;
    assert_eq!((status, &report["ok"]), (StatusCode::OK, &json!(true)));
    assert_eq!(report["steps"].as_array().unwrap().len(), 9);
    assert!(world.site.state().unwrap().configuration.is_none());
}

#[tokio::test]
async fn the_rest_answers_too() {
    let world = world(Some(DeviceKind::Mobile), true).await;
    let (_, tables) = world.get("/api/tables").await;
    let barcode = tables.as_array().unwrap().iter().find(|table| table["name"] == "barcode").unwrap();
    assert_eq!(barcode["class"], "shared");
    assert!(barcode["columns"].as_array().unwrap().iter().any(|column| column["name"] == "barcode"));
    assert_eq!(world.get("/api/put-aside").await.1, json!({ "records": [] }));
    assert_eq!(world.get("/api/events").await.1, json!({ "events": [] }));
    let (status, answer) = world.get("/api/nothing").await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
}
