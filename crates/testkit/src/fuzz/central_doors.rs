//! Every door of a central server, through its router: paths, headers, tokens and bodies, packed or not.

use std::sync::{Arc, LazyLock};

use sitesync_central::auth::{AuthSettings, HashCost, HashedSecret, Secret, settings};
use sitesync_central::server::{Central, Limits, router};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_central::users;
use sitesync_store::memory::MemoryStore;
use sitesync_store::write;
use sitesync_web::accounts::{HashedPassword, Permissions};

use super::choices::Choices;
use super::doors::{ACCOUNT, CHEAP, RUNTIME, ask, invent, read};
use super::world;
use crate::{FixedClock, SeededRandom, audit};

/// The SHA-256 of "right", the password of the site "Kamo".
pub(crate) const SECRET: &str = "27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9";

/// Requests in one input.
const REQUESTS_MAX: usize = 4;

/// The calls, and what their bodies may hold.
const CALLS: [(&str, &str, &[&str]); 42] = [
    ("GET", "/sync", &[]),
    ("POST", "/sync/1/login", &LOGIN),
    ("POST", "/sync/1/check", &LOGIN),
    ("POST", "/sync/1/stage", &["push", "index", "changes"]),
    ("POST", "/sync/1/exchange", &["epoch", "last", "commit", "positions", "entries_max", "bytes_max", "report"]),
    ("POST", "/sync/1/compare", &["feed", "items"]),
    ("POST", "/sync/1/wait", &["positions", "seconds"]),
    ("POST", "/sync/{version}/{call}", &[]),
    ("GET", "/api/openapi.json", &[]),
    ("GET", "/api/sites", &[]),
    ("POST", "/api/sites", &["name", "code", "device_type", "password", "generate_password"]),
    ("GET", "/api/sites/{site}", &[]),
    ("PUT", "/api/sites/{site}", &["version", "name", "code", "device_type", "open_msupply_central_uri"]),
    ("DELETE", "/api/sites/{site}", &[]),
    ("POST", "/api/sites/{site}/password", &["password"]),
    ("POST", "/api/sites/{site}/reset-hardware", &[]),
    ("POST", "/api/sites/{site}/allow-former-device", &["hardware_id"]),
    ("POST", "/api/sites/{site}/unblock", &[]),
    ("GET", "/api/sites/{site}/check", &[]),
    ("GET", "/api/sites/{site}/log", &[]),
    ("GET", "/api/stores", &[]),
    ("POST", "/api/stores/move", &["store", "stores", "site", "take_over_now", "code", "reason"]),
    ("POST", "/api/stores/remove", &["store", "stores", "take_over_now", "code", "reason"]),
    ("GET", "/api/tables", &[]),
    ("POST", "/api/records", &["[]", "table", "id", "data", "delete", "merge_into"]),
    ("GET", "/api/records/{table}", &[]),
    ("GET", "/api/records/{table}/{id}", &[]),
    ("GET", "/api/records/{table}/{id}/why", &[]),
    ("GET", "/api/held", &[]),
    ("GET", "/api/held/{id}", &[]),
    ("POST", "/api/held/{id}/release", &[]),
    ("POST", "/api/held/{id}/send-back", &[]),
    ("POST", "/api/held/{id}/drop", &[]),
    ("GET", "/api/settings", &[]),
    ("PUT", "/api/settings", &["accept_sync", "failures_before_block", "block_ms", "remember_ms"]),
    ("GET", "/api/accounts", &[]),
    ("POST", "/api/accounts", &["name", "role", "password"]),
    ("DELETE", "/api/accounts/{name}", &[]),
    ("POST", "/api/accounts/{name}/password", &["password"]),
    ("GET", "/api/audit", &[]),
    ("POST", "/api/backup", &[]),
    ("GET", "/{page}", &[]),
];

const LOGIN: [&str; 8] =
    ["name", "secret", "hardware_id", "data_file", "device_type", "app_name", "app_version", "versions"];

/// A database with an account, a site that has logged in, and its token.
static BEGINNING: LazyLock<(MemoryStore, String)> = LazyLock::new(|| {
    let store = Arc::new(world::country().central.fork());
    let central = open(store.clone());
    let by = By { who: "test", at: central.clock().now() };
    let cost = HashCost { memory_kib: CHEAP.memory_kib, passes: CHEAP.passes, lanes: 1 };
    let wanted = AuthSettings { hash_cost: cost, ..AuthSettings::default() };
    write(&*store, |txn| settings::set(txn, by, &wanted)).expect("in memory");
    let hashed = HashedPassword::new(ACCOUNT.1, CHEAP, central.random()).expect("it is long enough");
    users::ensure(central.hub(), "test", ACCOUNT.0, Permissions::all(), &hashed).expect("in memory");
    let secret = HashedSecret::new(&Secret::of_password("right").expect("a password"), cost, central.random());
    let secret = secret.expect("argon2 takes it");
    let form = SiteForm { name: "Kamo".to_owned(), ..SiteForm::default() };
    write(&*store, |txn| sites::create(txn, central.random(), by, &form, Some(secret.clone()))).expect("a good name");
    let token = log_in(&central);
    (store.fork(), token)
});

fn open(store: Arc<MemoryStore>) -> Arc<Central> {
    let limits = Limits { password_cost: CHEAP, body_bytes_max: 1 << 20, ..Limits::default() };
    let (clock, random) = (Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(3)));
    Central::open(store, clock, random, None, limits).expect("a store in memory opens")
}

fn log_in(central: &Central) -> String {
    let secret = Secret::of_password("right").expect("a password");
    let request = sitesync_core::protocol::LoginRequest {
        name: "Kamo".to_owned(),
        secret: SECRET.to_owned(),
        hardware_id: "hw-2".to_owned(),
        data_file: "file-2".to_owned(),
        device_type: "mobile".to_owned(),
        app_name: "test".to_owned(),
        app_version: "1".to_owned(),
        versions: vec![1],
    };
    let entered = central.auth().login(&sitesync_central::auth::LoginRequest::of(&request, &secret, "here"));
    entered.unwrap_or_else(|error| panic!("the site logs in: {error:?}")).token.reveal().to_owned()
}

/// The first byte tells how the others are read: odd, as one request; even, as choices for several.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let (beginning, token) = &*BEGINNING;
    let store = Arc::new(beginning.fork());
    let central = open(store.clone());
    let router = router(&central);
    let mut choices = Choices::new(rest);
    for _ in 0..REQUESTS_MAX {
        let text = if mode & 1 == 1 { rest.to_vec() } else { invent(&mut choices, &CALLS) };
        let Some(request) = read(&text, token) else { break };
        RUNTIME.block_on(ask(&router, request));
        if mode & 1 == 1 || choices.is_empty() {
            break;
        }
    }
    central.hub().work_off().expect("work is done");
    audit::central(&*store);
}
