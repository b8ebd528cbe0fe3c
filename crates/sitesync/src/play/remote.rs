//! A site of the demo: its server, and its line to the central server.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use sitesync_central::auth::Secret;
use sitesync_central::server as central;
use sitesync_core::ids::SiteId;
use sitesync_remote::server::{self, RemoteSite};
use sitesync_remote::site::{Configuration, DeviceKind, Site};
use sitesync_store::write;
use sitesync_web::accounts::{Permissions, local};

use super::begin;
use super::keys::{Home, Keys, SiteKeys};
use super::lines::{AllLines, SiteLine};
use super::relay::Relay;
use crate::demo::places::{DemoSite, SiteKind};

pub(super) struct Remote {
    pub(super) place: &'static DemoSite,
    pub(super) site: Arc<Site>,
    pub(super) line: Arc<SiteLine>,
    running: RemoteSite,
    /// All its stores were there at the last look.
    ready: bool,
    /// If the line was cut at the last look: the records that waited then.
    cut_off: Option<u64>,
}

/// What became of a line since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineChange {
    /// Cut, with so many records that wait.
    Cut(u64),
    /// Back, with so many that waited.
    Back(u64),
}

impl Remote {
    pub(super) async fn start(
        home: &Home,
        keys: &Keys,
        place: &'static DemoSite,
        listen: SocketAddr,
        to: &central::Running,
        lines: &Arc<AllLines>,
    ) -> Result<Self> {
        let keys = keys.sites.get(place.code).context("demo.json lacks a site: begin anew with --fresh")?;
        let relay = Relay::start(to.address()).await?;
        let mut options = server::Options::new(home.of(place.code), listen);
        // The sites share this machine; as three machines they would not.
        options.hardware_id = Some(format!("demo {}", place.code));
        options.account = Some((keys.login.user.clone(), keys.login.password.clone()));
        options.configuration = Some(configuration(place, keys, &relay)?);
        options.lines = Some(lines.clone());
        let started = RemoteSite::start(options).await;
        let running = started.map_err(|error| super::taken(error.into(), listen, place.name))?;
        let (site, runner) = (running.site().clone(), running.runner().clone());
        point_at(&site, &relay)?;
        runner.configured();
        let line = Arc::new(SiteLine::new(place.name, running.url(), site.clone(), runner, relay));
        lines.add(line.clone());
        let password = begin::hashed(&keys.login, to.central().limits().password_cost, to.central().random())?;
        write(site.store(), |txn| local::put(txn, &keys.login.user, Permissions::all(), &password))
            .with_context(|| format!("the account {} cannot be made", keys.login.user))?;
        let ready = all_ready(&site, place)?;
        Ok(Self { place, site, line, running, ready, cut_off: None })
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.running.stop().await.with_context(|| format!("{} did not stop well", self.place.name))
    }

    pub(super) fn kind(&self) -> DeviceKind {
        kind(self.place)
    }

    pub(super) fn id(&self) -> Result<SiteId> {
        self.site.state()?.site.map(|site| site.id).with_context(|| format!("{} never connected", self.place.name))
    }

    /// Something was written here.
    pub(super) fn changed(&self) {
        self.line.runner.changed();
    }

    pub(super) fn is_connected(&self) -> bool {
        self.line.relay.is_open()
    }

    /// Whether the line was cut or mended since the last look, by whomever.
    pub(super) fn line_change(&mut self) -> Result<Option<LineChange>> {
        if self.is_connected() {
            return Ok(self.cut_off.take().map(LineChange::Back));
        }
        let unsent = self.site.unsent()?;
        let before = self.cut_off.replace(unsent);
        Ok(before.is_none().then_some(LineChange::Cut(unsent)))
    }

    pub(super) fn has_sent(&self) -> Result<bool> {
        Ok(self.site.unsent()? == 0)
    }

    pub(super) async fn sync_now(&self) -> Result<()> {
        self.line.runner.sync_now().await.map(drop).map_err(|error| anyhow::anyhow!(error.to_string()))
    }

    pub(super) fn was_ready(&self) -> bool {
        self.ready
    }

    /// The number of records that the site holds, at the moment when everything has arrived for the first time.
    pub(super) fn became_ready(&mut self) -> Result<Option<u64>> {
        if self.ready || !all_ready(&self.site, self.place)? {
            return Ok(None);
        }
        self.ready = true;
        let tables = self.site.store().snapshot()?.tables()?;
        Ok(Some(tables.iter().map(|(_, live)| live).sum()))
    }
}

fn all_ready(site: &Site, place: &DemoSite) -> Result<bool> {
    let ready = site.status()?.stores.iter().filter(|store| store.ready && !store.lost).count();
    Ok(ready >= place.stores.len())
}

fn kind(place: &DemoSite) -> DeviceKind {
    match place.kind {
        SiteKind::SingleUser => DeviceKind::SingleUser,
        SiteKind::ClientServer => DeviceKind::ClientServer,
        SiteKind::Mobile => DeviceKind::Mobile,
    }
}

fn configuration(place: &DemoSite, keys: &SiteKeys, relay: &Relay) -> Result<Configuration> {
    let secret = Secret::of_password(&keys.sync_password)
        .context("a password in demo.json is empty: begin anew with --fresh")?;
    Ok(Configuration {
        server_url: format!("http://{}", relay.address),
        site_name: place.name.to_owned(),
        secret: secret.reveal().to_owned(),
        kind: kind(place),
        hardware_id: String::new(),
        app_version: String::new(),
        interval_minutes: 1,
        enabled: true,
        ..Configuration::default()
    })
}

/// The link has another address at each start; everything else stays as it is, also what people changed.
fn point_at(site: &Site, relay: &Relay) -> Result<()> {
    if let Some(stored) = site.state()?.configuration {
        site.configure(Configuration { server_url: format!("http://{}", relay.address), ..stored })?;
    }
    Ok(())
}
