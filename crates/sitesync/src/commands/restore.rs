//! `sitesync restore`: a backup in place of a central server's data file. The server must be stopped.
//!
//! The copy begins a new epoch, by which every site recognises at its next contact that the server was restored, and refills it.
//! The present file is put aside, never deleted.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use sitesync_central::hub::{Lived, begin_epoch};
use sitesync_central::server::DATA_FILE;
use sitesync_central::sites;
use sitesync_core::given::{Clock, Millis};
use sitesync_store::sqlite::{Options as StoreOptions, SqliteStore};
use sitesync_store::{Store, StoreError, write};
use sitesync_web::given::RealClock;

use crate::config;
use crate::output::Output;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync restore backup-monday.db --data /var/lib/sitesync\n\n\
                        Stop the central server first. The present data file is put aside, not deleted.")]
pub struct Options {
    /// A file that "sitesync backup" made
    file: PathBuf,
    /// The data directory of the central server
    #[arg(long, env = "SITESYNC_DATA", value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Site numbers that are left out: sites that were made after the backup may still use them.
const SITE_NUMBERS: u32 = 1_000;

impl Options {
    pub fn run(self) -> Result<()> {
        let Self { file, data, output } = self;
        if !file.is_file() {
            bail!("there is no backup file {}", file.display());
        }
        config::make_directory(&data)?;
        let present = data.join(DATA_FILE);
        let lived = present_life(&present)?;
        let next = with_end(&present, ".restoring");
        let epoch = prepare(&file, &next, RealClock.now(), &lived).inspect_err(|_| remove(&next))?;
        let aside = put_aside(&present)?;
        fs::rename(&next, &present)
            .with_context(|| format!("the restored file cannot be named {}", present.display()))?;
        sync_directory(&data)?;
        output.done(
            &told(&file, aside.as_deref(), epoch),
            &json!({ "restored": file, "data_file": present, "put_aside": aside, "epoch": epoch }),
        )
    }
}

/// How far the present file has come: nowhere if there is none, or if it cannot be read. Refuses if a server has it open.
fn present_life(present: &Path) -> Result<Lived> {
    if !present.exists() {
        return Ok(Lived::default());
    }
    match SqliteStore::open(present, &StoreOptions::default()) {
        Ok(store) => Ok(life_of(&store).unwrap_or_default()),
        Err(StoreError::InUse(_)) => bail!(
            "a central server is running on {}: stop it, then restore",
            present.parent().unwrap_or(present).display()
        ),
        // It is about to be replaced; that it is damaged may be the very reason.
        Err(error) => {
            eprintln!("sitesync: note: the present data file cannot be read, and is put aside as it is ({error})");
            Ok(Lived::default())
        }
    }
}

fn life_of(store: &SqliteStore) -> Result<Lived> {
    Ok(Lived::read(&*store.snapshot()?)?)
}

/// Copies the backup and makes it the beginning of a new epoch. Nothing in use is touched.
fn prepare(backup: &Path, next: &Path, now: Millis, lived: &Lived) -> Result<u64> {
    remove(next);
    fs::copy(backup, next).with_context(|| format!("the backup cannot be copied to {}", next.display()))?;
    #[cfg(unix)]
    fs::set_permissions(next, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .with_context(|| format!("{} cannot be kept from others", next.display()))?;
    let store = SqliteStore::open(next, &StoreOptions::default())
        .with_context(|| format!("{} is not a backup of a central server", backup.display()))?;
    let epoch = begin_epoch(&store, now, lived)?;
    write(&store, |txn| sites::raise_numbers(txn, SITE_NUMBERS))?;
    drop(store);
    let log = with_end(next, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        bail!("the restored file could not be closed: another program has {} open", next.display());
    }
    fs::File::open(next).and_then(|file| file.sync_all()).context("the restored file is not on the disk")?;
    for end in ["-wal", "-shm", ".lock"] {
        // What is left of them is empty.
        let _ = fs::remove_file(with_end(next, end));
    }
    Ok(epoch)
}

/// Renames the present file, together with what of it still is in the log beside it.
fn put_aside(present: &Path) -> Result<Option<PathBuf>> {
    if !present.exists() {
        return Ok(None);
    }
    let named = |number: u32| with_end(present, &format!(".before-restore-{number}"));
    let Some(aside) = (1..).map(named).find(|name| !name.exists()) else {
        bail!("no name is free for the present file")
    };
    for end in ["-wal", "-shm", ""] {
        let (from, to) = (with_end(present, end), with_end(&aside, end));
        if from.exists() {
            fs::rename(&from, &to)
                .with_context(|| format!("{} cannot be put aside as {}", from.display(), to.display()))?;
        }
    }
    Ok(Some(aside))
}

fn remove(next: &Path) {
    for end in ["", "-wal", "-shm", ".lock"] {
        let _ = fs::remove_file(with_end(next, end));
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// New names are on the disk only when their directory is.
fn sync_directory(directory: &Path) -> Result<()> {
    if cfg!(unix) {
        fs::File::open(directory)
            .and_then(|directory| directory.sync_all())
            .context("the directory is not on the disk")?;
    }
    Ok(())
}

fn told(file: &Path, aside: Option<&Path>, epoch: u64) -> String {
    let put = match aside {
        Some(aside) => format!("The former data file is {}; delete it when you no longer need it.\n", aside.display()),
        None => String::new(),
    };
    format!(
        "{} is restored, and begins epoch {epoch}.\n{put}\
         Start the central server. At its next contact each site notices, sends again what the backup does not have,\n\
         and takes back master data that was changed after the backup. Sites made after the backup must be made again.",
        file.display()
    )
}
