//! A world of a few records, for tests of the rules.

use std::collections::BTreeMap;
use std::convert::Infallible;

use serde_json::Value;

use super::{Known, World};
use crate::catalogue::{Catalogue, Class, Facts};
use crate::ids::{RecordKey, SiteId};

/// One record of a test's world.
pub(crate) struct Row {
    pub(crate) key: RecordKey,
    pub(crate) known: Known,
}

/// A live record, last written by site 2.
pub(crate) fn row(table: &str, id: &str, body: Value) -> Row {
    let key = RecordKey::new(table, id);
    let facts = facts(&key, body);
    Row { key, known: Known { facts, live: true, merged_into: None, source: SiteId(2) } }
}

impl Row {
    pub(crate) fn deleted(mut self) -> Self {
        self.known.live = false;
        self
    }

    pub(crate) fn merged_into(mut self, id: &str) -> Self {
        self.known.merged_into = Some(id.into());
        self.deleted()
    }
}

pub(crate) fn facts(key: &RecordKey, body: Value) -> Facts {
    let Value::Object(body) = body else { panic!("a record is an object") };
    Facts::read(Catalogue::embedded().table(&key.table), key, &body)
}

pub(crate) struct TableWorld(BTreeMap<RecordKey, Known>);

impl TableWorld {
    pub(crate) fn of(rows: Vec<Row>) -> Self {
        Self(rows.into_iter().map(|row| (row.key, row.known)).collect())
    }

    fn aliases(&self, key: &RecordKey) -> Vec<RecordKey> {
        let mut all = vec![key.clone()];
        let mut at = 0;
        while at < all.len() {
            let into = all[at].clone();
            let merged = self.0.iter().filter(|(other, known)| {
                other.table == into.table && known.merged_into.as_ref() == Some(&into.id) && !all.contains(other)
            });
            let merged: Vec<_> = merged.map(|(other, _)| other.clone()).collect();
            all.extend(merged);
            at += 1;
        }
        all
    }

    fn live(&self) -> impl Iterator<Item = (&RecordKey, &Known)> {
        self.0.iter().filter(|(_, known)| known.live)
    }
}

impl World for TableWorld {
    type Error = Infallible;

    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>, Infallible> {
        Ok(self.0.get(key).cloned())
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>, Infallible> {
        let names = self.aliases(&RecordKey::new("name", name));
        let is_one = |id: &str| names.iter().any(|name| *name.id == *id);
        let stores = self.live().filter(|(_, known)| known.facts.facility.as_deref().is_some_and(is_one));
        Ok(stores.map(|(key, _)| key.id.clone()).collect())
    }

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>, Infallible> {
        let subjects = self.aliases(subject);
        let joins = self
            .live()
            .filter(|(_, join)| join.facts.makes_visible.as_ref().is_some_and(|shown| subjects.contains(shown)));
        Ok(joins.filter_map(|(_, join)| join.facts.store.clone()).collect())
    }
}

/// The stores A and A2 of site 2, B of site 3, C of the central server's own site, TWIN1 and TWIN2 of one name,
/// GONE of site 2, deleted; names, a patient P seen in A, and the joins of a clinician and a user.
pub(crate) fn country() -> Vec<Row> {
    use serde_json::json;
    let store = |id: &str, site: u32| {
        row("store", id, json!({ "name_ID": format!("name of {id}"), "sync_id_remote_site": site }))
    };
    let twin = |id: &str, site: u32| row("store", id, json!({ "name_ID": "twins", "sync_id_remote_site": site }));
    let facility = |id: &str| row("name", id, json!({ "type": "facility" }));
    let patient = |id: &str| row("name", id, json!({ "type": "patient" }));
    let join = |id: &str, name: &str, store: &str, inactive: bool| {
        row("name_store_join", id, json!({ "name_ID": name, "store_ID": store, "inactive": inactive }))
    };
    let mut rows =
        vec![store("A", 2), store("A2", 2), store("B", 3), store("C", 0), twin("TWIN1", 2), twin("TWIN2", 3)];
    rows.push(store("GONE", 2).deleted());
    rows.extend(["name of A", "name of A2", "name of B", "name of C", "twins", "plain"].map(facility));
    rows.push(facility("old name of B").merged_into("name of B"));
    rows.extend(["P", "P2", "hidden"].map(patient));
    rows.push(patient("old P").merged_into("P"));
    rows.push(join("J1", "P", "A", false));
    rows.push(join("J2", "P", "B", true));
    rows.push(join("J3", "old P", "TWIN2", false));
    rows.push(join("J4", "P2", "B", false));
    rows.push(join("J5", "plain", "A", false));
    rows.push(row("clinician", "K", json!({})));
    rows.push(row("clinician_store_join", "KJ", json!({ "prescriber_ID": "K", "store_ID": "B" })));
    rows.push(row("user", "U", json!({})));
    rows.push(row("user_store", "UJ", json!({ "user_ID": "U", "store_ID": "A" })));
    rows.push(row("om_user_permission", "UP", json!({ "user_ID": "U", "store_ID": "C" })));
    rows
}

/// Lines of lines: no table is one yet, but the rules are for any depth.
pub(crate) fn line_of(id: &str, parent: &RecordKey) -> Row {
    let mut line = row("trans_line", id, serde_json::json!({ "transaction_ID": "" }));
    line.known.facts.class = Class::Child;
    line.known.facts.parent = Some(parent.clone());
    line
}
