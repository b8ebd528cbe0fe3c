//! Items, facilities and lists: what is planned and stored, what is refused, and what follows the central feed.

use std::sync::Arc;

use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::memory::MemoryStore;
use sitesync_store::world::StoreWorld;
use sitesync_store::write;
use sitesync_testkit::{FixedClock, SeededRandom};

use super::*;
use crate::hub::Hub;
use crate::sites::By;

struct Country {
    hub: Hub,
    master: Master,
}

impl Country {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::repeating());
        let hub = Hub::open(store, Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(5))).unwrap();
        Self { hub, master: Master::default() }
    }

    fn save(
        &mut self,
        kind: Kind,
        known: Option<(&str, &str)>,
        plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError>,
    ) -> Result<Saved, MasterError> {
        let editor = Editor { hub: &self.hub, by: By { who: "ana", at: self.hub.clock().now() }, master: &self.master };
        let saved = write(self.hub.store(), |txn| save(txn, editor, kind, known, &plan))?;
        self.master = self.master.clone().caught_up(&*self.hub.store().snapshot().unwrap()).unwrap();
        Ok(saved)
    }

    fn item(&mut self, form: &ItemForm) -> Result<String, MasterError> {
        self.save(Kind::Item, None, |plan, id| form.plan(plan, id)).map(|saved| saved.id)
    }

    fn facility(&mut self, code: &str, supplied_by: Option<&str>, lists: &[&str]) -> String {
        let form = FacilityForm {
            code: code.to_owned(),
            name: format!("Facility {code}"),
            supplied_by: supplied_by.map(str::to_owned),
            lists: lists.iter().map(|list| (*list).to_owned()).collect(),
            ..FacilityForm::new()
        };
        self.save(Kind::Facility, None, |plan, id| form.plan(plan, id)).unwrap().id
    }

    fn list(&mut self, code: &str, takes_new: bool) -> String {
        let form = ListForm { code: code.to_owned(), name: format!("List {code}"), takes_new, ..ListForm::default() };
        self.save(Kind::List, None, |plan, id| form.plan(plan, id)).unwrap().id
    }

    /// What another program writes.
    fn write(&mut self, table: &str, id: &str, columns: serde_json::Value) {
        let change = sitesync_core::protocol::Change {
            table: table.into(),
            id: id.into(),
            put: Some(serde_json::value::to_raw_value(&columns).unwrap()),
            delete: false,
            partial: true,
            aside: None,
        };
        self.hub
            .edit(sitesync_core::ownership::Actor::Site(sitesync_core::ids::SiteId::CENTRAL), vec![change])
            .unwrap();
        self.master = self.master.clone().caught_up(&*self.hub.store().snapshot().unwrap()).unwrap();
    }

    fn version(&self, kind: Kind, id: &str) -> String {
        version(&*self.hub.store().snapshot().unwrap(), &self.master, kind, id).unwrap().unwrap()
    }

    fn column(&self, table: &str, id: &str, column: &str) -> serde_json::Value {
        let snapshot = self.hub.store().snapshot().unwrap();
        let record = snapshot.records(&[RecordKey::new(table, id)]).unwrap().pop().unwrap().filter(Record::is_live);
        StoreWorld::body(&record.unwrap()).unwrap().get(column).cloned().unwrap_or_default()
    }

    fn store_of(&self, name: &str) -> String {
        self.master.store_of(name).unwrap().id.to_string()
    }

    fn seen(&self, name: &str) -> Vec<String> {
        let snapshot = self.hub.store().snapshot().unwrap();
        let name = self.master.names.get(name).unwrap();
        Facility::read(&self.master, &*snapshot, name).unwrap().seen.into_iter().collect()
    }
}

fn codes(error: MasterError) -> Vec<&'static str> {
    match error {
        MasterError::Faults(faults) => faults.iter().map(|fault| fault.code).collect(),
        other => vec![other.code()],
    }
}

fn zinc(country: &Country) -> ItemForm {
    ItemForm {
        code: "ZINC".to_owned(),
        name: "Zinc 20 mg".to_owned(),
        unit: "tablet".to_owned(),
        pack_size: 100.0,
        ..ItemForm::new(&country.master)
    }
}

