//! What people do on a device. What they may not do there (the store is elsewhere, or still arriving) is no fault.

use serde_json::{Map, Value, json};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_remote::site::{Edit, SiteError};
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use super::action::{Made, STORES, Work};
use super::broken::Broken;
use super::ledger::{Stamped, present};
use super::world::World;
use crate::records::{edit, edit_delete, name_of};

/// The body of a live record.
pub(super) fn body(store: &MemoryStore, table: &str, id: &str) -> Option<Map<String, Value>> {
    let key = RecordKey::new(table, id);
    let record = store.snapshot().expect("in memory").records(&[key]).expect("in memory").pop().flatten();
    normal::parse(&record.filter(|record| record.is_live())?.body).ok()
}

pub(super) fn number(body: Option<&Map<String, Value>>, column: &str) -> i64 {
    body.and_then(|body| body.get(column)?.as_i64()).unwrap_or(0)
}

pub(super) fn document(made: Made) -> String {
    format!("D{made}")
}

pub(super) fn patient(made: Made) -> String {
    format!("P{made}")
}

pub(super) fn stock_line(store: usize, line: usize) -> String {
    format!("{}_L{line}", STORES[store])
}

impl World {
    pub(super) fn work(&mut self, at: usize, now: Made, work: &Work) -> Result<(), Broken> {
        let store = &self.country.sites[at].store;
        let edits = edits(store, now, work);
        if edits.is_empty() {
            self.note("there is no such record");
            return Ok(());
        }
        let keys = edits.iter().map(|edit| RecordKey { table: edit.table.clone(), id: edit.id.clone() });
        let before: Vec<_> = keys.map(|key| (present(store, &key), key)).collect();
        match self.country.sites[at].site.write(&edits) {
            Ok(_) => self.wrote(at, now, before),
            Err(SiteError::Store(error)) => {
                // The write may have been stored, and nobody heard of it.
                self.wrote(at, now, before);
                self.device_failed(at, &SiteError::Store(error))?;
            }
            Err(error) => self.note(format!("may not: {error}")),
        }
        Ok(())
    }

    /// Notes the versions that the device holds now and did not hold before.
    fn wrote(&mut self, at: usize, now: Made, before: Vec<(Option<Stamped>, RecordKey)>) {
        let member = &self.country.sites[at];
        for (before, key) in before {
            match present(&member.store, &key) {
                Some(new) if new.stamp == now as u64 => {
                    self.ledger.write(new.clone(), before, member.id.0);
                    self.devices[at].written.push(new);
                }
                Some(_) => {}
                None => self.ledger.delete(before),
            }
        }
    }
}

/// The edits that a piece of work comes to on this device.
fn edits(store: &MemoryStore, now: Made, work: &Work) -> Vec<Edit> {
    match *work {
        Work::Stock { store: of, line, packs } => stock(store, now, of, line, packs),
        Work::Deliver { from, to, lines } => deliver(now, from, &name_of(STORES[to]), lines),
        Work::Prescribe { patient: of, store: from } => deliver(now, from, &patient(of), 1),
        Work::Rewrite(made) => rewrite(store, now, made),
        Work::AddLine(made) => add_line(store, now, made),
        Work::Comment(made) => change(store, "transact", &document(made), json!({ "comment": now.to_string() })),
        Work::Readdress(made, to) => {
            let body = json!({ "name_ID": name_of(STORES[to]), "comment": now.to_string() });
            change(store, "transact", &document(made), body)
        }
        Work::Delete(made) if body(store, "transact", &document(made)).is_some() => {
            vec![edit_delete("transact", &document(made))]
        }
        Work::Delete(_) => Vec::new(),
        Work::Patient { store: of } => new_patient(now, STORES[of]),
        Work::PatientColumn(of, column) => change(store, "name", &patient(of), json!({ (column): now.to_string() })),
        Work::Show { patient: of, store: to, inactive } => {
            if body(store, "name", &patient(of)).is_none() {
                return Vec::new();
            }
            vec![join(&patient(of), STORES[to], inactive)]
        }
        Work::Message { from, to } => {
            let body = json!({ "fromStoreID": STORES[from], "toStoreID": STORES[to], "type": "text", "status": "new" });
            vec![edit("message", &format!("M{now}"), body)]
        }
    }
}

