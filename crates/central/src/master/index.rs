//! The central data in memory, as pages and imports look it up. It follows the central feed: catching up reads what that has got since.
//!
//! A copy costs nothing, so a transaction takes its own and catches it up with what it sees; only what was read from committed data is
//! shared. Nothing here is written to disk, and nothing decides by it but what people see and fill in.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::normal;
use sitesync_core::record::EntryKind;
use sitesync_store::{PageEntry, PageLimit, Snapshot, StoreError};

use super::pairs::Pairs;
use super::read::{Currency, Item, List, Name, Store, Unit, text};
use super::shelf::Shelf;

/// How much of the feed is read at a time.
const PAGE: PageLimit = PageLimit { entries: 10_000, bytes: 8 << 20 };

/// Items, units, lists, facilities and stores, and what joins them.
#[derive(Clone, Debug, Default)]
pub struct Master {
    upto: u64,
    pub items: Shelf<Item>,
    pub units: Shelf<Unit>,
    pub lists: Shelf<List>,
    pub names: Shelf<Name>,
    pub stores: Shelf<Store>,
    pub currencies: Shelf<Currency>,
    /// Items and the lists that they are in.
    pub items_lists: Pairs,
    /// Names and the lists that their stores see.
    pub names_lists: Pairs,
    /// Stores and their names.
    pub stores_names: Pairs,
}

impl Master {
    /// The same, with what the central feed has got since.
    pub fn caught_up(mut self, snapshot: &dyn Snapshot) -> Result<Self, StoreError> {
        loop {
            let page = snapshot.page(&Feed::Central, self.upto, PAGE)?;
            let Some(last) = page.last() else { return Ok(self) };
            self.upto = last.entry.number;
            for entry in &page {
                self.follow(entry)?;
            }
        }
    }

    /// The number of the last entry that is in here.
    pub(crate) fn upto(&self) -> u64 {
        self.upto
    }

    fn follow(&mut self, PageEntry { entry, body, .. }: &PageEntry) -> Result<(), StoreError> {
        if !TABLES.contains(&&*entry.key.table) {
            return Ok(());
        }
        let body = body.as_ref().filter(|_| entry.kind == EntryKind::Put);
        let damaged = |error| StoreError::Damaged(format!("{}: {error}", entry.key));
        let body = body.map(|body| normal::parse(body).map_err(damaged)).transpose()?;
        self.take(&entry.key, body.as_ref());
        Ok(())
    }

    /// Takes in a record as it is now; without a body it is gone.
    pub(super) fn take(&mut self, key: &RecordKey, body: Option<&Map<String, Value>>) {
        let id = &*key.id;
        match &*key.table {
            "item" => self.items.take(id, body),
            "unit" => self.units.take(id, body),
            "list_master" => self.lists.take(id, body),
            "name" => self.names.take(id, body),
            "currency" => self.currencies.take(id, body),
            "store" => {
                self.stores.take(id, body);
                let facility = body.map(|body| text(body, "name_ID"));
                self.stores_names.take(id, facility.as_deref().map(|name| (id, name)));
            }
            "list_master_line" => pair(&mut self.items_lists, id, body, "item_ID", "item_master_ID"),
            "list_master_name_join" => pair(&mut self.names_lists, id, body, "name_ID", "list_master_ID"),
            _ => {}
        }
    }

    /// The store of a facility, if it has one.
    pub fn store_of(&self, name: &str) -> Option<&Store> {
        self.stores_names.to(name).find_map(|(store, _)| self.stores.get(store)).map(|store| &**store)
    }

    /// The facilities: with a store here or outside, and none of mSupply's own names.
    pub fn facilities(&self) -> impl Iterator<Item = &Arc<Name>> {
        self.names.iter().filter(|name| ["store", "facility"].contains(&&*name.kind))
    }

    /// The stores that see this list.
    pub fn stores_of_list<'a>(&'a self, list: &'a str) -> impl Iterator<Item = &'a Store> {
        self.names_lists.to(list).filter_map(|(name, _)| self.store_of(name))
    }

    /// The stores that see this item, by their ids.
    pub fn stores_of_item<'a>(&'a self, item: &'a str) -> BTreeSet<&'a str> {
        self.stores_of_lists(&self.lists_of_item(item))
    }

    /// The lists that show this item.
    fn lists_of_item<'a>(&'a self, item: &'a str) -> BTreeSet<&'a str> {
        let lists = self.items_lists.of(item).map(|(list, _)| list);
        lists.filter(|list| self.lists.get(list).is_some_and(|list| !list.inactive)).collect()
    }

    fn stores_of_lists<'a>(&'a self, lists: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
        lists.iter().copied().flat_map(|list| self.stores_of_list(list)).map(|store| &*store.id).collect()
    }
}

/// How many stores see each of many items. Items that are in the same lists are counted once: all items times all stores would be too
/// many.
#[derive(Debug)]
pub struct Sight<'a> {
    master: &'a Master,
    counted: HashMap<BTreeSet<&'a str>, usize>,
}

impl<'a> Sight<'a> {
    pub fn new(master: &'a Master) -> Self {
        Self { master, counted: HashMap::new() }
    }

    pub fn stores(&mut self, item: &'a Item) -> usize {
        let master = self.master;
        let lists = master.lists_of_item(&item.id);
        if let Some(known) = self.counted.get(&lists) {
            return *known;
        }
        let count = master.stores_of_lists(&lists).len();
        self.counted.insert(lists, count);
        count
    }
}

const TABLES: [&str; 8] =
    ["item", "unit", "list_master", "name", "currency", "store", "list_master_line", "list_master_name_join"];

fn pair(pairs: &mut Pairs, id: &str, body: Option<&Map<String, Value>>, one: &str, other: &str) {
    let ends = body.map(|body| (text(body, one), text(body, other)));
    pairs.take(id, ends.as_ref().map(|(one, other)| (&**one, &**other)));
}
