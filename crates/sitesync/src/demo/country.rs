//! The demo country as it is on its first day: stores, who supplies whom, sites, medicines, lists, users and patients.

use serde_json::{Value, json};

use super::medicines::{MEDICINES, Medicine};
use super::places::StoreKind::{HealthCentre, Hospital};
use super::places::{DemoStore, STORES, USERS, store_of};
use super::{DemoRecord, columns, demo_id, number};

const SUPPLIERS: [(&str, &str); 3] =
    [("SUP1", "Southern Generics"), ("SUP2", "Harbour Pharmaceuticals"), ("SUP3", "Long Bay Vaccines")];

const PATIENTS: [(&str, &str, bool, &str); 6] = [
    ("Aroha", "Tautahi", true, "1984-03-11"),
    ("Tama", "Henare", false, "1951-09-30"),
    ("Leilani", "Faleolo", true, "2019-06-02"),
    ("George", "Hart", false, "1972-12-19"),
    ("Priya", "Nand", true, "1996-01-25"),
    ("Joseph", "Moala", false, "2007-08-08"),
];

const REASONS: [(&str, &str); 6] = [
    ("positiveInventoryAdjustment", "Found"),
    ("positiveInventoryAdjustment", "Counted wrongly before"),
    ("negativeInventoryAdjustment", "Damaged"),
    ("negativeInventoryAdjustment", "Expired"),
    ("returnReason", "Not ordered"),
    ("requisitionLineVariance", "Seasonal demand"),
];

/// The code on an item's label: letters of its name, and what tells its forms apart.
pub fn item_code(medicine: &Medicine) -> String {
    let letters = medicine.name.chars().filter(char::is_ascii_alphabetic).take(6);
    let name: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    format!("{name}-{}", &demo_id("item code", &medicine.title())[..4])
}

pub fn item_id(medicine: &Medicine) -> String {
    demo_id("item", &medicine.title())
}

/// All master data, in the order of dependency. Stores carry no site: who runs the demo makes the sites and moves the stores.
pub fn records() -> Vec<DemoRecord> {
    let mut all = Records(Vec::new());
    all.basics();
    all.items();
    all.names();
    all.stores();
    all.lists();
    all.users();
    all.patients();
    all.0
}

struct Records(Vec<DemoRecord>);

impl Records {
    /// Adds a record whose id is made from `text`; gives the id.
    fn add<const N: usize>(&mut self, table: &str, text: &str, pairs: [(&str, Value); N]) -> String {
        let id = demo_id(table, text);
        self.0.push((table.to_owned(), id.clone(), columns(pairs)));
        id
    }

    fn basics(&mut self) {
        self.add(
            "currency",
            "USD",
            [
                ("currency", json!("USD")),
                ("rate", json!(1)),
                ("is_home_currency", json!(true)),
                ("is_active", json!(true)),
            ],
        );
        self.add(
            "Location_type",
            "fridge",
            [("Description", json!("Fridge")), ("Temperature_min", json!(2)), ("Temperature_max", json!(8))],
        );
        for (kind, title) in REASONS {
            self.add("options", title, [("type", json!(kind)), ("title", json!(title)), ("isActive", json!(true))]);
        }
    }

    fn items(&mut self) {
        let mut units: Vec<&str> = Vec::new();
        for medicine in MEDICINES {
            if !units.contains(&medicine.unit) {
                units.push(medicine.unit);
                self.add(
                    "unit",
                    medicine.unit,
                    [("units", json!(medicine.unit)), ("order_number", json!(units.len()))],
                );
            }
        }
        for medicine in MEDICINES {
            let cold = if medicine.vaccine { demo_id("Location_type", "fridge") } else { String::new() };
            self.add(
                "item",
                &medicine.title(),
                [
                    ("item_name", json!(medicine.title())),
                    ("code", json!(item_code(medicine))),
                    ("type_of", json!("general")),
                    ("unit_ID", json!(demo_id("unit", medicine.unit))),
                    ("default_pack_size", json!(medicine.pack_size)),
                    ("strength", json!(medicine.strength)),
                    ("VEN_category", json!(medicine.ven.letter())),
                    ("essential_drug_list", json!(true)),
                    ("is_vaccine", json!(medicine.vaccine)),
                    ("doses", json!(u8::from(medicine.vaccine))),
                    ("restricted_location_type_ID", json!(cold)),
                    ("buy_price", number(medicine.price)),
                ],
            );
        }
    }

