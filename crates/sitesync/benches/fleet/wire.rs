//! Bytes on the wire, heads and all, of the real site's link, counted by a proxy on the way.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};
use sitesync_central::auth::Secret;
use sitesync_central::sites::{self, By};
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_remote::link::{Credentials, HttpLink, HttpOptions, Link};
use sitesync_remote::site::{Configuration, DeviceKind, Edit, Site, Step};
use sitesync_store::sqlite::SqliteStore;
use sitesync_store::write;
use sitesync_web::given::{RealClock, RealRandom};

use crate::server::Server;
use crate::{load, prepare, records};

/// The bytes that went by, in both directions.
static UP: AtomicU64 = AtomicU64::new(0);
static DOWN: AtomicU64 = AtomicU64::new(0);

pub(crate) fn run(entries: usize) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let (name, store) = one_site(data.path(), entries);
    let server = Server::central(data.path());
    let proxy = proxy(server.address);
    let site = open_site(&data.path().join("site.db"));
    configure(&site, proxy, name);
    load::runtime().block_on(async {
        let link = HttpLink::new(HttpOptions::default()).expect("a link");
        let count = |what: &str, each: usize| {
            let (up, down) = (UP.swap(0, Ordering::SeqCst), DOWN.swap(0, Ordering::SeqCst));
            println!("{what:<34} {up:>9} up {down:>10} down = {:>7.1} each", (up + down) as f64 / each as f64);
        };
        sync(&site, &link).await;
        count(&format!("initialise {entries} records"), entries);
        sync(&site, &link).await;
        sync(&site, &link).await;
        count("two idle syncs", 2);
        let edits: Vec<_> = (0..10).map(|number| edit(&records::line(&store, 1 << 40 | number))).collect();
        site.write(&edits).expect("records");
        sync(&site, &link).await;
        count("a sync that sends 10 records", 1);
        sync(&site, &link).await;
        count("an idle sync", 1);
    });
}

/// A central server with one site, not yet bound to a device, whose store holds so many records. The names of site and store.
pub(crate) fn one_site(data: &Path, entries: usize) -> (String, String) {
    let central = prepare::open(data);
    let site = prepare::sites(&central, 1).remove(0);
    for first in (0..entries).step_by(10_000) {
        let lines = (first..(first + 10_000).min(entries)).map(|number| records::line(&site.store, number as u64));
        central.hub().edit(Actor::Repair, lines.collect()).expect("records");
    }
    let by = By { who: "bench", at: 0 };
    write(central.store(), |txn| sites::reset_hardware(txn, by, site.info.id)).expect("a free site");
    (site.info.name, site.store)
}

pub(crate) fn open_site(file: &Path) -> Site {
    let store = Arc::new(SqliteStore::open(file, &Default::default()).expect("a data file"));
    let random = Arc::new(RealRandom::new().expect("randomness"));
    Site::open(store, Arc::new(RealClock), random).expect("a site")
}

fn configure(site: &Site, proxy: SocketAddr, site_name: String) {
    site.configure(Configuration {
        server_url: format!("http://{proxy}"),
        site_name,
        secret: Secret::of_password("secret").expect("a password").reveal().to_owned(),
        kind: DeviceKind::SingleUser,
        hardware_id: records::id(8, SiteId::CENTRAL.0.into()),
        app_version: "0.1.0".to_owned(),
        interval_minutes: 5,
        enabled: true,
        ..Configuration::default()
    })
    .expect("a configuration");
}

pub(crate) fn edit(change: &Change) -> Edit {
    let body = change.put.as_ref().map_or("{}", |body| body.get());
    let data: Map<String, Value> = serde_json::from_str(body).expect("columns");
    Edit { table: change.table.clone(), id: change.id.clone(), data: Some(data), delete: false }
}

/// A whole sync, step by step as the runner makes them.
async fn sync(site: &Site, link: &HttpLink) {
    let mut run = site.begin_run().expect("a run");
    loop {
        let step = site.next_step(&mut run).expect("a step");
        if matches!(step, Step::Done) {
            return;
        }
        let state = site.state().expect("a state");
        let configuration = state.configuration.expect("a configuration");
        let credentials = Credentials {
            server_url: configuration.server_url,
            token: state.token,
            hardware_id: configuration.hardware_id,
            data_file: state.data_file,
            plain: false,
        };
        let begun = tokio::time::Instant::now();
        let reply = link.send(&step, &credentials).await.expect("a reply");
        let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        site.receive(&mut run, &step, reply, took).expect("a reply that is taken");
    }
}

fn proxy(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            let far = TcpStream::connect(to).expect("the server");
            let (near_too, far_too) = (near.try_clone().expect("a socket"), far.try_clone().expect("a socket"));
            std::thread::spawn(move || pass(near, far, &UP));
            std::thread::spawn(move || pass(far_too, near_too, &DOWN));
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, counted: &AtomicU64) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        counted.fetch_add(read as u64, Ordering::SeqCst);
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
