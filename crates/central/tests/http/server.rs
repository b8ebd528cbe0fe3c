//! A server to call, with a clock that stands still and accounts "admin" and "eye".

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base64ct::{Base64, Encoding};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sitesync_central::auth::{AuthSettings, HashCost, HashedSecret, Secret, settings};
use sitesync_central::server::{Central, Limits, router, router_with};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_central::users;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{Change, SiteInfo};
use sitesync_store::memory::MemoryStore;
use sitesync_store::write;
use sitesync_testkit::{FixedClock, SeededRandom};
use sitesync_web::accounts::{Cost, HashedPassword, Permission, Permissions};
use tower::ServiceExt;

/// The least that argon2 takes, so that tests are quick.
const CHEAP: HashCost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };
const CHEAP_TOO: Cost = Cost { memory_kib: 8, passes: 1 };

pub(crate) const ADMIN: (&str, &str) = ("admin", "admin-password");
pub(crate) const READER: (&str, &str) = ("eye", "eye-password");

pub(crate) struct Server {
    pub(crate) central: Arc<Central>,
    pub(crate) clock: Arc<FixedClock>,
    router: Router,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The answer, if it is good.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// Status and code of a refusal, which also has words.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String) {
        let json = self.json();
        for words in ["message", "next"] {
            assert!(json["error"][words].as_str().is_some_and(|text| !text.is_empty()), "{json}");
        }
        (self.status.as_u16(), json["error"]["code"].as_str().unwrap().to_owned())
    }
}

#[track_caller]
pub(crate) fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.refused(), (status, code.to_owned()), "{}", answer.text());
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(Limits { password_cost: CHEAP_TOO, ..Limits::default() })
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::with_backups(limits, None)
    }

    pub(crate) fn with_backups(limits: Limits, backups: Option<std::path::PathBuf>) -> Self {
        let clock = Arc::new(FixedClock::default());
        let limits = Limits { password_cost: CHEAP_TOO, ..limits };
        let store = Arc::new(MemoryStore::repeating());
        let central = Central::open(store, clock.clone(), Arc::new(SeededRandom::new(7)), backups, limits).unwrap();
        let server = Self { router: router(&central), central, clock };
        server.settings(|_| {});
        server.account(ADMIN, Permissions::all());
        server.account(READER, [Permission::ViewRecords].into_iter().collect());
        server
    }

    /// The same as the server of a demo.
    pub(crate) fn with_lines(self, lines: Arc<dyn sitesync_pages::Lines>) -> Self {
        Self { router: router_with(&self.central, Some(lines)), ..self }
    }

    pub(crate) fn settings(&self, change: impl Fn(&mut AuthSettings)) {
        let mut wanted = AuthSettings { hash_cost: CHEAP, ..AuthSettings::default() };
        change(&mut wanted);
        write(self.central.store(), |txn| settings::set(txn, self.by(), &wanted)).unwrap();
    }

    fn account(&self, (name, password): (&str, &str), permissions: Permissions) {
        let hashed = HashedPassword::new(password, CHEAP_TOO, self.central.random()).unwrap();
        users::ensure(self.central.hub(), "test", name, permissions, &hashed).unwrap();
    }

    fn by(&self) -> By<'static> {
        By { who: "test", at: self.central.clock().now() }
    }

    /// A site with the password "right".
    pub(crate) fn site(&self, name: &str) -> SiteInfo {
        let secret = HashedSecret::new(&Secret::of_password("right").unwrap(), CHEAP, self.central.random()).unwrap();
        let form = SiteForm { name: name.to_owned(), ..SiteForm::default() };
        let site = write(self.central.store(), |txn| {
            sites::create(txn, self.central.random(), self.by(), &form, Some(secret.clone()))
        });
        site.unwrap().info()
    }

    /// A store and its facility, active on a site.
    pub(crate) fn store(&self, id: &str, site: SiteId) {
        let name = json!({"name": format!("Facility {id}"), "code": id, "type": "facility"});
        let store = json!({"code": id, "name": format!("Store {id}"), "name_ID": format!("N{id}"), "sync_id_remote_site": site.0});
        self.edit(vec![put("name", &format!("N{id}"), &name), put("store", id, &store)]);
    }

    pub(crate) fn edit(&self, changes: Vec<Change>) {
        self.central.hub().edit(Actor::Site(SiteId::CENTRAL), changes).unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn api(&self, who: (&str, &str), method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("authorization", basic(who));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.api(ADMIN, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.api(ADMIN, Method::POST, path, Some(body)).await
    }

    /// A call of a site, with the headers it sends.
    pub(crate) async fn call(&self, call: &str, token: &str, body: &Value) -> Answer {
        self.send(request(call, token, "hw-1", "file-1", Body::from(body.to_string()))).await
    }

    pub(crate) async fn login(&self, name: &str) -> String {
        let reply = self.call("1/login", "", &login_body(name, "right")).await.ok();
        reply["token"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn request(call: &str, token: &str, hardware: &str, data_file: &str, body: Body) -> Request<Body> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("/sync/{call}"))
        .header("content-type", "application/json")
        .header("x-sitesync-hardware", hardware)
        .header("x-sitesync-data-file", data_file);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body).unwrap()
}

pub(crate) fn login_body(name: &str, password: &str) -> Value {
    let secret: String = Sha256::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "name": name, "secret": secret, "hardware_id": "hw-1", "data_file": "file-1", "device_type": "mobile",
        "app_name": "sitesync remote", "app_version": "0.1.0", "versions": [1, 2],
    })
}

pub(crate) fn exchange_body(positions: &Value) -> Value {
    let none = json!({"number": 0, "hash": "0".repeat(32)});
    json!({
        "epoch": 0, "last": none, "positions": positions, "empty": true, "entries_max": 1000, "bytes_max": 1_000_000,
        "report": {"clock": sitesync_testkit::given::START, "device_type": "mobile", "app_name": "sitesync remote",
                   "app_version": "0.1.0", "unsent": 0},
    })
}

/// The positions that a reply leaves its reader at.
pub(crate) fn positions(reply: &Value) -> Value {
    let pages = reply["pages"].as_array().unwrap();
    pages.iter().map(|page| json!({"feed": page["feed"], "cursor": page["cursor"]})).collect()
}

pub(crate) fn basic((name, password): (&str, &str)) -> String {
    format!("Basic {}", Base64::encode_string(format!("{name}:{password}").as_bytes()))
}

pub(crate) fn put(table: &str, id: &str, body: &Value) -> Change {
    serde_json::from_value(json!({"table": table, "id": id, "put": body})).unwrap()
}
