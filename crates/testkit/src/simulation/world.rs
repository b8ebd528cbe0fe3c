//! The country of a life: carries out one action after the other. After each, what must hold at every moment is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sitesync_central::hub::HubError;
use sitesync_remote::site::{SiteError, Step};
use sitesync_store::memory::MemoryStore;

use super::action::{Action, HOMES, PLAIN_SITE, Party, Planned, SITES, STORES, Slot};
use super::broken::Broken;
use super::exchange::Flight;
use super::kind::Kind;
use super::ledger::{Ledger, Stamped};
use super::numbers::Numbers;
use super::plain::Plain;
use super::plan::Plan;
use super::{documents, rewind};
use crate::brittle::Break;
use crate::country::Country;
use crate::given::FixedClock;
use crate::proof::unexplained;
use crate::records;

pub struct World {
    pub country: Country,
    pub(super) lazy: bool,
    /// Where the device of a place stands in the country.
    pub(super) slots: Vec<Option<usize>>,
    /// By place in the country.
    pub(super) devices: Vec<Device>,
    pub(super) plain: Plain,
    /// Requests that may arrive (again) later.
    pub(super) late: Vec<(usize, Step)>,
    pub(super) backups: BTreeMap<usize, Backup>,
    pub(super) ledger: Ledger,
    /// Stores that were moved without waiting for their site.
    pub(super) irregular: BTreeSet<&'static str>,
    pub(super) kind: Kind,
    numbers: Numbers,
    /// The writes on the central server's store when its documents were looked at last.
    seen_hub: u64,
    pub history: Vec<String>,
}

/// What is known of a device beside its data file.
#[derive(Default)]
pub(super) struct Device {
    pub(super) flight: Option<Flight>,
    /// What people wrote into the data file that it works with.
    pub(super) written: Vec<Stamped>,
    seen: u64,
}

impl Device {
    pub(super) fn of(written: Vec<Stamped>) -> Self {
        Self { written, ..Self::default() }
    }
}

/// A data file as it was, and what had been written into it.
pub(super) struct Backup {
    pub(super) file: MemoryStore,
    pub(super) written: Vec<Stamped>,
}

impl World {
    pub fn new(plan: &Plan) -> Self {
        let mut country = Country::new(plan.seed);
        country.page = Some(plan.page);
        country.edit(vec![records::put("item", "item", serde_json::json!({ "item_name": "Paracetamol" }))]);
        for (store, site) in STORES.iter().zip(HOMES) {
            country.edit(records::store(store, site));
        }
        for site in SITES {
            country.add_site(sitesync_core::ids::SiteId(site));
        }
        country.register(sitesync_core::ids::SiteId(PLAIN_SITE));
        for member in &mut country.sites {
            // Each has a clock of its own.
            member.clock = Arc::new(FixedClock::default());
        }
        for at in 0..country.sites.len() {
            let store = country.sites[at].store.clone();
            country.open_file(at, store);
        }
        let devices = SITES.iter().map(|_| Device::default()).collect();
        Self {
            slots: (0..SITES.len()).map(Some).chain([None; super::action::COPIES]).collect(),
            country,
            lazy: plan.lazy,
            devices,
            plain: Plain::default(),
            late: Vec::new(),
            backups: BTreeMap::new(),
            ledger: Ledger::default(),
            irregular: BTreeSet::new(),
            kind: plan.kind,
            numbers: Numbers::default(),
            seen_hub: u64::MAX,
            history: Vec::new(),
        }
    }

    /// Lives a whole life.
    pub fn live(&mut self, plan: &Plan) -> Result<(), Broken> {
        for planned in &plan.actions {
            self.act(planned)?;
        }
        self.heal()
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        if let Some(last) = self.history.last_mut() {
            last.push_str("; ");
            last.push_str(&text.into());
        }
    }