    fn names(&mut self) {
        let adjustments = "Inventory adjustments";
        self.add(
            "name",
            "invad",
            [
                ("name", json!(adjustments)),
                ("code", json!("invad")),
                ("type", json!("invad")),
                ("supplier", json!(true)),
            ],
        );
        for (code, name) in SUPPLIERS {
            self.add(
                "name",
                code,
                [
                    ("name", json!(name)),
                    ("code", json!(code)),
                    ("type", json!("facility")),
                    ("supplier", json!(true)),
                    ("manufacturer", json!(true)),
                ],
            );
        }
        for store in &STORES {
            let supplies = STORES.iter().any(|other| other.supplier == Some(store.code));
            let supplier = store.supplier.and_then(store_of).map(DemoStore::id).unwrap_or_default();
            self.add(
                "name",
                store.code,
                [
                    ("name", json!(store.name)),
                    ("code", json!(store.code)),
                    ("type", json!("store")),
                    ("supplier", json!(supplies)),
                    ("customer", json!(store.supplier.is_some())),
                    ("supplying_store_id", json!(supplier)),
                ],
            );
        }
    }

    fn stores(&mut self) {
        for store in &STORES {
            let mode = if store.kind == Hospital { "dispensary" } else { "store" };
            let named = [("name", json!(store.name)), ("code", json!(store.code)), ("store_mode", json!(mode))];
            let [name, code, mode] = named;
            self.add("store", store.code, [name, code, mode, ("name_ID", json!(store.name_id()))]);
            self.preferences(store);
        }
        for store in &STORES {
            match store.supplier.and_then(store_of) {
                Some(supplier) => {
                    self.join(&store.id(), store.code, supplier.code);
                    self.join(&supplier.id(), supplier.code, store.code);
                }
                None => SUPPLIERS.iter().for_each(|(code, _)| self.join(&store.id(), store.code, code)),
            }
        }
    }

    /// Makes a name visible in a store.
    fn join(&mut self, store_id: &str, store: &str, name: &str) {
        let pairs =
            [("name_ID", json!(demo_id("name", name))), ("store_ID", json!(store_id)), ("inactive", json!(false))];
        self.add("name_store_join", &format!("{name} in {store}"), pairs);
    }

    /// A store with patients counts in units, so that a strip can be handed out of a pack of a thousand.
    fn preferences(&mut self, store: &DemoStore) {
        let data = json!({
            "default_item_packsize_to_one": store.dispenses(),
            "monthlyConsumptionLookBackPeriod": "3", "monthsLeadTime": "1",
            "monthsOverstock": 6, "monthsUnderstock": 3, "monthsItemsExpire": 3,
        });
        let pairs = [("store_ID", json!(store.id())), ("item", json!("store_preferences")), ("data", data)];
        self.add("pref", store.code, pairs);
    }

    fn lists(&mut self) {
        let lists = [("ALL", "All medicines"), ("HC", "Medicines of health centres")];
        for (code, title) in lists {
            let pairs = [
                ("description", json!(title)),
                ("code", json!(code)),
                ("inactive", json!(false)),
                ("isProgram", json!(false)),
            ];
            let list = self.add("list_master", code, pairs);
            let short = code == "HC";
            for medicine in MEDICINES.iter().filter(|medicine| !short || medicine.basic) {
                let pairs = [("item_master_ID", json!(list)), ("item_ID", json!(item_id(medicine)))];
                self.add("list_master_line", &format!("{code}: {}", medicine.title()), pairs);
            }
            for store in STORES.iter().filter(|store| (store.kind == HealthCentre) == short) {
                let pairs = [("list_master_ID", json!(list)), ("name_ID", json!(store.name_id()))];
                self.add("list_master_name_join", &format!("{code} for {}", store.code), pairs);
            }
        }
    }

