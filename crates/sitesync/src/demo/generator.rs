//! The daily work of a store: given what the store sees, the documents that its people would write next.
//!
//! Each piece of work is to be written in one transaction, so that stock is the sum of the movements at any moment.

use std::collections::HashMap;

use jiff::civil::DateTime;
use serde_json::json;

use super::documents::{Kind, Writer};
use super::random::Seeded;
use super::view::{ArrivedLine, Item, Party, StockLine, StoreView};
use super::{DemoRecord, number};

/// One piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// To be written together.
    pub records: Vec<DemoRecord>,
    /// For people: "Kamo Regional Warehouse sends 12 lines to Opua Health Centre".
    pub says: String,
}

/// The kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The first stock-take.
    Opening,
    /// Receives what another store sent.
    Receipt,
    /// Sends stock to a customer.
    Delivery,
    /// Hands medicines to a patient.
    Prescription,
    /// Asks the supplier for what is short.
    Order,
    /// Receives what a supplier outside the country's system delivered.
    Purchase,
}

/// What happens how often, when all of it is possible.
const DAY: [Work; 10] = [
    Work::Delivery,
    Work::Delivery,
    Work::Delivery,
    Work::Prescription,
    Work::Prescription,
    Work::Prescription,
    Work::Order,
    Work::Order,
    Work::Purchase,
    Work::Purchase,
];

