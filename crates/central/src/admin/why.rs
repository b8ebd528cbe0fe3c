//! Why a record is where it is: the feeds it stands in, who reads them, and by which rule.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sitesync_core::catalogue::Class;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::EntryKind;
use sitesync_pages::{Language, Texts};
use sitesync_web::{ApiError, Path, blocking};
use utoipa::ToSchema;

use crate::hub::HubError;
use crate::records::{FeedWhy, Reader, find, why as why_of};
use crate::server::Central;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Why {
    table: String,
    id: String,
    #[schema(value_type = String)]
    class: Class,
    /// Who edits it and who receives it.
    rule: String,
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
    /// How many sites read it, and how many of them have not read this record yet.
    sites: u64,
    waiting: u64,
    /// Some of them, those that have not read it first.
    readers: Vec<ReaderLine>,
    /// The site that reads it, if it is one.
    site: Option<u32>,
    site_name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReaderLine {
    site: u32,
    site_name: String,
    /// It has read so far as the record stands.
    has: bool,
}

/// Which feeds and sites hold a record, and why.
#[utoipa::path(get, path = "/api/records/{table}/{id}/why", tag = "records",
    params(("table" = String, Path), ("id" = String, Path)), responses((status = 200, body = Why)))]
pub(super) async fn why(
    State(central): State<Arc<Central>>,
    Path((table, id)): Path<(String, String)>,
) -> Result<Json<Why>, ApiError> {
    let why = blocking(move || {
        let snapshot = central.store().snapshot()?;
        let record = find(&*snapshot, central.hub().catalogue(), &RecordKey::new(table, id))?;
        let why = why_of(&central, &*snapshot, &record)?;
        let t = Texts::of(Language::English);
        Ok::<_, HubError>(Why {
            table: record.key.table.into(),
            id: record.key.id.into(),
            class: why.class,
            rule: t.say(&why.rule),
            feeds: why.feeds.iter().map(|feed| line(feed, t)).collect(),
        })
    });
    why.await.map(Json)
}

fn line(why: &FeedWhy, t: &Texts) -> FeedLine {
    let one = why.named.first().filter(|_| matches!(why.feed, Feed::Store(_)));
    FeedLine {
        feed: why.feed.to_string(),
        number: why.number,
        says: says(why.kind).to_owned(),
        because: t.say(&why.because),
        every_site: why.feed == Feed::Central,
        sites: why.sites,
        waiting: why.waiting,
        readers: why.named.iter().map(reader).collect(),
        site: one.map(|reader| reader.site.0),
        site_name: one.map(|reader| reader.name.clone()),
    }
}

fn reader(reader: &Reader) -> ReaderLine {
    ReaderLine { site: reader.site.0, site_name: reader.name.clone(), has: reader.has }
}

fn says(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Put => "put",
        EntryKind::Delete => "delete",
        EntryKind::Withdraw => "withdraw",
    }
}
