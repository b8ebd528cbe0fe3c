//! Every door of a remote site, through its router.

use std::sync::{Arc, LazyLock};

use sitesync_core::given::Random;
use sitesync_core::protocol::{LoginRequest, WaitReply, WaitRequest};
use sitesync_remote::api::{Parts, router};
use sitesync_remote::link::{Checked, Credentials, Greeting, Link, LinkError, Sending};
use sitesync_remote::runner::Runner;
use sitesync_remote::site::{Reply, Site, Step};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Store, write};
use sitesync_web::accounts::{HashedPassword, Permissions, Place, local};
use sitesync_web::sign_in::SignIn;

use super::choices::Choices;
use super::doors::{ACCOUNT, CHEAP, RUNTIME, ask, invent, read};
use super::world::{self, HOSTILE};
use crate::{FixedClock, SeededRandom, audit};

/// Requests in one input.
const REQUESTS_MAX: usize = 4;

/// The calls, and what their bodies may hold.
const CALLS: [(&str, &str, &[&str]); 15] = [
    ("GET", "/", &[]),
    ("POST", "/sync", &[]),
    ("GET", "/api/status", &[]),
    ("POST", "/api/sync", &[]),
    ("POST", "/api/check", &CONFIGURATION),
    ("GET", "/api/events", &[]),
    ("GET", "/api/tables", &[]),
    ("POST", "/api/records", &["[]", "table", "id", "data", "delete"]),
    ("POST", "/api/records", &["[]", "table", "id", "data"]),
    ("GET", "/api/records/{table}", &[]),
    ("GET", "/api/records/{table}/{id}", &[]),
    ("GET", "/api/put-aside", &[]),
    ("GET", "/api/configuration", &[]),
    ("PUT", "/api/configuration", &CONFIGURATION),
    ("GET", "/{page}", &[]),
];

const CONFIGURATION: [&str; 6] = ["server_url", "site_name", "password", "kind", "interval_minutes", "enabled"];

/// The data file of a site with an account.
static BEGINNING: LazyLock<MemoryStore> = LazyLock::new(|| {
    let store = world::country().copy_of(HOSTILE);
    let password = HashedPassword::new(ACCOUNT.1, CHEAP, &SeededRandom::new(5)).expect("it is long enough");
    write(&store, |txn| local::put(txn, ACCOUNT.0, Permissions::all(), &password)).expect("in memory");
    store
});

/// The central server is not to be reached.
struct Nowhere;

fn nothing<'a, T: 'a>() -> Sending<'a, T> {
    Box::pin(async { Err(LinkError::Refused { host: "central".to_owned() }) })
}

impl Link for Nowhere {
    fn send<'a>(&'a self, _: &'a Step, _: &'a Credentials) -> Sending<'a, Reply> {
        nothing()
    }

    fn wait<'a>(&'a self, _: &'a WaitRequest, _: &'a Credentials) -> Sending<'a, WaitReply> {
        nothing()
    }

    fn greet<'a>(&'a self, _: &'a str) -> Sending<'a, Greeting> {
        nothing()
    }

    fn check<'a>(&'a self, _: &'a LoginRequest, _: &'a str) -> Sending<'a, Checked> {
        nothing()
    }
}

/// The first byte tells how the others are read: odd, as one request; even, as choices for several.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let store: Arc<dyn Store> = Arc::new(BEGINNING.fork());
    RUNTIME.block_on(talk(store.clone(), mode & 1 == 1, rest));
    audit::entries_add_up(&*store.snapshot().expect("in memory"));
}

async fn talk(store: Arc<dyn Store>, as_text: bool, rest: &[u8]) {
    let (clock, random) = (Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(3)));
    let random: Arc<dyn Random> = random;
    let site = Arc::new(Site::open(store.clone(), clock.clone(), random.clone()).expect("a store in memory opens"));
    let link: Arc<dyn Link> = Arc::new(Nowhere);
    let (runner, running) = Runner::start(site.clone(), link.clone(), random.clone());
    let router = router(Parts {
        site,
        runner,
        link,
        clock: clock.clone(),
        sign_in: Arc::new(SignIn::new(store, clock, random.clone(), Place::RemoteSite, CHEAP)),
        hardware_id: "machine".to_owned(),
        app_version: "1".to_owned(),
        lines: None,
    });
    let mut choices = Choices::new(rest);
    for _ in 0..REQUESTS_MAX {
        let text = if as_text { rest.to_vec() } else { invent(&mut choices, &CALLS) };
        let Some(request) = read(&text, "") else { break };
        ask(&router, request).await;
        if as_text || choices.is_empty() {
            break;
        }
    }
    running.stop().await;
}
