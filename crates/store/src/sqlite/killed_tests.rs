//! A process that brings a data file up to date is killed at any moment: the file is of the old version or of the new one, and whole.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::schema::STEPS;
use super::*;
use crate::api::write;

const PATH: &str = "SITESYNC_TEST_UPGRADED_PATH";
const KILLS: u64 = 16;
const ROWS: u32 = 3_000;
/// A step that takes a while: it rewrites everything that is there.
const SLOW: &str = "CREATE TABLE more AS SELECT a.* FROM space_row a, (SELECT 1 FROM space_row LIMIT 40);
                    CREATE INDEX more_key ON more (key, value)";

fn steps() -> [&'static str; 2] {
    let [first] = STEPS else { panic!("the test knows one step") };
    [first, SLOW]
}

fn upgrade(path: &Path) -> Result<SqliteStore> {
    SqliteStore::open_with(&Claim::take(path)?, &Options::default(), &steps())
}

/// The process that is killed. As a test of its own it does nothing.
#[test]
fn upgrades_until_it_is_killed() {
    if let Some(path) = std::env::var_os(PATH) {
        upgrade(path.as_ref()).unwrap();
    }
}

fn start(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::killed_tests::upgrades_until_it_is_killed"])
        .env(PATH, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn fill(path: &Path) {
    let store = SqliteStore::open(path, &Options::default()).unwrap();
    write(&store, |txn| {
        for row in 0..ROWS {
            txn.put_row(crate::Space::Meta, &row.to_be_bytes(), &[7; 300])?;
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
}

fn rows(store: &SqliteStore) -> usize {
    store.snapshot().unwrap().rows(crate::Space::Meta, &[], None, usize::MAX).unwrap().len()
}

/// Kills the process a moment after the copy is there, or while it is being written. Whether it was still at work.
fn kill(child: &mut Child, copy: &Path, after: Duration) -> bool {
    let end = Instant::now() + Duration::from_secs(60);
    while !copy.exists() && child.try_wait().unwrap().is_none() && Instant::now() < end {
        std::thread::yield_now();
    }
    let end = Instant::now() + after;
    while Instant::now() < end {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn a_file_whose_upgrade_is_killed_is_of_the_old_version_or_the_new_and_whole() {
    let mut killed = 0;
    for n in 0..KILLS {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data.db");
        fill(&path);
        let copy = directory.path().join("data.db.before-v2");
        let part = directory.path().join("data.db.before-v2.part");
        let mut child = start(&path);
        killed += u32::from(kill(&mut child, if n % 2 == 0 { &part } else { &copy }, Duration::from_micros(n * 700)));
        if copy.exists() {
            assert_eq!(
                rows(&SqliteStore::open(&copy, &Options::default()).unwrap()),
                ROWS as usize,
                "the copy is whole"
            );
        }
        match SqliteStore::open(&path, &Options::default()) {
            Ok(store) => assert_eq!(rows(&store), ROWS as usize, "the old version"),
            Err(error) => assert!(matches!(error, StoreError::Newer { .. }), "{error}"),
        }
        let store = upgrade(&path).unwrap();
        assert_eq!(rows(&store), ROWS as usize);
        let more = |db: &Connection| db.query_row("SELECT count(*) FROM more", [], |row| row.get::<_, u32>(0));
        assert_eq!(store.writer.between(|conn| more(&conn.db)).unwrap(), ROWS * 40, "the new version, whole");
        assert!(!part.exists(), "half a copy stays");
    }
    assert!(killed > 0, "nobody was killed at work");
}
