//! The demo country through the real hub, with every store on the central server's own site.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::date;
use sitesync_central::hub::Hub;
use sitesync_core::given::{Clock, Millis, Random};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;

use super::generator::Generator;
use super::places::STORES;
use super::view::StoreView;
use super::{DemoRecord, country};

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

fn change((table, id, data): &DemoRecord) -> Change {
    let put = Some(serde_json::value::to_raw_value(data).unwrap());
    let (table, id) = (table.as_str().into(), id.as_str().into());
    Change { table, id, put, delete: false, partial: false, aside: None }
}

/// All that the hub has, as views read it.
fn stored(hub: &Hub) -> Vec<DemoRecord> {
    let snapshot = hub.store().snapshot().unwrap();
    let tables = snapshot.tables().unwrap();
    let records = tables.iter().flat_map(|(table, _)| snapshot.table(table, None, usize::MAX).unwrap());
    records
        .map(|record| {
            let data = serde_json::from_str(&record.body).unwrap();
            (record.key.table.to_string(), record.key.id.to_string(), data)
        })
        .collect()
}

#[test]
fn the_hub_takes_the_country_and_its_work() {
    let hub =
        Hub::open(Arc::new(sitesync_store::memory::MemoryStore::new()), Arc::new(Still), Arc::new(Still)).unwrap();
    let central = Actor::Site(SiteId::CENTRAL);
    let first = country::records();
    let report = hub.edit(central, first.iter().map(change).collect()).unwrap();
    assert_eq!((report.written, report.held.len()), (first.len() as u64, 0));

    let mut generator = Generator::new(5);
    let mut now = date(2026, 1, 5).at(8, 0, 0, 0);
    let mut received = 0;
    for turn in 0..120 {
        now = now.checked_add(20.minutes()).unwrap();
        let records = stored(&hub);
        let all = records.iter().map(|(table, id, data)| (table.as_str(), id.as_str(), data));
        let view = StoreView::of(&STORES[turn % STORES.len()].id(), all).unwrap();
        let Some(step) = generator.step(&view, now) else { continue };
        received += usize::from(!view.arrivals.is_empty() && step.says.contains(" receives "));
        let report = hub.edit(central, step.records.iter().map(change).collect()).unwrap();
        assert_eq!(report.written, step.records.len() as u64, "{}", step.says);
        assert!(report.held.is_empty(), "{}", step.says);
        let key = RecordKey::new(step.records[0].0.as_str(), step.records[0].1.as_str());
        assert!(hub.store().snapshot().unwrap().records(&[key]).unwrap()[0].is_some());
    }
    assert!(received > 3, "{received}");
}
