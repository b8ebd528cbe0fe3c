//! Every store passes the one suite.

#![allow(clippy::unwrap_used)]

use sitesync_store::conformance::random_operations;
use sitesync_store::memory::MemoryStore;
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{Space, Store, store_tests};
use tempfile::TempDir;

store_tests!(memory, ((), MemoryStore::new()));
store_tests!(memory_that_repeats, ((), MemoryStore::repeating()));

fn sqlite() -> (TempDir, SqliteStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("data.db"), &Options::default()).unwrap();
    (directory, store)
}

store_tests!(sqlite_file, sqlite());

#[test]
fn memory_and_sqlite_stay_equal_over_random_operations() {
    for seed in 1..=12 {
        let (_directory, store) = sqlite();
        random_operations(&MemoryStore::repeating(), &store, seed, 40);
    }
}

#[test]
fn a_fork_of_the_memory_store_goes_its_own_way() {
    let store = MemoryStore::new();
    store.write(&mut |txn| txn.put_row(Space::Meta, b"both", b"")).unwrap();
    let fork = store.fork();
    store.write(&mut |txn| txn.put_row(Space::Meta, b"one", b"")).unwrap();
    let rows = |store: &MemoryStore| store.snapshot().unwrap().rows(Space::Meta, b"", None, 9).unwrap().len();
    assert_eq!((rows(&store), rows(&fork)), (2, 1));
    assert!(store.backup("nowhere".as_ref()).unwrap_err().to_string().contains("no file"));
}