fn change(store: &MemoryStore, table: &str, id: &str, columns: Value) -> Vec<Edit> {
    if body(store, table, id).is_some() { vec![edit(table, id, columns)] } else { Vec::new() }
}

/// A stock line, and the adjustment that says why.
fn stock(store: &MemoryStore, now: Made, of: usize, line: usize, packs: i64) -> Vec<Edit> {
    let id = stock_line(of, line);
    let packs = if packs == 0 { 1 } else { packs };
    let quantity = number(body(store, "item_line", &id).as_ref(), "quantity") + packs;
    let figure = json!({
        "store_ID": STORES[of], "item_ID": "item", "pack_size": 1, "quantity": quantity, "batch": now.to_string(),
    });
    let mut edits = deliver(now, of, "inventory", 1);
    if let Some(line) = edits.last_mut().and_then(|edit| edit.data.as_mut()) {
        line.insert("item_line_ID".to_owned(), json!(id));
        line.insert("quantity".to_owned(), json!(packs));
    }
    edits.push(edit("item_line", &id, figure));
    edits
}

fn deliver(now: Made, from: usize, to: &str, lines: usize) -> Vec<Edit> {
    let id = document(now);
    let header = json!({
        "store_ID": STORES[from], "name_ID": to, "type": "ci", "status": "sg", "their_ref": now.to_string(),
        "comment": now.to_string(), "number_of_cartons": lines,
    });
    let mut edits = vec![edit("transact", &id, header)];
    edits.extend((0..lines).map(|line| delivered(&id, line, now, &now.to_string())));
    edits
}

fn delivered(document: &str, line: usize, now: Made, note: &str) -> Edit {
    let body = json!({
        "transaction_ID": document, "item_ID": "item", "quantity": now, "pack_size": 1, "line_number": line, "note": note,
    });
    edit("trans_line", &format!("{document}_{line}"), body)
}

fn rewrite(store: &MemoryStore, now: Made, made: Made) -> Vec<Edit> {
    let id = document(made);
    let Some(header) = body(store, "transact", &id) else { return Vec::new() };
    let stamp = now.to_string();
    let mut edits = vec![edit("transact", &id, json!({ "their_ref": stamp, "comment": stamp }))];
    let lines = number(Some(&header), "number_of_cartons");
    edits.extend((0..lines).map(|line| edit("trans_line", &format!("{id}_{line}"), json!({ "note": stamp }))));
    edits
}

fn add_line(store: &MemoryStore, now: Made, made: Made) -> Vec<Edit> {
    let id = document(made);
    let Some(header) = body(store, "transact", &id) else { return Vec::new() };
    let lines = number(Some(&header), "number_of_cartons");
    let note = header.get("their_ref").and_then(Value::as_str).unwrap_or_default();
    let columns = json!({ "number_of_cartons": lines + 1, "comment": now.to_string() });
    vec![edit("transact", &id, columns), delivered(&id, lines as usize, now, note)]
}

pub(super) fn join(patient: &str, store: &str, inactive: bool) -> Edit {
    let body = json!({ "name_ID": patient, "store_ID": store, "inactive": inactive });
    edit("name_store_join", &format!("{patient}_{store}"), body)
}

fn new_patient(now: Made, store: &str) -> Vec<Edit> {
    let id = patient(now);
    let paper = json!({ "owner_name_ID": id, "name": "doc", "data": {} });
    vec![
        edit("name", &id, json!({ "name": "Ada", "type": "patient" })),
        join(&id, store, false),
        edit("om_document", &format!("{id}_doc"), paper),
    ]
}
