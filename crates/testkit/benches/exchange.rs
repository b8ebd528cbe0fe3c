//! How fast a site is initialised, pushes and has nothing to do, on SQLite files, beside a raw insert of the same rows in the same run.
//!
//! `cargo bench -p sitesync-testkit --bench exchange -- 1000000 100000` sets the numbers of records read and pushed. Messages are turned into JSON and back
//! as on the wire, without a socket and without compression.

#![expect(clippy::expect_used, reason = "a fault here ends the measurement")]

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sitesync_central::hub::Hub;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{LoginReply, SiteInfo};
use sitesync_remote::site::{Configuration, DeviceKind, Reply, Site, Step};
use sitesync_store::sqlite::SqliteStore;
use sitesync_testkit::records::{edit, put, store};
use sitesync_testkit::{FixedClock, SeededRandom};

const COMMIT: usize = 10_000;

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let records = sizes.next().unwrap_or(100_000);
    let pushed = sizes.next().unwrap_or(100_000.min(records));
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!("{records} records of about 600 bytes");
    let raw = raw_insert(&folder.path().join("raw.db"), records);
    let bench = Bench::new(folder.path());
    bench.edit(records, raw);
    bench.initialise(records, raw);
    bench.idle();
    bench.push(pushed, raw);
    bench.idle();
}

fn body(number: usize) -> serde_json::Value {
    json!({
        "store_ID": "S2", "item_ID": format!("{:032X}", number % 500), "quantity": number, "pack_size": 100, "cost_price": 1.25,
        "sell_price": 1.5, "batch": format!("batch {number}"), "expiry_date": "2027-05-31", "available": number,
        "note": "n".repeat(350),
    })
}

/// Ids in no order, as sites make them.
fn id(number: usize) -> String {
    let mixed = (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("{mixed:032X}")
}

fn rate(what: &str, records: usize, since: Instant, raw: f64) -> f64 {
    let per_second = records as f64 / since.elapsed().as_secs_f64();
    let share = if raw > 0.0 { format!("{:>5.0}% of raw", 100.0 * per_second / raw) } else { String::new() };
    println!("{what:<28} {per_second:>10.0} records/s {share}");
    per_second
}

fn raw_insert(path: &std::path::Path, records: usize) -> f64 {
    let mut file = rusqlite::Connection::open(path).expect("a new file");
    // As a careful person would: rows in order of arrival, one index for the id, a cache as large as the store's.
    let schema = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
        CREATE TABLE record (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT";
    file.execute_batch(schema).expect("a new table");
    let since = Instant::now();
    for first in (0..records).step_by(COMMIT) {
        let transaction = file.transaction().expect("a transaction");
        for number in first..(first + COMMIT).min(records) {
            let mut insert =
                transaction.prepare_cached("INSERT INTO record (id, body) VALUES (?, ?)").expect("a statement");
            insert.execute((id(number), body(number).to_string())).expect("a row");
        }
        transaction.commit().expect("a commit");
    }
    rate("raw insert", records, since, 0.0)
}

struct Bench {
    hub: Hub,
    site: Site,
    info: SiteInfo,
}

impl Bench {
    fn new(folder: &std::path::Path) -> Self {
        let clock = Arc::new(FixedClock::default());
        let random = Arc::new(SeededRandom::new(1));
        let open =
            |name: &str| Arc::new(SqliteStore::open(folder.join(name), &Default::default()).expect("a new file"));
        let hub = Hub::open(open("central.db"), clock.clone(), random.clone()).expect("a hub");
        let site = Site::open(open("site.db"), clock, random).expect("a site");
        site.configure(Configuration {
            server_url: String::new(),
            site_name: "site".to_owned(),
            secret: String::new(),
            kind: DeviceKind::ClientServer,
            hardware_id: "machine".to_owned(),
            app_version: String::new(),
            interval_minutes: 1,
            enabled: true,
            ..Configuration::default()
        })
        .expect("a configuration");
        let info = SiteInfo { id: SiteId(2), uuid: "uuid".to_owned(), code: "2".to_owned(), name: "site".to_owned() };
        hub.edit(Actor::Site(SiteId::CENTRAL), store("S2", 1)).expect("an edit");
        Self { hub, site, info }
    }

    /// The records are written on the central server, in its own store.
    fn edit(&self, records: usize, raw: f64) {
        let since = Instant::now();
        for first in (0..records).step_by(COMMIT) {
            let changes =
                (first..(first + COMMIT).min(records)).map(|number| put("item_line", &id(number), body(number)));
            self.hub.edit(Actor::Site(SiteId::CENTRAL), changes.collect()).expect("an edit");
        }
        rate("edit on the central server", records, since, raw);
        let moved = put("store", "S2", json!({ "sync_id_remote_site": 2 }));
        self.hub.edit(Actor::Site(SiteId::CENTRAL), vec![moved]).expect("an edit");
    }

    fn initialise(&self, records: usize, raw: f64) {
        let since = Instant::now();
        self.sync(50_000);
        rate("initialise", records, since, raw);
    }

    fn push(&self, records: usize, raw: f64) {
        let since = Instant::now();
        for first in (0..records).step_by(1000) {
            let edits: Vec<_> = (first..(first + 1000).min(records))
                .map(|number| edit("item_line", &id(number + 100_000_000), body(number)))
                .collect();
            self.site.write(&edits).expect("a write");
        }
        rate("write on the site", records, since, raw);
        let since = Instant::now();
        self.sync(50_000);
        rate("push", records, since, raw);
    }

    fn idle(&self) {
        const TIMES: u32 = 500;
        let since = Instant::now();
        for _ in 0..TIMES {
            self.sync(500);
        }
        println!("{:<28} {:>10.3} ms", "idle sync", since.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES));
    }

    fn sync(&self, page: u32) {
        let mut run = self.site.begin_run().expect("a run");
        loop {
            let mut step = self.site.next_step(&mut run).expect("a step");
            if let Step::Exchange(request) = &mut step {
                request.entries_max = page;
            }
            if matches!(step, Step::Done) {
                return;
            }
            let reply = self.serve(&step);
            self.site.receive(&mut run, &step, reply, 1).expect("an answer");
        }
    }

    fn serve(&self, step: &Step) -> Reply {
        match step {
            Step::Login(_) => {
                Reply::Login(LoginReply { token: "token".to_owned(), site: self.info.clone(), version: 1 })
            }
            Step::Stage(request) => {
                self.hub.stage(self.info.id, &wire(request)).expect("a batch");
                Reply::Staged
            }
            Step::Exchange(request) => {
                Reply::Exchange(Box::new(wire(&self.hub.exchange(&self.info, &wire(request)).expect("an exchange"))))
            }
            Step::Compare(request) => Reply::Compare(self.hub.compare(&self.info, request).expect("a comparison")),
            Step::Done => unreachable!("nothing is asked"),
        }
    }
}

/// Through JSON and back, as a message travels.
fn wire<T: Serialize + DeserializeOwned>(message: &T) -> T {
    let bytes = serde_json::to_vec(message).expect("messages are JSON");
    serde_json::from_slice(&bytes).expect("messages are JSON")
}
