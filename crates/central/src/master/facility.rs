//! A facility: its name, its store if it keeps stock in this system, who supplies it, and what it sees.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};

use super::fault::{Fault, MasterError, check_text};
use super::in_lists::InLists;
use super::index::Master;
use super::plan::Plan;
use super::read::{Name, Store, text, ticked};

/// What a facility is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacilityKind {
    /// It has a store in this system.
    Store,
    /// It has a store, which gives out to patients.
    Dispensary,
    /// A supplier or customer outside of this system.
    Outside,
}

impl FacilityKind {
    pub const ALL: [Self; 3] = [Self::Store, Self::Dispensary, Self::Outside];

    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Dispensary => "dispensary",
            Self::Outside => "outside",
        }
    }

    /// The message that names it.
    pub fn message(self) -> &'static str {
        match self {
            Self::Store => "facility-store",
            Self::Dispensary => "facility-dispensary",
            Self::Outside => "facility-outside",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn of_store(store: &Store) -> Self {
        if &*store.mode == "dispensary" { Self::Dispensary } else { Self::Store }
    }

    fn has_store(self) -> bool {
        self != Self::Outside
    }
}

/// What people fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct FacilityForm {
    pub code: String,
    pub name: String,
    pub kind: FacilityKind,
    /// The id of the store that supplies it.
    pub supplied_by: Option<String>,
    pub customer: bool,
    pub supplier: bool,
    pub phone: String,
    pub address: String,
    /// Its store takes part no longer.
    pub closed: bool,
    /// The ids of the lists that its store sees.
    pub lists: BTreeSet<String>,
    /// The ids of names that its store sees as customers and suppliers from now on.
    pub sees: BTreeSet<String>,
    /// Names that it does not see any more.
    pub sees_no_more: BTreeSet<String>,
}

/// A facility as it is, and the customers and suppliers that its store sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Facility {
    pub form: FacilityForm,
    /// The id of its store.
    pub store: Option<String>,
    /// The ids of the names that its store sees.
    pub seen: BTreeSet<String>,
}

impl Facility {
    pub fn read(master: &Master, snapshot: &dyn Snapshot, name: &Name) -> Result<Self, StoreError> {
        let store = master.store_of(&name.id).map(|store| store.id.to_string());
        let seen = match &store {
            Some(store) => seen_by(master, snapshot, store)?,
            None => BTreeSet::new(),
        };
        Ok(Self { form: FacilityForm::of(master, name), store, seen })
    }
}

impl FacilityForm {
    /// A facility that is not there yet.
    pub fn new() -> Self {
        Self {
            code: String::new(),
            name: String::new(),
            kind: FacilityKind::Store,
            supplied_by: None,
            customer: true,
            supplier: false,
            phone: String::new(),
            address: String::new(),
            closed: false,
            lists: BTreeSet::new(),
            sees: BTreeSet::new(),
            sees_no_more: BTreeSet::new(),
        }
    }

    pub fn of(master: &Master, name: &Name) -> Self {
        let store = master.store_of(&name.id);
        Self {
            code: name.code.to_string(),
            name: name.name.to_string(),
            kind: store.map_or(FacilityKind::Outside, FacilityKind::of_store),
            supplied_by: Some(name.supplied_by.to_string()).filter(|store| !store.is_empty()),
            customer: name.customer,
            supplier: name.supplier,
            phone: name.phone.to_string(),
            address: name.address.to_string(),
            closed: store.is_some_and(|store| store.closed),
            lists: master.names_lists.of(&name.id).map(|(list, _)| list.to_owned()).collect(),
            sees: BTreeSet::new(),
            sees_no_more: BTreeSet::new(),
        }
    }

