//! A remote site to knock at, not connected to anything.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use serde_json::Value;
use sitesync_remote::api::{Parts, password_secret, router};
use sitesync_remote::link::{HttpLink, HttpOptions};
use sitesync_remote::runner::{Runner, Running};
use sitesync_remote::site::{Configuration, DeviceKind, Edit, Site};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Store, write};
use sitesync_testkit::{FixedClock, SeededRandom, country};
use sitesync_web::accounts::{Place as Kind, local};
use sitesync_web::sign_in::SignIn;

use crate::central::PASSWORD;
use crate::{CHEAP, OF_SITE, accounts};

/// Where people of the same machine, and of the same network, come from.
pub(crate) const HERE: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);
pub(crate) const NETWORK: ([u8; 4], u16) = ([192, 168, 1, 5], 40_000);

pub(crate) struct Place {
    pub(crate) router: Router,
    pub(crate) runner: Runner,
    site: Arc<Site>,
    _running: Running,
}

impl Place {
    /// Paused, and with the address of a port at which nothing ever listens.
    pub(crate) fn new(kind: DeviceKind) -> Self {
        Self::with(Configuration { enabled: false, ..configuration("http://127.0.0.1:1", "Kamo", kind) })
    }

    /// One that may sync with a server, under the name of a site.
    pub(crate) fn at(url: &str, name: &str, kind: DeviceKind) -> Self {
        Self::with(configuration(url, name, kind))
    }

    /// Writes a record as the people of the site do.
    pub(crate) fn write_there(&self, table: &str, data: Value) {
        let data = data.as_object().cloned();
        self.site.write(&[Edit { table: table.into(), id: "W1".into(), data, delete: false }]).unwrap();
    }

    fn with(configuration: Configuration) -> Self {
        let (clock, random) = (Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(3)));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::repeating());
        for (name, password, may) in accounts(&random, OF_SITE) {
            write(&*store, |txn| local::put(txn, &name, may, &password)).unwrap();
        }
        let site = Arc::new(Site::open(store.clone(), clock.clone(), random.clone()).unwrap());
        site.configure(configuration).unwrap();
        let link = Arc::new(HttpLink::new(HttpOptions::default()).unwrap());
        let (runner, running) = Runner::start(site.clone(), link.clone(), random.clone());
        let sign_in = Arc::new(SignIn::new(store, clock.clone(), random.clone(), Kind::RemoteSite, CHEAP));
        let router = router(Parts {
            site: site.clone(),
            runner: runner.clone(),
            link,
            clock,
            sign_in,
            hardware_id: "hardware".to_owned(),
            app_version: "1".to_owned(),
            lines: None,
        });
        Self { router, runner, site, _running: running }
    }
}

fn configuration(url: &str, name: &str, kind: DeviceKind) -> Configuration {
    let used = country::configuration(url, name, &password_secret(PASSWORD));
    Configuration { kind, hardware_id: "hardware".to_owned(), ..used }
}

pub(crate) fn peer((ip, port): ([u8; 4], u16)) -> SocketAddr {
    SocketAddr::from((ip, port))
}
