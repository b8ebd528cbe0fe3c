//! Groups of commits: with members that fail, with commits that fail.

use std::sync::{Arc, Barrier};

use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::EntryKind;

use super::super::{Options, SqliteStore};
use crate::api::{NewEntry, PageLimit, Space, Store, StoreError, Txn};

const ALL: PageLimit = PageLimit { entries: usize::MAX, bytes: usize::MAX };

fn open(directory: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(directory.path().join("data.db"), &Options::default()).unwrap()
}

/// One entry in a feed, of a table and a feed that are new.
fn entry(txn: &mut dyn Txn, name: &str) -> crate::api::Result<()> {
    let key = RecordKey::new(format!("table {name}"), name);
    let entry = NewEntry { key, kind: EntryKind::Delete, hash: Hash::default(), source: 0 };
    txn.append(&Feed::store(name), std::slice::from_ref(&entry))?;
    txn.append(&Feed::Central, &[entry]).map(drop)
}

fn ids(store: &SqliteStore) -> Vec<String> {
    let page = store.snapshot().unwrap().page(&Feed::Central, 0, ALL).unwrap();
    let mut ids: Vec<String> = page.into_iter().map(|found| found.entry.key.id.into()).collect();
    ids.sort();
    ids
}

/// Runs writes so that they share one transaction: the first holds the turn until all others wait for it.
fn together(
    store: &Arc<SqliteStore>,
    names: &[&'static str],
    work: fn(&mut dyn Txn, &str) -> crate::api::Result<()>,
) -> Vec<Result<(), String>> {
    let has_turn = Arc::new(Barrier::new(names.len()));
    let spawn = |(n, name): (usize, &'static str)| {
        let (store, has_turn, others) = (store.clone(), has_turn.clone(), names.len() - 1);
        std::thread::spawn(move || {
            let mut first_run = n == 0;
            if n > 0 {
                has_turn.wait();
            }
            let written = store.write(&mut |txn| {
                if std::mem::take(&mut first_run) {
                    has_turn.wait();
                    while store.writer.waiting.load(super::Ordering::SeqCst) < others {
                        std::thread::yield_now();
                    }
                }
                work(txn, name)
            });
            written.map_err(|error| error.to_string())
        })
    };
    let threads: Vec<_> = names.iter().copied().enumerate().map(spawn).collect();
    threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("panic".to_owned()))).collect()
}

fn some_fail(txn: &mut dyn Txn, name: &str) -> crate::api::Result<()> {
    entry(txn, name)?;
    match name.as_bytes()[0] {
        b'f' => Err(StoreError::Other("on purpose".to_owned())),
        b'p' => std::panic::resume_unwind(Box::new("on purpose")),
        b's' => txn.place(&Feed::Central, &[]).and(txn.append(&Feed::Unread, &[]).map(drop)),
        _ => Ok(()),
    }
}

#[test]
fn a_member_that_fails_or_panics_takes_nobody_along() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory));
    let results = together(&store, &["a", "f1", "b", "p1", "c", "f2", "s"], some_fail);
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, true, false, true]);
    assert_eq!(ids(&store), ["a", "b", "c", "s"]);
    assert_eq!(store.snapshot().unwrap().feed(&Feed::Central).unwrap().head, 4);
    let feeds = ["a", "b", "c", "s"].map(Feed::store);
    assert_eq!(store.snapshot().unwrap().feeds().unwrap()[1..], feeds);
}

#[test]
fn a_first_member_that_fails_leaves_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory));
    let results = together(&store, &["p", "f", "a"], some_fail);
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(ids(&store), ["a"]);
}

#[test]
fn members_of_a_group_share_one_commit() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory));
    // Were each committed alone, only the first would meet the fault and the others would not run twice.
    store.writer.fail_commits(1);
    let runs = together(&store, &["a", "b", "c"], |txn, name| {
        let before = txn.row(Space::Log, b"runs")?.map_or(0, |row| row[0]);
        txn.put_row(Space::Log, b"runs", &[before + 1])?;
        entry(txn, name)
    });
    assert!(runs.iter().all(Result::is_ok), "each was run again alone: {runs:?}");
    assert_eq!(ids(&store), ["a", "b", "c"]);
    assert_eq!(
        store.snapshot().unwrap().row(Space::Log, b"runs").unwrap(),
        Some(vec![3]),
        "what was undone does not count"
    );
}

#[test]
fn a_commit_that_fails_again_is_reported_to_its_member_only() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory));
    // The group's commit fails, then that of the first member that tries alone.
    store.writer.fail_commits(2);
    let names = ["a", "b", "c"];
    let results = together(&store, &names, entry);
    let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(failed, ["the disk is full or cannot be written: on purpose"]);
    let stored: Vec<_> =
        names.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(name, _)| *name).collect();
    assert_eq!(ids(&store), stored, "acknowledged is stored, refused is not");
    store.write(&mut |txn| entry(txn, "later")).unwrap();
    assert_eq!(ids(&store).len(), 3);
    drop(store);
    assert_eq!(ids(&open(&directory)).len(), 3, "on disk too");
}

#[test]
fn work_that_passes_over_a_failure_is_not_stored() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let done = store.write(&mut |txn| {
        entry(txn, "a")?;
        // Too large a number: the statement fails. The work goes on as if it had not.
        assert!(txn.raise_head(&Feed::Central, u64::MAX).is_err());
        assert!(txn.put_row(Space::Meta, b"k", b"v").is_err());
        Ok(())
    });
    assert!(done.is_err());
    assert_eq!(ids(&store), [""; 0]);
    assert_eq!(store.snapshot().unwrap().row(Space::Meta, b"k").unwrap(), None);
}
