//! The documents of one piece of work, in mSupply's columns. It keeps the books: every change of stock is a line of a document.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::{Value, json};
use sitesync_core::hash::Hash;

use super::random::Seeded;
use super::view::{ArrivedLine, Party, StockLine, StoreView};
use super::{Columns, DemoRecord, amount, columns, number};

/// The kinds of document that move stock: `type`, `mode`, `om_type` and the `om_status` that says it is done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Outbound,
    Inbound,
    Prescription,
    Addition,
}

impl Kind {
    fn columns(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Outbound => ("ci", "store", "OUTBOUND_SHIPMENT", "SHIPPED"),
            Self::Inbound => ("si", "store", "INBOUND_SHIPMENT", "VERIFIED"),
            Self::Prescription => ("ci", "dispensary", "PRESCRIPTION", "VERIFIED"),
            Self::Addition => ("si", "store", "INVENTORY_ADDITION", "VERIFIED"),
        }
    }

    /// The steps on the way to its status, each of which has a time.
    fn times(self) -> &'static [&'static str] {
        match self {
            Self::Outbound => &["created", "allocated", "picked", "shipped"],
            Self::Inbound => &["created", "delivered", "verified"],
            Self::Prescription => &["created", "picked", "verified"],
            Self::Addition => &["created", "verified"],
        }
    }
}

/// The documents being written for a store, to be committed together.
pub(super) struct Writer<'a> {
    pub(super) view: &'a StoreView,
    pub(super) now: DateTime,
    random: &'a mut Seeded,
    next_number: u64,
    /// Stock lines as they will be, by id.
    stock: BTreeMap<String, StockLine>,
    documents: Vec<DemoRecord>,
}

/// A document that moves stock and still gets lines.
pub(super) struct Open {
    pub(super) id: String,
    columns: Columns,
    lines: u64,
    total: f64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(view: &'a StoreView, now: DateTime, random: &'a mut Seeded) -> Self {
        let stock = BTreeMap::new();
        Self { view, now, random, next_number: view.last_number + 1, stock, documents: Vec::new() }
    }

