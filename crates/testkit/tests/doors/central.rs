//! A central server to knock at: site "Kamo" with a device and a live token, a store and a record of somebody else, one held document.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sitesync_central::auth::{AuthSettings, HashCost, HashedSecret, Secret, settings};
use sitesync_central::server::{Central, Limits, router};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_central::users;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{Change, CommitId, commit_hash};
use sitesync_store::memory::MemoryStore;
use sitesync_store::write;
use sitesync_testkit::records::{put, store};
use sitesync_testkit::{FixedClock, SeededRandom};

use crate::{Answer, CHEAP, OF_CENTRAL, accounts, send};

const CHEAP_TOO: HashCost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };

/// The site's password.
pub(crate) const PASSWORD: &str = "site's password";

/// A device as it shows itself: hardware id and data file.
pub(crate) const TABLET: (&str, &str) = ("hw-1", "file-1");

/// What a site shows in the headers of a call.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) token: &'a str,
    pub(crate) device: (&'a str, &'a str),
}

pub(crate) struct Server {
    pub(crate) central: Arc<Central>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) router: Router,
}

impl Server {
    /// Site 2 "Kamo" with store S2, site 3 "Opua" with store S3 and a location there.
    pub(crate) fn new() -> Self {
        Self::with_cost(CHEAP_TOO)
    }

    pub(crate) fn with_cost(hash_cost: HashCost) -> Self {
        let clock = Arc::new(FixedClock::default());
        let random = Arc::new(SeededRandom::new(7));
        let limits = Limits { password_cost: CHEAP, ..Limits::default() };
        let memory = Arc::new(MemoryStore::repeating());
        let central = Central::open(memory, clock.clone(), random.clone(), None, limits).unwrap();
        for (name, password, may) in accounts(&random, OF_CENTRAL) {
            users::ensure(central.hub(), "test", &name, may, &password).unwrap();
        }
        let server = Self { router: router(&central), central, clock };
        let settings = AuthSettings { hash_cost, ..AuthSettings::default() };
        write(server.central.store(), |txn| settings::set(txn, server.by(), &settings)).unwrap();
        for (name, site) in [("Kamo", 2), ("Opua", 3)] {
            server.site(name, hash_cost);
            server.edit(store(&format!("S{site}"), site));
        }
        server.edit(vec![put("item", "I1", json!({ "item_name": "Amoxicillin" }))]);
        let location = vec![put("location", "P3", json!({ "store_ID": "S3", "code": "A" }))];
        server.central.hub().edit(Actor::Repair, location).unwrap();
        server
    }

    pub(crate) fn by(&self) -> By<'static> {
        By { who: "test", at: sitesync_testkit::given::START }
    }

    fn site(&self, name: &str, cost: HashCost) {
        let secret = HashedSecret::new(&Secret::of_password(PASSWORD).unwrap(), cost, self.central.random()).unwrap();
        let form = SiteForm { name: name.to_owned(), ..SiteForm::default() };
        let make = |txn: &mut dyn sitesync_store::Txn| {
            sites::create(txn, self.central.random(), self.by(), &form, Some(secret.clone()))
        };
        write(self.central.store(), make).unwrap();
    }

    pub(crate) fn edit(&self, changes: Vec<Change>) {
        self.central.hub().edit(Actor::Site(SiteId::CENTRAL), changes).unwrap();
    }

    pub(crate) fn reset(&self, site: u32) {
        write(self.central.store(), |txn| sites::reset_hardware(txn, self.by(), SiteId(site))).unwrap();
    }

    /// The body of a live record, as it is stored.
    pub(crate) fn stored(&self, table: &str, id: &str) -> Option<Value> {
        let key = sitesync_core::ids::RecordKey::new(table, id);
        let snapshot = self.central.store().snapshot().unwrap();
        let record = snapshot.records(&[key]).unwrap().pop().flatten()?;
        record.is_live().then(|| serde_json::from_str(&record.body).unwrap())
    }

    pub(crate) async fn login(&self, name: &str, password: &str, device: (&str, &str)) -> Answer {
        let shown = Shown { token: "", device };
        send(&self.router, call("1/login", shown, &login_body(name, password, device))).await
    }

    /// The token of a site that logs in with the right password.
    pub(crate) async fn token(&self, name: &str, device: (&str, &str)) -> String {
        let answer = self.login(name, PASSWORD, device).await;
        answer.json()["token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
    }

    pub(crate) async fn call(&self, name: &str, shown: Shown<'_>, body: &Value) -> Answer {
        send(&self.router, call(name, shown, body)).await
    }

    /// Pushes a commit that follows `previous`.
    pub(crate) async fn push(&self, shown: Shown<'_>, previous: CommitId, changes: Vec<Change>) -> Answer {
        self.call("1/exchange", shown, &exchange_body(Some(commit(previous, changes)))).await
    }
}

pub(crate) fn commit(previous: CommitId, changes: Vec<Change>) -> Value {
    json!({ "id": commit_hash(previous, &changes), "previous": previous, "changes": changes })
}

pub(crate) fn call(name: &str, shown: Shown<'_>, body: &Value) -> Request<Body> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("/sync/{name}"))
        .header("content-type", "application/json")
        .header("x-sitesync-hardware", shown.device.0)
        .header("x-sitesync-data-file", shown.device.1);
    if !shown.token.is_empty() {
        request = request.header("authorization", format!("Bearer {}", shown.token));
    }
    request.body(Body::from(body.to_string())).unwrap()
}

pub(crate) fn secret(password: &str) -> String {
    Sha256::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn login_body(name: &str, password: &str, (hardware, data_file): (&str, &str)) -> Value {
    json!({
        "name": name, "secret": secret(password), "hardware_id": hardware, "data_file": data_file,
        "device_type": "mobile", "app_name": "sitesync remote", "app_version": "0.1.0", "versions": [1],
    })
}

pub(crate) fn exchange_body(commit: Option<Value>) -> Value {
    let last = commit.as_ref().map_or_else(|| json!(CommitId::default()), |commit| commit["previous"].clone());
    json!({
        "epoch": 0, "last": last, "positions": [], "empty": false, "entries_max": 1000, "bytes_max": 1_000_000,
        "commit": commit, "report": { "clock": sitesync_testkit::given::START, "device_type": "mobile",
            "app_name": "sitesync remote", "app_version": "0.1.0", "unsent": 0 },
    })
}
