//! The demo as it runs: a central server and three sites in one process, each with its own data file and address, at work.
//!
//! What there is and what its people do comes from [`crate::demo`]; what a server does is the same as in the real programs. Between
//! the sites and the central server is a link that can be cut (`relay`): by the demo itself, and by people in the browser (`lines`).

mod arrivals;
mod begin;
mod cuts;
mod ending;
mod keys;
mod lines;
mod place;
mod relay;
mod remote;
mod say;
mod work;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sitesync_central::server;
use sitesync_web::given::RealRandom;
use tokio::time::timeout;

use self::ending::Compared;
use self::keys::{Home, Keys};
use self::lines::AllLines;
use self::remote::Remote;
use self::say::Address;
use self::work::Country;
use crate::demo::places::SITES;
use crate::stop;

/// How the demo is played.
#[derive(Clone, Debug)]
pub struct Settings {
    pub data: PathBuf,
    /// The port of the central server; the sites have the three after it.
    pub port: u16,
    /// The time between two pieces of work.
    pub pace: Duration,
    /// Stop by itself after this time.
    pub time: Option<Duration>,
    /// Forget what there is.
    pub fresh: bool,
    pub seed: u64,
}

/// How long the last sync of all sites may take.
const LAST_SYNC: Duration = Duration::from_secs(20);

/// Plays until Ctrl-C, or as long as it was told.
pub async fn run(settings: Settings) -> Result<()> {
    let home = Home::take(&settings.data)?;
    if settings.fresh {
        home.clear()?;
    }
    let random = RealRandom::new().context("the system gives no randomness")?;
    let keys = home.keys(&random, settings.seed)?;
    let lines = Arc::new(AllLines::default());
    let central = start_central(&home, &keys, settings.port, &lines).await?;
    let mut remotes = Vec::new();
    for (at, site) in (1_u16..).zip(&SITES) {
        let remote = Remote::start(&home, &keys, site, address(settings.port, at)?, &central, &lines).await?;
        remotes.push(remote);
    }
    let asked = stop::asked();
    welcome(&home, &keys, &central, &remotes)?;
    let mut country = Country::new(central.hub().clone(), remotes, keys.seed.wrapping_add(keys.starts));
    tokio::select! {
        ended = country.work(settings.pace) => ended?,
        () = asked => {}
        () = over(settings.time) => {}
    }
    finish(country, central, settings.time.is_some()).await
}

async fn over(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

fn address(base: u16, further: u16) -> Result<SocketAddr> {
    // Port 0 means any that is free, for each of them.
    let port = if base == 0 { Some(0) } else { base.checked_add(further) };
    let port = port.context("the port is too high: the demo needs it and the three after it")?;
    Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
}

async fn start_central(home: &Home, keys: &Keys, port: u16, lines: &Arc<AllLines>) -> Result<server::Running> {
    let listen = address(port, 0)?;
    let mut options = server::Options::new(home.of("central"), listen);
    options.lines = Some(lines.clone());
    let started = server::start(options).await;
    let running = started.map_err(|error| taken(error.into(), listen, "the central server"))?;
    let (central, keys) = (running.central().clone(), keys.clone());
    tokio::task::spawn_blocking(move || begin::central(&central, &keys)).await??;
    Ok(running)
}

/// A port that is taken is the usual reason; what to do about it is said in the words of the demo.
fn taken(error: anyhow::Error, listen: SocketAddr, who: &str) -> anyhow::Error {
    let in_use = error.chain().any(|cause| {
        let found = cause.downcast_ref::<std::io::Error>();
        found.is_some_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
    });
    // Some errors hold the reason as text only.
    if in_use || error.to_string().contains("in use") && error.to_string().contains("listen") {
        return anyhow::anyhow!(
            "port {} for {who} is taken by another program: end it, or choose other ports with --port (four in a row are needed)",
            listen.port()
        );
    }
    error.context(format!("{who} of the demo does not start"))
}

fn welcome(home: &Home, keys: &Keys, central: &server::Running, remotes: &[Remote]) -> Result<()> {
    let central_url = central.url();
    let mut servers = vec![Address { name: "Central server", kind: "", url: &central_url, login: &keys.central }];
    for remote in remotes {
        let Some(keys) = keys.sites.get(remote.place.code) else { continue };
        servers.push(Address {
            name: remote.place.name,
            kind: remote.kind().name(),
            url: &remote.line.url,
            login: &keys.login,
        });
    }
    say::welcome(&home.path.display().to_string(), keys, &servers)
}

/// Everybody synchronises once more, the sums are compared, and all servers stop.
async fn finish(country: Country, central: server::Running, must_agree: bool) -> Result<()> {
    say::line("stopping: all sites synchronise once more")?;
    let synced = timeout(LAST_SYNC, country.sync_all()).await;
    if synced.is_err() {
        say::line("a site could not synchronise in time; it goes on at the next start")?;
    }
    let equal = tell_whether_equal(&country)?;
    for remote in country.into_remotes() {
        remote.stop().await?;
    }
    central.stop().await.context("the central server did not stop well")?;
    say::line("stopped")?;
    if must_agree && !equal {
        bail!("not all sites hold the same as the central server");
    }
    Ok(())
}

fn tell_whether_equal(country: &Country) -> Result<bool> {
    let mut equal = true;
    for remote in country.remotes() {
        let name = remote.place.name;
        let compared = ending::compare(country.hub(), &remote.site, remote.id()?)?;
        equal &= matches!(compared, Compared::Equal { .. });
        say::line(&match compared {
            Compared::Equal { records } => {
                format!("{name} is equal to the central server: {}, same sums", say::records(records))
            }
            Compared::Unsent { records } => format!("{name} has not sent {} yet", say::records(records)),
            Compared::Behind { feeds } => {
                let feeds: Vec<String> = feeds.iter().map(ToString::to_string).collect();
                format!("{name} differs from the central server in {}", feeds.join(", "))
            }
        })?;
    }
    Ok(equal)
}
