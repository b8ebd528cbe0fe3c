//! Sheets: CSV files of items, facilities or users, as people have them. Their columns are guessed from the headers, every cell is
//! judged before anything is stored, and what is stored goes through the same functions as the pages where one makes such things
//! by hand ([`crate::master`], [`crate::users`]).
//!
//! Files of records as they are stored, with tables and columns of the catalogue, are read in [`crate::import`].

mod cells;
mod columns;
mod facilities;
mod fields;
mod fold;
mod items;
mod judge;
mod save;
mod table;
#[cfg(test)]
mod tests;
mod uploads;
mod users;
mod values;

pub use columns::{Columns, guess};
pub use fields::{Field, Kind};
pub use judge::{Judged, JudgedRow, Outcome, Was, Why, Wrong};
pub(crate) use save::{Order, look, save};
pub use save::{SheetError, Stored};
pub use table::{Row, Table, Unreadable, read};
pub use uploads::{Upload, Uploads};
