//! What becomes of the site's own version of a record when another one arrives: it stands, or makes way; and it is put aside where it
//! would be lost.

use sitesync_core::catalogue::Class;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, Record, Role, link_target};
use sitesync_core::world::World;

use super::{Applying, Arrived, Mode};
use crate::site::drop::was_refused;
use crate::site::records::{Why, is_unsent, put_aside};
use crate::site::{SiteError, look};

impl Applying<'_> {
    /// Whether the site's version gives way to the one that arrived; puts it aside if it would be lost.
    pub(super) fn makes_way(
        &mut self,
        record: Option<&Record>,
        before: &[Entry],
        arrived: &Arrived<'_>,
    ) -> Result<bool, SiteError> {
        let Some(record) = record else { return Ok(true) };
        let equal = record.hash == arrived.hash && record.is_live() == arrived.body.is_some();
        let unsent = is_unsent(self.state, before);
        match self.mode {
            // What people wrote since stands (EXCHANGE A4). While a file is filled the first time, nobody writes.
            Mode::First | Mode::Routine if unsent => Ok(false),
            Mode::First => Ok(true),
            Mode::Regained if unsent => {
                // What this site sent itself, and nobody wrote over, is no version of somebody else.
                let conflicts = !arrived.taken && self.is_own(record)?;
                let case = Case { equal, unsent, both: false };
                if conflicts { self.makes_way_rewound(record, before, arrived, case) } else { Ok(false) }
            }
            Mode::Routine | Mode::Regained => {
                if !equal && (self.was_refused(record, before)? || is_undone(record, before, arrived)) {
                    put_aside(self.world.txn, record, Why::NotTaken, self.now)?;
                }
                Ok(true)
            }
            Mode::Rewound { both } => self.makes_way_rewound(record, before, arrived, Case { equal, unsent, both }),
        }
    }

    pub(super) fn may_conflict(&self) -> bool {
        matches!(self.mode, Mode::Regained | Mode::Rewound { .. })
    }

    fn makes_way_rewound(
        &mut self,
        record: &Record,
        before: &[Entry],
        arrived: &Arrived<'_>,
        case: Case,
    ) -> Result<bool, SiteError> {
        if case.equal {
            return Ok(true);
        }
        let exchanged = before.iter().find(|entry| entry.feed == *arrived.feed).map(|entry| entry.hash);
        let untouched_there = exchanged == Some(arrived.hash);
        if case.unsent && untouched_there && !case.both {
            return Ok(false);
        }
        if case.unsent || (case.both && self.is_own(record)?) {
            put_aside(self.world.txn, record, Why::Rewound, self.now)?;
            self.conflicts.push(record.key.clone());
        } else if is_undone(record, before, arrived) {
            put_aside(self.world.txn, record, Why::NotTaken, self.now)?;
        }
        Ok(true)
    }

    /// A document of two lives would be half of each: what is unsent of one goes aside with the part that had to give way.
    pub(super) fn put_documents_aside(&mut self) -> Result<(), SiteError> {
        for key in std::mem::take(&mut self.conflicts) {
            let root = match self.world.known(&key)?.and_then(|known| known.facts.parent) {
                Some(parent) => parent,
                None => key,
            };
            let mut members = self.world.linked(Role::Parent, &link_target(&root))?;
            members.push(root);
            members.iter().try_for_each(|member| self.put_member_aside(member))?;
        }
        Ok(())
    }

    fn put_member_aside(&mut self, key: &RecordKey) -> Result<(), SiteError> {
        let keys = std::slice::from_ref(key);
        let entries = look::entries(self.world.txn, key)?;
        let record = look::record(self.world.txn, key)?;
        let Some(record) = record.filter(|_| is_unsent(self.state, &entries)) else { return Ok(()) };
        put_aside(self.world.txn, &record, Why::Rewound, self.now)?;
        self.forget_change(key)?;
        let theirs = entries.iter().find(|entry| entry.feed != Feed::Changes && entry.kind == EntryKind::Put);
        match (theirs, self.passed.remove(key)) {
            (Some(_), Some(body)) => {
                let (record, facts) = self.live(key, &body)?;
                self.world.put(record, facts)?;
                self.world.flush()?;
            }
            (Some(entry), None) => self.state.wanted.push((entry.feed.clone(), key.clone())),
            (None, _) => self.world.txn.forget_records(keys)?,
        }
        Ok(())
    }

    fn forget_change(&mut self, key: &RecordKey) -> Result<(), SiteError> {
        Ok(self.world.txn.remove_entries(&Feed::Changes, std::slice::from_ref(key))?)
    }

    pub(super) fn was_refused(&mut self, record: &Record, before: &[Entry]) -> Result<bool, SiteError> {
        was_refused(&mut self.world, record, before)
    }

    fn is_own(&mut self, record: &Record) -> Result<bool, SiteError> {
        let class = self.world.read(record)?.facts.class;
        Ok(matches!(class, Class::Store | Class::Transfer | Class::Child))
    }
}

/// A deletion that was sent, and that no feed ever confirmed: another file of this site has the record still, or somebody else.
fn is_undone(record: &Record, before: &[Entry], arrived: &Arrived<'_>) -> bool {
    let sent = before.iter().any(|entry| entry.feed == Feed::Changes);
    let confirmed = before.iter().any(|entry| entry.feed != Feed::Changes && entry.kind == EntryKind::Delete);
    !record.is_live() && arrived.body.is_some() && sent && !confirmed
}

struct Case {
    equal: bool,
    unsent: bool,
    both: bool,
}
