//! What the transaction in hand has learnt of the places of records. The same record is looked up several times in a commit
//! (to read it, to write it, for each of its entries); the directory is asked once.
//!
//! Only the connection that writes learns, and only for the length of one member's work: whatever ends it, all is forgotten.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::keys::{Id, OwnId};

/// Beyond this, what was learnt is dropped: a large commit works through its records in order.
const LEARNT_MAX: usize = 200_000;

#[derive(Default)]
pub(super) struct Places {
    learnt: RefCell<Option<Learnt>>,
}

#[derive(Default)]
struct Learnt {
    /// The place of a record, or that it has none.
    places: HashMap<(i64, OwnId), Option<i64>, RandomState>,
    /// Places given in this transaction that no entry names yet.
    bare: HashSet<i64, RandomState>,
}

impl Places {
    /// The work of a member begins.
    pub(super) fn begin(&self) {
        self.learnt.replace(Some(Learnt::default()));
    }

    /// It has ended, or was undone.
    pub(super) fn end(&self) {
        self.learnt.take();
    }

    /// What is known of a record: nothing, that it has no place, or its place.
    pub(super) fn of(&self, table: i64, id: Id<'_>) -> Option<Option<i64>> {
        self.learnt.borrow().as_ref()?.places.get(&(table, OwnId::of(id))).copied()
    }

    pub(super) fn learn(&self, table: i64, id: Id<'_>, place: Option<i64>) {
        if let Some(learnt) = &mut *self.learnt.borrow_mut() {
            if learnt.places.len() >= LEARNT_MAX {
                *learnt = Learnt::default();
            }
            learnt.places.insert((table, OwnId::of(id)), place);
        }
    }

    /// A place was given just now.
    pub(super) fn give(&self, table: i64, id: Id<'_>, place: i64) {
        self.learn(table, id, Some(place));
        if let Some(learnt) = &mut *self.learnt.borrow_mut() {
            learnt.bare.insert(place);
        }
    }

    /// Whether a place is known to have no entry; from now on it has one.
    pub(super) fn first_entry(&self, place: i64) -> bool {
        self.learnt.borrow_mut().as_mut().is_some_and(|learnt| learnt.bare.remove(&place))
    }
}
