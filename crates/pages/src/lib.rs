//! What the pages of both programs share: texts in several languages, the frame around a page, style and script, signing in and
//! out, and errors as pages.
//!
//! It knows no site, and of records only how they are written for readers: what a page shows is the business of the program that has it.

mod answer;
mod beside;
mod entrance;
mod files;
mod frame;
mod language;
mod lines;
mod paging;
mod refusal;
mod rows;
mod say;
mod searched;
mod texts;
mod values;
mod visit;

pub use answer::{encoded, html, if_changed, text};
pub use beside::{Beside, Count};
pub use entrance::{Door, entrance, let_in};
pub use files::file;
pub use frame::{Frame, NavItem};
pub use language::Language;
pub use lines::{FrameOf, LINES, LINES_LABEL, Line, Lines, lines};
pub use paging::Paging;
pub use refusal::{as_page, shown};
pub use rows::{Address, Cell, Head, Row, Rows};
pub use say::{Say, Words};
pub use searched::Searched;
pub use texts::{Texts, Time};
pub use visit::Visit;

/// The number of milliseconds in a minute.
pub const MINUTE: i64 = 60_000;
