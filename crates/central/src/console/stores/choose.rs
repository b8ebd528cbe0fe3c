//! The stores, as pages offer them to be chosen.

use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};

use crate::admin::overview::{StoreRef, store_ref};

/// Stores are read so many at a time.
const SLICE: usize = 500;

/// All stores, by name.
pub(in crate::console) fn all(snapshot: &dyn Snapshot) -> Result<Vec<StoreRef>, StoreError> {
    let mut stores = Vec::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table("store", after.as_deref(), SLICE)?;
        let Some(last) = slice.last().map(|record| record.key.id.clone()) else { break };
        for record in &slice {
            stores.push(store_ref(record, &StoreWorld::body(record)?));
        }
        after = Some(last);
    }
    stores.sort_by_key(|store| (store.name.to_lowercase(), store.code.clone()));
    Ok(stores)
}

/// Whether a store is what somebody looks for.
pub(in crate::console) fn matches(store: &StoreRef, sought: &str) -> bool {
    let sought = sought.trim().to_lowercase();
    store.code.to_lowercase().contains(&sought) || store.name.to_lowercase().contains(&sought)
}