    /// An id that neither another store, nor this one at another time, can come to, even with the same seed.
    pub(super) fn new_id(&mut self) -> String {
        let random = self.random.word().to_le_bytes();
        format!("{:032X}", Hash::of_parts(&[self.view.store_id.as_bytes(), self.datetime().as_bytes(), &random]).0)
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    pub(super) fn date(&self) -> String {
        self.now.date().to_string()
    }

    pub(super) fn datetime(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// Seconds since midnight.
    pub(super) fn time(&self) -> i64 {
        i64::from(self.now.hour()) * 3_600 + i64::from(self.now.minute()) * 60 + i64::from(self.now.second())
    }

    pub(super) fn add<const N: usize>(&mut self, table: &str, id: &str, pairs: [(&str, Value); N]) {
        self.documents.push((table.to_owned(), id.to_owned(), columns(pairs)));
    }

    /// Begins a document that moves stock.
    pub(super) fn open(&mut self, kind: Kind, party_id: &str) -> Open {
        let (legacy, mode, om_type, om_status) = kind.columns();
        let id = self.new_id();
        let mut columns = columns([
            ("type", json!(legacy)),
            ("mode", json!(mode)),
            ("status", json!("fn")),
            ("om_type", json!(om_type)),
            ("om_status", json!(om_status)),
            ("invoice_num", json!(self.next_number())),
            ("store_ID", json!(self.view.store_id)),
            ("name_ID", json!(party_id)),
            ("user_ID", json!(self.view.user_id)),
            ("currency_ID", json!(self.view.currency_id)),
            ("currency_rate", json!(1)),
        ]);
        for step in ["entry", "confirm", "finalised"] {
            columns.insert(format!("{step}_date"), json!(self.date()));
            columns.insert(format!("{step}_time"), json!(self.time()));
        }
        for step in kind.times() {
            columns.insert(format!("om_{step}_datetime"), json!(self.datetime()));
        }
        Open { id, columns, lines: 0, total: 0.0 }
    }

    /// Takes packs from a stock line, as many as there are at most. Gives what was taken.
    pub(super) fn take(&mut self, document: &mut Open, line: &StockLine, item_name: &str, packs: f64) -> f64 {
        let today = self.date();
        let line = self.stock.entry(line.id.clone()).or_insert_with(|| line.clone());
        let packs = packs.floor().min(line.usable(&today));
        if packs < 1.0 {
            return 0.0;
        }
        line.quantity -= packs;
        line.available -= packs;
        let line = line.clone();
        self.line(document, "stock_out", &line, item_name, packs);
        packs
    }

    /// Puts packs on the shelf: on the stock line of the same batch and price, or on a new one. Gives the stock line.
    pub(super) fn put(&mut self, document: &mut Open, arrived: &ArrivedLine, from: &str) -> StockLine {
        let mut arrived = arrived.clone();
        if self.view.pack_to_one && arrived.pack_size > 1.0 {
            arrived.price /= arrived.pack_size;
            arrived.quantity *= arrived.pack_size;
            arrived.pack_size = 1.0;
        }
        // As it will be stored: what is compared next time is read back.
        arrived.price = number(arrived.price).as_f64().unwrap_or_default();
        let mut line = self.same_batch(&arrived).unwrap_or_else(|| self.new_line(&arrived, from));
        line.quantity += arrived.quantity;
        line.available += arrived.quantity;
        self.stock.insert(line.id.clone(), line.clone());
        self.line(document, "stock_in", &line, &arrived.item_name, arrived.quantity);
        line
    }

    fn same_batch(&self, arrived: &ArrivedLine) -> Option<StockLine> {
        let same = |line: &&StockLine| {
            let kind =
                (&line.item_id, &line.batch, &line.expiry) == (&arrived.item_id, &arrived.batch, &arrived.expiry);
            let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
            kind && near(line.pack_size, arrived.pack_size) && near(line.cost_price, arrived.price)
        };
        let untouched = self.view.stock.iter().filter(|line| !self.stock.contains_key(&line.id));
        self.stock.values().find(same).or_else(|| untouched.into_iter().find(same)).cloned()
    }

    fn new_line(&mut self, arrived: &ArrivedLine, from: &str) -> StockLine {
        let data = columns([
            ("store_ID", json!(self.view.store_id)),
            ("item_ID", json!(arrived.item_id)),
            ("name_ID", json!(from)),
            ("batch", json!(arrived.batch)),
            ("expiry_date", json!(arrived.expiry)),
            ("pack_size", number(arrived.pack_size)),
            ("cost_price", number(arrived.price)),
            ("sell_price", number(arrived.price)),
            ("initial_quan", number(arrived.quantity)),
            ("hold", json!(false)),
        ]);
        StockLine { quantity: 0.0, available: 0.0, ..StockLine::read(&self.new_id(), &data) }
    }

    fn line(&mut self, document: &mut Open, kind: &str, stock: &StockLine, item_name: &str, packs: f64) {
        let code = self.view.items.iter().find(|item| item.id == stock.item_id).map(|item| item.code.clone());
        let price = if kind == "stock_in" { stock.cost_price } else { amount(&stock.data, "sell_price") };
        document.lines += 1;
        document.total += packs * price;
        let id = self.new_id();
        self.add(
            "trans_line",
            &id,
            [
                ("transaction_ID", json!(document.id)),
                ("type", json!(kind)),
                ("line_number", json!(document.lines)),
                ("item_ID", json!(stock.item_id)),
                ("item_name", json!(item_name)),
                ("om_item_code", json!(code.unwrap_or_default())),
                ("item_line_ID", json!(stock.id)),
                ("batch", json!(stock.batch)),
                ("expiry_date", json!(stock.expiry)),
                ("pack_size", number(stock.pack_size)),
                ("quantity", number(packs)),
                ("cost_price", number(stock.cost_price)),
                ("sell_price", number(amount(&stock.data, "sell_price"))),
                ("om_total_before_tax", number(packs * price)),
                ("om_total_after_tax", number(packs * price)),
            ],
        );
    }

    /// Ends a document with further columns. Gives the number of its lines; without any, it is not written.
    pub(super) fn close<const N: usize>(&mut self, document: Open, further: [(&str, Value); N]) -> u64 {
        if document.lines > 0 {
            let mut data = document.columns;
            data.extend(columns(further));
            data.insert("subtotal".to_owned(), number(document.total));
            data.insert("total".to_owned(), number(document.total));
            self.documents.push(("transact".to_owned(), document.id, data));
        }
        document.lines
    }

    /// All that is to be written: stock first, then documents.
    pub(super) fn finish(self) -> Vec<DemoRecord> {
        let stock = self.stock.into_values().map(|line| {
            let mut data = line.data;
            data.insert("quantity".to_owned(), number(line.quantity));
            data.insert("available".to_owned(), number(line.available));
            data.insert("total_cost".to_owned(), number(line.quantity * line.cost_price));
            ("item_line".to_owned(), line.id, data)
        });
        stock.chain(self.documents).collect()
    }

    /// Packs of an item from one party, with a batch as a factory would number it.
    pub(super) fn bought(&mut self, item: &super::view::Item, packs: f64, from: &Party) -> ArrivedLine {
        let batch = format!("{}{:04}", initial(&from.name), self.random.between(1, 9_999));
        let months = i64::try_from(self.random.between(9, 36)).unwrap_or(12);
        let expiry = self.now.date().saturating_add(jiff::Span::new().months(months)).last_of_month();
        ArrivedLine {
            item_id: item.id.clone(),
            item_name: item.name.clone(),
            batch,
            expiry: expiry.to_string(),
            pack_size: item.pack_size,
            quantity: packs,
            price: item.price,
        }
    }
}

fn initial(name: &str) -> char {
    name.chars().find(char::is_ascii_alphabetic).unwrap_or('B').to_ascii_uppercase()
}
