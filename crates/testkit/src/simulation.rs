//! A random life of a small country, from one seed: people work, links fail, devices are lost, backups are put back.
//!
//! At the end everything is healed, and it is checked that nothing acknowledged was lost and that all are equal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sitesync_remote::site::Edit;
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use crate::country::{Country, Outage};
use crate::proof::unexplained;
use crate::records::{delete, delivery, edit, edit_delete, name_of, put, stock};

/// What may happen besides work and bad links.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hazards {
    pub outages: bool,
    /// Data files of sites are put back, copied or lost.
    pub site_rewinds: bool,
    /// The central server is restored from a backup.
    pub central_rewinds: bool,
    /// Stores move between sites.
    pub moves: bool,
}

const SITES: u32 = 3;

/// One life.
pub struct Simulation {
    pub country: Country,
    hazards: Hazards,
    /// Every write has a number of its own; it is the quantity of a stock line.
    counter: u64,
    /// For each stock line, the last number that was acknowledged.
    acknowledged: BTreeMap<String, u64>,
    site_backups: Vec<(u32, MemoryStore)>,
    central_backup: Option<MemoryStore>,
    deliveries: u64,
    patients: u64,
    /// What happened, for a person who looks for the reason.
    pub history: Vec<String>,
}

impl Simulation {
    pub fn new(seed: u64, hazards: Hazards) -> Self {
        let mut country = Country::with_sites(seed, SITES);
        country.page = Some(1 + country.random.below(12) as u32);
        Self {
            country,
            hazards,
            counter: 0,
            acknowledged: BTreeMap::new(),
            site_backups: Vec::new(),
            central_backup: None,
            deliveries: 0,
            patients: 0,
            history: Vec::new(),
        }
    }

