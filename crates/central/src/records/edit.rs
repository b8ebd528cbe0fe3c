//! Changing records: all or nothing, by the same rules of ownership as sites, and noted in the audit in the same transaction.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_core::record::{Record, State as RecordState};
use sitesync_store::Txn;
use sitesync_store::world::StoreWorld;
use sitesync_web::ApiError;
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;

use super::{is_of_user, not_private, version};
use crate::audit;
use crate::hub::{Hub, HubError, Incoming, Report};
use crate::server::Central;
use crate::sites::{By, rows};

/// Up to so many records are noted one by one; more are an import, and noted as one.
const NOTED_SINGLY_MAX: usize = 100;

/// A change of one record: exactly one of `data`, `delete`, `merge_into`.
#[derive(Debug)]
pub(crate) struct One {
    pub(crate) table: Box<str>,
    pub(crate) id: Box<str>,
    /// The columns to be written; others stay. A record that is not there is made.
    pub(crate) data: Option<Box<RawValue>>,
    pub(crate) delete: bool,
    /// The record is the same as this one, which stays.
    pub(crate) merge_into: Option<String>,
    /// The version that the change was made from; empty if there was no such record.
    pub(crate) if_hash: Option<String>,
}

/// Changes that are read and wait for a transaction.
pub(crate) struct Edit {
    actor: Actor,
    incoming: Vec<Incoming>,
    /// What must still be so.
    expected: BTreeMap<RecordKey, String>,
    /// Beside the permission to edit central data.
    needed: Vec<Permission>,
}

impl Edit {
    /// Reads changes. With `repair` they are written against the rules of ownership, and noted as that.
    ///
    /// # Errors
    /// If one is of a private table, or does not say one thing.
    pub(crate) fn read(hub: &Hub, repair: bool, changes: Vec<One>) -> Result<Self, HubError> {
        let mut expected = BTreeMap::new();
        let needed = changes.iter().filter_map(One::needs).collect();
        let mut read = Vec::with_capacity(changes.len());
        for mut change in changes {
            not_private(hub.catalogue(), &change.table)?;
            if let Some(hash) = change.if_hash.take() {
                expected.insert(RecordKey::new(change.table.clone(), change.id.clone()), hash.to_lowercase());
            }
            read.push(change.into_change()?);
        }
        let actor = if repair { Actor::Repair } else { Actor::Site(SiteId::CENTRAL) };
        Ok(Self { actor, incoming: hub.parse(read), expected, needed })
    }

    /// Users, and where stores are active, are no central data: who changes them here needs the same as on their own pages.
    ///
    /// # Errors
    /// The refusal, if `who` may not.
    pub(crate) fn is_for(&self, who: &Who) -> Result<(), ApiError> {
        self.needed.iter().try_for_each(|permission| who.need(*permission))
    }

    fn is_still_so(&self, key: &RecordKey, stored: Option<&Record>) -> Result<(), HubError> {
        match self.expected.get(key) {
            Some(expected) if *expected != version(stored).to_lowercase() => Err(HubError::asked(
                "record_changed",
                format!("Somebody else has changed {key} meanwhile."),
                "Nothing was stored. Look at it as it is now, and do it again if it is still needed.",
            )),
            _ => Ok(()),
        }
    }
}

impl One {
    fn needs(&self) -> Option<Permission> {
        match &*self.table {
            table if is_of_user(table) => Some(Permission::ManageUsers),
            "store" if self.moves_store() => Some(Permission::EditSyncSettings),
            _ => None,
        }
    }

    fn moves_store(&self) -> bool {
        let names = |data: &RawValue| {
            let columns = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(data.get());
            columns.is_ok_and(|columns| columns.contains_key("sync_id_remote_site"))
        };
        self.data.as_ref().is_none_or(|data| names(data))
    }