/// Makes work from a seed: the same seed and the same views give the same documents.
#[derive(Clone, Debug)]
pub struct Generator {
    random: Seeded,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { random: Seeded::new(seed) }
    }

    /// What the store does next. `None`: there is nothing that it could do.
    pub fn step(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        if view.stock.is_empty() {
            let opening = self.work(Work::Opening, view, now);
            if opening.is_some() {
                return opening;
            }
        }
        if !view.arrivals.is_empty() && self.random.between(1, 3) > 1 {
            return self.work(Work::Receipt, view, now);
        }
        let mut day = DAY;
        self.random.shuffle(&mut day);
        day.into_iter().find_map(|work| self.work(work, view, now))
    }

    /// A given piece of work, if the store can do it now.
    pub fn work(&mut self, work: Work, view: &StoreView, now: DateTime) -> Option<Step> {
        match work {
            Work::Opening => self.opening(view, now),
            Work::Receipt => self.receipt(view, now),
            Work::Delivery => self.delivery(view, now),
            Work::Prescription => self.prescription(view, now),
            Work::Order => self.order(view, now),
            Work::Purchase => self.purchase(view, now),
        }
    }

    fn opening(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let items = self.some(&view.items, 40)?;
        // A health centre starts with little: most of what it has should have come from somewhere.
        let most = if view.customers.is_empty() { 4 } else { 200 };
        let packs: Vec<f64> = items.iter().map(|_| self.packs(1, most)).collect();
        let factory = Party { name_id: String::new(), name: view.store_name.clone(), outside: true };
        let mut writer = Writer::new(view, now, &mut self.random);
        let mut document = writer.open(Kind::Addition, &view.adjustments_id);
        let count = writer.new_id();
        for (item, packs) in items.iter().zip(packs) {
            let found = writer.bought(item, packs, &factory);
            let line = writer.put(&mut document, &found, "");
            count_line(&mut writer, &count, item, &line);
        }
        let number = writer.next_number();
        let (date, datetime, time) = (writer.date(), writer.datetime(), writer.time());
        writer.add(
            "Stock_take",
            &count,
            [
                ("store_ID", json!(view.store_id)),
                ("status", json!("fn")),
                ("Description", json!("Opening stock")),
                ("serial_number", json!(number)),
                ("created_by_ID", json!(view.user_id)),
                ("finalised_by_ID", json!(view.user_id)),
                ("invad_additions_ID", json!(document.id)),
                ("stock_take_created_date", json!(date)),
                ("stock_take_date", json!(date)),
                ("stock_take_time", json!(time)),
                ("om_created_datetime", json!(datetime)),
                ("om_finalised_datetime", json!(datetime)),
                ("om_is_initial_stocktake", json!(true)),
            ],
        );
        let lines = writer.close(document, [("comment", json!("Opening stock"))]);
        Some(Step { records: writer.finish(), says: format!("{} counts {}", view.store_name, count_of(lines, "line")) })
    }

    fn receipt(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let arrival = self.random.pick(&view.arrivals)?.clone();
        let mut writer = Writer::new(view, now, &mut self.random);
        let mut document = writer.open(Kind::Inbound, &arrival.sender.name_id);
        for line in arrival.lines.iter().filter(|line| line.quantity > 0.0) {
            writer.put(&mut document, line, &arrival.sender.name_id);
        }
        let linked = ("linked_transaction_id", json!(arrival.transact_id));
        let lines = writer.close(document, [linked, ("their_ref", json!(number(arrival.number).to_string()))]);
        let says = format!("{} receives {} from {}", view.store_name, count_of(lines, "line"), arrival.sender.name);
        (lines > 0).then(|| Step { records: writer.finish(), says })
    }

    fn purchase(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let outside: Vec<Party> = view.suppliers.iter().filter(|party| party.outside).cloned().collect();
        let supplier = self.random.pick(&outside)?.clone();
        let items = self.short_items(view, 60, 15)?;
        let packs: Vec<f64> = items.iter().map(|_| self.packs(40, 250)).collect();
        let mut writer = Writer::new(view, now, &mut self.random);
        let mut document = writer.open(Kind::Inbound, &supplier.name_id);
        for (item, packs) in items.iter().zip(packs) {
            let bought: ArrivedLine = writer.bought(item, packs, &supplier);
            writer.put(&mut document, &bought, &supplier.name_id);
        }
        let lines = writer.close(document, [("comment", json!("Delivered by the supplier"))]);
        let says = format!("{} receives {} from {}", view.store_name, count_of(lines, "line"), supplier.name);
        (lines > 0).then(|| Step { records: writer.finish(), says })
    }

    fn delivery(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let customer = self.random.pick(&view.customers)?.clone();
        let wanted = self.random.between(1, 12);
        let says = |lines| format!("{} sends {} to {}", view.store_name, count_of(lines, "line"), customer.name);
        // A quarter of what there is, so that something is left for the others.
        let packs = |random: &mut Seeded, line: &StockLine, _: &Item| {
            let most = (line.available / 4.0).clamp(1.0, 50.0);
            whole(random.between(1, floor(most)))
        };
        let (records, lines) = self.issue(view, now, Kind::Outbound, &customer, wanted, packs)?;
        Some(Step { records, says: says(lines) })
    }

    fn prescription(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let patient = self.random.pick(&view.patients)?.clone();
        let wanted = self.random.between(1, 3);
        // What comes in packs of tablets is handed out by the strip; a bottle or an inhaler once.
        let packs = |random: &mut Seeded, line: &StockLine, item: &Item| {
            let strips = line.pack_size < 2.0 && item.pack_size >= 20.0;
            if strips { whole(random.between(5, 30)) } else { 1.0 }
        };
        let (records, lines) = self.issue(view, now, Kind::Prescription, &patient, wanted, packs)?;
        // The patient is not named: this goes to a log.
        let says = format!("{} hands {} to a patient", view.store_name, count_of(lines, "medicine"));
        Some(Step { records, says })
    }

    /// Gives stock out, the first to expire first.
    fn issue(
        &mut self,
        view: &StoreView,
        now: DateTime,
        kind: Kind,
        party: &Party,
        wanted: u64,
        packs: impl Fn(&mut Seeded, &StockLine, &Item) -> f64,
    ) -> Option<(Vec<DemoRecord>, u64)> {
        let today = now.date().to_string();
        let mut soonest: HashMap<&str, &StockLine> = HashMap::new();
        for line in view.stock.iter().filter(|line| line.usable(&today) >= 1.0) {
            let known = soonest.entry(&line.item_id).or_insert(line);
            if line.expiry < known.expiry {
                *known = line;
            }
        }
        let mut chosen: Vec<(&StockLine, &Item, f64)> = Vec::new();
        for item in self.some(&view.items, view.items.len())? {
            let Some(line) = soonest.get(item.id.as_str()) else { continue };
            let packs = packs(&mut self.random, line, item);
            chosen.push((line, item, packs));
            if chosen.len() as u64 == wanted {
                break;
            }
        }
        let mut writer = Writer::new(view, now, &mut self.random);
        let mut document = writer.open(kind, &party.name_id);
        for (line, item, packs) in chosen {
            writer.take(&mut document, line, &item.name, packs);
        }
        let lines = writer.close(document, []);
        (lines > 0).then(|| (writer.finish(), lines))
    }

    fn order(&mut self, view: &StoreView, now: DateTime) -> Option<Step> {
        let inside: Vec<Party> = view.suppliers.iter().filter(|party| !party.outside).cloned().collect();
        let supplier = self.random.pick(&inside)?.clone();
        let most = usize::try_from(self.random.between(3, 15)).unwrap_or(3);
        let items = self.short_items(view, 20, most)?;
        let packs: Vec<f64> = items.iter().map(|_| self.packs(1, 20)).collect();
        let mut writer = Writer::new(view, now, &mut self.random);
        let units = units(view);
        let order = writer.new_id();
        let (serial, date, datetime) = (writer.next_number(), writer.date(), writer.datetime());
        writer.add(
            "requisition",
            &order,
            [
                ("type", json!("request")),
                ("status", json!("cn")),
                ("om_status", json!("SENT")),
                ("serial_number", json!(serial)),
                ("store_ID", json!(view.store_id)),
                ("name_ID", json!(supplier.name_id)),
                ("user_ID", json!(view.user_id)),
                ("date_entered", json!(date)),
                ("om_created_datetime", json!(datetime)),
                ("om_sent_datetime", json!(datetime)),
                ("thresholdMOS", json!(3)),
                ("om_max_months_of_stock", json!(6)),
                ("daysToSupply", json!(180)),
            ],
        );
        for (at, (item, packs)) in items.iter().zip(&packs).enumerate() {
            order_line(&mut writer, &order, at + 1, item, (of(&units, item), packs * item.pack_size));
        }
        let lines = count_of(items.len() as u64, "item");
        let says = format!("{} orders {lines} from {}", view.store_name, supplier.name);
        Some(Step { records: writer.finish(), says })
    }

    /// A few entries of a list, in random order; `None` if it is empty.
    fn some<'v>(&mut self, list: &'v [Item], most: usize) -> Option<Vec<&'v Item>> {
        let mut some: Vec<&Item> = list.iter().collect();
        self.random.shuffle(&mut some);
        some.truncate(most);
        if some.is_empty() { None } else { Some(some) }
    }

    /// The items of which there are fewer packs than that, the scarcest first; `None` if there are none.
    fn short_items<'v>(&mut self, view: &'v StoreView, below: u64, most: usize) -> Option<Vec<&'v Item>> {
        let units = units(view);
        let packs = |item: &Item| floor(of(&units, item) / item.pack_size);
        let mut items = self.some(&view.items, view.items.len())?;
        items.retain(|item| packs(item) < below);
        items.sort_by_cached_key(|item| packs(item));
        items.truncate(most);
        if items.is_empty() { None } else { Some(items) }
    }

    fn packs(&mut self, low: u64, high: u64) -> f64 {
        whole(self.random.between(low, high))
    }
}

