//! What administrators do with stores: on which site each is active, and how it gets there.
//!
//! Everything here works in the caller's transaction, like [`crate::sites`], so that a form may move several stores and edit a site
//! in one. How a hand-over goes on by itself is in [`crate::hub`].

mod line;
mod moving;

pub(crate) use line::leaving_by_store;
pub use line::{EndLine, HandOverLine, HandOverStep, hand_overs, under_way};
pub use moving::{MoveReport, Moving, attached, begin_move, call_off, take_over_now};
