//! Storing a plan: in one transaction, against the version that somebody saw, noted in the audit.

use sitesync_core::hash::Hash;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_store::{Snapshot, StoreError, Txn};

use super::fault::MasterError;
use super::index::Master;
use super::plan::Plan;
use crate::audit;
use crate::hub::{Hub, Report};
use crate::sites::{By, rows};

/// What is edited as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Item,
    Facility,
    List,
    /// What every country needs before its first facility.
    Basics,
}

impl Kind {
    /// The table of the record that it is named by.
    pub fn table(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Facility => "name",
            Self::List => "list_master",
            Self::Basics => "currency",
        }
    }

    /// For the audit and for errors.
    pub fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Facility => "facility",
            Self::List => "list",
            Self::Basics => "basics",
        }
    }
}

/// Who edits, and with what is known.
#[derive(Clone, Copy)]
pub struct Editor<'a> {
    pub hub: &'a Hub,
    pub by: By<'a>,
    /// What is known from committed data; it is caught up here.
    pub master: &'a Master,
}

/// What was stored.
#[derive(Debug)]
pub struct Saved {
    pub id: String,
    pub report: Report,
}

/// Plans and stores one thing. `known` is the id and the version that the form was filled from, none for a new one.
pub fn save(
    txn: &mut dyn Txn,
    editor: Editor<'_>,
    kind: Kind,
    known: Option<(&str, &str)>,
    plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError>,
) -> Result<Saved, MasterError> {
    rows::lock_directory(txn)?;
    let today = day(editor.by.at);
    let master = editor.master.clone().caught_up(txn)?;
    if let Some((id, seen)) = known {
        match version(txn, &master, kind, id)? {
            None => return Err(MasterError::NotFound(kind.word(), id.to_owned())),
            Some(now) if now != seen => return Err(MasterError::Conflict),
            Some(_) => {}
        }
    }
    let mut planned = Plan::new(master, txn, editor.hub.random(), &today);
    let id = plan(&mut planned, known.map(|(id, _)| id))?;
    let (from, to) = planned.noted();
    let incoming = editor.hub.parse(planned.into_changes()?);
    let report = editor.hub.edit_in(txn, Actor::Site(SiteId::CENTRAL), &incoming)?;
    if report.written > 0 {
        let what = format!("{}.{}", kind.word(), if known.is_some() { "edit" } else { "create" });
        let subject = RecordKey::new(kind.table(), id.clone()).to_string();
        audit::append(
            txn,
            editor.by.at,
            audit::Change { who: editor.by.who, what: &what, subject: &subject, from: &from, to: &to },
        )?;
    }
    Ok(Saved { id, report })
}

/// Another one after each change of what is edited as one; none if there is no such thing.
pub fn version(snapshot: &dyn Snapshot, master: &Master, kind: Kind, id: &str) -> Result<Option<String>, StoreError> {
    let mut keys = vec![RecordKey::new(kind.table(), id)];
    let mut joins: Vec<&str> = match kind {
        Kind::Item => master.items_lists.of(id).map(|(_, line)| line).collect(),
        Kind::Facility => master.names_lists.of(id).map(|(_, join)| join).collect(),
        // Lines come and go one by one, so that two people can work on the same long list.
        Kind::List | Kind::Basics => Vec::new(),
    };
    joins.sort_unstable();
    if let Some(store) = master.store_of(id).filter(|_| kind == Kind::Facility) {
        keys.push(RecordKey::new("store", store.id.clone()));
    }
    let records = snapshot.records(&keys)?;
    if records.first().is_none_or(|first| first.as_ref().is_none_or(|record| !record.is_live())) {
        return Ok(None);
    }
    let hashes: Vec<_> = records.iter().flatten().map(|record| record.hash.to_string()).collect();
    let parts: Vec<_> = hashes.iter().map(String::as_bytes).chain(joins.iter().map(|join| join.as_bytes())).collect();
    Ok(Some(Hash::of_parts(&parts).to_string()))
}

/// The day of a time as `YYYY-MM-DD`, in UTC.
pub(crate) fn day(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    jiff::tz::Offset::UTC.to_datetime(at).date().to_string()
}
