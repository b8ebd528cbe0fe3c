//! Why a record is where it is: the feeds it stands in, who reads them, and by which rule.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sitesync_core::catalogue::{Class, Facts};
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::EntryKind;
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;
use sitesync_web::{ApiError, Path, blocking};
use utoipa::ToSchema;

use super::records::find;
use crate::hub::HubError;
use crate::server::Central;
use crate::sites;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Why {
    table: String,
    id: String,
    #[schema(value_type = String)]
    class: Class,
    feeds: Vec<FeedLine>,
}

/// A feed in which the record stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedLine {
    feed: String,
    number: u64,
    /// `put`, `delete`, or `withdraw`: it is no longer for these readers.
    says: String,
    /// By which rule it is here.
    because: String,
    /// Every site reads this feed.
    every_site: bool,
    /// The site that reads it, if it is one.
    site: Option<u32>,
    site_name: Option<String>,
}

/// Which feeds and sites hold a record, and why.
#[utoipa::path(get, path = "/api/records/{table}/{id}/why", tag = "records",
    params(("table" = String, Path), ("id" = String, Path)), responses((status = 200, body = Why)))]
pub(super) async fn why(
    State(central): State<Arc<Central>>,
    Path((table, id)): Path<(String, String)>,
) -> Result<Json<Why>, ApiError> {
    let why = blocking(move || {
        let record = find(&central, &RecordKey::new(table, id))?;
        let key = record.key.clone();
        let table = central.hub().catalogue().table(&key.table);
        let facts = Facts::read(table, &key, &StoreWorld::body(&record)?);
        let snapshot = central.store().snapshot()?;
        let mut feeds = Vec::new();
        for entry in snapshot.entries_of(std::slice::from_ref(&key))?.into_iter().flatten() {
            let (site, site_name) = reader(&central, &*snapshot, &entry.feed)?;
            feeds.push(FeedLine {
                feed: entry.feed.to_string(),
                number: entry.number,
                says: says(entry.kind).to_owned(),
                because: because(&facts, &entry.feed, entry.kind),
                every_site: entry.feed == Feed::Central,
                site,
                site_name,
            });
        }
        Ok::<_, HubError>(Why { table: key.table.into(), id: key.id.into(), class: facts.class, feeds })
    });
    why.await.map(Json)
}

fn reader(central: &Central, snapshot: &dyn Snapshot, feed: &Feed) -> Result<(Option<u32>, Option<String>), HubError> {
    let Feed::Store(store) = feed else { return Ok((None, None)) };
    let key = RecordKey::new("store", store.clone());
    let record = snapshot.records(std::slice::from_ref(&key))?.pop().flatten();
    let Some(record) = record.filter(|record| record.is_live()) else { return Ok((None, None)) };
    let facts = Facts::read(central.hub().catalogue().table("store"), &key, &StoreWorld::body(&record)?);
    let id = facts.active_on.unwrap_or(SiteId::CENTRAL);
    Ok((Some(id.0), sites::get(snapshot, id)?.map(|site| site.name)))
}

fn says(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Put => "put",
        EntryKind::Delete => "delete",
        EntryKind::Withdraw => "withdraw",
    }
}

fn because(facts: &Facts, feed: &Feed, kind: EntryKind) -> String {
    if kind == EntryKind::Withdraw {
        return "It was for these readers before, and is not any more.".to_owned();
    }
    let Feed::Store(store) = feed else { return "Every site needs it.".to_owned() };
    if facts.store.as_ref() == Some(store) {
        return match facts.class {
            Class::Message => format!("It was sent to store {store}."),
            Class::Central => format!("It is about store {store}."),
            _ => format!("Store {store} owns it."),
        };
    }
    match (facts.class, &facts.parent) {
        (_, Some(parent)) => format!("It goes where {parent} goes."),
        (Class::Transfer, None) => format!("Store {store} is the other party."),
        (Class::Patient, None) => format!("It is visible in store {store}."),
        (Class::Message, None) => format!("Store {store} sent it."),
        _ => format!("A join shows it in store {store}."),
    }
}
