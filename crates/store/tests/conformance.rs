//! Every store passes the one suite.

use sitesync_store::conformance::random_operations;
use sitesync_store::memory::MemoryStore;
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::store_tests;
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
