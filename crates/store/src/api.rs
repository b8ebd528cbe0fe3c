//! The trait. A transaction is the only door to data.
//!
//! **Reads** see one snapshot: heads and entries of several feeds in one [`Snapshot`] belong together (EXCHANGE A2).
//! **Writes** are serialised with one another, or behave so: an implementation for several machines takes the locks that
//! [`Txn::lock`] names, in that order, and may run the work again from the start. So the work given to [`Store::write`] is
//! repeatable, and has no effect outside the transaction.
//! When [`Store::write`] returns `Ok`, what was written is on disk.

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Entry, EntryKind, FeedState, Record, Role};

/// What goes wrong in a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room, or the disk refuses to be written. Nothing of the transaction is stored; it may be tried again.
    #[error("the disk is full or cannot be written: {0}")]
    Disk(String),
    /// Another process holds the data file.
    #[error("the data file is in use by another process: {0}")]
    InUse(String),
    /// The data file is of a newer version of the program.
    #[error("the data file is of version {found}, this program knows versions up to {known}: use a newer program")]
    Newer { found: u32, known: u32 },
    /// The file is damaged, or not a data file of this program.
    #[error("the data file cannot be read: {0}")]
    Damaged(String),
    /// Anything else. A fault of this program or of the machine.
    #[error("the store failed: {0}")]
    Other(String),
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The kinds of rows that the hub and a site keep beside records and feeds. The number is stored: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Space {
    /// Of the database itself: epoch, counters, settings.
    Meta = 1,
    /// Synchronisation sites.
    Site = 2,
    /// Names of sites, to their numbers.
    SiteName = 3,
    /// Tokens by their hash.
    Token = 4,
    /// Subscriptions of readers.
    Subscription = 5,
    /// Batches of a push that is not committed yet.
    Staged = 6,
    /// Held documents, and by which record they are found.
    Held = 7,
    HeldBy = 8,
    /// What a held document waits for.
    HeldFor = 9,
    /// Work that is done in small commits.
    Job = 10,
    /// Exchanges that moved something or failed.
    Log = 11,
    /// Idle exchanges by site and hour.
    Idle = 12,
    /// Who changed what.
    Audit = 13,
    /// The last commit of each site.
    Commit = 14,
    /// Hand-overs of stores.
    HandOver = 15,
    /// Of a site: pulled pages that are not applied yet.
    Pulled = 20,
    /// Of a site: the version last exchanged of a record that was changed since.
    Base = 21,
    /// Of a site: versions put aside.
    Aside = 22,
    /// Of a site: its own commits, and how far in its list of changes each reached.
    OwnCommit = 23,
    /// Of a site: the feeds it reads.
    Reading = 24,
    /// Of a site: when changes up to a number were written.
    Written = 25,
}

/// How much a page of a feed may hold. A page holds at least one entry if there is one.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    pub entries: usize,
    /// Bytes of record bodies.
    pub bytes: usize,
}

/// An entry together with what its record holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEntry {
    pub entry: Entry,
    /// The record's present body, if it is live and the entry a put.
    pub body: Option<Box<str>>,
    /// The successor, if the record was merged into another.
    pub merged_into: Option<Box<str>>,
}

/// An entry to be appended.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub key: RecordKey,
    pub kind: EntryKind,
    pub hash: Hash,
    pub source: u32,
}

/// An entry, with the record that it puts. Without one it names a version that is held, or comes along with another feed.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub entry: Entry,
    /// Live, and at home in the entry's feed.
    pub record: Option<Record>,
}

/// What a commit locks, in this order (EXCHANGE A7): the site, stores and routing roots and records, then feeds, `central` last.
/// An implementation with one writer has nothing to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    Site(u32),
    Record(RecordKey),
    Feed(Feed),
}

/// One consistent view of everything.
pub trait Snapshot {
    /// The records of these keys, in this order. Tombstones are records too.
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>>;

    /// The keys of records that link to `target` in this role, by (table, id), after `after`, at most `limit`. Tombstones included.
    fn linked(&self, role: Role, target: &str, after: Option<&RecordKey>, limit: usize) -> Result<Vec<RecordKey>>;

