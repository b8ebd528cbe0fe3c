//! Stores as windows offer them to be chosen: which there are, and where each is active.

use std::collections::HashMap;

use sitesync_core::catalogue::Facts;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::record::Record;
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;

use crate::hub::HubError;
use crate::server::Central;

/// Stores are read so many at a time.
const SLICE: usize = 500;

/// A store, and where it is active.
#[derive(Clone, Debug)]
pub(in crate::console) struct StoreAt {
    pub(in crate::console) id: String,
    pub(in crate::console) code: String,
    pub(in crate::console) name: String,
    pub(in crate::console) site: SiteId,
}

impl StoreAt {
    /// Whether it is what somebody looks for.
    pub(in crate::console) fn matches(&self, sought: &str) -> bool {
        let sought = sought.trim().to_lowercase();
        self.code.to_lowercase().contains(&sought) || self.name.to_lowercase().contains(&sought)
    }
}

fn read(central: &Central, record: &Record) -> Result<StoreAt, HubError> {
    let body = StoreWorld::body(record)?;
    let facts = Facts::read(central.hub().catalogue().table("store"), &record.key, &body);
    let text = |column: &str| body.get(column).and_then(|value| value.as_str()).unwrap_or("").to_owned();
    Ok(StoreAt {
        id: record.key.id.to_string(),
        code: text("code"),
        name: text("name"),
        site: facts.active_on.unwrap_or(SiteId::CENTRAL),
    })
}

/// All stores, by code.
pub(in crate::console) fn all(central: &Central, snapshot: &dyn Snapshot) -> Result<Vec<StoreAt>, HubError> {
    let mut found = Vec::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table("store", after.as_deref(), SLICE)?;
        for record in &slice {
            found.push(read(central, record)?);
        }
        let Some(last) = slice.into_iter().last() else { break };
        after = Some(last.key.id);
    }
    found.sort_by_cached_key(|store| (store.code.to_lowercase(), store.id.clone()));
    Ok(found)
}

/// Those of these stores that there are.
pub(in crate::console) fn some<'a>(
    central: &Central,
    snapshot: &dyn Snapshot,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, StoreAt>, HubError> {
    let keys: Vec<_> = ids.into_iter().map(|id| RecordKey::new("store", id)).collect();
    let records = snapshot.records(&keys)?.into_iter().flatten().filter(Record::is_live);
    records.map(|record| read(central, &record).map(|store| (store.id.clone(), store))).collect()
}

/// Where this store is active; none if there is no such store.
pub(in crate::console) fn active_on(
    central: &Central,
    snapshot: &dyn Snapshot,
    store: &str,
) -> Result<Option<SiteId>, HubError> {
    Ok(some(central, snapshot, [store])?.remove(store).map(|store| store.site))
}
