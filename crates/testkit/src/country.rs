//! A central server and its sites in one thread, over stores in memory, with the link in between given by the test.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use sitesync_central::hub::{Hub, HubError, Lived, begin_epoch};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_central::stores::{self, HandOverLine, MoveReport, Moving};
use sitesync_core::given::Clock;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{Change, ErrorText, LoginReply, SiteInfo};
use sitesync_core::record::Role;
use sitesync_remote::site::{Configuration, DeviceKind, Edit, Reply, Run, Site, SiteError, Step};
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Snapshot, Store, Txn, write};

use crate::audit::ALL;
use crate::brittle::Brittle;
use crate::given::{FixedClock, SeededRandom};
use crate::proof::unexplained;
use crate::records;

/// What the link does to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    None,
    /// The request does not arrive.
    Request,
    /// It arrives and is served, and the answer is lost.
    Answer,
    /// It arrives twice, and the first answer is lost.
    Twice,
    /// The answer arrives, and the site is killed before it stores it.
    Killed,
}

/// A link that fails for good after so many requests.
pub fn cut_after(mut requests: usize) -> impl FnMut(&Step) -> Outage {
    move |_| match requests.checked_sub(1) {
        Some(left) => {
            requests = left;
            Outage::None
        }
        None => Outage::Request,
    }
}

/// One device of a site with its data file.
pub struct Member {
    pub id: SiteId,
    pub info: SiteInfo,
    /// That of the central server, unless it is given one of its own.
    pub clock: Arc<FixedClock>,
    pub store: Arc<MemoryStore>,
    /// `store` as the program sees it.
    pub disk: Arc<Brittle>,
    pub site: Site,
}

pub struct Country {
    pub clock: Arc<FixedClock>,
    pub random: Arc<SeededRandom>,
    pub central: Arc<MemoryStore>,
    /// `central` as the hub sees it.
    pub disk: Arc<Brittle>,
    pub hub: Hub,
    pub sites: Vec<Member>,
    /// Entries per page, to force several pages.
    pub page: Option<u32>,
}

/// A sync that did not come to its end.
#[derive(Debug)]
pub enum Failure {
    Link,
    Hub(HubError),
    Site(SiteError),
}

/// More rounds than any healthy sync needs.
const ROUNDS_MAX: usize = 10_000;

impl Country {
    /// A central server without sites.
    pub fn new(seed: u64) -> Self {
        let clock = Arc::new(FixedClock::default());
        let random = Arc::new(SeededRandom::new(seed));
        let central = Arc::new(MemoryStore::default());
        let disk = Arc::new(Brittle::over(&central));
        let hub = open_hub(&disk, &clock, &random);
        Self { clock, random, central, disk, hub, sites: Vec::new(), page: None }
    }

    /// An independent copy of all data files, with a clock and randomness of its own.
    #[must_use]
    pub fn fork(&self, clock: Arc<FixedClock>, random: Arc<SeededRandom>) -> Self {
        let central = Arc::new(self.central.fork());
        let disk = Arc::new(Brittle::over(&central));
        let hub = open_hub(&disk, &clock, &random);
        let member = |member: &Member| {
            let store = Arc::new(member.store.fork());
            let disk = Arc::new(Brittle::over(&store));
            let site = Site::open(disk.clone(), clock.clone(), random.clone()).expect("a store in memory opens");
            Member { id: member.id, info: member.info.clone(), clock: clock.clone(), store, disk, site }
        };
        let sites = self.sites.iter().map(member).collect();
        Self { clock, random, central, disk, hub, sites, page: self.page }
    }

    /// Sites 2, 3, ... each with a store named `S<site>`, and their item.
    pub fn with_sites(seed: u64, sites: u32) -> Self {
        let mut country = Self::new(seed);
        country.edit(vec![records::put(
            "item",
            "item",
            serde_json::json!({ "item_name": "Paracetamol", "code": "PARA" }),
        )]);
        for site in 2..sites + 2 {
            country.edit(records::store(&format!("S{site}"), site));
            country.add_site(SiteId(site));
        }
        country
    }

    pub fn add_site(&mut self, id: SiteId) {
        self.register(id);
        let info = SiteInfo { id, uuid: format!("uuid {id}"), code: id.to_string(), name: format!("site {id}") };
        let member = self.device(info, self.clock.clone(), Arc::new(MemoryStore::default()));
        self.sites.push(member);
    }

