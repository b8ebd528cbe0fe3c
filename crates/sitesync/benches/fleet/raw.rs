//! The same rows put into SQLite as a careful person would, for comparison in the same run: one index for the id, commits of 10,000.

use std::time::Instant;

use crate::records;

/// Rows a second.
pub(crate) fn insert(store: &str, number: usize) -> f64 {
    const COMMIT: usize = 10_000;
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut file = rusqlite::Connection::open(data.path().join("raw.db")).expect("a new file");
    let schema = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -49152;
        CREATE TABLE record (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT";
    file.execute_batch(schema).expect("a new table");
    let mut seconds = 0.0;
    for first in (0..number).step_by(COMMIT) {
        let lines: Vec<_> =
            (first..(first + COMMIT).min(number)).map(|number| records::line(store, number as u64)).collect();
        // Making the rows is not part of inserting them.
        let begun = Instant::now();
        let transaction = file.transaction().expect("a transaction");
        for line in &lines {
            let sql = "INSERT INTO record (id, body) VALUES (?, ?)";
            let mut insert = transaction.prepare_cached(sql).expect("a statement");
            insert.execute((&*line.id, line.put.as_ref().map(|body| body.get()))).expect("a row");
        }
        transaction.commit().expect("a commit");
        seconds += begun.elapsed().as_secs_f64();
    }
    number as f64 / seconds
}
