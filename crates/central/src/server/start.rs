//! Starting a central server on a data directory and an address, and stopping it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sitesync_core::given::{Clock, Random};
use sitesync_pages::Lines;
use sitesync_store::sqlite::{self, SqliteStore};
use sitesync_store::{Store, StoreError};
use sitesync_web::accounts::{self, HashedPassword, Permissions};
use sitesync_web::given::{RealClock, RealRandom};
use sitesync_web::{Tls, behind, private_directory, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::state::DESKS;
use super::{Central, Limits, jobs, router_with};
use crate::admin::backup;
use crate::hub::{Hub, HubError};
use crate::users::{self, UserError};

/// What a central server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory of the data file; made if it is not there.
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub tls: Option<Tls>,
    /// Proxies before the server, whose word on where a request comes from is believed.
    pub proxies: Vec<IpAddr>,
    /// Where backups go; `backups` in the data directory if none is given.
    pub backups: Option<PathBuf>,
    pub limits: Limits,
    /// The lines to its sites, where they can be cut: in a demo.
    pub lines: Option<Arc<dyn Lines>>,
}

impl Options {
    /// Everything as usual.
    pub fn new(data: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            data: data.into(),
            listen,
            tls: None,
            proxies: Vec::new(),
            backups: None,
            limits: Limits::default(),
            lines: None,
        }
    }
}

/// Why a central server does not start, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("the data directory {0} cannot be made: {1}")]
    Directory(PathBuf, std::io::Error),
    #[error(
        "a restore was broken off: {0} is there, and no data file. Run \"sitesync restore\" again; \
         give the file that is to count the name {DATA_FILE}; or move these files away to begin with an empty one"
    )]
    RestoreBrokenOff(PathBuf),
    #[error("the system gives no randomness: {0}")]
    Randomness(std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    User(#[from] UserError),
    #[error("cannot listen on {0}: {1}. Choose another address with --listen, or end the program that uses it")]
    Listen(SocketAddr, std::io::Error),
    #[error("the server ended: {0}")]
    Serve(String),
}

/// A central server that is running.
pub struct Running {
    central: Arc<Central>,
    address: SocketAddr,
    encrypted: bool,
    /// The password of the account "admin", if this start made it. It is told once and stored nowhere.
    pub first_password: Option<String>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
    working: JoinHandle<()>,
}

/// The name of the data file in the data directory.
pub const DATA_FILE: &str = "central.db";

/// The name of a file that is being restored, until it is whole and takes the place of the data file.
pub const RESTORING_FILE: &str = "central.db.restoring";

/// How the names of files begin that a restore put aside.
const ASIDE: &str = "central.db.before-restore-";

/// The name of the user that a new server begins with.
pub const FIRST_USER: &str = "admin";

/// Starts a central server. When this returns, it answers.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let Options { data, listen, tls, proxies, backups, limits, lines } = options;
    // First of all: whoever cannot listen has not made a first user, whose password would be shown to nobody.
    let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(listen, error))?;
    let opened = tokio::task::spawn_blocking(move || open(data, backups, limits));
    let (central, first_password) = opened.await.map_err(|error| StartError::Serve(error.to_string()))??;
    let (stop, stopping) = watch::channel(false);
    let (router, encrypted) = (behind(router_with(&central, lines), &proxies), tls.is_some());
    let shutdown = told(stopping.clone(), central.clone());
    let serving = tokio::spawn(async move { serve(listener, tls.as_ref(), router, shutdown).await });
    let working = tokio::spawn(jobs::run(central.clone(), stopping));
    Ok(Running { central, address, encrypted, first_password, stop, serving, working })
}

/// Ends when the server is to stop. Sites that wait are answered then, so that nobody waits for them.
async fn told(mut stopping: watch::Receiver<bool>, central: Arc<Central>) {
    // The sender may also be gone without a word; that is an end too.
    let _ = stopping.wait_for(|stop| *stop).await;
    central.waiters().close();
}