/// Units on the shelf, by item.
fn units(view: &StoreView) -> HashMap<&str, f64> {
    let mut units = HashMap::new();
    for line in &view.stock {
        *units.entry(line.item_id.as_str()).or_default() += line.quantity * line.pack_size;
    }
    units
}

fn of(units: &HashMap<&str, f64>, item: &Item) -> f64 {
    units.get(item.id.as_str()).copied().unwrap_or_default()
}

fn count_line(writer: &mut Writer<'_>, count: &str, item: &Item, line: &StockLine) {
    let id = writer.new_id();
    writer.add(
        "Stock_take_lines",
        &id,
        [
            ("stock_take_ID", json!(count)),
            ("item_ID", json!(item.id)),
            ("item_name", json!(item.name)),
            ("item_line_ID", json!(line.id)),
            ("Batch", json!(line.batch)),
            ("expiry", json!(line.expiry)),
            ("snapshot_qty", json!(0)),
            ("snapshot_packsize", number(line.pack_size)),
            ("stock_take_qty", number(line.quantity)),
            ("is_edited", json!(true)),
            ("cost_price", number(line.cost_price)),
            ("sell_price", number(line.cost_price)),
        ],
    );
}

fn order_line(writer: &mut Writer<'_>, order: &str, at: usize, item: &Item, (on_hand, wanted): (f64, f64)) {
    let (id, datetime) = (writer.new_id(), writer.datetime());
    writer.add(
        "requisition_line",
        &id,
        [
            ("requisition_ID", json!(order)),
            ("line_number", json!(at)),
            ("item_ID", json!(item.id)),
            ("itemName", json!(item.name)),
            ("stock_on_hand", number(on_hand)),
            // What is wanted lasts for the six months that the order names.
            ("daily_usage", number((on_hand + wanted) / 180.0)),
            ("suggested_quantity", number(wanted)),
            ("Cust_stock_order", number(wanted)),
            ("om_snapshot_datetime", json!(datetime)),
        ],
    );
}

fn count_of(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[expect(clippy::cast_precision_loss, reason = "packs are few")]
fn whole(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "packs are few and not negative")]
fn floor(count: f64) -> u64 {
    count.max(0.0) as u64
}
