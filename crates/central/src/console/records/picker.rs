//! Choosing a record over the window of another: for a reference, or to merge into.

use sitesync_pages::{Head, Row, Rows, Texts, Words};
use sitesync_store::Snapshot;
use sitesync_store::search::{Effort, Sought, search};

use super::way;
use crate::hub::HubError;
use crate::server::Central;

/// Records that are offered at a time.
const OFFERED: usize = 30;

pub(super) struct Offer {
    /// The column that is filled in; empty to merge.
    pub(super) column: String,
    pub(super) title: String,
    pub(super) q: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Row>,
    /// What was looked through, where that was not all.
    pub(super) looked: Option<String>,
    /// After which id to go on.
    pub(super) next: Option<String>,
}

/// What is asked for: text, and after which record.
pub(super) struct Asked<'a> {
    pub(super) column: &'a str,
    pub(super) title: String,
    pub(super) table: &'a str,
    pub(super) q: &'a str,
    pub(super) after: Option<&'a str>,
    /// The record itself is not offered.
    pub(super) without: Option<&'a str>,
}

pub(super) fn offer(
    central: &Central,
    snapshot: &dyn Snapshot,
    asked: Asked<'_>,
    t: &'static Texts,
) -> Result<Offer, HubError> {
    let catalogue = central.hub().catalogue();
    let page = (asked.after, OFFERED);
    let mut found = search(snapshot, catalogue, asked.table, &Sought::text(asked.q), page, Effort::default())?;
    found.records.retain(|record| Some(&*record.key.id) != asked.without);
    let mut rows = Rows::new(snapshot, catalogue, asked.table, None, way, t);
    let looked = Words::new("record-pick-looked").with("n", found.looked);
    Ok(Offer {
        column: asked.column.to_owned(),
        title: asked.title,
        q: asked.q.trim().to_owned(),
        heads: rows.heads(),
        rows: rows.rows(&found.records)?,
        looked: found.next.as_ref().filter(|_| found.records.len() < OFFERED).map(|_| t.say(&looked)),
        next: found.next.map(String::from),
    })
}