#[test]
fn a_new_item_is_visible_in_the_stores_of_its_lists_at_once() {
    let mut country = Country::new();
    let all = country.list("ALL", true);
    let other = country.list("HIV", false);
    let near = country.facility("NEAR", None, &[&all]);
    country.facility("FAR", None, &[&other]);
    let item = country.item(&zinc(&country)).unwrap();
    let near = country.store_of(&near);
    assert_eq!(country.master.stores_of_item(&item).into_iter().collect::<Vec<_>>(), [near.as_str()]);
    let unit = country.column("item", &item, "unit_ID");
    assert_eq!(country.column("unit", unit.as_str().unwrap(), "units"), "tablet");
    // A second item takes the unit that there is.
    let second = ItemForm { code: "Z2".to_owned(), unit: " Tablet ".to_owned(), ..zinc(&country) };
    let second = country.item(&second).unwrap();
    assert_eq!(country.column("item", &second, "unit_ID"), unit);
    assert_eq!(country.master.units.len(), 1);
}

#[test]
fn everything_that_is_wrong_with_an_item_is_told_and_nothing_stored() {
    let mut country = Country::new();
    country.item(&zinc(&country)).unwrap();
    let form = ItemForm {
        code: " zinc ".to_owned(),
        name: " ".to_owned(),
        pack_size: f64::NAN,
        ven: "X".to_owned(),
        kind: "thing".to_owned(),
        doses: -1.0,
        strength: "x".repeat(201),
        lists: ["NONE".to_owned()].into(),
        ..zinc(&country)
    };
    let told = codes(country.item(&form).unwrap_err());
    assert_eq!(
        told,
        [
            "name_missing",
            "field_too_long",
            "item_code_taken",
            "item_kind_unknown",
            "ven_unknown",
            "pack_size_wrong",
            "doses_wrong",
            "list_unknown"
        ]
    );
    assert_eq!(country.master.items.len(), 1);
}

