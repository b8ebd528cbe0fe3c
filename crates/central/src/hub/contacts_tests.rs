//! What is written down of exchanges, and what becomes of it when the disk refuses.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use sitesync_core::given::Clock;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{CommitOutcome, SiteInfo};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Result, Store, StoreError};
use sitesync_testkit::{FixedClock, SeededRandom};

use super::*;

/// A disk that may be full.
struct Disk {
    store: MemoryStore,
    full: AtomicBool,
}

impl Store for Disk {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        self.store.snapshot()
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Txn) -> Result<()>) -> Result<()> {
        if self.full.load(Ordering::SeqCst) { Err(StoreError::Disk("full".to_owned())) } else { self.store.write(work) }
    }

    fn backup(&self, path: &Path) -> Result<()> {
        self.store.backup(path)
    }
}

/// Days after 1970, as hours are looked for before it.
const NOW: Millis = 1000 * HOUR;

fn hub() -> (Arc<Disk>, Hub) {
    let disk = Arc::new(Disk { store: MemoryStore::default(), full: AtomicBool::new(false) });
    let hub = Hub::open(disk.clone(), Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(1))).unwrap();
    (disk, hub)
}

fn hear(hub: &Hub, site: u32, at: Millis, written: u64) {
    let report = SiteReport { clock: at, ..SiteReport::default() };
    let request = ExchangeRequest { epoch: 1, report, ..ExchangeRequest::default() };
    let site = SiteInfo { id: SiteId(site), uuid: String::new(), code: String::new(), name: String::new() };
    let reply = ExchangeReply {
        epoch: 1,
        clock: at,
        site: site.clone(),
        outcome: CommitOutcome::Applied,
        last: Default::default(),
        last_epoch: 1,
        rests_on: Vec::new(),
        subscribed: Vec::new(),
        pages: Vec::new(),
        complete: true,
        held: 0,
        doubtful: Vec::new(),
        leaving: Vec::new(),
    };
    hub.contacts.note(site.id, (at, Phases::default()), &request, &reply, &Report { written, ..Report::default() });
}

fn hours(hub: &Hub, site: u32) -> Vec<u64> {
    let hours = hub.hours(&*hub.store.snapshot().unwrap(), SiteId(site), 0).unwrap();
    hours.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn what_a_full_disk_refuses_is_written_when_there_is_room() {
    let (disk, hub) = hub();
    for site in 2..300 {
        hear(&hub, site, NOW + 5, 1);
    }
    disk.full.store(true, Ordering::SeqCst);
    assert!(hub.flush_contacts().is_err());
    hear(&hub, 2, NOW + 6, 1);
    assert!(hub.flush_contacts().is_err());
    disk.full.store(false, Ordering::SeqCst);
    hub.flush_contacts().unwrap();
    assert_eq!((hours(&hub, 2), hours(&hub, 299)), (vec![2], vec![1]));
    let log = hub.log(SiteId(2), 10).unwrap();
    assert_eq!(log.iter().map(|moved| moved.at).collect::<Vec<_>>(), [NOW + 5, NOW + 6]);
    // Nothing is counted twice.
    hub.flush_contacts().unwrap();
    assert_eq!(hours(&hub, 2), [2]);
}

#[test]
fn the_newest_of_a_site_is_found_however_long_ago_it_was() {
    let (_, hub) = hub();
    for at in 0..20 {
        hear(&hub, 2, at, 1);
    }
    for at in 20..3_000 {
        hear(&hub, 3, at, 1);
    }
    let times =
        |site, limit| hub.log(SiteId(site), limit).unwrap().into_iter().map(|moved| moved.at).collect::<Vec<_>>();
    assert_eq!(times(2, 3), [17, 18, 19]);
    assert_eq!(times(2, 100).len(), 20);
    assert_eq!(times(3, 2), [2_998, 2_999]);
    assert_eq!(times(4, 5), Vec::<Millis>::new());
}

/// A clock that goes on by a second whenever somebody looks at it.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Millis {
        NOW + self.0.fetch_add(1_000, Ordering::SeqCst)
    }
}

#[test]
fn the_log_tells_how_long_each_phase_took() {
    let clock = Arc::new(Ticking::default());
    let hub = Hub::open(Arc::new(MemoryStore::default()), clock, Arc::new(SeededRandom::new(1))).unwrap();
    let site = SiteInfo { id: SiteId(2), uuid: String::new(), code: String::new(), name: String::new() };
    let change =
        |id: &str| serde_json::from_str(&format!(r#"{{"table":"item","id":"{id}","put":{{"code":"x"}}}}"#)).unwrap();
    hub.edit(Actor::Site(SiteId::CENTRAL), vec![change("I1")]).unwrap();
    let request = ExchangeRequest { empty: true, entries_max: 10, bytes_max: 1000, ..ExchangeRequest::default() };
    let before = Phases { received: 400, waited: 30, ..Phases::default() };
    hub.exchange_from(hub.store.snapshot().unwrap(), &site, &request, before).unwrap();
    hub.note_packed(SiteId(2), NOW, 5);
    hub.note_packed(SiteId(3), NOW, 7);
    // An exchange that moved nothing has no row, and is no part of the one before it.
    hub.note_packed(SiteId(2), NOW + 1_000_000, 9);
    let log = hub.log(SiteId(2), 10).unwrap();
    let [(_, received), (_, waited), (_, stored), (_, prepared), (_, packed)] = log[0].phases.all();
    assert_eq!((received, waited, packed), (400, 30, 5));
    assert!(stored >= 1_000 && prepared >= 1_000, "{stored} {prepared}");
    assert_eq!(log[0].took, received + waited + stored + prepared + packed);
}
