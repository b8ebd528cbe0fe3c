//! What is kept in memory of each record of central data.

use serde_json::{Map, Value};
use sitesync_core::catalogue::active_site;
use sitesync_core::ids::SiteId;

use super::shelf::Kept;

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub id: Box<str>,
    pub code: Box<str>,
    pub name: Box<str>,
    /// `general`, `service` or `non_stock`.
    pub kind: Box<str>,
    /// The id of its unit.
    pub unit: Box<str>,
    /// Units in a pack, as sites propose it.
    pub pack_size: f64,
    /// V, E or N, or nothing.
    pub ven: Box<str>,
    pub vaccine: bool,
    /// Doses in a unit of a vaccine.
    pub doses: f64,
    pub strength: Box<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub id: Box<str>,
    pub name: Box<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct List {
    pub id: Box<str>,
    pub code: Box<str>,
    pub name: Box<str>,
    pub program: bool,
    pub inactive: bool,
    /// New items are put into it unless one unticks it.
    pub takes_new: bool,
}

/// A facility, supplier or customer. Patients are none of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub id: Box<str>,
    pub code: Box<str>,
    pub name: Box<str>,
    /// `facility`, `store`, or one of mSupply's own such as `invad`.
    pub kind: Box<str>,
    pub customer: bool,
    pub supplier: bool,
    /// The store that supplies it.
    pub supplied_by: Box<str>,
    pub phone: Box<str>,
    pub address: Box<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    pub id: Box<str>,
    pub code: Box<str>,
    pub name: Box<str>,
    /// Its facility, a [`Name`].
    pub facility: Box<str>,
    /// `store` or `dispensary`.
    pub mode: Box<str>,
    pub closed: bool,
    /// Where it is active.
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Currency {
    pub id: Box<str>,
    pub code: Box<str>,
    pub home: bool,
}

impl Kept for Item {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self {
            id: id.into(),
            code: text(body, "code"),
            name: text(body, "item_name"),
            kind: text(body, "type_of"),
            unit: text(body, "unit_ID"),
            pack_size: number(body, "default_pack_size"),
            ven: text(body, "VEN_category"),
            vaccine: ticked(body, "is_vaccine"),
            doses: number(body, "doses"),
            strength: text(body, "strength"),
        }
    }

    fn word(&self) -> &str {
        &self.code
    }
}

impl Kept for Unit {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self { id: id.into(), name: text(body, "units") }
    }

    fn word(&self) -> &str {
        &self.name
    }
}

impl Kept for List {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self {
            id: id.into(),
            code: text(body, "code"),
            name: text(body, "description"),
            program: ticked(body, "isProgram"),
            inactive: ticked(body, "inactive"),
            takes_new: ticked(body, "gets_new_items"),
        }
    }

    fn word(&self) -> &str {
        &self.code
    }
}

impl Kept for Name {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self {
            id: id.into(),
            code: text(body, "code"),
            name: text(body, "name"),
            kind: text(body, "type"),
            customer: ticked(body, "customer"),
            supplier: ticked(body, "supplier"),
            supplied_by: text(body, "supplying_store_id"),
            phone: text(body, "phone"),
            address: text(body, "bill_address1"),
        }
    }

    fn word(&self) -> &str {
        &self.code
    }
}

impl Kept for Store {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self {
            id: id.into(),
            code: text(body, "code"),
            name: text(body, "name"),
            facility: text(body, "name_ID"),
            mode: text(body, "store_mode"),
            closed: ticked(body, "disabled"),
            site: active_site(body),
        }
    }

    fn word(&self) -> &str {
        &self.code
    }
}

impl Kept for Currency {
    fn read(id: &str, body: &Map<String, Value>) -> Self {
        Self { id: id.into(), code: text(body, "currency"), home: ticked(body, "is_home_currency") }
    }

    fn word(&self) -> &str {
        &self.code
    }
}

pub(super) fn text(body: &Map<String, Value>, column: &str) -> Box<str> {
    body.get(column).and_then(Value::as_str).unwrap_or("").into()
}

pub(super) fn ticked(body: &Map<String, Value>, column: &str) -> bool {
    body.get(column).and_then(Value::as_bool).unwrap_or(false)
}

fn number(body: &Map<String, Value>, column: &str) -> f64 {
    body.get(column).and_then(Value::as_f64).unwrap_or(0.0)
}
