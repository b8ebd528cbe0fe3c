//! Builds the site's next commit from its list of changes, in one snapshot (EXCHANGE A1, A2, B1).

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::normal;
use sitesync_core::protocol::{Change, Commit, CommitId, StageRequest, commit_hash};
use sitesync_core::record::{Entry, EntryKind, Record, link_target};
use sitesync_store::{PageEntry, PageLimit, Snapshot, Space, StoreError, write};

use super::documents::rest_of_documents;
use super::feeds::readings;
use super::lineage::note_attempt;
use super::pace::{commit_bytes, limits};
use super::records::{PutAside, is_unsent};
use super::state::{self, Attempt, State, decode, get};
use super::step::Run;
use super::{Site, SiteError, look};

/// A commit holds about so many records, and bytes of them; a longer list of changes is cut, never inside a document.
const RECORDS_MAX: usize = 5_000;
const BYTES_MAX: usize = 64 << 20;

/// A commit on its way.
pub(crate) struct Push {
    id: CommitId,
    previous: CommitId,
    name: String,
    /// All but the last are staged; the last goes with the commit.
    batches: Vec<Vec<Change>>,
    staged: usize,
    pub(crate) records: u64,
}

impl Push {
    pub(crate) fn next_batch(&self) -> Option<StageRequest> {
        let last = self.batches.len().saturating_sub(1);
        let changes = self.batches[..last].get(self.staged)?.clone();
        Some(StageRequest { push: self.name.clone(), index: self.staged as u32, changes })
    }

    pub(crate) fn batch_stored(&mut self) {
        self.staged += 1;
    }

    /// Bytes of the changes that are on their way.
    pub(crate) fn bytes(&self) -> usize {
        self.batches.get(self.staged).map_or(0, |batch| batch.iter().map(size).sum())
    }

    /// The same of a commit in one request; of others, how long they take says more of the central server than of the link.
    pub(crate) fn bytes_alone(&self) -> usize {
        if self.staged == 0 { self.bytes() } else { 0 }
    }

    pub(crate) fn commit(&self) -> Commit {
        Commit {
            id: self.id,
            previous: self.previous,
            push: self.name.clone(),
            staged: self.staged as u32,
            changes: self.batches.last().cloned().unwrap_or_default(),
        }
    }
}

impl Site {
    /// Takes what is unsent into a commit, and notes the attempt, unless one is under way or must be cleared up first.
    pub(crate) fn prepare_push(&self, run: &mut Run, state: &State) -> Result<(), SiteError> {
        if run.push.is_some() || state.attempt.is_some() || state.rewound.is_some() || !may_push(state) {
            return Ok(());
        }
        let snapshot = self.store.snapshot()?;
        if readings(&*snapshot)?.iter().any(|(_, reading)| reading.again) {
            return Ok(());
        }
        let Some((id, changes, upto)) = self.following(run, &*snapshot, state)? else { return Ok(()) };
        drop(snapshot);
        let noted = write(&*self.store, |txn| {
            let mut now = state::state(txn)?;
            // A sync that was overtaken by another one sends nothing.
            if now.last != state.last || now.attempt.is_some() || now.sent_upto != state.sent_upto {
                return Ok::<_, SiteError>(false);
            }
            let attempt = Attempt { id, upto };
            note_attempt(txn, attempt)?;
            now.attempt = Some(attempt);
            state::put(txn, &now)?;
            Ok(true)
        })?;
        if noted {
            let records = changes.len() as u64;
            let name = self.random.record_id();
            let batches = batches(changes, limits(state).2 as usize);
            run.push = Some(Push { id, previous: state.last, name, batches, staged: 0, records });
        }
        Ok(())
    }

    /// The next commit, if there is something to send.
    fn following(
        &self,
        run: &mut Run,
        snapshot: &dyn Snapshot,
        state: &State,
    ) -> Result<Option<(CommitId, Vec<Change>, u64)>, SiteError> {
        let aside = aside_changes(snapshot)?;
        let read = run.next.take();
        if let Some(next) = read.filter(|_| aside.is_empty())
            && next.holds(snapshot, state)?
        {
            return Ok(Some((next.id, next.changes, next.upto)));
        }
        let (mut changes, upto) = self.collect(snapshot, state)?;
        changes.extend(aside);
        let id = commit_hash(state.last, &changes);
        Ok((!changes.is_empty()).then_some((id, changes, upto)))
    }

