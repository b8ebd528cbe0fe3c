//! What administrators do on the central server. What is refused there changes nothing.

use serde_json::json;
use sitesync_central::hub::HubError;
use sitesync_central::stores::Moving;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;

use super::action::{Made, Manage, STORES};
use super::broken::Broken;
use super::ledger::present;
use super::work::{body, patient, stock_line};
use super::world::World;
use crate::records::{delete, merge, put};

fn item(number: usize) -> String {
    format!("I{number}")
}

impl World {
    pub(super) fn manage(&mut self, now: Made, manage: &Manage) -> Result<(), Broken> {
        match *manage {
            Manage::RepairStock { store, line } => self.repair(now, &stock_line(store, line)),
            Manage::Release { which, repair } => self.release(which, repair),
            Manage::SendBack { which } => self.send_back(which),
            Manage::HandOver { store, site } => self.moved(self.country.begin_move(STORES[store], site)),
            Manage::CallOff { store } => self.moved(self.country.call_off(STORES[store])),
            Manage::TakeOverNow { store, site } => {
                self.irregular.insert(STORES[store]);
                self.moved(self.country.take_over_now(STORES[store], site))
            }
            _ => {
                if let Manage::MoveStore { store, .. } = manage {
                    self.irregular.insert(STORES[*store]);
                }
                let changes = self.changes(now, manage);
                if changes.is_empty() {
                    self.note("there is no such record");
                    return Ok(());
                }
                let done = self.country.hub.edit(Actor::Site(SiteId::CENTRAL), changes).map(|_| ());
                self.managed(done)
            }
        }
    }

    fn moved(&mut self, done: Result<Moving, HubError>) -> Result<(), Broken> {
        if let Ok(moving) = &done {
            self.note(format!("{moving:?}").split(['(', ' ']).next().unwrap_or_default());
        }
        self.managed(done.map(|_| ()))
    }

    fn managed(&mut self, done: Result<(), HubError>) -> Result<(), Broken> {
        match done {
            Ok(()) => {}
            Err(HubError::Refused(faults)) => self.note(format!("refused: {faults:?}")),
            Err(HubError::Asked(text)) => self.note(text.message),
            Err(error) => self.hub_failed(&error)?,
        }
        if !self.lazy {
            self.hub_work(false)?;
        }
        self.restart_killed();
        Ok(())
    }

    fn changes(&self, now: Made, manage: &Manage) -> Vec<Change> {
        let known = |table: &str, id: &str| body(&self.country.central, table, id).is_some();
        match *manage {
            Manage::Item(at) => vec![put("item", &item(at), json!({ "item_name": format!("Item {now}") }))],
            Manage::DeleteItem(at) => vec![delete("item", &item(at))],
            Manage::MergeItems(from, into) => vec![merge("item", &item(from), &item(into))],
            Manage::ItemOfStore { item: at, store } if known("item", &item(at)) => {
                let body = json!({ "store_ID": STORES[store], "item_ID": item(at), "margin": now });
                vec![put("item_store_join", &format!("{}_{}", item(at), STORES[store]), body)]
            }
            Manage::Show { patient: of, store, inactive } if known("name", &patient(of)) => {
                let body = json!({ "name_ID": patient(of), "store_ID": STORES[store], "inactive": inactive });
                vec![put("name_store_join", &format!("{}_{}", patient(of), STORES[store]), body)]
            }
            Manage::DeletePatient(of) => vec![delete("name", &patient(of))],
            Manage::MergePatients(from, into) => vec![merge("name", &patient(from), &patient(into))],
            Manage::MoveStore { store, site } => {
                vec![put("store", STORES[store], json!({ "sync_id_remote_site": site }))]
            }
            Manage::Show { .. } | Manage::ItemOfStore { .. } => Vec::new(),
            Manage::RepairStock { .. } | Manage::Release { .. } | Manage::SendBack { .. } => Vec::new(),
            Manage::HandOver { .. } | Manage::CallOff { .. } | Manage::TakeOverNow { .. } => Vec::new(),
        }
    }

    fn repair(&mut self, now: Made, line: &str) -> Result<(), Broken> {
        let key = RecordKey::new("item_line", line);
        let Some(before) = present(&self.country.central, &key) else { return Ok(()) };
        let changes = vec![put("item_line", line, json!({ "batch": now.to_string() }))];
        let done = self.country.hub.edit(Actor::Repair, changes).map(|_| ());
        if let Some(new) = present(&self.country.central, &key).filter(|new| new.stamp == now as u64) {
            self.ledger.write(new, Some(before), SiteId::CENTRAL.0);
        }
        self.managed(done)
    }

    /// The held document that a person looks at.
    fn any_held(&mut self, which: u64) -> Option<u64> {
        let held = self.country.hub.held(None, usize::MAX).expect("in memory");
        let count = (held.len() as u64).max(1);
        let document = held.get((which % count) as usize)?;
        self.note(format!("{} of site {}: {}", document.root, document.site, document.reason.text));
        Some(document.id)
    }

    /// A person decides that the held version counts.
    fn release(&mut self, which: u64, repair: bool) -> Result<(), Broken> {
        let Some(id) = self.any_held(which) else { return Ok(()) };
        let versions = self.versions_of_held(id);
        self.ledger.decided.extend(versions.iter().map(|version| version.key.clone()));
        let over: Vec<_> = versions.iter().map(|held| present(&self.country.central, &held.key)).collect();
        let deleted: Vec<_> =
            self.deletions_of_held(id).iter().filter_map(|key| present(&self.country.central, key)).collect();
        let done = self.country.hub.release(id, repair);
        self.managed(done)?;
        if !self.is_held(id) {
            deleted.into_iter().for_each(|gone| self.ledger.delete(Some(gone)));
            for (version, over) in versions.into_iter().zip(over) {
                self.ledger.counts_over(version, over);
            }
        }
        Ok(())
    }

    /// A person decides that it does not.
    fn send_back(&mut self, which: u64) -> Result<(), Broken> {
        let Some(id) = self.any_held(which) else { return Ok(()) };
        let versions = self.versions_of_held(id);
        let done = self.country.hub.send_back(id);
        self.managed(done)?;
        if !self.is_held(id) {
            self.ledger.give_up(versions);
        }
        Ok(())
    }
}
