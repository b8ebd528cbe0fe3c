//! A whole remote site: its data file, the runner, and the local API on an address. What the program starts and stops.

mod hardware;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use sitesync_core::given::{Clock, Random};
use sitesync_core::ids::{DEVICE_ID_MAX, is_device_id};
use sitesync_pages::Lines;
use sitesync_store::sqlite::{self, SqliteStore};
use sitesync_store::{Store, StoreError, write};
use sitesync_web::accounts::{self, AccountError, Cost, HashedPassword, Permissions, Place, local};
use sitesync_web::given::{RealClock, RealRandom};
use sitesync_web::sign_in::SignIn;
use sitesync_web::{Tls, private_directory, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api;
use crate::link::{HttpLink, HttpOptions, Link, LinkError};
use crate::runner::{Runner, Running as RunningTask};
use crate::site::{Configuration, DeviceKind, Site, SiteError};

/// What is stored, as it is to be from now on.
pub type Correction = Box<dyn Fn(&Configuration) -> Configuration + Send>;

/// What a remote site is started with.
pub struct Options {
    /// The folder of the data file.
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub tls: Option<Tls>,
    /// Used if the site is not set up yet. Its hardware id and version are replaced by the real ones.
    pub configuration: Option<Configuration>,
    /// What becomes of a stored configuration, before the site says a word to anybody: so a start corrects a wrong address.
    pub correction: Option<Correction>,
    /// Name and password of the first account. Without, an administrator is made with a generated password.
    pub account: Option<(String, String)>,
    /// The authorities of a private certificate of the central server.
    pub ca_file: Option<PathBuf>,
    /// Instead of what the machine says; for demonstrations with several sites on one machine, and for tests.
    pub hardware_id: Option<String>,
    /// Instead of HTTP; for tests.
    pub link: Option<Arc<dyn Link>>,
    /// What checking a person's password costs.
    pub cost: Cost,
    /// The line to the central server, where it can be cut: in a demo.
    pub lines: Option<Arc<dyn Lines>>,
}

impl Options {
    pub fn new(data: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            data: data.into(),
            listen,
            tls: None,
            configuration: None,
            correction: None,
            account: None,
            ca_file: None,
            hardware_id: None,
            link: None,
            cost: Cost::default(),
            lines: None,
        }
    }
}

/// Why a site does not start: what happened, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "The folder {path} cannot be used: {reason}. Give another one, or make room and see that it may be written."
    )]
    Folder { path: PathBuf, reason: String },
    #[error(
        "The hardware id {0:?} cannot be used. Take letters, digits and signs of ASCII, at most {DEVICE_ID_MAX}, with no blank at either end."
    )]
    HardwareId(String),
    #[error("The data file {path} is in use by another program. Stop that one first, or give another folder.")]
    InUse { path: PathBuf },
    #[error("The data file {path} cannot be opened: {error}.")]
    Store { path: PathBuf, error: StoreError },
    #[error("{address} cannot be listened on: {reason}. Give another address or port.")]
    Listen { address: SocketAddr, reason: String },
    #[error(
        "A {kind} installation is used on its own machine only, and {address} can be reached from others. \
         Listen on 127.0.0.1, or set the site up as client/server."
    )]
    NotHere { kind: &'static str, address: SocketAddr },
    #[error("The first account was refused: {0}.")]
    Account(#[from] AccountError),
    #[error("The certificate for people's browsers cannot be used: {0}.")]
    Tls(String),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error("This machine gives no random numbers: {0}.")]
    Random(std::io::Error),
}

/// The first account, where its password was made up: to be shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAccount {
    pub name: String,
    pub password: String,
}

/// A remote site that runs.
pub struct RemoteSite {
    address: SocketAddr,
    secure: bool,
    site: Arc<Site>,
    runner: Runner,
    syncing: RunningTask,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
    first_account: Option<FirstAccount>,
}

