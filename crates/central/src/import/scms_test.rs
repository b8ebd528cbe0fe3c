//! The example mapping: it is valid, and on the real file it finds what is known to be in it.
//!
//! The file is not part of the project. `SITESYNC_SCMS` names it; without that, the second test only says so.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::{Clock, Millis, Random};
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_store::Store;

use super::*;
use crate::hub::Hub;

const MAPPING: &str = include_str!("../../../../examples/scms.toml");

fn data(record: &ImportRecord) -> &Map<String, Value> {
    match &record.change {
        Change::Put(data) => data,
        Change::Delete => panic!("a mapping deletes nothing"),
    }
}

/// The ids of the records of a table for which a column is as given.
fn ids<'a>(records: &'a [ImportRecord], table: &str, column: &str, value: &Value) -> HashSet<&'a str> {
    let of_table = records.iter().filter(|record| &*record.key.table == table);
    of_table.filter(|record| data(record).get(column) == Some(value)).map(|record| &*record.key.id).collect()
}

#[test]
fn the_example_mapping_is_valid() {
    let mapping: Mapping = MAPPING.parse().unwrap();
    assert_eq!(mapping.constants.len(), 6);
    assert_eq!(mapping.rules.len(), 12);
}

#[test]
fn the_delivery_history_becomes_what_it_should() {
    let Ok(path) = std::env::var("SITESYNC_SCMS") else {
        eprintln!("SITESYNC_SCMS is not set: the delivery history is not tried");
        return;
    };
    let mapping: Mapping = MAPPING.parse().unwrap();
    let mut last = None;
    let records =
        read_csv(std::fs::File::open(path).unwrap(), &mapping, &mut |progress| last = Some(progress)).unwrap();
    assert_eq!(last.unwrap().records, records.len());
    let catalogue = Catalogue::embedded();
    assert_eq!(check(catalogue, &records), Ok(()));
    assert_eq!(unknown_names(catalogue, &records), Vec::<String>::new());

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &records {
        *counts.entry(&record.key.table).or_default() += 1;
    }
    assert_eq!(counts["store"], 43 + 1);
    assert_eq!(counts["name"], 43 + 1 + 1 + 73 + 88);
    assert_eq!(counts["name_store_join"], 2 * 43);
    assert_eq!(counts["item"], 184);
    assert_eq!(counts["unit"], 17);
    assert_eq!(counts["list_master_line"], 184);
    assert_eq!(counts["list_master_name_join"], 43 + 1);
    assert_eq!(counts["transact"], 7_030);
    assert_eq!(counts["trans_line"], 10_324);
    let yes = Value::from(true);
    let facility = ids(&records, "name", "type", &Value::from("facility"));
    assert_eq!(ids(&records, "name", "supplier", &yes).intersection(&facility).count(), 73);
    assert_eq!(ids(&records, "name", "manufacturer", &yes).len(), 88);
    assert_eq!(ids(&records, "trans_line", "cost_price", &Value::from(0)).len(), 18);
}

#[test]
fn every_country_gets_its_lines() {
    let Ok(path) = std::env::var("SITESYNC_SCMS") else {
        eprintln!("SITESYNC_SCMS is not set: the delivery history is not tried");
        return;
    };
    let mapping: Mapping = MAPPING.parse().unwrap();
    let records = read_csv(std::fs::File::open(path).unwrap(), &mapping, &mut |_| {}).unwrap();
    let by_id: HashMap<(&str, &str), &ImportRecord> =
        records.iter().map(|record| ((&*record.key.table, &*record.key.id), record)).collect();
    let text = |record: &ImportRecord, column: &str| data(record)[column].as_str().unwrap().to_owned();
    let mut lines: HashMap<String, usize> = HashMap::new();
    for record in records.iter().filter(|record| &*record.key.table == "trans_line") {
        let note = by_id[&("transact", text(record, "transaction_ID").as_str())];
        let name = by_id[&("name", text(note, "name_ID").as_str())];
        assert!(by_id.contains_key(&("item", text(record, "item_ID").as_str())));
        *lines.entry(text(name, "name")).or_default() += 1;
    }
    assert_eq!(lines["South Africa"], 1_406);
    assert_eq!(lines["Nigeria"], 1_194);
    assert_eq!(lines["Côte d'Ivoire"], 1_083);
    assert_eq!(lines["Belize"], 1);
    assert_eq!(lines.len(), 43);
    let codes: HashSet<String> =
        records.iter().filter(|record| &*record.key.table == "item").map(|record| text(record, "code")).collect();
    assert_eq!(codes.len(), 184);
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Millis {
        1_767_600_000_000
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Through the hub: each country's feed holds its own deliveries and nobody else's, and importing again moves nothing.
#[test]
fn the_hub_takes_it_whole_and_only_once() {
    let Ok(path) = std::env::var("SITESYNC_SCMS") else {
        eprintln!("SITESYNC_SCMS is not set: the delivery history is not tried");
        return;
    };
    let mapping: Mapping = MAPPING.parse().unwrap();
    let records = read_csv(std::fs::File::open(path).unwrap(), &mapping, &mut |_| {}).unwrap();
    let changes = || records.iter().map(|record| record.clone().into_change().unwrap()).collect::<Vec<_>>();
    let store: Arc<dyn Store> = Arc::new(sitesync_store::memory::MemoryStore::new());
    let hub = Hub::open(store, Arc::new(Still), Arc::new(Still)).unwrap();
    let first = hub.edit(Actor::Site(SiteId::CENTRAL), changes()).unwrap();
    assert_eq!((first.written, first.unchanged, first.held.len()), (records.len() as u64, 0, 0));
    let again = hub.edit(Actor::Site(SiteId::CENTRAL), changes()).unwrap();
    assert_eq!((again.written, again.unchanged), (0, records.len() as u64));

    let snapshot = hub.store().snapshot().unwrap();
    let live = |text: &str| snapshot.feed(&Feed::store(stable_id("store", text))).unwrap().live;
    // One join each, and the notes with their lines.
    assert_eq!(live("store Belize"), 1 + 1 + 1);
    assert_eq!(live("store SCMS"), 43 + 7_030 + 10_324);
    let countries = ids(&records, "name", "type", &Value::from("store"));
    assert_eq!(countries.len(), 44);
    let all: u64 = records
        .iter()
        .filter(|record| &*record.key.table == "store" && data(record)["name"] != "SCMS")
        .map(|record| snapshot.feed(&Feed::store(record.key.id.clone())).unwrap().live)
        .sum();
    assert_eq!(all, 43 + 7_030 + 10_324);
}
