//! Looking through a table for a text, a bounded piece at a time: what is found is what people see in the columns they use.
//!
//! There is no index for it: a table is read in the order of its ids, and who asks is told where to go on.

use serde_json::{Map, Value};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;

use crate::names::{Names, plain, target};
use crate::world::StoreWorld;
use crate::{Result, Snapshot};

/// What is looked for. Empty, it is in every record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// The whole id of a record: it comes first, wherever it stands in the table.
    id: String,
    /// Lower-case. Somewhere in a column that people use.
    text: String,
    /// A column, and the id of the record that it must name.
    refers: Option<(String, String)>,
}

/// How much is read for one answer.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Records looked at.
    pub records: usize,
    /// Bytes of their bodies.
    pub bytes: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { records: 20_000, bytes: 64 << 20 }
    }
}

/// Records are read so many at a time.
const SLICE: usize = 250;

/// A piece of what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub records: Vec<Record>,
    /// Records that were looked at.
    pub looked: usize,
    /// After which id to go on; none at the end of the table.
    pub next: Option<Box<str>>,
}

impl Sought {
    pub fn text(text: &str) -> Self {
        Self { id: text.trim().to_owned(), text: text.trim().to_lowercase(), refers: None }
    }

    /// Of these, the records whose `column` names the record of this id.
    #[must_use]
    pub fn referring(self, column: &str, id: &str) -> Self {
        Self { id: String::new(), refers: Some((column.to_owned(), id.to_owned())), ..self }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.refers.is_none()
    }
}

/// The live records of `table` after `after` that have what is sought, at most `limit`.
pub fn search(
    snapshot: &dyn Snapshot,
    catalogue: &Catalogue,
    table: &str,
    sought: &Sought,
    (after, limit): (Option<&str>, usize),
    effort: Effort,
) -> Result<Found> {
    let mut search = Search { catalogue, table, sought, names: Names::new(snapshot, catalogue) };
    let mut found = Found::default();
    if after.is_none() {
        found.records.extend(search.named()?);
    }
    let (mut bytes, mut after) = (0, after.map(Box::<str>::from));
    loop {
        let slice = snapshot.table(table, after.as_deref(), SLICE)?;
        let last = slice.len() < SLICE;
        let hits = search.hits(&slice)?;
        for (record, hit) in slice.into_iter().zip(hits) {
            if found.records.len() == limit || found.looked == effort.records || bytes > effort.bytes {
                found.next = after;
                return Ok(found);
            }
            found.looked += 1;
            bytes += record.body.len();
            after = Some(record.key.id.clone());
            if hit && *record.key.id != *sought.id {
                found.records.push(record);
            }
        }
        if last {
            return Ok(found);
        }
    }
}

struct Search<'a> {
    catalogue: &'a Catalogue,
    table: &'a str,
    sought: &'a Sought,
    names: Names<'a>,
}

impl Search<'_> {
    /// The record whose id is sought.
    fn named(&self) -> Result<Option<Record>> {
        if self.sought.id.is_empty() {
            return Ok(None);
        }
        let key = RecordKey::new(self.table, self.sought.id.as_str());
        Ok(self.names.snapshot().records(&[key])?.pop().flatten().filter(Record::is_live))
    }

    fn hits(&mut self, slice: &[Record]) -> Result<Vec<bool>> {
        if self.sought.is_empty() {
            return Ok(vec![true; slice.len()]);
        }
        // What need not be read as JSON is not: a table of a million records is read for a handful.
        let refers = |record: &Record| {
            self.sought.refers.as_ref().is_none_or(|(_, id)| escaped(id) || record.body.contains(id.as_str()))
        };
        let body = |record| if refers(record) { StoreWorld::body(record).map(Some) } else { Ok(None) };
        let bodies = slice.iter().map(body).collect::<Result<Vec<_>>>()?;
        if !self.sought.text.is_empty() {
            let (catalogue, table) = (self.catalogue, self.table);
            let leads = |body: &Map<String, Value>| {
                let used = used(catalogue, table);
                used.filter_map(|column| target(catalogue, table, body, column)).collect::<Vec<_>>()
            };
            self.names.learn(bodies.iter().flatten().flat_map(leads).collect::<Vec<_>>())?;
        }
        let hit = |(record, body): (&Record, &Option<_>)| body.as_ref().is_some_and(|body| self.has(&record.key, body));
        Ok(slice.iter().zip(&bodies).map(hit).collect())
    }

    fn has(&self, key: &RecordKey, body: &Map<String, Value>) -> bool {
        if let Some((column, id)) = &self.sought.refers
            && body.get(column).and_then(Value::as_str) != Some(id)
        {
            return false;
        }
        let text = &self.sought.text;
        let contains = |value: &str| value.to_lowercase().contains(text.as_str());
        if text.is_empty() || key.id.to_lowercase() == *text {
            return true;
        }
        if self.catalogue.table(self.table).is_none() {
            return body.values().any(|value| contains(&plain(Some(value))));
        }
        used(self.catalogue, self.table).any(|column| match target(self.catalogue, self.table, body, column) {
            Some(to) => to.id.to_lowercase() == *text || self.names.of(&to).is_some_and(contains),
            None => contains(&plain(body.get(column))),
        })
    }
}

fn used<'a>(catalogue: &'a Catalogue, table: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    catalogue.table(table).into_iter().flat_map(|table| table.used.iter().map(|column| &**column))
}

/// Whether this text stands otherwise in JSON.
fn escaped(text: &str) -> bool {
    text.chars().any(|letter| letter.is_control() || matches!(letter, '"' | '\\'))
}