impl RemoteSite {
    /// Opens the data file, begins to sync, and listens.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let random: Arc<dyn Random> = Arc::new(RealRandom::new().map_err(StartError::Random)?);
        let clock: Arc<dyn Clock> = Arc::new(RealClock);
        let link = match &options.link {
            Some(link) => link.clone(),
            None => Arc::new(http_link(options.ca_file.clone())?),
        };
        let opened = {
            let (clock, random) = (clock.clone(), random.clone());
            let opening = tokio::task::spawn_blocking(move || open(options, clock, random));
            opening.await.map_err(|error| StartError::Link(LinkError::Here(error.to_string())))??
        };
        let Opened { options, store, site, hardware_id } = opened;
        let kind = site.kind()?;
        if kind != DeviceKind::ClientServer && !options.listen.ip().to_canonical().is_loopback() {
            return Err(StartError::NotHere { kind: kind.name(), address: options.listen });
        }
        let unheard = |error: std::io::Error| StartError::Listen { address: options.listen, reason: error.to_string() };
        let listener = TcpListener::bind(options.listen).await.map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        // Last of all that may fail: its password is shown only once.
        let first_account = {
            let (store, account, cost, random) = (store.clone(), options.account, options.cost, random.clone());
            let making = tokio::task::spawn_blocking(move || first_account(&*store, account, cost, &*random));
            making.await.map_err(|error| StartError::Link(LinkError::Here(error.to_string())))??
        };
        let (runner, syncing) = Runner::start(site.clone(), link.clone(), random.clone());
        let router = api::router(api::Parts {
            site: site.clone(),
            runner: runner.clone(),
            link,
            clock: clock.clone(),
            sign_in: Arc::new(SignIn::new(store, clock, random, Place::RemoteSite, options.cost)),
            hardware_id,
            app_version: VERSION.to_owned(),
            lines: options.lines,
        });
        let (stop, mut stopped) = watch::channel(false);
        let tls = options.tls;
        let secure = tls.is_some();
        let serving = tokio::spawn(async move {
            let shutdown = async move {
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            serve(listener, tls.as_ref(), router, shutdown).await
        });
        Ok(Self { address, secure, site, runner, syncing, stop, serving, first_account })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser on this machine finds it.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.address)
    }

    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    pub fn first_account(&self) -> Option<&FirstAccount> {
        self.first_account.as_ref()
    }

    /// Answers what is being asked, and ends. A sync that runs goes on with the next start.
    ///
    /// # Errors
    /// If serving had ended before, with the reason.
    pub async fn stop(self) -> Result<(), StartError> {
        let _ = self.stop.send(true);
        self.syncing.stop().await;
        match self.serving.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if self.secure => Err(StartError::Tls(error.to_string())),
            Ok(Err(error)) => Err(StartError::Listen { address: self.address, reason: error.to_string() }),
            Err(error) => Err(StartError::Link(LinkError::Here(error.to_string()))),
        }
    }
}

/// The name of the data file in the folder.
pub const DATA_FILE: &str = "site.db";

/// The version that a site reports.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const FIRST_NAME: &str = "admin";

struct Opened {
    options: Options,
    store: Arc<dyn Store>,
    site: Arc<Site>,
    hardware_id: String,
}

fn http_link(ca_file: Option<PathBuf>) -> Result<HttpLink, LinkError> {
    HttpLink::new(HttpOptions { ca_file, ..HttpOptions::default() })
}

fn open(options: Options, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Opened, StartError> {
    private_directory(&options.data)
        .map_err(|error| StartError::Folder { path: options.data.clone(), reason: error.to_string() })?;
    let path = options.data.join(DATA_FILE);
    let store = SqliteStore::open(&path, &sqlite::Options::default()).map_err(|error| match error {
        StoreError::InUse(_) => StartError::InUse { path },
        error => StartError::Store { path, error },
    })?;
    let store: Arc<dyn Store> = Arc::new(store);
    let hardware_id = match &options.hardware_id {
        Some(given) => given.clone(),
        None => hardware::id(&options.data, &*random)?,
    };
    if !is_device_id(&hardware_id) {
        return Err(StartError::HardwareId(hardware_id));
    }
    let site = Site::open(store.clone(), clock, random)?;
    set_up(&site, &options, &hardware_id)?;
    Ok(Opened { options, store, site: Arc::new(site), hardware_id })
}

/// The stored configuration, corrected, or the given one the first time, always with the id of this machine: a data file that was copied
/// to another machine shows itself to the central server.
fn set_up(site: &Site, options: &Options, hardware_id: &str) -> Result<(), SiteError> {
    let stored = site.state()?.configuration;
    let corrected = match (&stored, &options.correction) {
        (Some(stored), Some(correct)) => Some(correct(stored)),
        _ => stored.clone(),
    };
    let Some(wanted) = corrected.or_else(|| options.configuration.clone()) else { return Ok(()) };
    let now = Configuration { hardware_id: hardware_id.to_owned(), app_version: VERSION.to_owned(), ..wanted };
    if stored.as_ref() == Some(&now) { Ok(()) } else { site.configure(now) }
}

fn first_account(
    store: &dyn Store,
    given: Option<(String, String)>,
    cost: Cost,
    random: &dyn Random,
) -> Result<Option<FirstAccount>, StartError> {
    if local::any(&*store.snapshot().map_err(AccountError::from)?).map_err(AccountError::from)? {
        return Ok(None);
    }
    let made_up = given.is_none();
    let (name, password) = given.unwrap_or_else(|| (FIRST_NAME.to_owned(), accounts::generated_password(random)));
    let hashed = HashedPassword::new(&password, cost, random)?;
    write(store, |txn| local::put(txn, &name, Permissions::all(), &hashed))?;
    Ok(made_up.then_some(FirstAccount { name, password }))
}
