//! What the demo remembers between starts: passwords, and how often it was started. One file, for its owner only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sitesync_core::given::Random;
use sitesync_web::accounts::generated_password;

use crate::config;
use crate::demo::places::SITES;

const NAME: &str = "demo.json";
const LOCK: &str = "demo.lock";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SiteKeys {
    /// With which the site logs in on the central server.
    pub(super) sync_password: String,
    /// With which a person logs in on the site.
    pub(super) login: Login,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Keys {
    pub(super) seed: u64,
    pub(super) starts: u64,
    pub(super) central: Login,
    /// By the code of the site.
    pub(super) sites: BTreeMap<String, SiteKeys>,
}

/// The directory of a demo, which nobody else uses while this is there.
pub(super) struct Home {
    pub(super) path: PathBuf,
    _lock: fs::File,
}

impl Home {
    /// Takes the directory. It is made if there is none, and refused if it holds anything but a demo.
    pub(super) fn take(path: &Path) -> Result<Self> {
        let foreign = path.is_dir() && !path.join(NAME).exists() && !path.join(LOCK).exists() && !is_empty(path)?;
        if foreign {
            bail!("{} holds something else than a demo: name another directory with --data", path.display());
        }
        config::make_directory(path)?;
        let name = path.join(LOCK);
        let lock = fs::File::options().create(true).truncate(false).write(true).open(&name);
        let lock = lock.with_context(|| format!("{} cannot be written", name.display()))?;
        if lock.try_lock().is_err() {
            bail!("another demo is running in {}: stop it, or name another directory with --data", path.display());
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The directory of the data of one server.
    pub(super) fn of(&self, code: &str) -> PathBuf {
        self.path.join(code)
    }

    /// Forgets everything that a demo keeps here.
    pub(super) fn clear(&self) -> Result<()> {
        for directory in SITES.iter().map(|site| site.code).chain(["central"]) {
            let path = self.of(directory);
            if path.exists() {
                fs::remove_dir_all(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
            }
        }
        let keys = self.path.join(NAME);
        if keys.exists() {
            fs::remove_file(&keys).with_context(|| format!("{} cannot be removed", keys.display()))?;
        }
        Ok(())
    }

    /// What is remembered, or new passwords at the first start. Counts the start.
    pub(super) fn keys(&self, random: &dyn Random, seed: u64) -> Result<Keys> {
        let path = self.path.join(NAME);
        let mut keys = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged: begin anew with --fresh", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Keys::new(random, seed),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        keys.starts += 1;
        config::write_private(&path, &serde_json::to_string_pretty(&keys)?)?;
        Ok(keys)
    }
}

fn is_empty(path: &Path) -> Result<bool> {
    let mut entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(entries.next().is_none())
}

/// Who works at a site: its first user in the demo's data.
const PEOPLE: [(&str, &str); 3] = [("opua", "mere"), ("kamo", "hemi"), ("kopu", "sione")];

impl Keys {
    fn new(random: &dyn Random, seed: u64) -> Self {
        let login = |user: &str| Login { user: user.to_owned(), password: generated_password(random) };
        let sites = PEOPLE.into_iter().map(|(site, user)| {
            (site.to_owned(), SiteKeys { sync_password: generated_password(random), login: login(user) })
        });
        Self { seed, starts: 0, central: login("admin"), sites: sites.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(7, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn passwords_stay_and_the_directory_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::take(&folder.path().join("demo")).unwrap();
        let first = home.keys(&Counting(1.into()), 7).unwrap();
        let second = home.keys(&Counting(9.into()), 8).unwrap();
        assert_eq!((first.starts, second.starts, second.seed), (1, 2, 7));
        assert_eq!(first.central.password, second.central.password);
        assert!(SITES.iter().all(|site| second.sites.contains_key(site.code)));
        assert!(Home::take(&home.path).is_err());
        home.clear().unwrap();
        assert_ne!(home.keys(&Counting(3.into()), 8).unwrap().central.password, first.central.password);
    }

    #[test]
    fn a_directory_with_other_things_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.odt"), "years of work").unwrap();
        assert!(Home::take(folder.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn passwords_are_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = Home::take(folder.path()).unwrap();
        home.keys(&Counting(1.into()), 7).unwrap();
        let mode = fs::metadata(folder.path().join(NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