    fn into_change(self) -> Result<Change, HubError> {
        let Self { table, id, data, delete, merge_into, if_hash: _ } = self;
        let (put, delete, partial) = match (data, delete, merge_into) {
            (Some(data), false, None) => (Some(data), false, true),
            (None, true, None) => (None, true, false),
            (None, false, Some(into)) => {
                let body = serde_json::value::to_raw_value(&serde_json::json!({ "into": into }));
                (Some(body.map_err(|error| HubError::Stored(error.to_string()))?), true, false)
            }
            _ => {
                return Err(HubError::asked(
                    "change_ambiguous",
                    format!("The change of {table} {id} does not say one thing."),
                    "Nothing was stored. Give each record exactly one of data, delete and merge_into.",
                ));
            }
        };
        Ok(Change { table, id, put, delete, partial, aside: None })
    }
}

/// Writes changes in the caller's transaction and notes them. The caller wakes the readers of what has grown.
pub(crate) fn edit_noted(central: &Central, txn: &mut dyn Txn, by: By<'_>, edit: &Edit) -> Result<Report, HubError> {
    let Edit { actor, incoming, .. } = edit;
    let actor = *actor;
    rows::lock_directory(txn)?;
    let keys: Vec<_> = incoming.iter().map(|change| change.key.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let before =
        if keys.len() > NOTED_SINGLY_MAX && edit.expected.is_empty() { Vec::new() } else { txn.records(&keys)? };
    for (key, record) in keys.iter().zip(&before) {
        edit.is_still_so(key, record.as_ref())?;
    }
    if keys.len() > NOTED_SINGLY_MAX {
        let report = central.hub().edit_in(txn, actor, incoming)?;
        note_many(txn, by, actor, &keys, &report)?;
        return Ok(report);
    }
    let report = central.hub().edit_in(txn, actor, incoming)?;
    let after = txn.records(&keys)?;
    for ((key, before), after) in keys.iter().zip(before).zip(after) {
        note_one(txn, by, actor, key, before.as_ref(), after.as_ref())?;
    }
    Ok(report)
}

fn note_one(
    txn: &mut dyn Txn,
    by: By<'_>,
    actor: Actor,
    key: &RecordKey,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Result<(), HubError> {
    if before == after {
        return Ok(());
    }
    let what = match (before.filter(|before| before.is_live()), after.map(|after| &after.state)) {
        _ if actor == Actor::Repair => "record.repair",
        (_, Some(RecordState::Merged(_))) => "record.merge",
        (_, None | Some(RecordState::Deleted)) => "record.delete",
        (None, Some(RecordState::Live)) => "record.create",
        (Some(_), Some(RecordState::Live)) => "record.edit",
    };
    // Names of columns and no values: some hold passwords.
    let columns = differing(before, after)?.join(", ");
    let (subject, to) = (key.to_string(), columns);
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: &subject, from: "", to: &to })?;
    Ok(())
}

fn differing(before: Option<&Record>, after: Option<&Record>) -> Result<Vec<String>, HubError> {
    let body = |record: Option<&Record>| match record {
        Some(record) => StoreWorld::body(record),
        None => Ok(serde_json::Map::new()),
    };
    let (before, after) = (body(before)?, body(after)?);
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    Ok(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}

fn note_many(txn: &mut dyn Txn, by: By<'_>, actor: Actor, keys: &[RecordKey], report: &Report) -> Result<(), HubError> {
    if report.written == 0 {
        return Ok(());
    }
    let mut tables: BTreeMap<&str, u64> = BTreeMap::new();
    for key in keys {
        *tables.entry(&key.table).or_default() += 1;
    }
    let counted: Vec<_> = tables.iter().map(|(table, count)| format!("{table}: {count}")).collect();
    let what = if actor == Actor::Repair { "records.repair" } else { "records.edit" };
    let (subject, to) = (format!("{} records", report.written), counted.join(", "));
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: &subject, from: "", to: &to })?;
    Ok(())
}
