//! A stored record, and its place in a feed.

use crate::hash::Hash;
use crate::ids::{Feed, RecordKey, SiteId};

/// Whether a record is there. What was deleted leaves a tombstone, so that its routing and its owner are still known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Live,
    Deleted,
    /// Merged into another record of the same table, whose id this is.
    Merged(Box<str>),
}

/// How a record refers to another one, where routing needs the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// A line to its header. The target is `table id` of the parent.
    Parent = 1,
    /// To a `name`: the other party of a delivery or order, the patient of a document. The target is the id.
    Name = 2,
    /// A join to what it makes visible in a store. The target is `table id`.
    Subject = 3,
    /// A store to the site where it is active. The target is the site's number.
    Site = 4,
    /// A store to its `name`. The target is the id.
    Facility = 5,
    /// A merged record to its successor. The target is `table id`.
    Merged = 6,
}

impl Role {
    /// The role with this number, as stores write it.
    pub fn of_number(number: u8) -> Option<Self> {
        [Role::Parent, Role::Name, Role::Subject, Role::Site, Role::Facility, Role::Merged]
            .into_iter()
            .find(|role| *role as u8 == number)
    }
}

/// A reference that can be followed backwards: [`Role`] and the target, as [`link_target`] writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    pub role: Role,
    pub target: Box<str>,
}

/// The text under which links to a record are found.
pub fn link_target(key: &RecordKey) -> Box<str> {
    format!("{}\u{1f}{}", key.table, key.id).into()
}

/// A record as it is stored, on the central server and on a site alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub key: RecordKey,
    /// Where it is stored beside its like, so that reading a store's records is sequential (EXCHANGE A18).
    pub home: Feed,
    pub state: State,
    /// Canonical JSON without defaults and without the id. A tombstone keeps the columns that route it.
    pub body: Box<str>,
    /// [`Hash::of_record`] of a live record; zero of a tombstone.
    pub hash: Hash,
    /// The catalogue revision of the normal form of `body` (EXCHANGE A14).
    pub revision: u32,
    /// Who wrote it last; for tables that the catalogue does not know, the only one who may.
    pub source: SiteId,
    /// References that routing follows backwards.
    pub links: Vec<Link>,
}

impl Record {
    pub fn is_live(&self) -> bool {
        self.state == State::Live
    }
}

/// What an entry tells its reader about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EntryKind {
    /// Here is its present version.
    Put = 1,
    /// It was deleted (or merged).
    Delete = 2,
    /// It is no longer for this audience (EXCHANGE A5).
    Withdraw = 3,
}

/// A record's place in a feed: one per record and feed, given a new number at each change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub feed: Feed,
    pub number: u64,
    pub key: RecordKey,
    pub kind: EntryKind,
    /// The hash of the record as of this entry; zero unless it is a put. A feed's sum is the sum of these.
    pub hash: Hash,
    /// The reader that sent exactly this version whole ([`ReaderId::number`](crate::ids::ReaderId::number)), or 0 (EXCHANGE A3).
    pub source: u32,
}

/// The state of a feed in one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// The highest number given so far. Only grows.
    pub head: u64,
    /// The sum of the hashes of its live entries.
    pub sum: Hash,
    /// The number of its live entries.
    pub live: u64,
}