    /// The row of a site in the directory, and those of all before it.
    pub fn register(&self, id: SiteId) {
        let by = By { who: "admin", at: self.clock.now() };
        while sites::get(&*self.central.snapshot().expect("in memory"), id).expect("in memory").is_none() {
            let made = write(&*self.central, |txn| {
                let number = sites::list(txn, None, usize::MAX)?.last().map_or(2, |last| last.id.0 + 1);
                let form = SiteForm { name: format!("site {number}"), ..SiteForm::default() };
                sites::create(txn, &*self.random, by, &form, None)
            });
            made.expect("a site can be made");
        }
    }

    /// A device that works with this data file.
    fn device(&self, info: SiteInfo, clock: Arc<FixedClock>, store: Arc<MemoryStore>) -> Member {
        let disk = Arc::new(Brittle::over(&store));
        let site = Site::open(disk.clone(), clock.clone(), self.random.clone()).expect("a store in memory opens");
        let hardware_id = format!("machine {}", info.id);
        let configuration = Configuration { hardware_id, ..configuration("http://central.test", &info.name, "secret") };
        site.configure(configuration).expect("a store in memory takes a configuration");
        Member { id: info.id, info, clock, store, disk, site }
    }

    pub fn site(&self, id: u32) -> &Site {
        &self.member(id).site
    }

    pub fn member(&self, id: u32) -> &Member {
        self.sites.iter().find(|member| member.id == SiteId(id)).expect("the site was added")
    }

    /// An edit on the central server.
    pub fn edit(&self, changes: Vec<Change>) {
        self.try_edit(changes).expect("the edit is allowed");
    }

    pub fn try_edit(&self, changes: Vec<Change>) -> Result<(), HubError> {
        self.hub.edit(Actor::Site(SiteId::CENTRAL), changes)?;
        self.hub.work_off()
    }

    /// A store becomes active on another site.
    pub fn move_store(&self, store: &str, site: u32) {
        self.edit(vec![records::moved(store, site)]);
    }

    /// What an administrator does who moves a store: it is handed over if its site is in use.
    pub fn begin_move(&self, store: &str, site: u32) -> Result<Moving, HubError> {
        self.as_administrator(|txn, by| stores::begin_move(txn, &self.hub, by, store, SiteId(site)))
    }

    /// Calls off the hand-over of a store.
    pub fn call_off(&self, store: &str) -> Result<Moving, HubError> {
        self.as_administrator(|txn, by| stores::call_off(txn, &self.hub, by, store))
    }

    /// Moves a store without waiting for its site.
    pub fn take_over_now(&self, store: &str, site: u32) -> Result<Moving, HubError> {
        self.as_administrator(|txn, by| {
            stores::take_over_now(txn, &self.hub, by, store, SiteId(site), store, "the device is lost")
        })
    }