#[test]
fn an_edit_writes_only_what_differs_and_against_the_version_that_was_seen() {
    let mut country = Country::new();
    let all = country.list("ALL", true);
    let id = country.item(&zinc(&country)).unwrap();
    let seen = country.version(Kind::Item, &id);
    let form = ItemForm::of(&country.master, &country.master.items.get(&id).unwrap().clone());
    let same = country.save(Kind::Item, Some((&id, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    assert_eq!((same.report.received, same.report.written), (0, 0));
    let off = ItemForm { lists: [].into(), pack_size: 50.0, ..form.clone() };
    let saved = country.save(Kind::Item, Some((&id, &seen)), |plan, id| off.plan(plan, id)).unwrap();
    assert_eq!(saved.report.written, 2, "the item, and its line of the list");
    assert_eq!(country.master.items_lists.joining(&id, &all), Vec::<String>::new());
    let late = country.save(Kind::Item, Some((&id, &seen)), |plan, id| form.plan(plan, id)).unwrap_err();
    assert_eq!(late.code(), "central_data_changed");
    let gone = country.save(Kind::Item, Some(("NONE", "")), |plan, id| form.plan(plan, id)).unwrap_err();
    assert_eq!(gone.code(), "central_data_not_found");
    let audit = crate::audit::list(&*country.hub.store().snapshot().unwrap(), None, 1).unwrap().remove(0);
    assert_eq!((audit.what.as_str(), audit.who.as_str()), ("item.edit", "ana"));
    assert!(audit.from.contains("default_pack_size: 100") && audit.to.contains("default_pack_size: 50"), "{audit:?}");
}

#[test]
fn what_another_program_wrote_is_no_fault_of_who_edits_something_else() {
    let mut country = Country::new();
    let id = country.item(&zinc(&country)).unwrap();
    country.write("item", &id, serde_json::json!({ "VEN_category": "vital", "default_pack_size": 0 }));
    let item = country.master.items.get(&id).unwrap().clone();
    let form = ItemForm { name: "Zinc".to_owned(), ..ItemForm::of(&country.master, &item) };
    assert_eq!(form.faults(&country.master, Some(&id)), []);
    assert_eq!(form.faults(&country.master, None).len(), 3, "the code, the category, and the pack size");
}

#[test]
fn an_item_keeps_its_unit_where_another_one_is_called_the_same_or_it_is_gone() {
    let mut country = Country::new();
    let id = country.item(&zinc(&country)).unwrap();
    for unit in ["0", "zz", "gone"] {
        if unit != "gone" {
            country.write("unit", unit, serde_json::json!({ "units": "tablet" }));
        }
        country.write("item", &id, serde_json::json!({ "unit_ID": unit }));
        let form = ItemForm::of(&country.master, &country.master.items.get(&id).unwrap().clone());
        let seen = country.version(Kind::Item, &id);
        let same = country.save(Kind::Item, Some((&id, &seen)), |plan, id| form.plan(plan, id)).unwrap();
        assert_eq!((same.report.written, country.column("item", &id, "unit_ID")), (0, unit.into()));
    }
}

#[test]
fn what_another_program_gave_a_name_or_its_store_alone_stays() {
    let mut country = Country::new();
    country.write("name", "adjust", serde_json::json!({ "code": "invad", "name": "Adjustments", "type": "invad" }));
    let clinic = country.facility("CLINIC", None, &[]);
    let store = country.store_of(&clinic);
    let alone = serde_json::json!({ "code": "C-1", "name": "Clinic store", "store_mode": "his" });
    country.write("store", &store, alone);
    for id in ["adjust", &clinic] {
        let name = country.master.names.get(id).unwrap().clone();
        let form = FacilityForm { phone: "1".to_owned(), ..FacilityForm::of(&country.master, &name) };
        let seen = country.version(Kind::Facility, id);
        let saved = country.save(Kind::Facility, Some((id, &seen)), |plan, id| form.plan(plan, id)).unwrap();
        assert_eq!(saved.report.written, 1, "the telephone number of {id}");
    }
    assert_eq!(country.column("name", "adjust", "type"), "invad");
    // What is changed here, the store follows.
    let name = country.master.names.get(&clinic).unwrap().clone();
    let form = FacilityForm {
        code: "NEW".to_owned(),
        kind: FacilityKind::Dispensary,
        ..FacilityForm::of(&country.master, &name)
    };
    let seen = country.version(Kind::Facility, &clinic);
    country.save(Kind::Facility, Some((&clinic, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    let columns = ["code", "name", "store_mode"].map(|column| country.column("store", &store, column));
    assert_eq!(columns, ["NEW", "Clinic store", "dispensary"]);
}

#[test]
fn a_facility_and_its_supplier_see_each_other() {
    let mut country = Country::new();
    let depot = country.facility("DEPOT", None, &[]);
    let depot_store = country.store_of(&depot);
    let clinic = country.facility("CLINIC", Some(&depot_store), &[]);
    assert_eq!((country.seen(&depot), country.seen(&clinic)), (vec![clinic.clone()], vec![depot.clone()]));
    assert_eq!(country.column("name", &depot, "supplier"), true);
    assert_eq!(country.column("store", &country.store_of(&clinic), "created_date"), "2026-01-01");
    let seen = country.version(Kind::Facility, &clinic);
    let form = FacilityForm {
        kind: FacilityKind::Outside,
        supplied_by: Some(country.store_of(&clinic)),
        sees: ["NOBODY".to_owned()].into(),
        code: "depot".to_owned(),
        ..FacilityForm::of(&country.master, &country.master.names.get(&clinic).unwrap().clone())
    };
    let told = country.save(Kind::Facility, Some((&clinic, &seen)), |plan, id| form.plan(plan, id)).unwrap_err();
    assert_eq!(codes(told), ["facility_code_taken", "store_stays", "supplies_itself", "facility_unknown"]);
    // Seen no more, and seen again through the same join.
    let form = FacilityForm {
        sees_no_more: [depot.clone()].into(),
        supplied_by: None,
        ..FacilityForm::of(&country.master, &country.master.names.get(&clinic).unwrap().clone())
    };
    country.save(Kind::Facility, Some((&clinic, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    assert_eq!(country.seen(&clinic), Vec::<String>::new());
    let seen = country.version(Kind::Facility, &clinic);
    let form = FacilityForm { sees: [depot.clone()].into(), sees_no_more: [].into(), ..form };
    for _ in 0..2 {
        country.save(Kind::Facility, Some((&clinic, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    }
    assert_eq!(country.seen(&clinic), [depot]);
}

#[test]
fn an_edit_of_something_else_shows_nothing_again_and_minds_no_supplier_that_is_gone() {
    let mut country = Country::new();
    let depot = country.facility("DEPOT", None, &[]);
    let depot_store = country.store_of(&depot);
    let clinic = country.facility("CLINIC", Some(&depot_store), &[]);
    let edit = |country: &mut Country, change: fn(&mut FacilityForm, &str)| {
        let seen = country.version(Kind::Facility, &clinic);
        let mut form = FacilityForm::of(&country.master, &country.master.names.get(&clinic).unwrap().clone());
        change(&mut form, &depot);
        country.save(Kind::Facility, Some((&clinic, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    };
    edit(&mut country, |form, depot| form.sees_no_more = [depot.to_owned()].into());
    assert_eq!(country.seen(&clinic), Vec::<String>::new(), "it is supplied by it, and does not see it");
    edit(&mut country, |form, _| form.phone = "12".to_owned());
    assert_eq!(country.seen(&clinic), Vec::<String>::new());
    let gone = sitesync_core::protocol::Change {
        table: "store".into(),
        id: depot_store.as_str().into(),
        put: None,
        delete: true,
        partial: false,
        aside: None,
    };
    country.hub.edit(sitesync_core::ownership::Actor::Site(sitesync_core::ids::SiteId::CENTRAL), vec![gone]).unwrap();
    country.master = country.master.clone().caught_up(&*country.hub.store().snapshot().unwrap()).unwrap();
    edit(&mut country, |form, _| form.phone = "13".to_owned());
    assert_eq!(country.column("name", &clinic, "supplying_store_id"), depot_store.as_str());
}

#[test]
fn a_facility_outside_has_no_store_until_it_gets_one() {
    let mut country = Country::new();
    let form = FacilityForm {
        code: "SUP".to_owned(),
        name: "Supplier".to_owned(),
        kind: FacilityKind::Outside,
        supplier: true,
        ..FacilityForm::new()
    };
    let id = country.save(Kind::Facility, None, |plan, id| form.plan(plan, id)).unwrap().id;
    assert!(country.master.store_of(&id).is_none());
    let seen = country.version(Kind::Facility, &id);
    let form = FacilityForm { kind: FacilityKind::Dispensary, ..form };
    country.save(Kind::Facility, Some((&id, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    assert_eq!(country.column("store", &country.store_of(&id), "store_mode"), "dispensary");
    assert_eq!(country.column("name", &id, "type"), "store");
}

#[test]
fn a_list_shows_its_items_until_it_is_switched_off() {
    let mut country = Country::new();
    let list = country.list("HC", false);
    let item = country.item(&zinc(&country)).unwrap();
    let clinic = country.facility("CLINIC", None, &[]);
    let mut form = ListForm::of(&country.master.lists.get(&list).unwrap().clone());
    form.items.add(&item);
    form.names.add(&clinic);
    let seen = country.version(Kind::List, &list);
    country.save(Kind::List, Some((&list, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    let counts = |country: &Country| {
        let mut sight = Sight::new(&country.master);
        let count = country.master.items.iter().map(|item| sight.stores(item)).collect::<Vec<_>>();
        assert!(count.iter().all(|count| *count == country.master.stores_of_item(&item).len()));
        count
    };
    assert_eq!(counts(&country), [1]);
    // The same again adds nothing twice.
    let again = country.save(Kind::List, Some((&list, &seen)), |plan, id| form.plan(plan, id)).unwrap();
    assert_eq!(again.report.written, 0);
    let off = ListForm { inactive: true, ..form.clone() };
    country.save(Kind::List, Some((&list, &seen)), |plan, id| off.plan(plan, id)).unwrap();
    assert_eq!(counts(&country), [0]);
    form.items.add("NONE");
    let seen = country.version(Kind::List, &list);
    let told = country.save(Kind::List, Some((&list, &seen)), |plan, id| form.plan(plan, id)).unwrap_err();
    assert_eq!(codes(told), ["item_unknown"]);
}

#[test]
fn the_basics_are_made_once() {
    let mut country = Country::new();
    let form = BasicsForm {
        currency: "nzd".to_owned(),
        list: "All items".to_owned(),
        adjustments: "Inventory adjustments".to_owned(),
    };
    let plan = |plan: &mut Plan<'_>, _: Option<&str>| form.plan(plan);
    let first = country.save(Kind::Basics, None, plan).unwrap();
    let second = country.save(Kind::Basics, None, plan).unwrap();
    assert_eq!((first.report.written, second.report.written), (3, 0));
    let basics = Basics::of(&country.master);
    assert_eq!(basics, Basics { currency: Some("NZD".to_owned()), adjustments: true, lists: 1 });
    let wrong = BasicsForm { currency: "dollar".to_owned(), ..form.clone() };
    let told = country.save(Kind::Basics, None, |plan, _| wrong.plan(plan)).unwrap_err();
    assert_eq!(codes(told), ["currency_wrong"]);
}

#[test]
fn what_leaves_the_central_feed_leaves_the_memory() {
    let mut country = Country::new();
    let list = country.list("ALL", true);
    let item = country.item(&zinc(&country)).unwrap();
    assert!(country.master.items.called("zinc").next().is_some());
    let change = sitesync_core::protocol::Change {
        table: "item".into(),
        id: item.as_str().into(),
        put: None,
        delete: true,
        partial: false,
        aside: None,
    };
    country.hub.edit(sitesync_core::ownership::Actor::Site(sitesync_core::ids::SiteId::CENTRAL), vec![change]).unwrap();
    let before = country.master.clone();
    let after = before.clone().caught_up(&*country.hub.store().snapshot().unwrap()).unwrap();
    assert!(after.items.get(&item).is_none() && after.items.called("zinc").next().is_none());
    assert!(before.items.get(&item).is_some(), "a copy stays as it was");
    assert_eq!(after.lists.get(&list).unwrap().word(), "ALL");
}
