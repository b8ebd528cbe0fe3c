//! Damaged data files: opened and read through, with a clear error where they cannot be, never with a panic.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use sitesync_central::hub::Hub;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::record::{Role, link_target};
use sitesync_remote::site::Site;
use sitesync_store::sqlite::{Options, SqliteStore};
use sitesync_store::{NewEntry, PageLimit, Snapshot, Space, Store, StoreError, write};

use super::choices::Choices;
use super::world::{self, HOSTILE};
use crate::audit::ALL;
use crate::{FixedClock, SeededRandom};

/// A sound file of a central server and one of a site.
static SOUND: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let country = world::country();
    [file_of(&*country.central), file_of(&*country.member(HOSTILE).store)]
});

/// The first byte tells what is in the file: odd, the other bytes as they are; even, a sound file in which they change places.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let file = if mode & 1 == 1 { rest.to_vec() } else { spoilt(&SOUND[usize::from(mode >> 1) % 2], rest) };
    let directory = tempfile::tempdir().expect("there is a place for files");
    let path = directory.path().join("data.db");
    std::fs::write(&path, file).expect("there is room");
    match use_it(&path) {
        Ok(()) => {}
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal has a reason"),
    }
}

/// Changes a file in up to eight places: bytes, whole pages, its end.
fn spoilt(sound: &[u8], bytes: &[u8]) -> Vec<u8> {
    const PAGE: usize = 4096;
    let mut file = sound.to_vec();
    let mut choices = Choices::new(bytes);
    for _ in 0..8 {
        if choices.is_empty() || file.is_empty() {
            break;
        }
        let page = choices.below(file.len().div_ceil(PAGE)) * PAGE;
        let at = (page + choices.below(PAGE)).min(file.len() - 1);
        match choices.below(8) {
            0 => file.truncate(at),
            1 => file[page..].iter_mut().take(PAGE).for_each(|byte| *byte = 0),
            2 => {
                let length = PAGE.min(file.len() - page);
                file.copy_within(..length, page);
            }
            3 => file.iter_mut().skip(choices.below(100)).take(1).for_each(|byte| *byte = 0xff),
            _ => {
                let with = choices.some_bytes();
                file[at..].iter_mut().zip(with).for_each(|(byte, with)| *byte = *with);
            }
        }
    }
    file
}

/// Opens a file and does with it what programs do: reads all of it, opens a hub and a site on it, and writes.
fn use_it(path: &Path) -> Result<(), StoreError> {
    let store = Arc::new(SqliteStore::open(path, &Options::default())?);
    let outcome = read_all(&*store.snapshot()?);
    let (clock, random) = (Arc::new(FixedClock::default()), Arc::new(SeededRandom::new(1)));
    if let Ok(hub) = Hub::open(store.clone(), clock.clone(), random.clone()) {
        drop(hub.work_off());
        drop(hub.held(None, 100));
        drop(hub.edit(sitesync_core::ownership::Actor::Repair, vec![crate::records::delete("name", "P")]));
    }
    if let Ok(site) = Site::open(store.clone(), clock, random) {
        drop(site.status());
        drop(site.begin_run().and_then(|mut run| site.next_step(&mut run)));
        drop(site.write(&[crate::records::stock("L2", "S2", 3)]));
    }
    drop(append(&*store));
    outcome
}

fn append(store: &dyn Store) -> Result<(), StoreError> {
    let entry = |id: &str| NewEntry {
        key: RecordKey::new("item", id),
        kind: sitesync_core::record::EntryKind::Put,
        hash: Default::default(),
        source: 0,
    };
    write(store, |txn| txn.append(&Feed::Central, &[entry("item"), entry("more")]).map(drop))
}

fn read_all(snapshot: &dyn Snapshot) -> Result<(), StoreError> {
    let mut keys = Vec::new();
    for (table, _) in snapshot.tables()? {
        keys.extend(snapshot.table(&table, None, usize::MAX)?.into_iter().map(|record| record.key));
    }
    snapshot.records(&keys)?;
    snapshot.entries_of(&keys)?;
    for key in &keys {
        snapshot.linked(Role::Parent, &link_target(key), None, usize::MAX)?;
    }
    for feed in snapshot.feeds()? {
        snapshot.feed(&feed)?;
        snapshot.page(&feed, 0, PageLimit { entries: 2, ..ALL })?;
        snapshot.page(&feed, 0, ALL)?;
        snapshot.count_after(&feed, 0, u64::MAX)?;
    }
    for space in [Space::Meta, Space::Subscription, Space::Held, Space::Reading, Space::Idle] {
        snapshot.rows(space, &[], None, usize::MAX)?;
    }
    Ok(())
}

/// The bytes of a data file that holds what a store in memory holds.
fn file_of(memory: &dyn Store) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("there is a place for files");
    let path = directory.path().join("data.db");
    let store = SqliteStore::open(&path, &Options::default()).expect("a new file opens");
    copy(&*memory.snapshot().expect("in memory"), &store).expect("there is room");
    let copy = directory.path().join("copy.db");
    store.backup(&copy).expect("there is room");
    std::fs::read(copy).expect("it was just written")
}

/// Copies records, feeds and rows from one store to another.
fn copy(from: &dyn Snapshot, to: &dyn Store) -> Result<(), StoreError> {
    write(to, |txn| {
        for (table, _) in from.tables()? {
            txn.put_records(&from.table(&table, None, usize::MAX)?)?;
        }
        for feed in from.feeds()? {
            let entries: Vec<_> = from.page(&feed, 0, ALL)?.into_iter().map(|page| page.entry).collect();
            txn.place(&feed, &entries)?;
        }
        for space in [Space::Meta, Space::Subscription, Space::Commit, Space::Held, Space::Reading, Space::Written] {
            for (key, value) in from.rows(space, &[], None, usize::MAX)? {
                txn.put_row(space, &key, &value)?;
            }
        }
        Ok(())
    })
}