    /// The changes of the next commit, and the number up to which they are complete.
    pub(super) fn collect(&self, snapshot: &dyn Snapshot, state: &State) -> Result<(Vec<Change>, u64), SiteError> {
        let limit = PageLimit { entries: RECORDS_MAX, bytes: commit_bytes(state, BYTES_MAX) };
        let page = snapshot.page(&Feed::Changes, state.sent_upto, limit)?;
        let upto = page.last().map_or(state.sent_upto, |last| last.entry.number);
        let cut = upto < snapshot.feed(&Feed::Changes)?.head;
        let mut changes = Vec::with_capacity(page.len());
        let taken: Vec<_> = if cut { page.iter().map(|entry| entry.entry.key.clone()).collect() } else { Vec::new() };
        let based = has_bases(snapshot)?;
        for entry in page {
            changes.push(change(snapshot, &entry, based)?);
        }
        // Nobody may see half a document.
        let unsent = |key: &RecordKey| Ok(is_unsent(state, &look::entries(snapshot, key)?));
        for key in rest_of_documents(snapshot, self.catalogue, &taken, unsent)? {
            let record = look::record(snapshot, &key)?;
            if let Some(entry) = change_entry(look::entries(snapshot, &key)?) {
                let body = record.filter(Record::is_live).map(|record| record.body);
                changes.push(change(snapshot, &PageEntry { entry, body, merged_into: None }, based)?);
            }
        }
        Ok((changes, upto))
    }
}

/// Whether of any record a version is kept that was exchanged before it was edited.
pub(super) fn has_bases(snapshot: &dyn Snapshot) -> Result<bool, SiteError> {
    Ok(!snapshot.rows(Space::Base, &[], None, 1)?.is_empty())
}

/// What is sent of an entry. `based`: the version last exchanged may be kept.
fn change(snapshot: &dyn Snapshot, page: &PageEntry, based: bool) -> Result<Change, SiteError> {
    let key = &page.entry.key;
    let mut change = Change {
        table: key.table.clone(),
        id: key.id.clone(),
        put: None,
        delete: page.entry.kind == EntryKind::Delete,
        partial: false,
        aside: None,
    };
    let Some(body) = page.body.as_deref().filter(|_| !change.delete) else {
        change.delete = true;
        return Ok(change);
    };
    let base: Option<Box<str>> = if based { get(snapshot, Space::Base, link_target(key).as_bytes())? } else { None };
    change.partial = base.is_some();
    change.put = Some(match base {
        Some(base) => raw(changed_columns(&base, body)?)?,
        None => raw(body.to_owned())?,
    });
    Ok(change)
}

/// A site that is not initialised, or whose feeds are in doubt, first reads.
fn may_push(state: &State) -> bool {
    state.site.is_some() && state.open_doubt().is_none() && state.epoch != 0
}

fn change_entry(entries: Vec<Entry>) -> Option<Entry> {
    entries.into_iter().find(|entry| entry.feed == Feed::Changes)
}

pub(crate) fn raw(text: String) -> Result<Box<RawValue>, SiteError> {
    RawValue::from_string(text).map_err(|error| StoreError::Damaged(error.to_string()).into())
}

/// The columns in which `body` differs from `base`; one that is at its default again is null.
fn changed_columns(base: &str, body: &str) -> Result<String, SiteError> {
    let parse = |text| normal::parse(text).map_err(|error| StoreError::Damaged(error.to_string()));
    let (base, body) = (parse(base)?, parse(body)?);
    let mut changed: Map<String, Value> =
        base.keys().filter(|column| !body.contains_key(*column)).map(|column| (column.clone(), Value::Null)).collect();
    changed.extend(body.into_iter().filter(|(column, value)| base.get(column) != Some(value)));
    Ok(normal::canonical(&changed))
}

/// What was put aside and is not told yet goes along, for a person on the central server.
fn aside_changes(snapshot: &dyn Snapshot) -> Result<Vec<Change>, SiteError> {
    let mut changes = Vec::new();
    for (_, bytes) in snapshot.rows(Space::Aside, &[], None, usize::MAX)? {
        let aside: PutAside = decode(&bytes)?;
        if aside.sent {
            continue;
        }
        changes.push(Change {
            table: aside.table,
            id: aside.id,
            delete: aside.body.is_none(),
            put: aside.body.map(|body| raw(body.into())).transpose()?,
            partial: false,
            aside: Some(aside.reason),
        });
    }
    Ok(changes)
}

/// About as many bytes as a change takes in a request.
fn size(change: &Change) -> usize {
    const OVERHEAD: usize = 100;
    change.put.as_ref().map_or(0, |body| body.get().len()) + OVERHEAD
}

/// A push larger than `most` is staged in batches of that size before its commit.
fn batches(changes: Vec<Change>, most: usize) -> Vec<Vec<Change>> {
    let mut batches = vec![Vec::new()];
    let mut bytes = 0;
    for change in changes {
        let size = size(&change);
        if bytes + size > most && bytes > 0 {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(batch) = batches.last_mut() {
            batch.push(change);
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_columns_are_sent() {
        let cases = [
            ("one changed", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#, r#"{"b":3}"#),
            ("one new", r#"{"a":1}"#, r#"{"a":1,"b":3}"#, r#"{"b":3}"#),
            ("one at its default again", r#"{"a":1,"b":2}"#, r#"{"a":1}"#, r#"{"b":null}"#),
            ("nothing", r#"{"a":1}"#, r#"{"a":1}"#, "{}"),
        ];
        for (case, base, body, expected) in cases {
            assert_eq!(changed_columns(base, body).unwrap(), expected, "{case}");
        }
    }
}