type Opened = (Arc<Central>, Option<String>);

fn open(data: PathBuf, backups: Option<PathBuf>, limits: Limits) -> Result<Opened, StartError> {
    private_directory(&data).map_err(|error| StartError::Directory(data.clone(), error))?;
    look_for_a_broken_restore(&data)?;
    let random: Arc<dyn Random> = Arc::new(RealRandom::new().map_err(StartError::Randomness)?);
    let clock: Arc<dyn Clock> = Arc::new(RealClock);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data.join(DATA_FILE), &store_options())?);
    let backups = backups.unwrap_or_else(|| data.join("backups"));
    backup::remove_parts(&backups);
    let central = Central::open(store, clock, random, Some(backups), limits)?;
    let first_password = first_user(&central)?;
    Ok((central, first_password))
}

/// A restore that was killed leaves the former file whole. Only where there is none, a new one must not be made in its place.
fn look_for_a_broken_restore(data: &Path) -> Result<(), StartError> {
    let restoring = data.join(RESTORING_FILE);
    if data.join(DATA_FILE).exists() {
        if restoring.exists() {
            tracing::warn!(
                "A restore was broken off. This is the data file from before it, and it is whole. To restore, stop the server \
                 and run \"sitesync restore\" again; if that is not wanted, delete {}",
                restoring.display()
            );
        }
        return Ok(());
    }
    let files = std::fs::read_dir(data).map_err(|error| StartError::Directory(data.to_owned(), error))?;
    let left = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        *path == restoring || name.starts_with(ASIDE)
    };
    match files.filter_map(|file| Some(file.ok()?.path())).find(left) {
        Some(path) => Err(StartError::RestoreBrokenOff(path)),
        None => Ok(()),
    }
}

/// Many read at a time, each a little: connections are kept, as opening one costs more than a whole sync, with small caches, as there
/// are many and the system caches the file for all of them.
fn store_options() -> sqlite::Options {
    let mut options = sqlite::Options::default();
    // Some more, for people and background work.
    options.idle_readers = DESKS + 4;
    options.reader_cache_kib = 2 << 10;
    options
}

/// Makes the first user where nobody may make users, and returns its password.
pub(crate) fn first_user(central: &Central) -> Result<Option<String>, UserError> {
    if users::is_managed(&*central.store().snapshot()?)? {
        return Ok(None);
    }
    let password = accounts::generated_password(central.random());
    let hashed = HashedPassword::new(&password, central.limits().password_cost, central.random())?;
    users::ensure(central.hub(), "server", FIRST_USER, Permissions::all(), &hashed)?;
    Ok(Some(password))
}

impl Running {
    /// Where it listens; with the real port if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it is reached from this machine.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        let mut address = self.address;
        if address.ip().is_unspecified() {
            // "Any address" is not one that can be opened.
            let loopback: std::net::IpAddr = if address.is_ipv4() {
                std::net::Ipv4Addr::LOCALHOST.into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            };
            address.set_ip(loopback);
        }
        format!("{scheme}://{address}")
    }

    pub fn hub(&self) -> &Arc<Hub> {
        self.central.hub()
    }

    pub fn central(&self) -> &Arc<Central> {
        &self.central
    }

    /// Waits until the server ends by itself, which it does only if it fails.
    pub async fn ended(&mut self) -> Result<(), StartError> {
        finished((&mut self.serving).await)
    }

    /// Answers what is running, writes down what is only in memory, and ends.
    pub async fn stop(self) -> Result<(), StartError> {
        let _ = self.stop.send(true);
        let served = finished(self.serving.await);
        self.working.await.map_err(|error| StartError::Serve(error.to_string()))?;
        served
    }
}

fn finished(serving: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), StartError> {
    serving.map_err(|error| StartError::Serve(error.to_string()))?.map_err(|error| StartError::Serve(error.to_string()))
}
