//! The delivery history of a supply project: one central server, a site for each country, each with its deliveries and nobody else's.
//!
//! The real file is no part of the project: `SITESYNC_SCMS` names it, and `cargo test -p sitesync --test scms -- --ignored --nocapture`
//! runs it and tells the figures. A small file of the same columns, made here, goes the same way in every run. The central server
//! is the real program; the sites are servers of this process, each with its own data file, over HTTP, as 43 processes would only
//! be slower.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::Central;
use serde_json::{Map, Value, json};
use sitesync_central::hub::Hub;
use sitesync_core::given::Random;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_remote::api::password_secret;
use sitesync_remote::server::{Options, RemoteSite};
use sitesync_remote::site::{Configuration, DeviceKind, Edit};
use sitesync_store::sqlite::SqliteStore;
use sitesync_store::{PageLimit, Snapshot, Store};
use sitesync_web::given::RealRandom;

const MAPPING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scms.toml");
const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

/// A country as the central server lists it.
struct Country {
    name: String,
    store: String,
    site: u32,
    password: String,
}

/// Sites, not more than this at a time: each has its own threads and files.
const AT_A_TIME: usize = 6;

async fn play(csv: &Path, countries: usize) -> BTreeMap<String, u64> {
    let folder = tempfile::tempdir().unwrap();
    let mut central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let began = Instant::now();
    let imported = central.reach.json(&["import", csv.to_str().unwrap(), "--mapping", MAPPING]);
    println!("imported in {:.1} s: {imported}", began.elapsed().as_secs_f64());
    let again = central.reach.json(&["import", csv.to_str().unwrap(), "--mapping", MAPPING]);
    assert_eq!((&again["written"], &again["unchanged"]), (&json!(0), &imported["written"]));

    let began = Instant::now();
    let all = sites(&central);
    assert_eq!(all.len(), countries);
    println!("{countries} sites made, each with its store, in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    for group in all.chunks(AT_A_TIME) {
        let started = group.iter().map(|country| start(folder.path(), &central.reach.url, country));
        for (country, site) in group.iter().zip(futures(started).await) {
            site.runner().sync_now().await.unwrap_or_else(|error| panic!("{}: {error:?}", country.name));
            work(&site, country);
            site.runner().sync_now().await.unwrap_or_else(|error| panic!("{}: {error:?}", country.name));
            site.stop().await.unwrap();
        }
    }
    println!(
        "all sites initialised, receiving their first delivery and sending it, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    // Master data that sites send (none here) would reach the others now; then everything stops, and files are compared.
    central.program.terminate();
    compare(folder.path(), &central.data, &all)
}

/// All of these at once.
async fn futures<F: Future<Output = RemoteSite>>(started: impl Iterator<Item = F>) -> Vec<RemoteSite> {
    let mut sites = Vec::new();
    for site in started {
        sites.push(site.await);
    }
    sites
}

/// Makes a site for each store but the project's own, through the command line.
fn sites(central: &Central) -> Vec<Country> {
    let stores = central.reach.json(&["stores", "list"]);
    let countries = stores.as_array().unwrap().iter().filter(|store| store["code"] != "SCMS");
    countries
        .map(|store| {
            let (name, id) = (store["name"].as_str().unwrap(), store["id"].as_str().unwrap());
            let made = central.reach.json(&["sites", "create", name]);
            let site = u32::try_from(made["site"]["id"].as_u64().unwrap()).unwrap();
            central.reach.json(&["stores", "move", id, &site.to_string()]);
            let password = made["password"].as_str().unwrap().to_owned();
            Country { name: name.to_owned(), store: id.to_owned(), site, password }
        })
        .collect()
}

fn home(folder: &Path, country: &Country) -> PathBuf {
    folder.join(format!("site-{}", country.site))
}

async fn start(folder: &Path, url: &str, country: &Country) -> RemoteSite {
    let mut options = Options::new(home(folder, country), SocketAddr::from(([127, 0, 0, 1], 0)));
    options.hardware_id = Some(format!("machine {}", country.site));
    options.configuration = Some(Configuration {
        server_url: url.to_owned(),
        site_name: country.name.clone(),
        secret: password_secret(&country.password),
        kind: DeviceKind::ClientServer,
        hardware_id: String::new(),
        app_version: String::new(),
        interval_minutes: 60,
        enabled: true,
        ..Configuration::default()
    });
    RemoteSite::start(options).await.unwrap()
}

/// The site receives the first delivery that is on its way: a receipt with a stock line and a line for each line sent.
fn work(site: &RemoteSite, country: &Country) {
    let records = |table: &str| site.site().records(table, None, usize::MAX).unwrap();
    let text = |record: &Map<String, Value>, column: &str| record[column].as_str().unwrap_or_default().to_owned();
    let notes = records("transact");
    let note = notes.first().unwrap_or_else(|| panic!("{} has no delivery", country.name));
    let random = RealRandom::new().unwrap();
    let receipt = random.record_id();
    let mut edits = vec![edit(
        "transact",
        &receipt,
        json!({
            "type": "si", "status": "cn", "store_ID": country.store, "name_ID": name_of_sender(site, &text(note, "store_ID")),
            "linked_transaction_id": note["ID"],
        }),
    )];
    for line in records("trans_line").iter().filter(|line| line["transaction_ID"] == note["ID"]) {
        let stock = random.record_id();
        let packs = json!({
            "store_ID": country.store, "item_ID": line["item_ID"], "batch": line["batch"], "quantity": line["quantity"],
            "available": line["quantity"], "pack_size": line["pack_size"], "cost_price": line["cost_price"],
        });
        edits.push(edit("item_line", &stock, packs));
        let received = json!({
            "transaction_ID": receipt, "type": "stock_in", "item_ID": line["item_ID"], "item_line_ID": stock,
            "quantity": line["quantity"], "pack_size": line["pack_size"], "cost_price": line["cost_price"],
        });
        edits.push(edit("trans_line", &random.record_id(), received));
    }
    assert!(edits.len() > 2, "{} has a delivery without lines", country.name);
    site.site().write(&edits).unwrap();
}

fn name_of_sender(site: &RemoteSite, store: &str) -> Value {
    site.site().record(&RecordKey::new("store", store)).unwrap().unwrap()["name_ID"].clone()
}

fn edit(table: &str, id: &str, data: Value) -> Edit {
    Edit { table: table.into(), id: id.into(), data: data.as_object().cloned(), delete: false }
}

/// Each site holds what the central server has for it, record by record, and nothing else. Gives delivery lines by country.
fn compare(folder: &Path, central: &Path, all: &[Country]) -> BTreeMap<String, u64> {
    let store = SqliteStore::open(
        central.join(sitesync_central::server::DATA_FILE),
        &sitesync_store::sqlite::Options::default(),
    )
    .unwrap();
    let hub = store.snapshot().unwrap();
    let mut lines = BTreeMap::new();
    let (mut entries, mut received) = (0, 0);
    for country in all {
        let data = home(folder, country).join(sitesync_remote::server::DATA_FILE);
        let store = SqliteStore::open(data, &sitesync_store::sqlite::Options::default()).unwrap();
        let site = store.snapshot().unwrap();
        assert_eq!(Hub::stores_of_site(&*hub, SiteId(country.site)).unwrap(), [country.store.as_str().into()]);
        let feeds = [Feed::Central, Feed::store(country.store.clone())];
        let mut expected = BTreeMap::new();
        for feed in &feeds {
            let (there, here) = (hub.feed(feed).unwrap(), site.feed(feed).unwrap());
            assert_eq!((there.sum, there.live), (here.sum, here.live), "{}: {feed}", country.name);
            for entry in hub.page(feed, 0, ALL).unwrap() {
                expected.extend(entry.body.map(|body| (entry.entry.key, body)));
            }
        }
        entries += expected.len();
        received += own_receipts(&*site, &country.store);
        lines.insert(country.name.clone(), delivered(&expected));
        same(&*site, expected, &country.name);
    }
    println!(
        "{} sites hold {entries} records together, equal to the central server's; it holds their {received} receipts and stock lines",
        all.len()
    );
    lines
}

fn same(site: &dyn Snapshot, mut expected: BTreeMap<RecordKey, Box<str>>, country: &str) {
    for (table, _) in site.tables().unwrap() {
        for record in site.table(&table, None, usize::MAX).unwrap() {
            let there = expected.remove(&record.key);
            assert_eq!(there.as_deref(), Some(&*record.body), "{country} holds {}", record.key);
        }
    }
    assert!(expected.is_empty(), "{country} lacks {:?}", expected.keys().next());
}

/// The lines of deliveries that the project sent.
fn delivered(records: &BTreeMap<RecordKey, Box<str>>) -> u64 {
    let sent = records.iter().filter(|(key, body)| {
        let body: Value = serde_json::from_str(body).unwrap();
        &*key.table == "trans_line" && body["type"] == "stock_out"
    });
    sent.count() as u64
}

/// What the site recorded itself: receipts and stock lines.
fn own_receipts(site: &dyn Snapshot, store: &str) -> usize {
    let own = |table: &str| {
        let records = site.table(table, None, usize::MAX).unwrap();
        records.iter().filter(|record| record.body.contains(&format!("\"store_ID\":\"{store}\""))).count()
    };
    let (receipts, stock) = (own("transact"), own("item_line"));
    assert!(receipts == 1 && stock > 0);
    receipts + stock
}

/// A file of the same columns with invented deliveries: country `n` gets `n` lines, two to a note.
fn small(path: &Path, countries: usize) {
    let columns = [
        "ID",
        "Project Code",
        "PQ #",
        "PO / SO #",
        "ASN/DN #",
        "Country",
        "Managed By",
        "Fulfill Via",
        "Vendor INCO Term",
        "Shipment Mode",
        "PQ First Sent to Client Date",
        "PO Sent to Vendor Date",
        "Scheduled Delivery Date",
        "Delivered to Client Date",
        "Delivery Recorded Date",
        "Product Group",
        "Sub Classification",
        "Vendor",
        "Item Description",
        "Molecule/Test Type",
        "Brand",
        "Dosage",
        "Dosage Form",
        "Unit of Measure (Per Pack)",
        "Line Item Quantity",
        "Line Item Value",
        "Pack Price",
        "Unit Price",
        "Manufacturing Site",
        "First Line Designation",
        "Weight (Kilograms)",
        "Freight Cost (USD)",
        "Line Item Insurance (USD)",
    ];
    let mut csv = columns.join(",") + "\n";
    let mut number = 0;
    for country in 1..=countries {
        for line in 0..country {
            number += 1;
            let (note, item) = (format!("DN-{country}-{}", line / 2), line % 3);
            writeln!(
                csv,
                "{number},P{country},Pre-PQ,SO-{country},{note},\"Land, number {country}\",Office,Direct Drop,EXW,Air,Pre-PQ,\
                 Not Captured,02-Jun-06,02-Jun-06,02-Jun-06,ARV,Adult,Works {item},\"Tablets {item}, 100mg\",Molecule {item},\
                 Generic,100mg,Tablet,60,{},{},3.5,0.06,Site {item},Yes,13,20.5,",
                10 + line,
                35 * (10 + line)
            )
            .unwrap();
        }
    }
    std::fs::write(path, csv).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_history_reaches_each_country() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("history.csv");
    small(&csv, 4);
    let lines = play(&csv, 4).await;
    assert_eq!(lines.values().copied().collect::<Vec<_>>(), [1, 2, 3, 4], "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the delivery history, named by SITESYNC_SCMS"]
async fn the_whole_history_reaches_all_countries() {
    let Ok(path) = std::env::var("SITESYNC_SCMS") else { panic!("set SITESYNC_SCMS to the delivery history (CSV)") };
    let lines = play(Path::new(&path), 43).await;
    for (country, count) in &lines {
        println!("{count:6} {country}");
    }
    let of = |country: &str| lines[country];
    assert_eq!((of("South Africa"), of("Nigeria"), of("Côte d'Ivoire"), of("Belize")), (1_406, 1_194, 1_083, 1));
    assert_eq!(lines.values().sum::<u64>(), 10_324);
}
