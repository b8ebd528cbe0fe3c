//! A master list: the items in it, and the facilities whose stores see them.

use std::collections::BTreeSet;

use serde_json::json;

use super::fault::{Fault, MasterError, check_text};
use super::in_lists::InLists;
use super::index::Master;
use super::plan::Plan;
use super::read::List;

/// What people fill in. Items and facilities are given as what is to be added and taken out, as a list may have thousands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListForm {
    pub code: String,
    pub name: String,
    /// It is kept, but nobody sees anything through it.
    pub inactive: bool,
    /// New items are put into it unless one unticks it.
    pub takes_new: bool,
    pub items: Turn,
    /// Names of facilities.
    pub names: Turn,
}

/// What comes and what goes, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub add: BTreeSet<String>,
    pub remove: BTreeSet<String>,
}

impl Turn {
    pub fn len(&self) -> usize {
        self.add.len() + self.remove.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes `id` in: it is not removed any more.
    pub fn add(&mut self, id: &str) {
        if !self.remove.remove(id) {
            self.add.insert(id.to_owned());
        }
    }

    pub fn remove(&mut self, id: &str) {
        if !self.add.remove(id) {
            self.remove.insert(id.to_owned());
        }
    }
}

impl ListForm {
    pub fn of(list: &List) -> Self {
        Self {
            code: list.code.to_string(),
            name: list.name.to_string(),
            inactive: list.inactive,
            takes_new: list.takes_new,
            ..Self::default()
        }
    }

    /// Plans the list: a new one if there is no `id`. Answers its id.
    ///
    /// # Errors
    /// Everything that is wrong with the form; nothing is planned then.
    pub fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let faults = self.faults(&plan.master, id);
        if !faults.is_empty() {
            return Err(MasterError::Faults(faults));
        }
        let id = id.map_or_else(|| plan.new_id(), str::to_owned);
        plan.put(
            "list_master",
            &id,
            [
                ("code", json!(self.code.trim())),
                ("description", json!(self.name.trim())),
                ("inactive", json!(self.inactive)),
                ("gets_new_items", json!(self.takes_new)),
            ],
        )?;
        InLists::Items.turn(plan, &self.items, &id)?;
        InLists::Names.turn(plan, &self.names, &id)?;
        Ok(id)
    }

    /// What is wrong with the form, as a new list if there is no `id`.
    pub fn faults(&self, master: &Master, id: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        check_text(&mut faults, "code", &self.code, None);
        check_text(&mut faults, "name", &self.name, Some("name_missing"));
        let code = self.code.trim();
        if let Some(other) = master.lists.called(code).find(|list| Some(&*list.id) != id && !code.is_empty()) {
            let told = format!("Another list has the code {code}: {}.", other.name);
            faults.push(Fault::new("code", "list_code_taken", told));
        }
        if let Some(item) = self.items.add.iter().find(|item| master.items.get(item).is_none()) {
            faults.push(Fault::new("items", "item_unknown", format!("There is no item {item}.")));
        }
        if let Some(name) = self.names.add.iter().find(|name| master.names.get(name).is_none()) {
            faults.push(Fault::new("names", "facility_unknown", format!("There is no facility {name}.")));
        }
        faults
    }
}
