//! A data file of a central server with many sites that are logged in and have read everything.

use std::path::Path;
use std::sync::Arc;

use sitesync_central::auth::{self, AuthSettings, HashCost, HashedSecret, LoginRequest, Secret, settings};
use sitesync_central::server::{Central, DATA_FILE, Limits};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{Cursor, ExchangeRequest, FeedPosition, SiteInfo, VERSIONS};
use sitesync_store::sqlite::SqliteStore;
use sitesync_store::write;
use sitesync_web::given::{RealClock, RealRandom};

use crate::records;

/// A site as the central server knows it, and where it stands in its feeds.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) info: SiteInfo,
    pub(crate) store: String,
    pub(crate) token: String,
    pub(crate) hardware_id: String,
    pub(crate) data_file: String,
    pub(crate) positions: Vec<FeedPosition>,
}

pub(crate) fn open(data: &Path) -> Arc<Central> {
    let store = Arc::new(SqliteStore::open(data.join(DATA_FILE), &Default::default()).expect("a data file"));
    let random = Arc::new(RealRandom::new().expect("randomness"));
    Central::open(store, Arc::new(RealClock), random, None, Limits::default()).expect("a central server")
}

fn password() -> Secret {
    Secret::of_password("secret").expect("a password")
}

/// Makes sites with a store each. Passwords cost next to nothing to check: that is not what is measured.
pub(crate) fn made(central: &Central, number: usize) -> Vec<SiteInfo> {
    let cost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };
    let by = By { who: "bench", at: central.clock().now() };
    let hashed = HashedSecret::new(&password(), cost, central.random()).expect("a hash");
    let made = write(central.store(), |txn| -> Result<Vec<sites::Site>, sites::SiteError> {
        settings::set(txn, by, &AuthSettings { hash_cost: cost, ..AuthSettings::default() }).expect("settings");
        let form = |at: usize| SiteForm { name: format!("District {at:05}"), ..SiteForm::default() };
        (0..number).map(|at| sites::create(txn, central.random(), by, &form(at), Some(hashed.clone()))).collect()
    });
    let made: Vec<_> = made.expect("sites").into_iter().map(|site| site.info()).collect();
    let stores: Vec<_> = made.iter().flat_map(|site| records::store(&store_of(site), site.id.0)).collect();
    for some in stores.chunks(10_000) {
        central.hub().edit(Actor::Site(SiteId::CENTRAL), some.to_vec()).expect("stores");
    }
    made
}

/// Sites that are logged in and have read everything.
pub(crate) fn sites(central: &Central, number: usize) -> Vec<Prepared> {
    let (made, secret) = (made(central, number), password());
    // Many at once, so that they share the disk's turns.
    let parts: Vec<_> = made.chunks(made.len().div_ceil(32).max(1)).collect();
    let entered = std::thread::scope(|scope| {
        let work = |part: &[SiteInfo]| part.iter().map(|site| enter(central, site, &secret)).collect::<Vec<_>>();
        let running: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().flat_map(|running| running.join().expect("sites that log in")).collect()
    });
    central.hub().flush_contacts().expect("contacts");
    entered
}

fn store_of(site: &SiteInfo) -> String {
    records::id(9, site.id.0.into())
}

fn enter(central: &Central, info: &SiteInfo, secret: &Secret) -> Prepared {
    let (hardware_id, data_file) = (records::id(7, info.id.0.into()), central.random().secret());
    let attempt = auth::Attempt {
        name: &info.name,
        secret,
        hardware_id: &hardware_id,
        data_file: Some(&data_file),
        address: "127.0.0.1",
    };
    let request =
        LoginRequest { attempt, app_name: "sitesync", app_version: "0.1.0", device_type: None, versions: VERSIONS };
    let entered = central.auth().login(&request).expect("a login");
    let token = entered.token.reveal().to_owned();
    let positions = at_head(central, info);
    Prepared { info: info.clone(), store: store_of(info), token, hardware_id, data_file, positions }
}

/// The positions of the site when it has read everything, without making it read.
pub(crate) fn at_head(central: &Central, info: &SiteInfo) -> Vec<FeedPosition> {
    let first = ExchangeRequest { empty: true, entries_max: 1, bytes_max: 1, ..ExchangeRequest::default() };
    let reply = central.hub().exchange(info, &first).expect("a first exchange");
    let snapshot = central.store().snapshot().expect("a snapshot");
    let feeds = reply.subscribed.iter().map(|feed| {
        let number = snapshot.feed(feed).expect("a feed").head;
        FeedPosition { feed: feed.clone(), cursor: Cursor { epoch: 1, generation: 1, number }.to_string() }
    });
    feeds.collect()
}
