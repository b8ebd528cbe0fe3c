//! `sitesync remote`: runs a remote site until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use sitesync_remote::api::password_secret;
use sitesync_remote::server::{self, RemoteSite};
use sitesync_remote::site::{Configuration, DeviceKind};
use sitesync_web::Tls;

use crate::output::print;
use crate::{config, secret, stop};

#[derive(Args, Debug)]
#[command(after_help = "Example, the first start:\n  \
                        sitesync remote --data /var/lib/opua --server-url https://central.example.org \\\n    \
                        --site-name Opua --password-file opua.password --kind mobile\n\
                        From then on:\n  sitesync remote --data /var/lib/opua\n\n\
                        Beside --server-url or --site-name the password may also be in SITESYNC_PASSWORD. What is not said here or in a variable is read\n\
                        from DIR/sitesync.toml, with the same names: listen, server_url, site_name, password_file, kind, interval_minutes,\n\
                        ca_file, tls.")]
pub struct Options {
    /// The directory with the data; made at the first start
    #[arg(long, env = "SITESYNC_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Where to listen for the people of the site [default: 127.0.0.1:8701]
    #[arg(long, env = "SITESYNC_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The address of the central server
    #[arg(long, env = "SITESYNC_SERVER_URL", value_name = "URL")]
    server_url: Option<String>,
    /// The name of the site on the central server
    #[arg(long, env = "SITESYNC_SITE_NAME", value_name = "NAME")]
    site_name: Option<String>,
    /// A file with the password of the site
    #[arg(long, env = "SITESYNC_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// What kind of installation this is [default: single-user]
    #[arg(long, env = "SITESYNC_KIND", value_enum)]
    kind: Option<Kind>,
    /// Minutes between two syncs, if nothing happens [default: 10]
    #[arg(long, env = "SITESYNC_INTERVAL_MINUTES", value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080))]
    interval_minutes: Option<u32>,
    /// A PEM file with the authority of the central server's certificate, if it is a private one
    #[arg(long, env = "SITESYNC_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// A PEM file with the certificate for the people of the site
    #[arg(long, env = "SITESYNC_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// A PEM file with the key of the certificate
    #[arg(long, env = "SITESYNC_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// The configuration file [default: DIR/sitesync.toml, if there is one]
    #[arg(long, env = "SITESYNC_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// One person at a time, on this machine
    SingleUser,
    /// Many people, in a local network
    ClientServer,
    /// One store, on the move
    Mobile,
}

impl From<Kind> for DeviceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::SingleUser => Self::SingleUser,
            Kind::ClientServer => Self::ClientServer,
            Kind::Mobile => Self::Mobile,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    listen: Option<SocketAddr>,
    server_url: Option<String>,
    site_name: Option<String>,
    password_file: Option<PathBuf>,
    kind: Option<Kind>,
    interval_minutes: Option<u32>,
    ca_file: Option<PathBuf>,
    tls: Option<TlsKeys>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsKeys {
    certificate: PathBuf,
    key: PathBuf,
}

/// What was said about reaching the central server; what was not said stays as it is.
#[derive(Clone, Debug, Default)]
struct Wanted {
    server_url: Option<String>,
    site_name: Option<String>,
    password: Option<String>,
    kind: Option<Kind>,
    interval_minutes: Option<u32>,
}

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8701);
const INTERVAL_MINUTES: u32 = 10;

impl Options {
    pub fn run(self) -> Result<()> {
        let (options, wanted) = self.resolve()?;
        stop::runtime()?.block_on(serve(options, wanted))
    }

    fn resolve(self) -> Result<(server::Options, Wanted)> {
        let keys: Keys = config::read(self.config.as_deref(), &self.data)?;
        let password_file = self.password_file.or(keys.password_file);
        let (server_url, site_name) = (self.server_url.or(keys.server_url), self.site_name.or(keys.site_name));
        // The variable may be an administrator's, left in the shell: it counts only where the site is being set up.
        let variable = (server_url.is_some() || site_name.is_some()).then_some("SITESYNC_PASSWORD");
        let wanted = Wanted {
            server_url,
            site_name,
            password: secret::read(password_file.as_deref(), variable)?,
            kind: self.kind.or(keys.kind),
            interval_minutes: self.interval_minutes.or(keys.interval_minutes),
        };
        let mut options = server::Options::new(self.data, self.listen.or(keys.listen).unwrap_or(LISTEN));
        options.ca_file = self.ca_file.or(keys.ca_file);
        options.tls = match (self.tls_certificate, self.tls_key, keys.tls) {
            (Some(certificate), Some(key), _) => Some(Tls { certificate, key }),
            (_, _, file) => file.map(|file| Tls { certificate: file.certificate, key: file.key }),
        };
        options.configuration = wanted.first();
        let said = wanted.clone();
        options.correction = Some(Box::new(move |stored| said.over(stored)));
        Ok((options, wanted))
    }
}