    fn users(&mut self) {
        for (login, first, last, stores) in USERS {
            let pairs = [
                ("name", json!(login)),
                ("first_name", json!(first)),
                ("last_name", json!(last)),
                ("active", json!(true)),
                ("Language", json!(0)),
            ];
            let user = self.add("user", login, pairs);
            for (at, store) in stores.iter().enumerate() {
                let pairs = [
                    ("user_ID", json!(user)),
                    ("store_ID", json!(demo_id("store", store))),
                    ("can_login", json!(true)),
                    ("store_default", json!(at == 0)),
                ];
                self.add("user_store", &format!("{login} in {store}"), pairs);
            }
        }
    }

    /// Each store with patients knows three of them; some are known in several.
    fn patients(&mut self) {
        for (at, (first, last, female, born)) in PATIENTS.into_iter().enumerate() {
            let name = format!("{last}, {first}");
            let pairs = [
                ("name", json!(name)),
                ("code", json!(format!("P{:04}", at + 1))),
                ("type", json!("patient")),
                ("customer", json!(true)),
                ("first", json!(first)),
                ("last", json!(last)),
                ("female", json!(female)),
                ("om_gender", json!(if female { "FEMALE" } else { "MALE" })),
                ("date_of_birth", json!(born)),
            ];
            self.add("name", &name, pairs);
        }
        for (at, store) in STORES.iter().filter(|store| store.dispenses()).enumerate() {
            for (first, last, ..) in PATIENTS.iter().cycle().skip(at).take(3) {
                self.join(&store.id(), store.code, &format!("{last}, {first}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::super::places::{SITES, SiteKind};
    use super::super::text;
    use super::*;

    #[test]
    fn ids_are_unique_and_stable() {
        let all = records();
        let keys: HashSet<(&str, &str)> = all.iter().map(|(table, id, _)| (table.as_str(), id.as_str())).collect();
        assert_eq!(keys.len(), all.len());
        assert_eq!(all, records());
        let codes: HashSet<String> = MEDICINES.iter().map(item_code).collect();
        assert_eq!(codes.len(), MEDICINES.len());
    }

    #[test]
    fn every_reference_leads_to_a_record_that_comes_before() {
        let targets: HashMap<&str, &str> = HashMap::from([
            ("name_ID", "name"),
            ("store_ID", "store"),
            ("unit_ID", "unit"),
            ("item_ID", "item"),
            ("item_master_ID", "list_master"),
            ("list_master_ID", "list_master"),
            ("user_ID", "user"),
            ("restricted_location_type_ID", "Location_type"),
        ]);
        let mut seen: HashSet<(String, String)> = HashSet::new();
        for (table, id, data) in records() {
            for (column, target) in &targets {
                let reference = text(&data, column);
                let known = seen.contains(&((*target).to_owned(), reference.to_owned()));
                assert!(reference.is_empty() || known, "{table} {id}: {column}");
            }
            seen.insert((table, id));
        }
    }

    #[test]
    fn sites_and_users_name_stores_that_there_are() {
        for code in SITES.iter().flat_map(|site| site.stores).chain(USERS.iter().flat_map(|user| user.3)) {
            assert!(store_of(code).is_some(), "{code}");
        }
        assert!(STORES.iter().filter_map(|store| store.supplier).all(|code| store_of(code).is_some()));
        let mobile = SITES.iter().find(|site| site.kind == SiteKind::Mobile).unwrap();
        assert_eq!(mobile.stores.len(), 1);
    }
}
