//! What an import would do, row by row, and what is wrong with it. Nothing is written here: looking at a sheet and importing it come to
//! the same judgement.

use std::collections::HashMap;

use sitesync_core::given::Random;
use sitesync_core::hash::Hash;
use sitesync_core::protocol::{Change, ErrorText};
use sitesync_pages::{Texts, Words, shown};
use sitesync_store::Snapshot;
use sitesync_web::accounts::Permissions;

use super::cells::Cells;
use super::columns::Columns;
use super::fields::{Field, Kind};
use super::save::SheetError;
use super::table::{Row, Table};
use super::{facilities, items, users};
use crate::master::{Master, MasterError, Plan};
use crate::users::Planned;

/// What a row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    Wrong,
    /// It was not looked at, as something is wrong with the columns.
    Unjudged,
}

/// Why something is wrong: a sentence of ours, or an error that other doors tell too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    Words(Words),
    Error(ErrorText),
}

impl Why {
    pub fn say(&self, t: &Texts) -> String {
        match self {
            Self::Words(words) => t.say(words),
            Self::Error(text) => shown(t, text).0,
        }
    }
}

/// Something wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The place of the column; none if it is the whole row.
    pub column: Option<usize>,
    pub why: Why,
}

impl Wrong {
    pub(super) fn cell(column: Option<usize>, why: Words) -> Self {
        Self { column, why: Why::Words(why) }
    }

    pub(super) fn error(column: Option<usize>, code: &str, told: String) -> Self {
        Self { column, why: Why::Error(ErrorText { code: code.to_owned(), message: told, next: String::new() }) }
    }
}

/// What stood there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Was {
    Text(String),
    /// A message, such as "yes".
    Word(&'static str),
}

impl Was {
    pub fn say(&self, t: &Texts) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Word(id) => t.get(id),
        }
    }

    pub(super) fn ticked(is: bool) -> Self {
        Self::Word(if is { "yes" } else { "no" })
    }
}

/// What a row would do, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct JudgedRow {
    pub outcome: Outcome,
    pub wrong: Vec<Wrong>,
    /// What changes: the place of the column, and what stood there.
    pub was: Vec<(usize, Was)>,
}

/// What a whole sheet would do.
#[derive(Debug)]
pub struct Judged {
    /// In the order of the sheet.
    pub rows: Vec<JudgedRow>,
    /// What is wrong with the columns.
    pub faults: Vec<Words>,
    /// What happens besides.
    pub notes: Vec<Words>,
    /// Another one whenever something else would happen.
    pub mark: String,
}

impl Judged {
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    /// Whether it may be imported.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty() && self.count(Outcome::Wrong) == 0
    }
}

/// What a sheet is judged on.
pub(crate) struct Ground<'a> {
    pub(crate) snapshot: &'a dyn Snapshot,
    /// Caught up with the snapshot.
    pub(crate) master: Master,
    pub(crate) random: &'a dyn Random,
    pub(crate) today: String,
    /// What who imports it may.
    pub(crate) may: Permissions,
}

/// What is to be written.
pub(crate) enum Work {
    Central { changes: Vec<Change>, noted: (String, String) },
    Users(Vec<Planned>),
}

/// What a row does: what changes in it, or what is wrong.
pub(super) type Verdict = Result<(Outcome, Vec<(usize, Was)>), Vec<Wrong>>;

/// Judges each row of a sheet.
pub(crate) fn judge(
    ground: Ground<'_>,
    kind: Kind,
    table: &Table,
    columns: &Columns,
) -> Result<(Judged, Work), SheetError> {
    let faults = column_faults(kind, columns);
    if !faults.is_empty() {
        let unjudged = JudgedRow { outcome: Outcome::Unjudged, wrong: Vec::new(), was: Vec::new() };
        let rows = vec![unjudged; table.rows.len()];
        let judged = Judged { rows, faults, notes: Vec::new(), mark: String::new() };
        return Ok((judged, Work::Users(Vec::new())));
    }
    let mut sound = Vec::new();
    let mut rows: Vec<_> = table.rows.iter().map(|_| None).collect();
    for (at, checked) in checked(kind, table, columns).into_iter().enumerate() {
        match checked {
            Ok(cells) => sound.push((at, cells)),
            Err(wrong) => rows[at] = Some(Err(vec![wrong])),
        }
    }
    let cells: Vec<_> = sound.iter().map(|(_, cells)| *cells).collect();
    let (verdicts, notes, work) = by_kind(ground, kind, &cells)?;
    for ((at, _), verdict) in sound.iter().zip(verdicts) {
        rows[*at] = Some(verdict);
    }
    let rows: Vec<_> = rows.into_iter().flatten().map(judged_row).collect();
    let mark = mark(columns, &rows);
    Ok((Judged { rows, faults: Vec::new(), notes, mark }, work))
}

