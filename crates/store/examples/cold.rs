//! Reads one store's records when nothing of the file is in memory, and again when all of it is (EXCHANGE A18):
//! `cargo run --release -p sitesync-store --example cold -- [records of the store] [other stores]`, as root, to be able to empty the
//! system's caches. The other stores hold as many records together, and all are written in turn.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{EntryKind, Record, State};
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{NewEntry, PageLimit, Result, Store, write};

const COMMIT: u64 = 10_000;

fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

fn feed(store: u64) -> Feed {
    Feed::store(format!("{store:032X}"))
}

fn record(store: u64, number: u64) -> Record {
    let key = RecordKey::new("item_line", format!("{:016X}{:016X}", mixed(number), mixed(!number)));
    let body: Box<str> = format!("{{\"n\":{number},\"text\":\"{}\"}}", "x".repeat(570)).into();
    let hash = Hash::of_record(&key, &body);
    Record { key, home: feed(store), state: State::Live, body, hash, revision: 1, source: SiteId(2), links: Vec::new() }
}

/// Every second record is of store 0, the others are of the other stores in turn.
fn fill(store: &dyn Store, records: u64, others: u64) -> Result<()> {
    for first in (0..records * 2).step_by(COMMIT as usize) {
        let numbers = first..(first + COMMIT).min(records * 2);
        let store_of = |number: u64| if number.is_multiple_of(2) { 0 } else { 1 + number / 2 % others.max(1) };
        let mut commit: Vec<_> = numbers.map(|number| (store_of(number), record(store_of(number), number))).collect();
        write(store, |txn| -> Result<()> {
            let records: Vec<_> = commit.iter().map(|(_, record)| record.clone()).collect();
            txn.put_records(&records)
        })?;
        commit.sort_by_key(|(store, _)| *store);
        write(store, |txn| -> Result<()> {
            for part in commit.chunk_by(|one, other| one.0 == other.0) {
                let entry = |record: &Record| NewEntry {
                    key: record.key.clone(),
                    kind: EntryKind::Put,
                    hash: record.hash,
                    source: 0,
                };
                let entries: Vec<_> = part.iter().map(|(_, record)| entry(record)).collect();
                txn.append(&feed(part[0].0), &entries)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Opened anew, so that nothing is in the store's own caches either. Seconds, and records.
fn read(path: &Path) -> Result<(f64, usize)> {
    let store = SqliteStore::open(path, &Options::default())?;
    let begun = Instant::now();
    let (mut after, mut read) = (0, 0);
    loop {
        let page = store.snapshot()?.page(&feed(0), after, PageLimit { entries: 5_000, bytes: 4 << 20 })?;
        let Some(last) = page.last() else { break };
        after = last.entry.number;
        read += page.len();
    }
    Ok((begun.elapsed().as_secs_f64(), read))
}

/// Bytes that this process had read from disks.
fn from_disk() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("read_bytes: ")?.parse().ok()).unwrap_or(0)
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse::<u64>());
    let records = sizes.next().transpose()?.unwrap_or(1_000_000);
    let others = sizes.next().transpose()?.unwrap_or(499);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data.db");
    fill(&SqliteStore::open(&path, &Options::default())?, records, others)?;
    println!("{records} records among as many of {others} other stores, {} MB", std::fs::metadata(&path)?.len() >> 20);
    let dropped = Command::new("sh").args(["-c", "sync && echo 3 > /proc/sys/vm/drop_caches"]).status()?;
    if !dropped.success() {
        return Err("the system's caches can be emptied only as root".into());
    }
    let before = from_disk();
    let (cold, read_cold) = read(&path)?;
    let bytes = from_disk() - before;
    let (warm, read_warm) = read(&path)?;
    let rate = |read: usize, seconds: f64| read as f64 / seconds;
    println!(
        "cold {:>9.0} records/s, {} bytes from the disk for each",
        rate(read_cold, cold),
        bytes / read_cold.max(1) as u64
    );
    println!("warm {:>9.0} records/s; cold is {:.0}% of it", rate(read_warm, warm), 100.0 * warm / cold);
    Ok(())
}
