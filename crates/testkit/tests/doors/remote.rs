//! A remote site to knock at, not connected to anything.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use sitesync_remote::api::{Parts, password_secret, router};
use sitesync_remote::link::{HttpLink, HttpOptions};
use sitesync_remote::runner::{Runner, Running};
use sitesync_remote::site::{Configuration, DeviceKind, Site};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Store, write};
use sitesync_testkit::{FixedClock, SeededRandom, country};
use sitesync_web::accounts::{Place as Kind, local};
use sitesync_web::sign_in::SignIn;

use crate::{CHEAP, OF_SITE, accounts};

/// Where people of the same machine, and of the same network, come from.
pub(crate) const HERE: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);
pub(crate) const NETWORK: ([u8; 4], u16) = ([192, 168, 1, 5], 40_000);

pub(crate) struct Place {
    pub(crate) router: Router,
    _running: Running,
}

impl Place {
    pub(crate) fn new(kind: DeviceKind) -> Self {
        let (clock, random) = (Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(3)));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::repeating());
        for (name, password, may) in accounts(&random, OF_SITE) {
            write(&*store, |txn| local::put(txn, &name, may, &password)).unwrap();
        }
        let site = Arc::new(Site::open(store.clone(), clock.clone(), random.clone()).unwrap());
        site.configure(configuration(kind)).unwrap();
        let link = Arc::new(HttpLink::new(HttpOptions::default()).unwrap());
        let (runner, running) = Runner::start(site.clone(), link.clone(), random.clone());
        let sign_in = Arc::new(SignIn::new(store, clock.clone(), random.clone(), Kind::RemoteSite, CHEAP));
        let router = router(Parts {
            site,
            runner,
            link,
            clock,
            sign_in,
            hardware_id: "hardware".to_owned(),
            app_version: "1".to_owned(),
            lines: None,
        });
        Self { router, _running: running }
    }
}

/// Paused, and with the address of a port at which nothing ever listens.
fn configuration(kind: DeviceKind) -> Configuration {
    let used = country::configuration("http://127.0.0.1:1", "Kamo", &password_secret("site's password"));
    Configuration { kind, hardware_id: "hardware".to_owned(), enabled: false, ..used }
}

pub(crate) fn peer((ip, port): ([u8; 4], u16)) -> SocketAddr {
    SocketAddr::from((ip, port))
}