    fn act(&mut self, planned: &Planned) -> Result<(), Broken> {
        self.history.push(planned.to_string());
        self.country.clock.advance(1_000);
        self.country.sites.iter().for_each(|member| member.clock.advance(1_000));
        match &planned.action {
            Action::Work(slot, work) => {
                if let Some(at) = self.at(*slot) {
                    self.work(at, planned.number, work)?;
                }
            }
            Action::Manage(manage) => self.manage(planned.number, manage)?,
            Action::Sync { device, moves, weather } => {
                if let Some(at) = self.at(*device) {
                    self.sync(at, *moves, *weather)?;
                }
            }
            Action::Read { requests, weather } => self.read_plainly(*requests, *weather)?,
            Action::Late { which } => self.arrive_late(*which)?,
            Action::Job => self.hub_work(true)?,
            hazard => rewind::happen(self, planned.number, hazard),
        }
        self.look()?;
        self.hand_overs_are_orderly()
    }

    pub(super) fn at(&self, slot: Slot) -> Option<usize> {
        self.slots.get(slot).copied().flatten()
    }

    /// The clock of a party.
    pub(super) fn clock(&self, party: Party) -> Option<&FixedClock> {
        match party {
            Party::Hub => Some(&self.country.clock),
            Party::Device(slot) => self.at(slot).map(|at| &*self.country.sites[at].clock),
        }
    }

    /// A party's store will break.
    pub(super) fn plan_break(&self, party: Party, write: u32, how: Break) {
        match party {
            Party::Hub => self.country.disk.break_at(write, how),
            Party::Device(slot) => {
                if let Some(at) = self.at(slot) {
                    self.country.sites[at].disk.break_at(write, how);
                }
            }
        }
    }

    /// The device starts again on what is stored.
    pub(super) fn restart(&mut self, at: usize) {
        let file = self.country.sites[at].store.clone();
        self.open(at, file);
    }

    pub(super) fn open(&mut self, at: usize, file: Arc<MemoryStore>) {
        self.country.open_file(at, file);
        self.devices[at].flight = None;
        self.devices[at].seen = u64::MAX;
    }

    pub(super) fn restart_hub(&mut self) {
        self.country.reopen_hub();
        self.seen_hub = u64::MAX;
    }

    /// An error of a device: it was killed, or this is a fault.
    pub(super) fn device_failed(&mut self, at: usize, error: &SiteError) -> Result<(), Broken> {
        if !self.country.sites[at].disk.is_broken() {
            let site = self.country.sites[at].id;
            return Err(Broken::new("a site fails", format!("site {site}: {error:?}")));
        }
        self.note("is killed");
        self.restart(at);
        Ok(())
    }

    /// An error of the hub: it was killed, or this is a fault.
    pub(super) fn hub_failed(&mut self, error: &HubError) -> Result<(), Broken> {
        if !self.country.disk.is_broken() {
            return Err(Broken::new("the hub fails", format!("{error:?}")));
        }
        self.note("the hub is killed");
        self.restart_hub();
        Ok(())
    }

    /// What waits on the hub is done, or one piece of it.
    pub(super) fn hub_work(&mut self, once: bool) -> Result<(), Broken> {
        loop {
            match self.country.hub.work() {
                Ok(more) if more && !once => {}
                Ok(_) => return Ok(()),
                Err(error) => return self.hub_failed(&error),
            }
        }
    }

    /// Whoever was killed in a write that came to nothing anyway starts again too.
    pub(super) fn restart_killed(&mut self) {
        if self.country.disk.is_broken() {
            self.restart_hub();
        }
        for at in 0..self.devices.len() {
            if self.country.sites[at].disk.is_broken() {
                self.restart(at);
            }
        }
    }

    /// Looks at everything that was written since the last look.
    pub(super) fn look(&mut self) -> Result<(), Broken> {
        self.restart_killed();
        if self.country.disk.writes() != self.seen_hub {
            self.seen_hub = self.country.disk.writes();
            self.numbers.grew(&self.country.central)?;
            documents::whole(&self.country.central, "the central server", &self.ledger.decided)?;
        }
        for (member, device) in self.country.sites.iter().zip(&mut self.devices) {
            if member.disk.writes() == device.seen {
                continue;
            }
            device.seen = member.disk.writes();
            if member.site.state().is_ok_and(|state| state.initialised) {
                documents::whole(&member.store, &format!("site {}", member.id), &self.ledger.decided)?;
                if let Some(fault) = unexplained(member, None).into_iter().next() {
                    return Err(Broken::new("sums stand for records", format!("site {}: {fault}", member.id)));
                }
            }
        }
        Ok(())
    }
}