fn by_kind(
    ground: Ground<'_>,
    kind: Kind,
    cells: &[Cells<'_>],
) -> Result<(Vec<Verdict>, Vec<Words>, Work), SheetError> {
    if kind == Kind::Users {
        let (verdicts, planned) = users::judge(&ground, cells)?;
        return Ok((verdicts, Vec::new(), Work::Users(planned)));
    }
    let mut plan = Plan::new(ground.master, ground.snapshot, ground.random, &ground.today);
    let (verdicts, notes) = match kind {
        Kind::Items => items::judge(&mut plan, cells)?,
        _ => (facilities::judge(&mut plan, cells)?, Vec::new()),
    };
    let noted = plan.noted();
    Ok((verdicts, notes, Work::Central { changes: plan.into_changes()?, noted }))
}

fn judged_row(verdict: Verdict) -> JudgedRow {
    match verdict {
        Ok((outcome, was)) => JudgedRow { outcome, wrong: Vec::new(), was },
        Err(wrong) => JudgedRow { outcome: Outcome::Wrong, wrong, was: Vec::new() },
    }
}

fn column_faults(kind: Kind, columns: &Columns) -> Vec<Words> {
    let count = |field: &Field| columns.iter().flatten().filter(|column| **column == field).count();
    let label = |field: &Field| Words::new(field.label);
    let twice = kind.fields().iter().filter(|field| count(field) > 1);
    let mut faults: Vec<_> =
        twice.map(|field| Words::new("import-column-twice").with("column", label(field))).collect();
    if count(kind.key()) == 0 {
        faults.push(Words::new("import-column-missing").with("column", label(kind.key())));
    }
    faults
}

/// The rows that can be looked at: as wide as the header, with text only, each about something that no row before it is about.
fn checked<'a>(kind: Kind, table: &'a Table, columns: &'a Columns) -> Vec<Result<Cells<'a>, Wrong>> {
    let mut seen: HashMap<String, u64> = HashMap::new();
    let key = kind.key();
    let row = |row: &'a Row| {
        let cells = Cells { row, columns };
        sound(cells)?;
        let Some(word) = cells.get(key.name) else {
            return Err(cells.wrong(key.name, Words::new("import-key-missing")));
        };
        match seen.insert(called(word), row.line) {
            None => Ok(cells),
            Some(line) => Err(cells.wrong(key.name, Words::new("import-same-as-line").with("line", line))),
        }
    };
    table.rows.iter().map(row).collect()
}

fn sound(cells: Cells<'_>) -> Result<(), Wrong> {
    let (width, expected) = (cells.row.width(), cells.columns.len());
    if width != expected {
        let why = if width < expected { "import-row-short" } else { "import-row-long" };
        return Err(Wrong::cell(None, Words::new(why).with("n", width).with("expected", expected)));
    }
    let used = cells.columns.iter().enumerate().filter(|(_, column)| column.is_some());
    match used.map(|(at, _)| at).find(|at| cells.row.cell(*at).contains(char::is_control)) {
        Some(at) => Err(Wrong::cell(Some(at), Words::new("import-not-one-line"))),
        None => Ok(()),
    }
}

/// What changes in a row: those of its cells where something else stood.
pub(super) fn differing(
    cells: Cells<'_>,
    before: Option<Vec<(&'static str, Was)>>,
    after: &[(&'static str, Was)],
) -> (Outcome, Vec<(usize, Was)>) {
    let Some(before) = before else { return (Outcome::New, Vec::new()) };
    let changed = before.into_iter().zip(after).filter(|(before, after)| before != *after);
    let was: Vec<_> = changed.filter_map(|((name, was), _)| cells.column(name).map(|at| (at, was))).collect();
    (if was.is_empty() { Outcome::Unchanged } else { Outcome::Changed }, was)
}

/// The faults of a form by the columns of its fields.
pub(super) fn faults_in(cells: Cells<'_>, error: MasterError) -> Result<Vec<Wrong>, SheetError> {
    match error {
        MasterError::Faults(faults) => {
            let wrong =
                |fault: &crate::master::Fault| Wrong::error(cells.column(fault.field), fault.code, fault.told.clone());
            Ok(faults.iter().map(wrong).collect())
        }
        other => Err(other.into()),
    }
}

fn mark(columns: &Columns, rows: &[JudgedRow]) -> String {
    let names: Vec<_> = columns.iter().map(|column| column.map_or("", |field| field.name)).collect();
    let told = format!("{}\n{:?}", names.join(","), rows);
    Hash::of_parts(&[told.as_bytes()]).to_string()
}

/// Things by what people call them: their codes and names.
pub(super) struct Named<'a> {
    by_word: HashMap<String, Vec<&'a str>>,
}

impl<'a> Named<'a> {
    /// Of ids, codes and names.
    pub(super) fn of(things: impl Iterator<Item = (&'a str, [&'a str; 2])>) -> Self {
        let mut by_word: HashMap<String, Vec<&str>> = HashMap::new();
        for (id, words) in things {
            for word in words.map(called).into_iter().filter(|word| !word.is_empty()) {
                let known = by_word.entry(word).or_default();
                if !known.contains(&id) {
                    known.push(id);
                }
            }
        }
        Self { by_word }
    }

    /// The id of the only thing that is called so.
    pub(super) fn find(&self, word: &str, none: &'static str) -> Result<&'a str, Words> {
        match self.by_word.get(&called(word)).map(Vec::as_slice) {
            Some([id]) => Ok(id),
            Some([_, _, ..]) => Err(Words::new("import-several").with("word", word)),
            _ => Err(Words::new(none).with("word", word)),
        }
    }
}

/// Capitals make no difference in codes and names.
pub(super) fn called(word: &str) -> String {
    word.trim().to_lowercase()
}