    /// Lives for `steps` steps, then heals and checks.
    pub fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            self.step();
            self.check_whole_documents();
            self.check_proofs(None);
        }
        self.heal();
    }

    fn below(&self, bound: u64) -> u64 {
        self.country.random.below(bound)
    }

    fn any_site(&self) -> u32 {
        2 + self.below(u64::from(SITES)) as u32
    }

    fn any_store(&self) -> String {
        format!("S{}", self.any_site())
    }

    fn note(&mut self, text: impl Into<String>) {
        self.history.push(text.into());
    }

    fn step(&mut self) {
        self.country.clock.advance(1000);
        match self.below(20) {
            0..=4 => self.stock_work(),
            5..=6 => self.delivery_work(),
            7 => self.patient_work(),
            8..=9 => self.central_work(),
            10..=16 => self.sync(),
            17 if self.hazards.moves => self.move_store(),
            18 if self.hazards.site_rewinds => self.site_rewind(),
            19 if self.hazards.central_rewinds => self.central_rewind(),
            _ => self.sync(),
        }
    }

    /// Writes on a site. What it may not write (the store is elsewhere, or still arriving) is no fault.
    fn write(&mut self, site: u32, edits: &[Edit], what: String) {
        let done = self.country.site(site).write(edits).is_ok();
        self.note(format!("site {site} {} {what}", if done { "writes" } else { "may not write" }));
    }

    fn stock_work(&mut self) {
        let (site, store) = (self.any_site(), self.any_store());
        let line = format!("{store}_L{}", self.below(4));
        self.counter += 1;
        self.write(site, &[stock(&line, &store, self.counter)], format!("{line} = {}", self.counter));
    }

    fn delivery_work(&mut self) {
        let (site, from, to) = (self.any_site(), self.any_store(), self.any_store());
        let id = format!("D{}", self.below(self.deliveries + 1));
        let edits = match self.below(6) {
            0..=2 => {
                self.deliveries += 1;
                let lines = 1 + self.below(4) as usize;
                let mut edits = delivery(&format!("D{}", self.deliveries), &from, &to, lines);
                edits.push(edit("transact", &format!("D{}", self.deliveries), json!({ "number_of_cartons": lines })));
                edits
            }
            3 => vec![edit("transact", &id, json!({ "name_ID": name_of(&to) }))],
            4 => vec![edit_delete("transact", &id)],
            _ => vec![edit("transact", &id, json!({ "comment": format!("edit {}", self.counter) }))],
        };
        let exists = self.country.site_record(site, "transact", &edits[0].id).is_some();
        if exists || edits.len() > 1 {
            let what = format!("{:?}", edits.iter().map(|edit| &*edit.id).collect::<Vec<_>>());
            self.write(site, &edits, what);
        }
    }

    fn patient_work(&mut self) {
        let (site, store) = (self.any_site(), self.any_store());
        let id = format!("P{}", self.below(self.patients + 1));
        self.counter += 1;
        let edits = match self.below(4) {
            0 => {
                self.patients += 1;
                let id = format!("P{}", self.patients);
                vec![
                    edit("name", &id, json!({ "name": "Ada", "type": "patient" })),
                    edit("name_store_join", &format!("{id}_{store}"), json!({ "name_ID": id, "store_ID": store })),
                    edit(
                        "om_document",
                        &format!("{id}_doc"),
                        json!({ "owner_name_ID": id, "name": "doc", "data": {} }),
                    ),
                ]
            }
            1 => vec![edit(
                "name_store_join",
                &format!("{id}_{store}"),
                json!({ "name_ID": id, "store_ID": store, "inactive": self.below(2) == 0 }),
            )],
            2 => vec![edit("name", &id, json!({ "phone": self.counter.to_string() }))],
            _ => vec![edit("name", &id, json!({ "email": self.counter.to_string() }))],
        };
        let known = edits.len() > 1 || self.country.site_record(site, "name", &id).is_some();
        if known {
            self.write(site, &edits, format!("patient {id}"));
        }
    }

    fn central_work(&mut self) {
        self.counter += 1;
        let (counter, store) = (self.counter, self.any_store());
        let item = format!("I{}", self.below(6));
        let patient = format!("P{}", self.below(self.patients + 1));
        let changes = match self.below(5) {
            0 => vec![delete("item", &item)],
            1 if self.country.central_record("name", &patient).is_some() => vec![put(
                "name_store_join",
                &format!("{patient}_{store}"),
                json!({ "name_ID": patient, "store_ID": store, "inactive": self.below(3) == 0 }),
            )],
            2 => vec![put(
                "item_store_join",
                &format!("{item}_{store}"),
                json!({ "store_ID": store, "item_ID": item, "margin": counter }),
            )],
            _ => vec![put("item", &item, json!({ "item_name": format!("Item {counter}") }))],
        };
        let what = format!("central edits {} {}", changes[0].table, changes[0].id);
        let done = self.country.try_edit(changes).is_ok();
        self.note(format!("{what}: {done}"));
    }

    fn move_store(&mut self) {
        let (store, site) = (self.any_store(), 1 + self.below(u64::from(SITES) + 1));
        self.country.edit(vec![put("store", &store, json!({ "sync_id_remote_site": site }))]);
        self.note(format!("{store} moves to site {site}"));
    }

    fn sync(&mut self) {
        let site = self.any_site();
        let outages = self.hazards.outages;
        let random = self.country.random.clone();
        let before = self.lines_of(site);
        let result = self.country.sync_over(site, &mut |_| match random.below(12) {
            0 if outages => Outage::Request,
            1 if outages => Outage::Answer,
            2 if outages => Outage::Twice,
            3 if outages => Outage::Killed,
            _ => Outage::None,
        });
        match result {
            Ok(_) => {
                self.note(format!("site {site} syncs"));
                self.check_proofs(Some(site));
                self.acknowledge(site, before);
            }
            Err(failure) => self.note(format!("site {site} fails to sync: {failure:?}")),
        }
    }

    /// The stock lines that a site holds of stores of its own.
    fn lines_of(&self, site: u32) -> BTreeMap<String, u64> {
        let mut lines = BTreeMap::new();
        let member = self.country.member(site);
        let snapshot = member.store.snapshot().expect("in memory");
        for record in snapshot.table("item_line", None, usize::MAX).expect("in memory") {
            let body = sitesync_core::normal::parse(&record.body).expect("stored bodies are objects");
            if let Some(quantity) = body.get("quantity").and_then(serde_json::Value::as_u64) {
                lines.insert(record.key.id.to_string(), quantity);
            }
        }
        lines
    }

    /// What a site held when a sync began is on the central server when it has ended: there, or held or put aside.
    fn acknowledge(&mut self, site: u32, before: BTreeMap<String, u64>) {
        for (line, quantity) in before {
            let central = self.central_line(&line);
            if central == Some(quantity) {
                self.acknowledged.insert(line, quantity);
            } else if !self.is_kept(&line, quantity) && central.is_none_or(|central| central < quantity) {
                panic!("site {site} synced {line} = {quantity}, but the central server has {central:?}");
            }
        }
    }

    fn central_line(&self, line: &str) -> Option<u64> {
        self.country.central_record("item_line", line)?.get("quantity")?.as_u64()
    }

    /// Whether a version is held on the central server or put aside on a site.
    fn is_kept(&self, line: &str, quantity: u64) -> bool {
        let text = format!("\"quantity\":{quantity},");
        let text_end = format!("\"quantity\":{quantity}}}");
        let names = |body: &str| body.contains(&text) || body.contains(&text_end);
        let held = self.country.hub.held(None, usize::MAX).expect("in memory");
        let held = held.iter().flat_map(|held| &held.changes).filter(|change| &*change.id == line);
        if held.into_iter().any(|change| change.put.as_ref().is_some_and(|body| names(body.get()))) {
            return true;
        }
        self.country.sites.iter().any(|member| {
            let aside = member.site.put_aside().expect("in memory");
            aside.iter().any(|aside| &*aside.id == line && aside.body.as_deref().is_some_and(names))
        })
    }

    fn site_rewind(&mut self) {
        let site = self.any_site();
        match self.below(4) {
            0 => {
                let copy = self.country.copy_of(site);
                self.site_backups.push((site, copy));
                self.note(format!("site {site} is backed up"));
            }
            1 => {
                // Only what was never sent is lost with a device.
                self.country.replace_device(site);
                self.note(format!("site {site} gets a new device"));
            }
            _ => {
                let choice = self.below(self.site_backups.len() as u64 + 1) as usize;
                if let Some((site, file)) = self.site_backups.get(choice).map(|(site, file)| (*site, file.fork())) {
                    self.country.put_back(site, &file);
                    self.note(format!("site {site} is put back from backup {choice}"));
                }
            }
        }
    }

    fn central_rewind(&mut self) {
        match self.central_backup.take() {
            Some(file) if self.below(3) == 0 => {
                self.country.restore_central(&file);
                self.note("the central server is restored");
            }
            Some(file) => self.central_backup = Some(file),
            None => {
                self.central_backup = Some(self.country.central.fork());
                self.note("the central server is backed up");
            }
        }
    }

    /// Nobody sees a delivery without its lines, or lines without their delivery.
    fn check_whole_documents(&self) {
        let stores = self.country.sites.iter().map(|member| &member.store).chain([&self.country.central]);
        for (at, store) in stores.enumerate() {
            let site = self.country.sites.get(at);
            if site.is_some_and(|member| !member.site.status().expect("in memory").initialised) {
                continue;
            }
            check_documents(store, &format!("holder {at}"));
        }
    }

    /// A site holds what its feeds say, or knows why not. Of a site that has just synchronised, what it sent is confirmed or held.
    fn check_proofs(&self, synced: Option<u32>) {
        for member in &self.country.sites {
            let held = synced.filter(|site| member.id.0 == *site).map(|_| self.country.held_of(member.id));
            let unexplained = unexplained(member, held.as_ref());
            assert!(unexplained.is_empty(), "site {}: {}", member.id, unexplained.join("; "));
        }
    }

    fn heal(&mut self) {
        self.note("healing");
        for _ in 0..4 {
            for site in 2..2 + SITES {
                self.country.sync(site);
                self.check_proofs(Some(site));
            }
        }
        self.country.assert_equal();
        self.check_whole_documents();
        // Where both sides were put back, what neither holds any more cannot be promised.
        if self.hazards.site_rewinds && self.hazards.central_rewinds {
            return;
        }
        for (line, quantity) in &self.acknowledged {
            let central = self.central_line(line);
            let later = central.is_some_and(|central| central >= *quantity);
            assert!(
                later || self.is_kept(line, *quantity),
                "{line} = {quantity} was acknowledged; now the central server has {central:?}, and it is not kept anywhere"
            );
        }
    }
}

fn check_documents(store: &MemoryStore, whose: &str) {
    let snapshot = store.snapshot().expect("in memory");
    let headers = snapshot.table("transact", None, usize::MAX).expect("in memory");
    let mut expected = BTreeMap::new();
    for header in &headers {
        let body = sitesync_core::normal::parse(&header.body).expect("stored bodies are objects");
        let lines = body.get("number_of_cartons").and_then(serde_json::Value::as_u64).unwrap_or(0);
        expected.insert(header.key.id.to_string(), lines);
    }
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut orphans = BTreeSet::new();
    for line in snapshot.table("trans_line", None, usize::MAX).expect("in memory") {
        let body = sitesync_core::normal::parse(&line.body).expect("stored bodies are objects");
        let header = body.get("transaction_ID").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        if !expected.contains_key(&header) {
            orphans.insert(line.key.id.to_string());
        }
        *found.entry(header).or_default() += 1;
    }
    assert!(orphans.is_empty(), "{whose} has lines without a delivery: {orphans:?}");
    for (header, lines) in expected {
        assert_eq!(found.get(&header).copied().unwrap_or(0), lines, "{whose}: lines of {header}");
    }
}
