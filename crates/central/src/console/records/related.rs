//! What belongs to a record: its lines, and what else refers to it.

use sitesync_core::catalogue::{Catalogue, Table, label};
use sitesync_core::ids::RecordKey;
use sitesync_core::record::{Record, Role, link_target};
use sitesync_pages::{Head, Row, Rows, Texts, Words};
use sitesync_store::Snapshot;
use sitesync_store::search::{Effort, Sought, search};

use super::{address, way};
use crate::hub::HubError;

/// Lines that stand in the window.
const LINES: usize = 100;

/// So many records are looked at for one window to count what refers to it.
const COUNTED_OF: u64 = 10_000;

/// The lines of one table.
pub(super) struct Lines {
    pub(super) title: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Row>,
    /// All of them, where there are more.
    pub(super) more: Option<String>,
    /// Where another is made.
    pub(super) new: String,
}

/// Records that refer to the record by one column.
pub(super) struct Referring {
    pub(super) title: String,
    pub(super) label: String,
    /// None where the table is too large to be counted in passing.
    pub(super) count: Option<u64>,
    pub(super) href: String,
}

fn list_of(table: &Table, column: &str, id: &str, part: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("column", column).append_pair("is", id);
    if !part.is_empty() {
        query.append_pair("part", part);
    }
    format!("{}?{}", address(&table.name, None), query.finish())
}

/// The lines of a record, in the tables that have some or are its only one.
pub(super) fn lines(
    snapshot: &dyn Snapshot,
    catalogue: &'static Catalogue,
    key: &RecordKey,
    t: &'static Texts,
) -> Result<Vec<Lines>, HubError> {
    let mut all = Vec::new();
    for (table, parent) in catalogue.lines_of(&key.table) {
        let (records, more) = lines_in(snapshot, table, key)?;
        let mut rows = Rows::new(snapshot, catalogue, &table.name, Some(&parent.column), way, t);
        all.push(Lines {
            title: table.title.to_string(),
            heads: rows.heads(),
            rows: rows.rows(&records)?,
            more: more.then(|| list_of(table, &parent.column, &key.id, "")),
            new: list_of(table, &parent.column, &key.id, "new"),
        });
    }
    Ok(all)
}

/// The first live lines, and whether there are more.
fn lines_in(snapshot: &dyn Snapshot, table: &Table, key: &RecordKey) -> Result<(Vec<Record>, bool), HubError> {
    let mut after = RecordKey::new(table.name.clone(), "");
    let mut records: Vec<Record> = Vec::new();
    while records.len() <= LINES {
        let mut keys = snapshot.linked(Role::Parent, &link_target(key), Some(&after), LINES)?;
        keys.retain(|line| line.table == table.name);
        let Some(last) = keys.last() else { break };
        after = last.clone();
        records.extend(snapshot.records(&keys)?.into_iter().flatten().filter(Record::is_live));
    }
    let more = records.len() > LINES;
    records.truncate(LINES);
    Ok((records, more))
}

/// What else refers to a record. Small tables are counted first, as far as that is little work.
pub(super) fn referring(
    snapshot: &dyn Snapshot,
    catalogue: &'static Catalogue,
    key: &RecordKey,
) -> Result<Vec<Referring>, HubError> {
    let sizes: std::collections::HashMap<_, _> = snapshot.tables()?.into_iter().collect();
    let size = |table: &Table| sizes.get(&table.name).copied().unwrap_or(0);
    let mut columns: Vec<_> = catalogue.referring_to(&key.table).filter(|(table, _)| size(table) > 0).collect();
    columns.sort_by_key(|(table, _)| size(table));
    let (mut left, mut all) = (COUNTED_OF, Vec::new());
    for (table, reference) in columns {
        let counted = size(table) <= left;
        left = left.saturating_sub(size(table));
        let count = counted.then(|| count(snapshot, catalogue, table, &reference.column, &key.id)).transpose()?;
        if count != Some(0) {
            all.push(Referring {
                title: table.title.to_string(),
                label: label(&reference.column, true),
                count,
                href: list_of(table, &reference.column, &key.id, ""),
            });
        }
    }
    Ok(all)
}

fn count(
    snapshot: &dyn Snapshot,
    catalogue: &Catalogue,
    table: &Table,
    column: &str,
    id: &str,
) -> Result<u64, HubError> {
    let sought = Sought::default().referring(column, id);
    let found = search(snapshot, catalogue, &table.name, &sought, (None, usize::MAX), Effort::default())?;
    Ok(found.records.len() as u64)
}

impl Referring {
    /// How many there are, in words.
    pub(super) fn words(&self, t: &Texts) -> String {
        match self.count {
            Some(count) => t.number(count),
            None => t.say(&Words::new("record-not-counted")),
        }
    }
}
