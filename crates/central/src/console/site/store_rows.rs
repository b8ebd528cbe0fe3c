//! The stores in the window: those that stay, those that go and those that come, each with what that means.

use sitesync_core::ids::SiteId;
use sitesync_pages::{Say, Texts, Words};
use sitesync_store::Snapshot;

use super::draft::{Added, Draft};
use crate::admin::overview::{self, SiteLine};
use crate::console::stores::choose as stores;
use crate::hub::HubError;
use crate::server::Central;
use crate::stores::{HandOverLine, leaving_by_store};

/// A row of the table.
pub(super) struct StoreRow {
    pub(super) code: String,
    pub(super) name: String,
    /// `added`, `gone` or nothing.
    pub(super) class: &'static str,
    /// What is to be known about it; true if it is a caution.
    pub(super) notes: Vec<(bool, String)>,
    /// What can be done: the action, and what stands on the button.
    pub(super) buttons: Vec<(String, String)>,
    /// Where its hand-over is shown and can be called off.
    pub(super) hand_over: Option<String>,
}

pub(super) fn rows(
    central: &Central,
    snapshot: &dyn Snapshot,
    draft: &Draft,
    t: &Texts,
) -> Result<Vec<StoreRow>, HubError> {
    let added = draft.added.iter().map(|added| added.store.as_str());
    let known = stores::some(central, snapshot, draft.was.stores.iter().map(String::as_str).chain(added))?;
    let row = |id: &str| {
        let (code, name) = known.get(id).map_or(("", id), |store| (&store.code, &store.name));
        let (notes, buttons) = (Vec::new(), Vec::new());
        StoreRow { code: code.into(), name: name.into(), class: "", notes, buttons, hand_over: None }
    };
    let leaving = leaving_by_store(snapshot, central.hub())?;
    let here = draft.id.map(|id| id.0);
    let coming_here = leaving.values().filter(|line| Some(line.to) == here);
    let mut rows: Vec<_> = coming_here.map(|line| arriving(line, t)).collect();
    for id in &draft.was.stores {
        let mut row = row(id);
        if draft.gone.contains(id) {
            row.class = "gone";
            row.notes.push((false, t.get("site-store-goes")));
            row.buttons.push((format!("keep:{id}"), t.get("site-keep")));
        } else if draft.id != Some(SiteId::CENTRAL) {
            row.buttons.push((format!("remove:{id}"), t.get("site-remove")));
        }
        if let Some(line) = leaving.get(id) {
            row.buttons.clear();
            row.notes.push((true, t.say(&line.words())));
            row.hand_over = Some(line.store.clone());
        }
        rows.push(row);
    }
    for added in &draft.added {
        let mut row = row(&added.store);
        row.class = "added";
        row.notes = coming(central, added, t)?;
        row.buttons.push((format!("remove:{}", added.store), t.get("site-remove")));
        rows.push(row);
    }
    rows.sort_by_cached_key(|row| row.code.to_lowercase());
    Ok(rows)
}

/// A store on its way here, which is still active elsewhere.
fn arriving(line: &HandOverLine, t: &Texts) -> StoreRow {
    StoreRow {
        code: line.store_code.clone(),
        name: line.store_name.clone(),
        class: "added",
        notes: vec![(true, t.say(&line.words()))],
        buttons: Vec::new(),
        hand_over: Some(line.store.clone()),
    }
}

/// From the central server a store may come without caution; another site may still be working in it.
fn coming(central: &Central, added: &Added, t: &Texts) -> Result<Vec<(bool, String)>, HubError> {
    let Some(from) = overview::one(central, added.from)? else { return Ok(Vec::new()) };
    if from.id == SiteId::CENTRAL.0 {
        return Ok(vec![(false, t.get("site-store-from-central"))]);
    }
    if !is_used(&from) {
        return Ok(vec![(false, t.one("site-store-from-unused", "site", from.name.as_str()))]);
    }
    let synced = match from.last_sync {
        Some(at) => t.time(at).words,
        None => t.get("never"),
    };
    let now = Words::new("site-store-from")
        .with("site", from.name.as_str())
        .with("time", synced)
        .with("unsent", Say::Number(from.unsent));
    Ok(vec![(false, t.say(&now)), (true, t.one("site-store-caution", "site", from.name.as_str()))])
}

/// Whether anything could be on a site that is not here.
pub(super) fn is_used(site: &SiteLine) -> bool {
    site.hardware_id.is_some() || site.last_sync.is_some() || site.last_connection.is_some()
}