    /// The live records of a table by id, after `after`, at most `limit`.
    fn table(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<Record>>;

    /// The names of the tables that have records, sorted, with the number of live ones.
    fn tables(&self) -> Result<Vec<(Box<str>, u64)>>;

    /// The state of a feed; all zero if it was never written.
    fn feed(&self, feed: &Feed) -> Result<FeedState>;

    /// The feeds that have a head, sorted. A feed that is only the home of records is none of them.
    fn feeds(&self) -> Result<Vec<Feed>>;

    /// For each key, its entries in all feeds, sorted by feed.
    fn entries_of(&self, keys: &[RecordKey]) -> Result<Vec<Vec<Entry>>>;

    /// The entries of a feed with a number above `after`, ascending.
    fn page(&self, feed: &Feed, after: u64, limit: PageLimit) -> Result<Vec<PageEntry>>;

    /// The number of entries of a feed above `after`, counted up to `at_most`.
    fn count_after(&self, feed: &Feed, after: u64, at_most: u64) -> Result<u64>;

    /// One row.
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// The rows whose key begins with `prefix`, by key, above `after` if given, at most `limit`.
    fn rows(&self, space: Space, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>>;
}

/// A transaction that writes, and reads what it wrote. When one of these methods has failed, what was written is not whole:
/// the transaction is not stored, even if the work passes over the error. Work does not call [`Store::write`] itself.
pub trait Txn: Snapshot {
    /// Takes locks, which are given in the order of [`Lock`].
    fn lock(&mut self, locks: &[Lock]) -> Result<()>;

    /// Stores records, replacing those of the same key (home, state, body, links and all). They come back exactly as put.
    /// Their entries are not touched. Large calls cost less for each record than small ones.
    fn put_records(&mut self, records: &[Record]) -> Result<()>;

    /// Forgets records whole, without a tombstone. Their entries are not touched. For sites only.
    fn forget_records(&mut self, keys: &[RecordKey]) -> Result<()>;

    /// Gives each entry the next number of the feed, in order, moving an entry of the same record to the end.
    /// The record need not be held.
    /// Keeps head, sum and number of live entries. Returns the new head.
    fn append(&mut self, feed: &Feed, entries: &[NewEntry]) -> Result<u64>;

    /// Places entries under the numbers they have in the hub's feed, replacing those of the same records. For sites only.
    /// Keeps sum and number of live entries; raises the head to the highest number placed. All entries are of `feed`.
    /// The records need not be held. If a number is taken by another record, that one's entry goes.
    fn place(&mut self, feed: &Feed, entries: &[Entry]) -> Result<()>;

    /// Adds entries above the head of a feed, all of them puts, in ascending order: quicker than [`Self::put_records`] and [`Self::place`],
    /// which it replaces for a site that fills an empty data file. Until [`Self::index`] has nothing left to do, what was loaded
    /// is found by nobody but the feed's reader, and nothing else may be written. If a record comes more than once, the last one counts.
    fn load(&mut self, feed: &Feed, loaded: &[Loaded]) -> Result<()>;

    /// Makes a part of what was loaded findable. Whether there was any.
    fn index(&mut self) -> Result<bool>;

    /// Takes these records' entries out of the feed; its head stays. For sites only.
    fn remove_entries(&mut self, feed: &Feed, keys: &[RecordKey]) -> Result<()>;

    /// Raises the head of a feed to `head`, if it is below (EXCHANGE A11).
    fn raise_head(&mut self, feed: &Feed, head: u64) -> Result<()>;

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<()>;

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<()>;
}

/// A database.
pub trait Store: Send + Sync {
    /// A snapshot of the present state. Let go of it soon: while it lives, the database cannot clean up.
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>>;

    /// Runs `work` in a transaction. It is stored if `work` returns `Ok`, else nothing of it is.
    /// `work` may be run more than once; only its last run counts.
    fn write(&self, work: &mut dyn FnMut(&mut dyn Txn) -> Result<()>) -> Result<()>;

    /// Writes a consistent copy to a new file at `path`, while work goes on. Only for stores with a file.
    fn backup(&self, path: &std::path::Path) -> Result<()>;
}

/// [`Store::write`] with a value and an error of one's own. An error undoes what was written.
pub fn write<T, E: From<StoreError>>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Txn) -> Result<T, E>,
) -> Result<T, E> {
    let mut outcome = None;
    let stored = store.write(&mut |txn| match work(txn) {
        Ok(value) => {
            outcome = Some(Ok(value));
            Ok(())
        }
        Err(error) => {
            outcome = Some(Err(error));
            Err(StoreError::Other("undone".to_owned()))
        }
    });
    match (outcome, stored) {
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(value)), Ok(())) => Ok(value),
        (_, Err(error)) => Err(error.into()),
        (None, Ok(())) => Err(StoreError::Other("the transaction did not run".to_owned()).into()),
    }
}

/// What [`Txn::load`] asks of its caller.
pub(crate) fn check_loaded(head: u64, loaded: &[Loaded]) -> Result<()> {
    let mut last = head;
    for Loaded { entry, record } in loaded {
        let fits = record
            .as_ref()
            .is_none_or(|record| record.key == entry.key && record.home == entry.feed && record.is_live());
        if entry.number <= last || entry.kind != EntryKind::Put || !fits {
            return Err(StoreError::Other(format!(
                "{} is no put of a live record above the head of its feed",
                entry.key
            )));
        }
        last = entry.number;
    }
    Ok(())
}