impl Wanted {
    /// A whole configuration, if everything that it needs was said.
    fn first(&self) -> Option<Configuration> {
        let (server_url, site_name) = (self.server_url.clone()?, self.site_name.clone()?);
        Some(Configuration {
            server_url,
            site_name,
            secret: password_secret(self.password.as_deref()?),
            kind: self.kind.map(DeviceKind::from).unwrap_or_default(),
            // The server puts in what is true of this machine.
            hardware_id: String::new(),
            app_version: String::new(),
            interval_minutes: self.interval_minutes.unwrap_or(INTERVAL_MINUTES),
            enabled: true,
            ..Configuration::default()
        })
    }

    /// What is stored, with what was said now: so a wrong address is corrected by another start.
    fn over(&self, stored: &Configuration) -> Configuration {
        let secret = self.password.as_deref().map(password_secret);
        Configuration {
            server_url: self.server_url.clone().unwrap_or_else(|| stored.server_url.clone()),
            site_name: self.site_name.clone().unwrap_or_else(|| stored.site_name.clone()),
            secret: secret.unwrap_or_else(|| stored.secret.clone()),
            kind: self.kind.map_or(stored.kind, DeviceKind::from),
            interval_minutes: self.interval_minutes.unwrap_or(stored.interval_minutes),
            ..stored.clone()
        }
    }

    /// What a first set-up still needs, if it was begun.
    fn missing(&self) -> Vec<&'static str> {
        let said = [
            ("--server-url", self.server_url.is_some()),
            ("--site-name", self.site_name.is_some()),
            ("--password-file (or SITESYNC_PASSWORD)", self.password.is_some()),
        ];
        if said.iter().all(|(_, said)| !said) {
            return Vec::new();
        }
        said.into_iter().filter(|(_, said)| !said).map(|(name, _)| name).collect()
    }
}

async fn serve(options: server::Options, wanted: Wanted) -> Result<()> {
    let data = options.data.clone();
    let running = RemoteSite::start(options)
        .await
        .with_context(|| format!("the remote site on {} does not start", data.display()))?;
    // Before anything that may fail: the password is not told again.
    if let Some(first) = running.first_account() {
        print(&format!(
            "The first user is \"{}\", its password {}\nIt is shown only now.\n",
            first.name, first.password
        ))?;
    }
    if let Err(error) = tell_whether_set_up(&running, &wanted) {
        running.stop().await?;
        return Err(error);
    }
    let asked = stop::asked();
    print(&format!("remote site ready at {}\n", running.url()))?;
    asked.await;
    tracing::info!("stopping");
    running.stop().await.context("the remote site did not stop well")?;
    print("stopped\n")
}

/// What the person should know of a site that is not set up yet.
fn tell_whether_set_up(running: &RemoteSite, wanted: &Wanted) -> Result<()> {
    if running.site().state()?.configuration.is_some() {
        return Ok(());
    }
    let missing = wanted.missing();
    if !missing.is_empty() {
        bail!("the site is not set up yet, and this is missing: {}", missing.join(", "));
    }
    print(&format!(
        "The site is not set up yet. Start it with --server-url, --site-name and --password-file, or open {} in a browser and set it up there.\n",
        running.url()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(url: &str) -> Wanted {
        Wanted {
            server_url: Some(url.to_owned()),
            site_name: Some("Opua".to_owned()),
            password: Some("secret".to_owned()),
            kind: Some(Kind::Mobile),
            interval_minutes: None,
        }
    }

    #[test]
    fn a_first_set_up_is_whole_or_says_what_is_missing() {
        assert!(wanted("http://a").first().is_some() && wanted("http://a").missing().is_empty());
        let partial = Wanted { password: None, ..wanted("http://a") };
        assert!(partial.first().is_none());
        assert_eq!(partial.missing(), ["--password-file (or SITESYNC_PASSWORD)"]);
        assert!(Wanted::default().missing().is_empty());
    }

    #[test]
    fn what_is_said_later_changes_only_that() {
        let stored = wanted("http://a").first().unwrap();
        let changed = Wanted { server_url: Some("http://b".to_owned()), ..Wanted::default() }.over(&stored);
        assert_eq!(changed.server_url, "http://b");
        assert_eq!((changed.secret, changed.kind), (stored.secret, DeviceKind::Mobile));
    }

    #[test]
    fn the_example_is_understood() {
        let keys: Keys = toml::from_str(include_str!("../../../../examples/remote.toml")).unwrap();
        assert!(keys.listen.is_some());
    }
}
