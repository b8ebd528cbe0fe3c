//! The generator against a small country in memory, where every document reaches everybody at once.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use super::country;
use super::generator::{Generator, Step, Work};
use super::places::{STORES, store_of};
use super::view::{Arrival, ArrivedLine, Party, StockLine, StoreView};
use super::{Columns, amount, text};

/// Views are kept up to date by the documents, as reading all records at each of ten thousand steps would take too long.
struct Model {
    views: Vec<StoreView>,
    /// Which view has which name.
    named: HashMap<String, usize>,
    /// Where a stock line stands in its view.
    places: HashMap<String, usize>,
    /// Packs in less packs out, by stock line.
    moved: BTreeMap<String, f64>,
    now: DateTime,
    documents: usize,
}

fn seen_of(records: &[super::DemoRecord], store_id: &str) -> StoreView {
    let all = records.iter().map(|(table, id, data)| (table.as_str(), id.as_str(), data));
    StoreView::of(store_id, all).unwrap()
}

impl Model {
    fn new() -> Self {
        let records = country::records();
        let views: Vec<StoreView> = STORES.iter().map(|store| seen_of(&records, &store.id())).collect();
        let named = STORES.iter().enumerate().map(|(at, store)| (store.name_id(), at)).collect();
        let now = date(2026, 1, 5).at(8, 0, 0, 0);
        Self { views, named, places: HashMap::new(), moved: BTreeMap::new(), now, documents: 0 }
    }

    fn apply(&mut self, at: usize, step: &Step) {
        self.now = self.now.checked_add(7.minutes()).unwrap();
        let lines: Vec<&Columns> =
            step.records.iter().filter(|record| record.0 == "trans_line").map(|record| &record.2).collect();
        for line in &lines {
            let sign = if text(line, "type") == "stock_in" { 1.0 } else { -1.0 };
            *self.moved.entry(text(line, "item_line_ID").to_owned()).or_default() += sign * amount(line, "quantity");
        }
        for (table, id, data) in &step.records {
            match table.as_str() {
                "item_line" => self.stock(at, id, data),
                "transact" => self.document(at, id, data, &lines),
                "requisition" | "Stock_take" => self.views[at].last_number += 1,
                _ => {}
            }
        }
    }

    fn stock(&mut self, at: usize, id: &str, data: &Columns) {
        let line = StockLine::read(id, data);
        assert!(line.quantity >= 0.0 && line.available >= 0.0, "{id}: {data:?}");
        assert_eq!(text(data, "store_ID"), self.views[at].store_id);
        let stock = &mut self.views[at].stock;
        let place = *self.places.entry(id.to_owned()).or_insert(stock.len());
        if place == stock.len() {
            stock.push(line);
        } else {
            stock[place] = line;
        }
    }

    fn document(&mut self, at: usize, id: &str, data: &Columns, lines: &[&Columns]) {
        self.documents += 1;
        let number = amount(data, "invoice_num");
        self.views[at].last_number += 1;
        let linked = text(data, "linked_transaction_id");
        self.views[at].arrivals.retain(|arrival| arrival.transact_id != linked);
        if text(data, "om_type") == "OUTBOUND_SHIPMENT" {
            let sender = Party { name_id: STORES[at].name_id(), name: STORES[at].name.to_owned(), outside: false };
            let lines = lines.iter().map(|line| ArrivedLine::read(line)).collect();
            let arrival = Arrival { transact_id: id.to_owned(), number, sender, lines };
            let receiver = self.named[text(data, "name_ID")];
            assert_ne!(receiver, at);
            self.views[receiver].arrivals.push(arrival);
        }
    }

    fn check(&self) {
        let mut lines = 0;
        for line in self.views.iter().flat_map(|view| &view.stock) {
            lines += 1;
            assert!((self.moved[&line.id] - line.quantity).abs() < f64::EPSILON, "{line:?}");
        }
        assert_eq!(lines, self.moved.len());
    }
}

#[test]
fn stock_is_the_sum_of_the_movements_and_never_negative() {
    let mut model = Model::new();
    let mut generators: Vec<Generator> = (0..STORES.len() as u64).map(Generator::new).collect();
    let mut said: HashMap<&str, usize> = HashMap::new();
    for turn in 0..10_000 {
        let at = turn % STORES.len();
        let Some(step) = generators[at].step(&model.views[at], model.now) else { continue };
        for word in ["counts", "sends", "receives", "hands", "orders"] {
            *said.entry(word).or_default() += usize::from(step.says.contains(&format!(" {word} ")));
        }
        model.apply(at, &step);
        if turn % 500 == 0 {
            model.check();
        }
    }
    model.check();
    assert!(model.documents > 5_000, "{}", model.documents);
    assert_eq!(said["counts"], STORES.len());
    assert!(said.values().all(|count| *count >= STORES.len()), "{said:?}");
}

