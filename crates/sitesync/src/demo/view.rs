//! What a store sees of the country, as the generator needs it: plain structs, read from the records of the store's own site.

use std::collections::{HashMap, HashSet};

use super::{Columns, amount, text};

/// Another party.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub name_id: String,
    pub name: String,
    /// No store of this country: what it delivers arrives on paper only.
    pub outside: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub id: String,
    pub name: String,
    pub code: String,
    pub pack_size: f64,
    /// For a pack.
    pub price: f64,
}

/// Packs of one batch on the shelf.
#[derive(Clone, Debug, PartialEq)]
pub struct StockLine {
    pub id: String,
    pub item_id: String,
    pub batch: String,
    pub expiry: String,
    pub pack_size: f64,
    /// Packs on the shelf.
    pub quantity: f64,
    /// Packs that no open document has taken yet.
    pub available: f64,
    pub cost_price: f64,
    /// The whole record, so that columns people filled in are kept.
    pub data: Columns,
}

impl StockLine {
    pub fn read(id: &str, data: &Columns) -> Self {
        Self {
            id: id.to_owned(),
            item_id: text(data, "item_ID").to_owned(),
            batch: text(data, "batch").to_owned(),
            expiry: text(data, "expiry_date").to_owned(),
            pack_size: amount(data, "pack_size"),
            quantity: amount(data, "quantity"),
            available: amount(data, "available"),
            cost_price: amount(data, "cost_price"),
            data: data.clone(),
        }
    }

    /// Whole packs that may be given out on a day, written as `YYYY-MM-DD`.
    pub fn usable(&self, today: &str) -> f64 {
        let undated = self.expiry.is_empty() || self.expiry == "0000-00-00";
        let held = self.data.get("hold").and_then(serde_json::Value::as_bool).unwrap_or_default();
        if held || (!undated && self.expiry.as_str() < today) {
            0.0
        } else {
            self.available.min(self.quantity).floor().max(0.0)
        }
    }
}

/// A line of a delivery that is coming in.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivedLine {
    pub item_id: String,
    pub item_name: String,
    pub batch: String,
    pub expiry: String,
    pub pack_size: f64,
    pub quantity: f64,
    /// What the receiver pays for a pack: the sender's selling price.
    pub price: f64,
}

impl ArrivedLine {
    pub fn read(data: &Columns) -> Self {
        Self {
            item_id: text(data, "item_ID").to_owned(),
            item_name: text(data, "item_name").to_owned(),
            batch: text(data, "batch").to_owned(),
            expiry: text(data, "expiry_date").to_owned(),
            pack_size: amount(data, "pack_size"),
            quantity: amount(data, "quantity"),
            price: amount(data, "sell_price"),
        }
    }
}

/// A delivery that another store has sent here and that is not received yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// The sender's document.
    pub transact_id: String,
    pub number: f64,
    pub sender: Party,
    pub lines: Vec<ArrivedLine>,
}

/// What a store sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreView {
    pub store_id: String,
    pub store_name: String,
    pub currency_id: String,
    pub user_id: String,
    /// The name to which adjustments of stock are booked.
    pub adjustments_id: String,
    /// Stock is counted in units: what comes in is unpacked.
    pub pack_to_one: bool,
    pub items: Vec<Item>,
    pub stock: Vec<StockLine>,
    pub suppliers: Vec<Party>,
    pub customers: Vec<Party>,
    pub patients: Vec<Party>,
    pub arrivals: Vec<Arrival>,
    /// The highest number that a document of this store has.
    pub last_number: u64,
}

