//! The cells of one row by what they are.

use sitesync_pages::Words;

use super::columns::Columns;
use super::judge::Wrong;
use super::table::Row;
use super::values::{number, one_of, several, yes_or_no};

/// A row with columns that are understood. A cell that is empty says nothing: what it is about stays as it is.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) row: &'a Row,
    pub(super) columns: &'a Columns,
}

impl<'a> Cells<'a> {
    /// Where the column of this field stands.
    pub(super) fn column(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.is_some_and(|column| column.name == field))
    }

    /// What stands in the column of this field.
    pub(super) fn get(&self, field: &str) -> Option<&'a str> {
        let cell = self.row.cell(self.column(field)?);
        (!cell.is_empty()).then_some(cell)
    }

    pub(super) fn wrong(&self, field: &str, why: Words) -> Wrong {
        Wrong::cell(self.column(field), why)
    }
}

/// Fills in what the cells of a row say, and collects what is wrong with them.
pub(super) struct Filling<'a> {
    pub(super) cells: Cells<'a>,
    pub(super) wrong: Vec<Wrong>,
}

impl<'a> Filling<'a> {
    pub(super) fn of(cells: Cells<'a>) -> Self {
        Self { cells, wrong: Vec::new() }
    }

    pub(super) fn text(&mut self, field: &str, into: &mut String) {
        self.value(field, into, |text| Ok(text.to_owned()));
    }

    pub(super) fn number(&mut self, field: &str, into: &mut f64) {
        self.value(field, into, number);
    }

    pub(super) fn ticked(&mut self, field: &str, into: &mut bool) {
        self.value(field, into, yes_or_no);
    }

    pub(super) fn one_of<T: Copy>(&mut self, field: &str, into: &mut T, things: &[(T, &[&str])], fault: &'static str) {
        self.value(field, into, |text| one_of(text, things, fault));
    }

    /// What the cell is read as, unless it is empty.
    pub(super) fn value<T>(&mut self, field: &str, into: &mut T, read: impl FnOnce(&str) -> Result<T, Words>) {
        match self.cells.get(field).map(read) {
            None => {}
            Some(Ok(value)) => *into = value,
            Some(Err(why)) => self.wrong.push(self.cells.wrong(field, why)),
        }
    }

    /// All that the words of the cell name, unless it is empty.
    pub(super) fn all<T: FromIterator<I>, I>(
        &mut self,
        field: &str,
        into: &mut T,
        mut find: impl FnMut(&str) -> Result<I, Words>,
    ) {
        let Some(text) = self.cells.get(field) else { return };
        let mut found = Vec::new();
        for word in several(text) {
            match find(word) {
                Ok(thing) => found.push(thing),
                Err(why) => self.wrong.push(self.cells.wrong(field, why)),
            }
        }
        *into = found.into_iter().collect();
    }
}
