//! Where a store's people work: on the central server, or on a site. What they see there, and writing what they did.

use std::sync::Arc;

use anyhow::{Context, Result};
use sitesync_central::hub::Hub;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_remote::site::{Edit, Site};
use sitesync_store::Store;

use crate::demo::view::StoreView;
use crate::demo::{Columns, DemoRecord};

/// One server of the demo.
#[derive(Clone)]
pub(super) enum Place {
    Central(Arc<Hub>),
    Remote(Arc<Site>),
}

/// The tables from which a store's view is read.
const SEEN: [&str; 14] = [
    "currency",
    "name",
    "store",
    "pref",
    "user_store",
    "item",
    "list_master_line",
    "list_master_name_join",
    "name_store_join",
    "item_line",
    "Stock_take",
    "requisition",
    "transact",
    "trans_line",
];

impl Place {
    pub(super) fn store(&self) -> &dyn Store {
        match self {
            Self::Central(hub) => hub.store(),
            Self::Remote(site) => site.store(),
        }
    }

    /// What a store sees here. `None`: it is not here, or not all of it is.
    pub(super) fn view(&self, store_id: &str) -> Result<Option<StoreView>> {
        if !self.may_work_in(store_id)? {
            return Ok(None);
        }
        let snapshot = self.store().snapshot()?;
        let mut records: Vec<DemoRecord> = Vec::new();
        for table in SEEN {
            for record in snapshot.table(table, None, usize::MAX)? {
                let data: Columns = serde_json::from_str(&record.body).context("a record cannot be read")?;
                records.push((table.to_owned(), record.key.id.into(), data));
            }
        }
        let all = records.iter().map(|(table, id, data)| (table.as_str(), id.as_str(), data));
        Ok(StoreView::of(store_id, all))
    }

    fn may_work_in(&self, store_id: &str) -> Result<bool> {
        match self {
            Self::Central(_) => Ok(true),
            Self::Remote(site) => {
                let stores = site.status()?.stores;
                Ok(stores.iter().any(|store| &*store.store == store_id && store.ready && !store.lost))
            }
        }
    }

    pub(super) fn write(&self, records: Vec<DemoRecord>) -> Result<()> {
        match self {
            Self::Central(hub) => {
                let changes: Result<Vec<_>> = records.into_iter().map(change).collect();
                hub.edit(Actor::Site(SiteId::CENTRAL), changes?)?;
            }
            Self::Remote(site) => {
                let edits: Vec<Edit> = records.into_iter().map(edit).collect();
                site.write(&edits)?;
            }
        }
        Ok(())
    }

    /// Whether a record has arrived.
    pub(super) fn holds(&self, key: &RecordKey) -> Result<bool> {
        let found = self.store().snapshot()?.records(std::slice::from_ref(key))?;
        Ok(found.into_iter().flatten().any(|record| record.is_live()))
    }
}

/// A record as an administrator writes it.
pub(super) fn change((table, id, data): DemoRecord) -> Result<Change> {
    let put = Some(serde_json::value::to_raw_value(&data)?);
    Ok(Change { table: table.into(), id: id.into(), put, delete: false, partial: true, aside: None })
}

fn edit((table, id, data): DemoRecord) -> Edit {
    Edit { table: table.into(), id: id.into(), data: Some(data), delete: false }
}