impl StoreView {
    /// Reads a store's view from the records of its site, in any order. `None`: the store is not there.
    pub fn of<'a>(store_id: &str, records: impl Iterator<Item = (&'a str, &'a str, &'a Columns)>) -> Option<Self> {
        let mut tables = Tables::default();
        for (table, id, data) in records {
            tables.0.entry(table).or_default().insert(id, data);
        }
        let store = tables.get("store", store_id)?;
        let own_name = text(store, "name_ID");
        let mut view = Self {
            store_id: store_id.to_owned(),
            store_name: text(store, "name").to_owned(),
            currency_id: tables.first("currency", |data| is(data, "is_home_currency")),
            user_id: tables.first_of("user_store", |data| text(data, "store_ID") == store_id, "user_ID"),
            adjustments_id: tables.first("name", |data| text(data, "code") == "invad"),
            pack_to_one: tables.all("pref").any(|(_, data)| {
                let inner = data.get("data").and_then(serde_json::Value::as_object);
                text(data, "store_ID") == store_id
                    && inner.is_some_and(|inner| is(inner, "default_item_packsize_to_one"))
            }),
            ..Self::default()
        };
        view.read_names(&tables, own_name);
        view.read_items(&tables, own_name);
        view.read_documents(&tables, own_name);
        Some(view)
    }

    /// Who supplies whom stands in the customer's name; that a name is visible stands in the join.
    fn read_names(&mut self, tables: &Tables<'_>, own_name: &str) {
        let supplying = tables.get("name", own_name).map(|name| text(name, "supplying_store_id")).unwrap_or_default();
        let supplier_name = tables.get("store", supplying).map(|store| text(store, "name_ID")).unwrap_or_default();
        let here = |join: &Columns| text(join, "store_ID") == self.store_id && !is(join, "inactive");
        let joined: Vec<&str> = tables
            .all("name_store_join")
            .filter(|(_, join)| here(join))
            .map(|(_, join)| text(join, "name_ID"))
            .collect();
        for id in joined {
            let Some(name) = tables.get("name", id) else { continue };
            let kind = text(name, "type");
            let outside = kind != "store";
            let party = Party { name_id: id.to_owned(), name: text(name, "name").to_owned(), outside };
            if kind == "patient" {
                self.patients.push(party);
            } else if !outside && text(name, "supplying_store_id") == self.store_id {
                self.customers.push(party);
            } else if id == supplier_name || (kind == "facility" && is(name, "supplier")) {
                self.suppliers.push(party);
            }
        }
    }

    fn read_items(&mut self, tables: &Tables<'_>, own_name: &str) {
        let joins = tables.all("list_master_name_join").filter(|(_, join)| text(join, "name_ID") == own_name);
        let lists: HashSet<&str> = joins.map(|(_, join)| text(join, "list_master_ID")).collect();
        let mut seen = HashSet::new();
        for (_, line) in tables.all("list_master_line").filter(|(_, line)| lists.contains(text(line, "item_master_ID")))
        {
            let id = text(line, "item_ID");
            let Some(item) = tables.get("item", id).filter(|_| seen.insert(id)) else { continue };
            self.items.push(Item {
                id: id.to_owned(),
                name: text(item, "item_name").to_owned(),
                code: text(item, "code").to_owned(),
                pack_size: amount(item, "default_pack_size").max(1.0),
                price: amount(item, "buy_price"),
            });
        }
    }

    fn read_documents(&mut self, tables: &Tables<'_>, own_name: &str) {
        let own = |data: &Columns| text(data, "store_ID") == self.store_id;
        self.stock =
            tables.all("item_line").filter(|(_, data)| own(data)).map(|(id, data)| StockLine::read(id, data)).collect();
        let numbered = [("transact", "invoice_num"), ("requisition", "serial_number"), ("Stock_take", "serial_number")];
        let numbers = numbered.into_iter().flat_map(|(table, column)| {
            tables
                .all(table)
                .filter(|(_, data)| own(data))
                .map(move |(_, data)| data.get(column).and_then(serde_json::Value::as_u64))
        });
        self.last_number = numbers.flatten().max().unwrap_or_default();
        let received: HashSet<&str> = tables
            .all("transact")
            .filter(|(_, data)| own(data))
            .map(|(_, data)| text(data, "linked_transaction_id"))
            .collect();
        let mut lines: HashMap<&str, Vec<ArrivedLine>> = HashMap::new();
        for (_, line) in tables.all("trans_line").filter(|(_, line)| text(line, "type") == "stock_out") {
            lines.entry(text(line, "transaction_ID")).or_default().push(ArrivedLine::read(line));
        }
        let coming = |id: &str, data: &Columns| {
            text(data, "type") == "ci"
                && text(data, "name_ID") == own_name
                && shipped(data)
                && !own(data)
                && !received.contains(id)
        };
        self.arrivals = tables
            .all("transact")
            .filter(|(id, data)| coming(id, data))
            .map(|(id, data)| Arrival {
                transact_id: id.to_owned(),
                number: amount(data, "invoice_num"),
                sender: tables.sender(text(data, "store_ID")),
                lines: lines.remove(id).unwrap_or_default(),
            })
            .filter(|arrival| !arrival.lines.is_empty())
            .collect();
    }
}

/// On its way. A document without `om_status` was made by an older program: finalised then means sent.
fn shipped(data: &Columns) -> bool {
    match text(data, "om_status") {
        "" => text(data, "status") == "fn",
        status => status == "SHIPPED",
    }
}

fn is(data: &Columns, column: &str) -> bool {
    data.get(column).and_then(serde_json::Value::as_bool).unwrap_or_default()
}

/// Records by table and id; sorted, so that the same records give the same view.
#[derive(Default)]
struct Tables<'a>(HashMap<&'a str, std::collections::BTreeMap<&'a str, &'a Columns>>);

impl<'a> Tables<'a> {
    fn get(&self, table: &str, id: &str) -> Option<&'a Columns> {
        self.0.get(table)?.get(id).copied()
    }

    fn all(&self, table: &str) -> impl Iterator<Item = (&'a str, &'a Columns)> {
        self.0.get(table).into_iter().flatten().map(|(id, data)| (*id, *data))
    }

    /// The id of the first record that fits, or the empty text.
    fn first(&self, table: &str, fits: impl Fn(&Columns) -> bool) -> String {
        self.all(table).find(|(_, data)| fits(data)).map(|(id, _)| id.to_owned()).unwrap_or_default()
    }

    /// A column of the first record that fits, or the empty text.
    fn first_of(&self, table: &str, fits: impl Fn(&Columns) -> bool, column: &str) -> String {
        self.all(table).find(|(_, data)| fits(data)).map(|(_, data)| text(data, column).to_owned()).unwrap_or_default()
    }

    fn sender(&self, store_id: &str) -> Party {
        let name_id = self.get("store", store_id).map(|store| text(store, "name_ID")).unwrap_or_default();
        let name = self.get("name", name_id).map(|name| text(name, "name")).unwrap_or_default();
        Party { name_id: name_id.to_owned(), name: name.to_owned(), outside: false }
    }
}
