//! Every store passes the one suite.

use sitesync_store::memory::MemoryStore;
use sitesync_store::store_tests;

store_tests!(memory, ((), MemoryStore::new()));
store_tests!(memory_that_repeats, ((), MemoryStore::repeating()));
