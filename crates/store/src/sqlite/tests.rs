//! What only a file has: versions, locks, copies, a disk that is full, and readers beside writers.

use std::path::Path;

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{EntryKind, Record, State};

use super::*;
use crate::api::{NewEntry, PageLimit, Space};

const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

fn open(path: &Path) -> Result<SqliteStore> {
    SqliteStore::open(path, &Options::default())
}

fn open_steps(path: &Path, steps: &[&str]) -> Result<SqliteStore> {
    SqliteStore::open_with(&Claim::take(path)?, &Options::default(), steps)
}

fn put(store: &SqliteStore, id: &str, bytes: usize) -> Result<()> {
    let key = RecordKey::new("item", id);
    let body: Box<str> = "x".repeat(bytes).into();
    let hash = Hash::of_record(&key, &body);
    let entry = NewEntry { key: key.clone(), kind: EntryKind::Put, hash, source: 0 };
    let home = Feed::store(format!("home of {id}"));
    let record =
        Record { key, home, state: State::Live, body, hash, revision: 1, source: SiteId(1), links: Vec::new() };
    store.write(&mut |txn| {
        txn.put_records(std::slice::from_ref(&record))?;
        txn.append(&Feed::Central, std::slice::from_ref(&entry)).map(drop)
    })
}

fn ids(store: &SqliteStore) -> Vec<String> {
    let page = store.snapshot().unwrap().page(&Feed::Central, 0, ALL).unwrap();
    page.into_iter().map(|found| found.entry.key.id.into()).collect()
}

fn error(opened: Result<SqliteStore>) -> String {
    opened.map(drop).unwrap_err().to_string()
}

#[test]
fn what_was_written_is_there_when_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    put(&open(&path).unwrap(), "1", 9).unwrap();
    let store = open(&path).unwrap();
    put(&store, "2", 9).unwrap();
    assert_eq!(ids(&store), ["1", "2"]);
    assert_eq!(store.snapshot().unwrap().tables().unwrap(), [("item".into(), 2)]);
}

#[test]
fn a_file_is_held_by_one_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let store = open(&path).unwrap();
    assert!(matches!(open(&path), Err(StoreError::InUse(_))));
    drop(store);
    open(&path).unwrap();
}

#[test]
fn foreign_and_newer_files_are_refused_and_left_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    std::fs::write(&path, "a letter to the ministry, long enough to be looked at. ".repeat(99)).unwrap();
    assert!(matches!(open(&path), Err(StoreError::Damaged(_))));
    std::fs::remove_file(&path).unwrap();

    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(error(open(&path)).contains("not a data file of this program"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::remove_file(&path).unwrap();

    drop(open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(open(&path), Err(StoreError::Newer { found: 99, known: 1 })));
}

#[test]
fn an_older_file_is_copied_aside_and_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    put(&open(&path).unwrap(), "1", 9).unwrap();
    let [first] = schema::STEPS else { panic!("the test knows one step") };
    let broken = [*first, "CREATE TABLE more (a); CREATE TABLE more (a)"];
    assert!(open_steps(&path, &broken).is_err());
    assert_eq!(ids(&open(&path).unwrap()), ["1"], "a step that fails changes nothing");
    assert!(!directory.path().join("data.db.before-v2").exists(), "nor does it leave a copy at each try");

    let steps = [*first, "CREATE TABLE more (a)", "INSERT INTO more VALUES (1)"];
    let store = open_steps(&path, &steps).unwrap();
    assert_eq!(ids(&store), ["1"]);
    drop(store);
    assert!(matches!(open(&path), Err(StoreError::Newer { found: 3, known: 1 })));
    let copy = open(&directory.path().join("data.db.before-v3")).unwrap();
    assert_eq!(ids(&copy), ["1"], "a whole data file");
}

#[test]
fn a_backup_is_whole_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("data.db"), directory.path().join("copy.db"));
    let store = open(&path).unwrap();
    put(&store, "first", 9).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if stop.load(std::sync::atomic::Ordering::SeqCst) {
                    break;
                }
                put(&store, &n.to_string(), 2000).unwrap();
            }
        });
        store.backup(&copy).unwrap();
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
    });
    assert!(store.backup(&copy).is_err(), "a backup replaces nothing");
    let copied = open(&copy).unwrap();
    let found = ids(&copied);
    assert_eq!(found, ids(&store)[..found.len()], "a moment of the original");
    assert_eq!(copied.snapshot().unwrap().tables().unwrap(), [("item".into(), found.len() as u64)]);
    put(&copied, "of its own", 9).unwrap();
}

