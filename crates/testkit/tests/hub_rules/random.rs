//! Random work on the hub alone, over few ids, so that everything meets everything. The audit after each commit is the test.

use serde_json::json;
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_testkit::SeededRandom;
use sitesync_testkit::records::{delete, merge, name_of, put};

use crate::central::{Central, aside, join, whole};

const COMMITS: usize = 40;
const STORES: [&str; 6] = ["S2", "T2", "S3", "S4", "N1", "N2"];
const NAMES: [&str; 8] = ["name_S2", "name_T2", "name_S3", "name_S4", "P", "Q", "R", "double"];

/// A few seeds, or as many as `HUB_SEEDS` says.
fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("HUB_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(15)
}

/// Random changes that a person could make, and some that nobody should.
struct Maker(SeededRandom);

impl Maker {
    fn store(&self) -> &'static str {
        STORES[self.0.below(STORES.len() as u64) as usize]
    }

    /// A patient every other time: they have the most that depends on them.
    fn name(&self) -> &'static str {
        if self.one_in(2) {
            return ["P", "Q", "R"][self.0.below(3) as usize];
        }
        NAMES[self.0.below(NAMES.len() as u64) as usize]
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.0.below(5))
    }

    fn one_in(&self, chances: u64) -> bool {
        self.0.below(chances) == 0
    }

    fn changes(&self) -> Vec<Change> {
        (0..=self.0.below(6)).map(|_| self.change()).collect()
    }

    fn change(&self) -> Change {
        let change = match self.0.below(16) {
            0..=2 => whole(
                "transact",
                &self.id("D"),
                json!({ "store_ID": self.store(), "name_ID": self.name(), "status": self.id("") }),
            ),
            3..=5 => self.line(),
            6 if self.one_in(2) => put("transact", &self.id("D"), json!({ "name_ID": self.name() })),
            6 => put("transact", &self.id("D"), json!({ "status": self.id("") })),
            7 | 8 => self.join(),
            9 => put("name", self.name(), json!({ "phone": self.id("") })),
            10 => whole("om_document", &self.id("DOC"), json!({ "owner_name_ID": self.name(), "name": self.id("") })),
            11 => whole("item_line", &self.id("L"), json!({ "store_ID": self.store(), "quantity": self.0.below(3) })),
            12 => whole("message", &self.id("M"), json!({ "fromStoreID": self.store(), "toStoreID": self.store() })),
            13 => whole("future", &self.id("F"), json!({ "store_ID": if self.one_in(2) { self.store() } else { "" } })),
            14 => self.master(),
            _ => self.end(),
        };
        if self.one_in(30) { aside(change) } else { change }
    }

    fn line(&self) -> Change {
        let quantity = if self.one_in(8) { json!("many") } else { json!(self.0.below(4)) };
        whole("trans_line", &self.id("DL"), json!({ "transaction_ID": self.id("D"), "quantity": quantity }))
    }

    fn join(&self) -> Change {
        let body = json!({ "name_ID": self.name(), "store_ID": self.store(), "inactive": self.one_in(3) });
        whole("name_store_join", &self.id("J"), body)
    }

    /// What only the central server may do, often in vain.
    fn master(&self) -> Change {
        match self.0.below(8) {
            0 | 1 => put("store", self.store(), json!({ "sync_id_remote_site": self.0.below(5) })),
            2 => put("store", self.store(), json!({ "name_ID": self.name() })),
            3 => put("name", self.name(), json!({ "type": if self.one_in(2) { "patient" } else { "facility" } })),
            4 => merge("name", self.name(), self.name()),
            5 => delete("store", self.store()),
            6 => {
                put("om_user_permission", &self.id("UP"), json!({ "user_ID": self.id("U"), "store_ID": self.store() }))
            }
            _ => put("user", &self.id("U"), json!({ "name": self.id("") })),
        }
    }

    fn end(&self) -> Change {
        match self.0.below(8) {
            0 | 1 => delete("transact", &self.id("D")),
            2 => delete("trans_line", &self.id("DL")),
            3 => delete("name_store_join", &self.id("J")),
            4 => delete("om_document", &self.id("DOC")),
            5 => delete("item_line", &self.id("L")),
            6 => delete("name", self.name()),
            _ => delete("future", &self.id("F")),
        }
    }

    /// Someone commits something.
    fn step(&self, central: &Central) {
        match self.0.below(12) {
            0..=6 => central.push_only(2 + u32::try_from(self.0.below(3)).unwrap_or(0), self.changes()),
            // An edit that is refused changes nothing, so one change at a time goes further.
            7 => drop(central.try_edit(vec![self.master()])),
            8 => drop(central.hub.edit(Actor::Repair, self.changes())),
            9 => drop(central.try_edit(vec![self.join()])),
            10 => drop(central.hub.edit(Actor::Repair, vec![self.change()])),
            _ => self.decide(central),
        }
        central.audit();
        central.settle();
    }

    /// A person decides about a held document.
    fn decide(&self, central: &Central) {
        let held = central.held();
        if held.is_empty() {
            return;
        }
        let id = self.0.pick(&held).id;
        match self.0.below(3) {
            0 => central.hub.send_back(id).expect("it is held"),
            repair => drop(central.hub.release(id, repair == 1)),
        }
    }
}

/// Patients seen in several stores, with prescriptions of some lines.
fn begin(central: &Central) {
    central.edit(["P", "Q", "R"].map(|id| put("name", id, json!({ "type": "patient" }))).to_vec());
    for (at, (name, store)) in [("P", "S2"), ("P", "S3"), ("Q", "S3"), ("Q", "T2"), ("R", "S4")].iter().enumerate() {
        central.edit(vec![join(&format!("J{at}"), name, store)]);
        let prescription = whole("transact", &format!("D{at}"), json!({ "store_ID": store, "name_ID": name }));
        let line = whole("trans_line", &format!("DL{at}"), json!({ "transaction_ID": format!("D{at}") }));
        central.repair(vec![prescription, line]);
    }
}

#[test]
fn random_work_leaves_every_record_where_it_belongs() {
    for seed in seeds() {
        let central = Central::new();
        begin(&central);
        let maker = Maker(SeededRandom::new(seed));
        for _ in 0..COMMITS {
            maker.step(&central);
        }
        assert!(central.feeds().len() > 3, "seed {seed} did something");
    }
}

#[test]
fn held_documents_do_not_outlive_what_they_wait_for() {
    for seed in 100..105 {
        let central = Central::new();
        let maker = Maker(SeededRandom::new(seed));
        for _ in 0..COMMITS {
            maker.step(&central);
        }
        for store in STORES {
            // Everything arrives: the stores are there, all on site 2, and every patient is visible everywhere.
            let body = json!({ "name_ID": name_of(store), "sync_id_remote_site": 2 });
            drop(central.try_edit(vec![put("store", store, body)]));
        }
        for document in central.held().iter().filter(|held| held.site == SiteId(2)) {
            let waits = document.reason.waits_for.as_ref().is_some_and(|key| &*key.table == "store");
            assert!(!waits, "seed {seed}: {} still waits for a store", document.root);
        }
    }
}
