//! Deliveries and orders under way from one site to another, until they arrive.

use std::time::{Duration, Instant};

use sitesync_core::ids::RecordKey;

use crate::demo::places::{DemoStore, STORES};
use crate::demo::{Columns, DemoRecord};

pub(super) struct Underway {
    pub(super) key: RecordKey,
    pub(super) to: &'static DemoStore,
    /// "delivery" or "order".
    pub(super) what: &'static str,
    since: Instant,
}

impl Underway {
    pub(super) fn waited(&self) -> Duration {
        self.since.elapsed()
    }
}

/// What of a piece of work goes to another store.
pub(super) fn sent(records: &[DemoRecord]) -> Vec<Underway> {
    records.iter().filter_map(|(table, id, data)| underway(table, id, data)).collect()
}

fn underway(table: &str, id: &str, data: &Columns) -> Option<Underway> {
    let text = |column: &str| data.get(column).and_then(serde_json::Value::as_str).unwrap_or_default();
    let what = match (table, text("type")) {
        ("transact", "ci") => "delivery",
        ("requisition", "request") => "order",
        _ => return None,
    };
    // A patient has no store.
    let to = STORES.iter().find(|store| store.name_id() == text("name_ID"))?;
    Some(Underway { key: RecordKey::new(table, id), to, what, since: Instant::now() })
}