#[test]
fn a_full_disk_loses_nothing_and_room_helps() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let store = open(&path).unwrap();
    store.limit_size(Some(400 << 10)).unwrap();
    let mut stored: Vec<String> = std::thread::scope(|scope| {
        let (store, fill) = (&store, |store, thread| {
            let names = (0..30).map(move |n| format!("{thread}-{n}"));
            names.filter(move |name| match put(store, name, 5000) {
                Ok(()) => true,
                Err(StoreError::Disk(_)) => false,
                Err(other) => panic!("{other}"),
            })
        });
        let threads: Vec<_> =
            (0..6).map(|thread| scope.spawn(move || fill(store, thread).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!((10..170).contains(&stored.len()), "some fit and some did not: {}", stored.len());
    let mut found = ids(&store);
    found.sort();
    stored.sort();
    assert_eq!(found, stored, "what was acknowledged, and no more");
    assert!(matches!(put(&store, "too large", 999_999), Err(StoreError::Disk(_))));
    store.limit_size(None).unwrap();
    put(&store, "too large", 999_999).unwrap();
    drop(store);
    assert_eq!(ids(&open(&path).unwrap()).len(), stored.len() + 1);
}

#[test]
fn the_log_is_moved_into_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let options = Options { checkpoint_bytes: 64 << 10, ..Options::default() };
    let store = SqliteStore::open(&path, &options).unwrap();
    let fixed = store.snapshot().unwrap();
    for n in 0..60 {
        put(&store, &n.to_string(), 9000).unwrap();
    }
    assert!(fixed.page(&Feed::Central, 0, ALL).unwrap().is_empty(), "a snapshot outlives checkpoints");
    drop(fixed);
    let log = beside(&path, "-wal");
    // The thread moves the log when it has grown some more; writers wait for no reader meanwhile.
    let moved = (60..2000).any(|n| {
        put(&store, &n.to_string(), 9000).unwrap();
        std::fs::metadata(&log).unwrap().len() < 500 << 10
    });
    assert!(moved, "the log is {} bytes", std::fs::metadata(&log).unwrap().len());
}

#[test]
fn readers_are_kept_within_bounds() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("data.db")).unwrap();
    let many: Vec<_> = (0..20).map(|_| store.snapshot().unwrap()).collect();
    store.write(&mut |txn| txn.put_row(Space::Meta, b"k", b"v")).unwrap();
    assert!(many.iter().all(|snapshot| snapshot.row(Space::Meta, b"k").unwrap().is_none()));
    drop(many);
    assert!(
        store.snapshot().unwrap().row(Space::Meta, b"k").unwrap().is_some(),
        "a connection used again sees the present"
    );
}

#[test]
fn the_plans_use_the_keys() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let _store = open(&path).unwrap();
    let db = Connection::open(&path).unwrap();
    for sql in [
        "SELECT min(tbl) FROM link WHERE role = 1 AND target = 'a' AND tbl > 3",
        "SELECT id FROM link WHERE role = 1 AND target = 'a' AND tbl = 3 AND id >= '' AND id < x'' ORDER BY id LIMIT 3",
        "SELECT r.body FROM directory d CROSS JOIN record r ON r.place = d.place WHERE d.tbl = 1 AND d.id >= '' AND d.id < x'' AND r.state = 1 ORDER BY d.id LIMIT 9",
        "SELECT r.body FROM entry e LEFT JOIN record r ON r.place = e.record WHERE e.feed = 1 AND e.number > 2 ORDER BY e.number LIMIT 3",
        "SELECT number, kind, hash FROM entry WHERE record = 1 AND feed = 1",
        "SELECT key, value FROM space_row WHERE space = 1 AND key >= x'00' ORDER BY key",
    ] {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> =
            plan.query_map([], |row| row.get(3)).unwrap().map(std::result::Result::unwrap).collect();
        assert!(steps.iter().all(|step| step.starts_with("SEARCH")), "{sql}: {steps:?}");
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_may_read_a_data_file_or_a_copy_of_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("data.db"), &Options::default()).unwrap();
    store.write(&mut |txn| txn.put_row(Space::Meta, b"k", b"v")).unwrap();
    store.backup(&folder.path().join("copy.db")).unwrap();
    for name in ["data.db", "data.db-wal", "data.db-shm", "copy.db"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
