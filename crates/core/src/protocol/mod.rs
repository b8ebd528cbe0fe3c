//! The messages of the native protocol. `docs/protocol.md` tells what they mean and how HTTP carries them.
//!
//! Bodies of records travel as raw JSON: parsed and normalised once, at commit.

mod bounded;
mod commit;
mod cursor;
mod messages;
mod short;

pub use bounded::{CHANGES_MAX, ENTRIES_MAX, EPOCHS_MAX, FEEDS_MAX, ITEMS_MAX};
pub use commit::{CommitId, commit_hash, first_hash, next_hash};
pub use cursor::{Cursor, NUMBER_MAX, NotACursor};
pub use messages::*;
pub use short::{ShortReply, mark};

/// The versions of the protocol that this program speaks.
pub const VERSIONS: &[u32] = &[1];
