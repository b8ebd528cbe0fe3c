//! What every store must do, as plain test functions, and [`store_tests!`](crate::store_tests) that makes tests of them.
//!
//! Each function is given an empty store. They are test code: they panic where a store is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

mod feeds;
mod loads;
mod random;
mod records;
mod searches;
mod writes;

pub use feeds::*;
pub use loads::*;
pub use random::{compare, random_operations};
pub use records::*;
pub use searches::*;
pub use writes::*;

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Entry, EntryKind, Link, Record, Role, State};

use crate::api::{NewEntry, PageLimit, Result, Store, Txn};

/// Makes a module of tests, one for each function of the suite. The expression opens an empty store: it gives a pair of
/// what must outlive the store (a directory, or nothing) and the store.
#[macro_export]
macro_rules! store_tests {
    ($module:ident, $open:expr) => {
        $crate::store_tests! { @each $module, $open,
            records_come_back_as_put, tombstones_and_merged_records, a_record_put_again_replaces_all,
            a_home_change_moves_the_record, links_are_replaced, links_are_paged, tables_are_paged_and_counted,
            a_mixed_table_is_paged_by_text, look_alike_ids_are_different, records_are_forgotten,
            append_numbers_and_moves, sums_follow_the_kinds, an_entry_needs_no_record, entries_are_placed,
            entries_are_removed, heads_are_raised, entries_of_records, pages_are_limited, pages_show_the_present,
            counts_are_limited, feeds_are_listed, rows_by_prefix, a_failed_write_leaves_nothing,
            a_panic_leaves_nothing, a_snapshot_is_fixed, a_transaction_reads_its_writes, work_may_be_repeated,
            locks_are_taken, writers_of_many_threads, what_is_loaded_is_found_after_indexing, only_puts_above_the_head_are_loaded,
            what_people_see_is_found, references_to_a_record_are_found, a_search_goes_on_where_it_stopped,
            records_are_called_by_what_tells_them_apart,
        }
    };
    (@each $module:ident, $open:expr, $($name:ident),+ $(,)?) => {
        mod $module {
            use super::*;
            $(#[test]
            fn $name() {
                let (_outlives, store) = $open;
                $crate::conformance::$name(&store);
            })+
        }
    };
}

pub(crate) const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };
pub(crate) const HEX: &str = "0123456789ABCDEF0123456789ABCDEF";

pub(crate) fn key(table: &str, id: &str) -> RecordKey {
    RecordKey::new(table, id)
}

pub(crate) fn live(table: &str, id: &str, home: &Feed, body: &str) -> Record {
    let key = key(table, id);
    let hash = Hash::of_record(&key, body);
    let home = home.clone();
    Record { key, home, state: State::Live, body: body.into(), hash, revision: 1, source: SiteId(2), links: Vec::new() }
}

pub(crate) fn deleted(table: &str, id: &str, home: &Feed) -> Record {
    Record { state: State::Deleted, hash: Hash::default(), ..live(table, id, home, "{}") }
}

pub(crate) fn link(role: Role, target: &str) -> Link {
    Link { role, target: target.into() }
}

pub(crate) fn put(record: &Record) -> NewEntry {
    NewEntry { key: record.key.clone(), kind: EntryKind::Put, hash: record.hash, source: 9 }
}

pub(crate) fn gone(key: &RecordKey, kind: EntryKind) -> NewEntry {
    NewEntry { key: key.clone(), kind, hash: Hash::default(), source: 0 }
}

pub(crate) fn placed(feed: &Feed, number: u64, new: NewEntry) -> Entry {
    Entry { feed: feed.clone(), number, key: new.key, kind: new.kind, hash: new.hash, source: new.source }
}

/// Writes, where the write must succeed.
pub(crate) fn write(store: &dyn Store, mut work: impl FnMut(&mut dyn Txn) -> Result<()>) {
    store.write(&mut work).unwrap();
}

pub(crate) fn one(store: &dyn Store, of: &RecordKey) -> Option<Record> {
    store.snapshot().unwrap().records(std::slice::from_ref(of)).unwrap().remove(0)
}

/// (number, id) of the entries above `after`.
pub(crate) fn numbers(store: &dyn Store, feed: &Feed, after: u64) -> Vec<(u64, String)> {
    let page = store.snapshot().unwrap().page(feed, after, ALL).unwrap();
    page.into_iter().map(|found| (found.entry.number, found.entry.key.id.into())).collect()
}