/// Every column is one that the catalogue knows, with a value of its kind.
#[test]
fn all_records_fit_the_catalogue() {
    use sitesync_core::catalogue::Catalogue;
    use sitesync_core::ids::RecordKey;

    let catalogue = Catalogue::embedded();
    let mut records = country::records();
    let mut model = Model::new();
    let mut generator = Generator::new(11);
    for turn in 0..400 {
        let at = turn % STORES.len();
        if let Some(step) = generator.step(&model.views[at], model.now) {
            model.apply(at, &step);
            records.extend(step.records);
        }
    }
    for (table, id, data) in &records {
        let known = catalogue.table(table).unwrap();
        for column in data.keys() {
            assert!(known.column(column).is_some(), "{table}: {column}");
        }
        sitesync_core::normal::normalise(catalogue, &RecordKey::new(table.as_str(), id.as_str()), data, None).unwrap();
    }
}

#[test]
fn the_same_seed_gives_the_same_work() {
    let view = &Model::new().views[0];
    let now = date(2026, 1, 5).at(8, 0, 0, 0);
    let step = |seed| Generator::new(seed).step(view, now).unwrap();
    assert_eq!(step(7), step(7));
    assert_ne!(step(7), step(8));
    // A later start with the same seed must not write over the earlier documents.
    let later = Generator::new(7).step(view, date(2026, 1, 6).at(8, 0, 0, 0)).unwrap();
    assert!(step(7).records.iter().all(|record| later.records.iter().all(|other| other.1 != record.1)));
}

#[test]
fn views_are_as_the_country_says() {
    let views = Model::new().views;
    let by_name = |name: &str| views.iter().find(|view| view.store_name == name).unwrap();
    let names =
        |parties: &[Party]| parties.iter().map(|party| party.name.clone()).collect::<std::collections::BTreeSet<_>>();
    let kamo = by_name("Kamo Regional Warehouse");
    assert_eq!(names(&kamo.suppliers), ["Tamaki Central Medical Store".to_owned()].into());
    assert_eq!(kamo.customers.len(), 3);
    assert!(kamo.patients.is_empty() && !kamo.pack_to_one && kamo.items.len() >= 200);
    let opua = by_name("Opua Health Centre");
    assert_eq!(names(&opua.suppliers), ["Kamo Regional Warehouse".to_owned()].into());
    assert!(opua.customers.is_empty() && opua.pack_to_one && opua.items.len() < kamo.items.len());
    assert_eq!(opua.patients.len(), 3);
    let tamaki = by_name("Tamaki Central Medical Store");
    assert_eq!(tamaki.suppliers.iter().filter(|party| party.outside).count(), 3);
    for view in &views {
        assert!(!view.user_id.is_empty() && !view.currency_id.is_empty() && !view.adjustments_id.is_empty());
    }
}

#[test]
fn a_delivery_is_seen_by_its_receiver_until_it_is_received() {
    let mut records = country::records();
    let now = date(2026, 1, 5).at(9, 30, 0, 0);
    let mut generator = Generator::new(3);
    let (kamo, opua) = (store_of("KamoRW").unwrap(), store_of("Opua").unwrap());
    let mut view = seen_of(&records, &kamo.id());
    view.customers.retain(|party| party.name_id == opua.name_id());
    let opening = generator.work(Work::Opening, &view, now).unwrap();
    records.extend(opening.records);
    let stock = seen_of(&records, &kamo.id());
    view.stock = stock.stock;
    view.last_number = stock.last_number;
    assert_eq!(view.last_number, 2);
    let sent = generator.work(Work::Delivery, &view, now).unwrap();
    assert!(sent.says.starts_with("Kamo Regional Warehouse sends "), "{}", sent.says);
    records.extend(sent.records);

    let before = seen_of(&records, &opua.id());
    assert_eq!(before.arrivals.len(), 1);
    let received = generator.work(Work::Receipt, &before, now).unwrap();
    records.extend(received.records.clone());
    let after = seen_of(&records, &opua.id());
    assert!(after.arrivals.is_empty());
    let wanted: f64 = before.arrivals[0].lines.iter().map(|line| line.quantity * line.pack_size).sum();
    let units: f64 = after.stock.iter().map(|line| line.quantity * line.pack_size).sum();
    assert!((wanted - units).abs() < f64::EPSILON);
    assert!(after.stock.iter().all(|line| (line.pack_size - 1.0).abs() < f64::EPSILON));
}