    /// Plans the facility: a new one if there is no `id`. Answers the id of its name.
    ///
    /// # Errors
    /// Everything that is wrong with the form; nothing is planned then.
    pub fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let faults = self.faults(&plan.master, id);
        if !faults.is_empty() {
            return Err(MasterError::Faults(faults));
        }
        let id = id.map_or_else(|| plan.new_id(), str::to_owned);
        let before = plan.master.names.get(&id).cloned();
        self.plan_name(plan, &id, before.as_deref())?;
        InLists::Names.set(plan, &id, &self.lists)?;
        if self.kind.has_store() {
            // A supplier that stays was shown when it was chosen; who has taken it out of sight since finds it so.
            let stays = before.as_ref().is_some_and(|name| Some(&*name.supplied_by) == self.supplied_by.as_deref());
            let settled = stays && plan.master.store_of(&id).is_some();
            let store = self.plan_store(plan, &id, before.as_deref())?;
            if !settled {
                self.plan_supply(plan, &id, &store)?;
            }
            for name in &self.sees {
                plan.show(name, &store)?;
            }
            for name in &self.sees_no_more {
                for join in plan.showing(name, &store)? {
                    plan.delete("name_store_join", &join);
                }
            }
        }
        Ok(id)
    }

    fn plan_name(&self, plan: &mut Plan<'_>, id: &str, before: Option<&Name>) -> Result<(), StoreError> {
        let kind = match before.map_or("", |before| &*before.kind) {
            _ if self.kind.has_store() => "store",
            "" | "store" => "facility",
            // What another program made something else, such as the name that adjustments are booked on, stays that.
            other => other,
        };
        plan.put(
            "name",
            id,
            [
                ("code", json!(self.code.trim())),
                ("name", json!(self.name.trim())),
                ("type", json!(kind)),
                ("customer", json!(self.customer)),
                ("supplier", json!(self.supplier)),
                ("supplying_store_id", json!(self.supplied_by.as_deref().unwrap_or(""))),
                ("phone", json!(self.phone.trim())),
                ("bill_address1", json!(self.address.trim())),
            ],
        )
    }

    /// The store takes what is changed here. A code, a name or a mode that another program gave it alone stays.
    fn plan_store(&self, plan: &mut Plan<'_>, name: &str, before: Option<&Name>) -> Result<String, StoreError> {
        let known = plan.master.store_of(name).cloned();
        let stays = |text: &str, before: &str| known.as_ref().filter(|_| text.trim() == before.trim());
        let (code, title) =
            before.map_or((None, None), |before| (stays(&self.code, &before.code), stays(&self.name, &before.name)));
        let mode = known.as_ref().filter(|store| FacilityKind::of_store(store) == self.kind).map(|store| &*store.mode);
        let store = known.as_ref().map_or_else(|| plan.new_id(), |store| store.id.to_string());
        plan.put(
            "store",
            &store,
            [
                ("code", json!(code.map_or(self.code.trim(), |store| &*store.code))),
                ("name", json!(title.map_or(self.name.trim(), |store| &*store.name))),
                ("name_ID", json!(name)),
                ("store_mode", json!(mode.unwrap_or(self.kind.name()))),
                ("disabled", json!(self.closed)),
            ],
        )?;
        if known.is_none() {
            // Deliveries from before the day on which a store was made are not for it.
            let today = plan.today();
            plan.put("store", &store, [("created_date", json!(today))])?;
        }
        Ok(store)
    }

    /// Who supplies whom: each sees the other.
    fn plan_supply(&self, plan: &mut Plan<'_>, name: &str, store: &str) -> Result<(), StoreError> {
        let supplier = self.supplied_by.as_deref().and_then(|id| plan.master.stores.get(id)).cloned();
        let Some(supplier) = supplier else { return Ok(()) };
        plan.show(&supplier.facility, store)?;
        plan.show(name, &supplier.id)?;
        plan.put("name", &supplier.facility, [("supplier", json!(true))])?;
        plan.put("name", name, [("customer", json!(true))])
    }

    /// What is wrong with the form, as a new facility if there is no `id`.
    pub fn faults(&self, master: &Master, id: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        check_text(&mut faults, "code", &self.code, Some("code_missing"));
        check_text(&mut faults, "name", &self.name, Some("name_missing"));
        check_text(&mut faults, "phone", &self.phone, None);
        check_text(&mut faults, "address", &self.address, None);
        let code = self.code.trim();
        if let Some(other) = master.names.called(code).find(|name| Some(&*name.id) != id && !code.is_empty()) {
            let told = format!("Another facility has the code {code}: {}.", other.name);
            faults.push(Fault::new("code", "facility_code_taken", told));
        }
        let own = id.and_then(|id| master.store_of(id));
        if own.is_some() && !self.kind.has_store() {
            let told = "A facility with a store keeps it. It can be closed.";
            faults.push(Fault::new("kind", "store_stays", told));
        }
        // A supplier that is gone is no fault of who edits something else.
        let before = id.and_then(|id| master.names.get(id));
        let supplied_by_it = |store: &str| before.is_some_and(|name| *name.supplied_by == *store);
        if let Some(supplier) = &self.supplied_by {
            if own.is_some_and(|own| *own.id == **supplier) {
                faults.push(Fault::new("supplied_by", "supplies_itself", "A facility cannot supply itself."));
            } else if master.stores.get(supplier).is_none() && !supplied_by_it(supplier) {
                faults.push(Fault::new("supplied_by", "supplier_unknown", format!("There is no store {supplier}.")));
            }
        }
        let has_list = |list: &str| id.is_some_and(|id| !master.names_lists.joining(id, list).is_empty());
        if let Some(list) = self.lists.iter().find(|list| master.lists.get(list).is_none() && !has_list(list)) {
            faults.push(Fault::new("lists", "list_unknown", format!("There is no list {list}.")));
        }
        if let Some(name) = self.sees.iter().find(|name| master.names.get(name).is_none()) {
            faults.push(Fault::new("sees", "facility_unknown", format!("There is no facility {name}.")));
        }
        faults
    }
}

impl Default for FacilityForm {
    fn default() -> Self {
        Self::new()
    }
}

/// How many joins are read at a time.
const SLICE: usize = 1_000;

/// The facilities, suppliers and customers that a store sees, by the ids of their names.
fn seen_by(master: &Master, snapshot: &dyn Snapshot, store: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut seen = BTreeSet::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table("name_store_join", after.as_deref(), SLICE)?;
        for record in slice.iter().filter(|record| record.body.contains(store)) {
            seen.extend(seen_through(master, record, store)?);
        }
        let Some(last) = slice.into_iter().last() else { return Ok(seen) };
        after = Some(last.key.id);
    }
}

fn seen_through(master: &Master, join: &Record, store: &str) -> Result<Option<String>, StoreError> {
    let body = StoreWorld::body(join)?;
    let in_force = body.get("store_ID").and_then(Value::as_str) == Some(store) && !ticked(&body, "inactive");
    let name = text(&body, "name_ID");
    Ok((in_force && master.names.get(&name).is_some()).then(|| name.to_string()))
}