    fn as_administrator(
        &self,
        mut work: impl FnMut(&mut dyn Txn, By<'_>) -> Result<MoveReport, HubError>,
    ) -> Result<Moving, HubError> {
        let by = By { who: "admin", at: self.clock.now() };
        let report = write(self.hub.store(), |txn| work(txn, by))?;
        report.wake(&self.hub);
        Ok(report.moving)
    }

    /// The hand-overs, newest first.
    pub fn hand_overs(&self) -> Vec<HandOverLine> {
        let snapshot = self.central.snapshot().expect("in memory");
        stores::hand_overs(&*snapshot, &self.hub, usize::MAX).expect("in memory")
    }

    /// A local transaction on a site.
    pub fn write(&self, site: u32, edits: &[Edit]) {
        self.site(site).write(edits).expect("the site may write");
    }

    /// A whole sync over a good link.
    pub fn sync(&self, site: u32) {
        self.sync_over(site, &mut |_| Outage::None).unwrap_or_else(|failure| panic!("site {site}: {failure:?}"));
    }

    /// All sites, until nothing moves any more.
    pub fn sync_all(&self) {
        for _ in 0..3 {
            for member in &self.sites {
                self.sync(member.id.0);
            }
        }
    }

    /// A sync over a link that decides for each request what happens to it.
    pub fn sync_over(&self, id: u32, link: &mut dyn FnMut(&Step) -> Outage) -> Result<Run, Failure> {
        self.sync_member(self.member(id), link)
    }

    /// The same for one device of a site that has several.
    pub fn sync_member(&self, member: &Member, link: &mut dyn FnMut(&Step) -> Outage) -> Result<Run, Failure> {
        let mut run = member.site.begin_run().map_err(Failure::Site)?;
        for _ in 0..ROUNDS_MAX {
            let mut step = member.site.next_step(&mut run).map_err(Failure::Site)?;
            if let (Some(page), Step::Exchange(request)) = (self.page, &mut step) {
                request.entries_max = page;
            }
            if matches!(step, Step::Done) {
                return Ok(run);
            }
            let outage = link(&step);
            if outage == Outage::Request {
                return Err(Failure::Link);
            }
            let mut reply = self.serve(&member.info, &step).map_err(Failure::Hub)?;
            match outage {
                Outage::Answer | Outage::Killed => return Err(Failure::Link),
                Outage::Twice => reply = self.serve(&member.info, &step).map_err(Failure::Hub)?,
                Outage::None | Outage::Request => {}
            }
            member.site.receive(&mut run, &step, reply, 1).map_err(Failure::Site)?;
            self.hub.work_off().map_err(Failure::Hub)?;
        }
        panic!("site {}: the sync does not end", member.id);
    }

    /// A sync over a good link by a site whose state may be anything: it ends, or is refused, within so many requests.
    pub fn sync_to_an_end(&self, id: u32, requests: usize) -> Result<(), Failure> {
        let member = self.member(id);
        let mut run = member.site.begin_run().map_err(Failure::Site)?;
        for _ in 0..requests {
            let step = member.site.next_step(&mut run).map_err(Failure::Site)?;
            if matches!(step, Step::Done) {
                return Ok(());
            }
            let reply = self.serve(&member.info, &step).map_err(Failure::Hub)?;
            member.site.receive(&mut run, &step, reply, 1).map_err(Failure::Site)?;
        }
        panic!("site {id}: the sync does not end");
    }

    /// What the central server answers to a step.
    pub fn serve(&self, info: &SiteInfo, step: &Step) -> Result<Reply, HubError> {
        Ok(match step {
            Step::Login(_) => Reply::Login(LoginReply { token: "token".to_owned(), site: info.clone(), version: 1 }),
            Step::Stage(request) => {
                self.hub.stage(info.id, request)?;
                Reply::Staged
            }
            Step::Exchange(request) => Reply::Exchange(Box::new(self.hub.exchange(info, request)?)),
            Step::Compare(request) => Reply::Compare(self.hub.compare(info, request)?),
            Step::Done => {
                return Err(HubError::Asked(ErrorText {
                    code: "done".to_owned(),
                    message: "nothing was asked".to_owned(),
                    next: String::new(),
                }));
            }
        })
    }

    /// A copy of a site's data file as it is now.
    pub fn copy_of(&self, site: u32) -> MemoryStore {
        self.member(site).store.fork()
    }

    /// Puts a site's data file back.
    pub fn put_back(&mut self, site: u32, file: &MemoryStore) {
        let at = self.sites.iter().position(|member| member.id == SiteId(site)).expect("the site was added");
        self.open_file(at, Arc::new(file.fork()));
    }

    /// A device goes on with another data file, or with its own after it was killed.
    pub fn open_file(&mut self, at: usize, store: Arc<MemoryStore>) {
        let Member { info, clock, .. } = &self.sites[at];
        self.sites[at] = self.device(info.clone(), clock.clone(), store);
    }

    /// Another device with the identity and the data file of this one. Returns where it stands among the sites.
    pub fn copy_device(&mut self, at: usize) -> usize {
        let Member { info, clock, store, .. } = &self.sites[at];
        let clock = Arc::new(FixedClock::at(clock.now()));
        self.sites.push(self.device(info.clone(), clock, Arc::new(store.fork())));
        self.sites.len() - 1
    }

    /// The device that was copied last.
    pub fn copy(&self) -> &Member {
        self.sites.last().expect("a device was copied")
    }

    /// A whole sync of it over a good link; its site has another device with the same number.
    pub fn sync_copy(&self) {
        let synced = self.sync_member(self.copy(), &mut |_| Outage::None);
        synced.unwrap_or_else(|failure| panic!("the copy: {failure:?}"));
    }

    /// A new device for a site: an empty data file.
    pub fn replace_device(&mut self, site: u32) {
        self.put_back(site, &MemoryStore::default());
    }

    /// Restores the central server from a copy of its database.
    pub fn restore_central(&mut self, file: &MemoryStore) {
        let lived = Lived::of(&*self.central).expect("it is a central server's");
        self.central = Arc::new(file.fork());
        begin_epoch(&*self.central, self.clock.now(), &lived).expect("the file is a central server's");
        self.reopen_hub();
    }

    /// The hub was killed and starts again on what is stored.
    pub fn reopen_hub(&mut self) {
        self.disk = Arc::new(Brittle::over(&self.central));
        self.hub = open_hub(&self.disk, &self.clock, &self.random);
    }

    /// A record as the central server has it.
    pub fn central_record(&self, table: &str, id: &str) -> Option<Map<String, Value>> {
        body_of(&self.central, table, id)
    }

    /// A record as a site has it, without defaults.
    pub fn site_record(&self, site: u32, table: &str, id: &str) -> Option<Map<String, Value>> {
        body_of(&self.member(site).store, table, id)
    }

    /// Checks that every site is equal to the central server, and holds nothing that no rule sends there.
    pub fn assert_equal(&self) {
        if let Err(difference) = self.compare() {
            panic!("{difference}");
        }
    }

    /// The same, with the first difference as an answer.
    pub fn compare(&self) -> Result<(), String> {
        for member in &self.sites {
            self.compare_site(member)?;
            let unexplained = unexplained(member, Some(&self.held_of(member.id)));
            if !unexplained.is_empty() {
                return Err(format!("site {}: {}", member.id, unexplained.join("; ")));
            }
        }
        Ok(())
    }

    /// The records of a site that are held on the central server.
    pub fn held_of(&self, site: SiteId) -> HashSet<RecordKey> {
        let held = self.hub.held(None, usize::MAX).expect("in memory");
        let changes = held.into_iter().filter(|held| held.site == site).flat_map(|held| held.changes);
        changes.map(|change| RecordKey { table: change.table, id: change.id }).collect()
    }

    /// A site keeps what is held of it on the central server, and a patient that a record of its own names.
    fn may_keep(&self, member: &Member, site: &dyn Snapshot, key: &RecordKey) -> bool {
        let is_held = self.held_of(member.id).contains(key);
        let named = &*key.table == "name" && !site.linked(Role::Name, &key.id, None, 1).expect("in memory").is_empty();
        is_held || named
    }

    fn compare_site(&self, member: &Member) -> Result<(), String> {
        let (hub, site) = (self.central.snapshot().expect("in memory"), member.store.snapshot().expect("in memory"));
        let stores = Hub::stores_of_site(&*hub, member.id).expect("in memory");
        let feeds: Vec<_> = std::iter::once(Feed::Central).chain(stores.into_iter().map(Feed::Store)).collect();
        let mut allowed = std::collections::BTreeMap::new();
        for feed in &feeds {
            let (there, here) = (hub.feed(feed).expect("in memory"), site.feed(feed).expect("in memory"));
            if (here.sum, here.live) != (there.sum, there.live) {
                let (here, there) = (here.live, there.live);
                return Err(format!("site {}: the sum of feed {feed} differs ({here} here, {there} there)", member.id));
            }
            for entry in hub.page(feed, 0, ALL).expect("in memory") {
                if let Some(body) = entry.body {
                    allowed.insert(entry.entry.key, body);
                }
            }
        }
        for (table, _) in site.tables().expect("in memory") {
            for record in site.table(&table, None, usize::MAX).expect("in memory") {
                let expected = allowed.remove(&record.key);
                if expected.as_deref() == Some(&*record.body) {
                    continue;
                }
                if expected.is_some() || !self.may_keep(member, &*site, &record.key) {
                    let (key, body) = (&record.key, &record.body);
                    return Err(format!("site {} holds {key} as {body}, and should hold {expected:?}", member.id));
                }
            }
        }
        let lacks = allowed.keys().next();
        lacks.map_or(Ok(()), |lacks| Err(format!("site {} lacks {lacks}", member.id)))
    }
}

fn open_hub(store: &Arc<Brittle>, clock: &Arc<FixedClock>, random: &Arc<SeededRandom>) -> Hub {
    Hub::open(store.clone(), clock.clone(), random.clone()).expect("a store in memory opens")
}

/// How a site reaches its central server, where the machine says itself which it is.
pub fn configuration(server_url: &str, site_name: &str, secret: &str) -> Configuration {
    Configuration {
        server_url: server_url.to_owned(),
        site_name: site_name.to_owned(),
        secret: secret.to_owned(),
        kind: DeviceKind::SingleUser,
        hardware_id: String::new(),
        app_version: String::new(),
        interval_minutes: 60,
        enabled: true,
        ..Configuration::default()
    }
}

fn body_of(store: &MemoryStore, table: &str, id: &str) -> Option<Map<String, Value>> {
    let key = RecordKey::new(table, id);
    let record = store.snapshot().expect("in memory").records(&[key]).expect("in memory").pop().flatten();
    let body = record.filter(|record| record.is_live())?.body;
    normal::parse(&body).ok()
}
