//! What a search through a table says beside what it found.

use sitesync_store::search::{Found, Sought};

use crate::say::Words;
use crate::texts::Texts;

pub struct Searched {
    /// Records that were looked through, also on the way here.
    pub seen: u64,
    /// That in words, where it was not all.
    pub looked: Option<String>,
    /// What stands in place of rows where there are none.
    pub nothing: String,
}

impl Searched {
    /// `q` is the text that was sought; `before` were looked through on the way here, of `total`.
    pub fn of(found: &Found, sought: &Sought, q: &str, (before, total): (u64, u64), t: &Texts) -> Self {
        let seen = before.saturating_add(found.looked as u64);
        let looked = Words::new("records-looked").with("n", seen).with("total", total);
        Self {
            seen,
            looked: (found.next.is_some() && !sought.is_empty()).then(|| t.say(&looked)),
            nothing: match (&found.next, sought.is_empty()) {
                (Some(_), _) => t.get("records-nothing-yet"),
                (None, false) => t.one("records-nothing-found", "sought", q.trim()),
                (None, true) => t.get("records-nothing"),
            },
        }
    }
}
