//! An item: its record, its unit, and the lists that show it in stores.

use std::collections::BTreeSet;

use serde_json::json;
use sitesync_store::StoreError;

use super::fault::{Fault, MasterError, check_text};
use super::in_lists::InLists;
use super::index::Master;
use super::plan::Plan;
use super::read::Item;

/// What people fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemForm {
    pub code: String,
    pub name: String,
    /// `general`, `service` or `non_stock`.
    pub kind: String,
    /// The unit by its name. One that is not there is made.
    pub unit: String,
    /// Units in a pack, as sites propose it.
    pub pack_size: f64,
    /// `V`, `E`, `N`, or nothing.
    pub ven: String,
    pub vaccine: bool,
    /// Doses in a unit of a vaccine.
    pub doses: f64,
    pub strength: String,
    /// The ids of the lists that it is in.
    pub lists: BTreeSet<String>,
}

impl ItemForm {
    /// An item that is not there yet: in the lists that take new items.
    pub fn new(master: &Master) -> Self {
        let lists = master.lists.iter().filter(|list| list.takes_new && !list.inactive);
        Self {
            code: String::new(),
            name: String::new(),
            kind: "general".to_owned(),
            unit: String::new(),
            pack_size: 1.0,
            ven: String::new(),
            vaccine: false,
            doses: 0.0,
            strength: String::new(),
            lists: lists.map(|list| list.id.to_string()).collect(),
        }
    }

    pub fn of(master: &Master, item: &Item) -> Self {
        let unit = master.units.get(&item.unit);
        Self {
            code: item.code.to_string(),
            name: item.name.to_string(),
            kind: item.kind.to_string(),
            unit: unit.map(|unit| unit.name.to_string()).unwrap_or_default(),
            pack_size: item.pack_size,
            ven: item.ven.to_string(),
            vaccine: item.vaccine,
            doses: item.doses,
            strength: item.strength.to_string(),
            lists: master.items_lists.of(&item.id).map(|(list, _)| list.to_owned()).collect(),
        }
    }

    /// Plans the item: a new one if there is no `id`. Answers its id.
    ///
    /// # Errors
    /// Everything that is wrong with the form; nothing is planned then.
    pub fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let faults = self.faults(&plan.master, id);
        if !faults.is_empty() {
            return Err(MasterError::Faults(faults));
        }
        let item = id.map_or_else(|| plan.new_id(), str::to_owned);
        let unit = self.unit_id(plan, &item)?;
        plan.put(
            "item",
            &item,
            [
                ("code", json!(self.code.trim())),
                ("item_name", json!(self.name.trim())),
                ("type_of", json!(self.kind)),
                ("unit_ID", json!(unit)),
                ("default_pack_size", json!(self.pack_size)),
                ("VEN_category", json!(self.ven)),
                ("is_vaccine", json!(self.vaccine)),
                ("doses", json!(self.doses)),
                ("strength", json!(self.strength.trim())),
            ],
        )?;
        InLists::Items.set(plan, &item, &self.lists)?;
        Ok(item)
    }

    /// The unit that the item has, while its name is not changed here: another one may be called the same, or this one be gone.
    fn unit_id(&self, plan: &mut Plan<'_>, item: &str) -> Result<String, StoreError> {
        let name = self.unit.trim();
        if let Some(before) = plan.master.items.get(item) {
            let unit = plan.master.units.get(&before.unit);
            if unit.map_or("", |unit| unit.name.trim()) == name {
                return Ok(before.unit.to_string());
            }
        }
        if name.is_empty() {
            return Ok(String::new());
        }
        if let Some(unit) = plan.master.units.called(name).next() {
            return Ok(unit.id.to_string());
        }
        let id = plan.new_id();
        plan.put("unit", &id, [("units", json!(name))])?;
        Ok(id)
    }

    /// What is wrong with the form, as a new item if there is no `id`.
    pub fn faults(&self, master: &Master, id: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        check_text(&mut faults, "code", &self.code, Some("code_missing"));
        check_text(&mut faults, "name", &self.name, Some("name_missing"));
        check_text(&mut faults, "unit", &self.unit, None);
        check_text(&mut faults, "strength", &self.strength, None);
        let code = self.code.trim();
        let other = master.items.called(code).find(|item| Some(&*item.id) != id);
        if let Some(other) = other.filter(|_| !code.is_empty()) {
            let told = format!("Another item has the code {code}: {}.", other.name);
            faults.push(Fault::new("code", "item_code_taken", told));
        }
        let before = id.and_then(|id| master.items.get(id));
        // What another program wrote and nobody changes here is left in peace.
        let kept = |same: fn(&Self, &Item) -> bool| before.is_some_and(|before| same(self, before));
        if !ITEM_KINDS.iter().any(|(kind, _)| *kind == self.kind) && !kept(|form, item| *form.kind == *item.kind) {
            faults.push(Fault::new(
                "kind",
                "item_kind_unknown",
                format!("An item is one of {}.", ITEM_KINDS.map(|(kind, _)| kind).join(", ")),
            ));
        }
        if !["", "V", "E", "N"].contains(&&*self.ven) && !kept(|form, item| *form.ven == *item.ven) {
            faults.push(Fault::new("ven", "ven_unknown", "The VEN category is V, E, N or empty."));
        }
        let in_range = self.pack_size > 0.0 && self.pack_size <= MOST;
        if !in_range && !kept(|form, item| form.pack_size == item.pack_size) {
            faults.push(Fault::new("pack_size", "pack_size_wrong", "The pack size is a number above 0."));
        }
        if !(0.0..=MOST).contains(&self.doses) && !kept(|form, item| form.doses == item.doses) {
            faults.push(Fault::new("doses", "doses_wrong", "The doses are a number from 0 on."));
        }
        let known = |list: &&String| master.lists.get(list).is_some() || id.is_some_and(|id| in_list(master, id, list));
        if let Some(list) = self.lists.iter().find(|list| !known(list)) {
            faults.push(Fault::new("lists", "list_unknown", format!("There is no list {list}.")));
        }
        faults
    }
}

/// What an item can be, and the message that names it.
pub const ITEM_KINDS: [(&str, &str); 3] =
    [("general", "item-general"), ("service", "item-service"), ("non_stock", "item-non-stock")];

/// More units than any pack holds.
const MOST: f64 = 1e9;

fn in_list(master: &Master, item: &str, list: &str) -> bool {
    !master.items_lists.joining(item, list).is_empty()
}
