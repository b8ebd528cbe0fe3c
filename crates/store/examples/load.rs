//! How fast the SQLite store takes and gives records, beside bare SQLite in the same run:
//! `cargo run --release -p sitesync-store --example load -- [records] [per commit] [bytes] [checkpoint MB] [cache MB]`.

use std::collections::HashMap;
use std::time::Instant;

use rusqlite::{Connection, params};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{EntryKind, Link, Record, Role, State, link_target};
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{NewEntry, PageLimit, Result, Store, write};

/// Records of 40 stores in turn, with random ids; every eighth is the parent of the seven that follow.
struct Source {
    state: u64,
    parent: Box<str>,
    bytes: usize,
    made: u64,
}

impl Source {
    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn record(&mut self) -> Record {
        let id: Box<str> = format!("{:016X}{:016X}", self.random(), self.random()).into();
        if self.made.is_multiple_of(8) {
            self.parent.clone_from(&id);
        }
        let home = Feed::store(format!("{:032X}", self.made / 8 % 40));
        self.made += 1;
        let key = RecordKey::new("trans_line", id);
        let body: Box<str> = format!("{{\"n\":{},\"text\":\"{}\"}}", self.made, "x".repeat(self.bytes - 25)).into();
        let links =
            vec![Link { role: Role::Parent, target: link_target(&RecordKey::new("transact", self.parent.clone())) }];
        let hash = Hash::of_record(&key, &body);
        Record { key, home, state: State::Live, body, hash, revision: 1, source: SiteId(2), links }
    }

    fn commit(&mut self, records: usize) -> Vec<Record> {
        (0..records).map(|_| self.record()).collect()
    }
}

fn source(bytes: usize) -> Source {
    Source { state: 0x1234_5678_9ABC_DEF1, parent: "".into(), bytes: bytes.max(26), made: 0 }
}

fn entry(record: &Record) -> NewEntry {
    NewEntry { key: record.key.clone(), kind: EntryKind::Put, hash: record.hash, source: 9 }
}

fn per_second(what: &str, records: usize, seconds: f64) {
    println!("{what:<44} {records:>9} in {seconds:>6.2} s = {:>9.0}/s", records as f64 / seconds);
}

/// Puts and appends; returns the time spent in the store.
fn store_records(store: &dyn Store, from: &mut Source, records: usize, per_commit: usize) -> Result<f64> {
    let mut seconds = 0.0;
    for _ in 0..records / per_commit {
        let commit = from.commit(per_commit);
        let mut feeds: HashMap<&Feed, Vec<NewEntry>> = HashMap::new();
        for record in &commit {
            feeds.entry(&record.home).or_default().push(entry(record));
        }
        let begun = Instant::now();
        write(store, |txn| -> Result<()> {
            txn.put_records(&commit)?;
            feeds.iter().try_for_each(|(feed, entries)| txn.append(feed, entries).map(drop))
        })?;
        seconds += begun.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn read_all(store: &dyn Store) -> Result<usize> {
    let mut read = 0;
    for feed in store.snapshot()?.feeds()? {
        let mut after = 0;
        loop {
            let page = store.snapshot()?.page(&feed, after, PageLimit { entries: 10_000, bytes: 4 << 20 })?;
            let Some(last) = page.last() else { break };
            after = last.entry.number;
            read += page.len();
        }
    }
    Ok(read)
}

/// The same rows into one table of bare SQLite, keyed in order of arrival, and its index by id.
fn bare(path: &std::path::Path, from: &mut Source, records: usize, per_commit: usize) -> rusqlite::Result<f64> {
    let mut db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -49152; PRAGMA wal_autocheckpoint = 8192;
         CREATE TABLE record (number INTEGER PRIMARY KEY, id BLOB, hash BLOB, body TEXT); CREATE UNIQUE INDEX by_id ON record (id)",
    )?;
    let mut seconds = 0.0;
    for _ in 0..records / per_commit {
        let commit = from.commit(per_commit);
        let begun = Instant::now();
        let txn = db.transaction()?;
        for record in &commit {
            let id = u128::from_str_radix(&record.key.id, 16).unwrap_or_default().to_be_bytes();
            let mut insert = txn.prepare_cached("INSERT INTO record (id, hash, body) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![id, record.hash.0.to_be_bytes(), &*record.body])?;
        }
        txn.commit()?;
        seconds += begun.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

/// The most memory the process has used, where the system says it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("memory not known").to_owned()
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let records = arguments.next().transpose()?.unwrap_or(1_000_000);
    let per_commit = arguments.next().transpose()?.unwrap_or(10_000).clamp(1, records.max(1));
    let bytes = arguments.next().transpose()?.unwrap_or(600);
    let directory = tempfile::tempdir()?;

    let mut options = Options::default();
    if let Some(mb) = arguments.next().transpose()? {
        options.checkpoint_bytes = (mb as u64) << 20;
    }
    if let Some(mb) = arguments.next().transpose()? {
        options.writer_cache_kib = u32::try_from(mb << 10)?;
    }
    let store = SqliteStore::open(directory.path().join("data.db"), &options)?;
    let seconds = store_records(&store, &mut source(bytes), records, per_commit)?;
    per_second("put_records + append, new records", records, seconds);
    let again = store_records(&store, &mut source(bytes), records / 10, per_commit.min(records / 10).max(1))?;
    per_second("the same again, moved to the end", records / 10, again);
    let begun = Instant::now();
    let read = read_all(&store)?;
    per_second("paged back", read, begun.elapsed().as_secs_f64());
    println!("{}", memory());

    let seconds = bare(&directory.path().join("bare.db"), &mut source(bytes), records, per_commit)?;
    per_second("bare SQLite: one table, one index", records, seconds);
    for file in std::fs::read_dir(directory.path())? {
        let file = file?;
        println!("{:>6} MB {}", file.metadata()?.len() >> 20, file.file_name().to_string_lossy());
    }
    Ok(())
}
