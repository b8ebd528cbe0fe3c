//! `sitesync central`: runs a central server until it is told to stop.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use sitesync_central::server::{self, FIRST_USER};
use sitesync_web::Tls;

use crate::output::print;
use crate::{config, stop};

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync central --data /var/lib/sitesync --listen 127.0.0.1:8700\n\n\
                        What is not said here or in a variable is read from DIR/sitesync.toml:\n  \
                        listen = \"0.0.0.0:8700\"\n  backups = \"/srv/backups\"\n  proxies = [\"127.0.0.1\"]\n  \
                        tls = { certificate = \"/etc/sitesync/cert.pem\", key = \"/etc/sitesync/key.pem\" }")]
pub struct Options {
    /// The directory with the data; made at the first start
    #[arg(long, env = "SITESYNC_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Where to listen [default: 127.0.0.1:8700]
    #[arg(long, env = "SITESYNC_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The database; only "sqlite", a file in the data directory, for now [default: sqlite]
    #[arg(long, env = "SITESYNC_DATABASE", value_name = "URL")]
    database: Option<String>,
    /// Where backups go [default: DIR/backups]
    #[arg(long, env = "SITESYNC_BACKUPS", value_name = "DIR")]
    backups: Option<PathBuf>,
    /// A PEM file with the certificate and what leads to its authority
    #[arg(long, env = "SITESYNC_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// A PEM file with the key of the certificate
    #[arg(long, env = "SITESYNC_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// The address of a proxy before the server, which says in X-Forwarded-For where requests come from; may be given again
    #[arg(long = "proxy", env = "SITESYNC_PROXIES", value_name = "ADDRESS", value_delimiter = ',')]
    proxies: Vec<IpAddr>,
    /// The configuration file [default: DIR/sitesync.toml, if there is one]
    #[arg(long, env = "SITESYNC_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print what holds after command line, variables and file, and end
    #[arg(long)]
    print_config: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    listen: Option<SocketAddr>,
    database: Option<String>,
    backups: Option<PathBuf>,
    proxies: Option<Vec<IpAddr>>,
    tls: Option<TlsKeys>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsKeys {
    certificate: PathBuf,
    key: PathBuf,
}

/// Reached from this machine only, until somebody decides otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8700);

impl Options {
    pub fn run(self) -> Result<()> {
        let print_config = self.print_config;
        let options = self.resolve()?;
        if print_config {
            return print(&described(&options));
        }
        stop::runtime()?.block_on(serve(options))
    }

    fn resolve(self) -> Result<server::Options> {
        let keys: Keys = config::read(self.config.as_deref(), &self.data)?;
        let database = self.database.or(keys.database);
        if database.as_deref().is_some_and(|url| url != "sqlite") {
            bail!(
                "this version keeps its data in a SQLite file in the data directory: leave --database out, or say \"sqlite\""
            );
        }
        let mut options = server::Options::new(self.data, self.listen.or(keys.listen).unwrap_or(LISTEN));
        options.backups = self.backups.or(keys.backups);
        options.proxies = if self.proxies.is_empty() { keys.proxies.unwrap_or_default() } else { self.proxies };
        options.tls = match (self.tls_certificate, self.tls_key, keys.tls) {
            (Some(certificate), Some(key), _) => Some(Tls { certificate, key }),
            (_, _, file) => file.map(|file| Tls { certificate: file.certificate, key: file.key }),
        };
        Ok(options)
    }
}

fn described(options: &server::Options) -> String {
    let backups = options.backups.clone().unwrap_or_else(|| options.data.join("backups"));
    let mut lines = vec![
        format!("# data = {:?}", options.data),
        format!("listen = \"{}\"", options.listen),
        "database = \"sqlite\"".to_owned(),
        format!("backups = {backups:?}"),
    ];
    if !options.proxies.is_empty() {
        let proxies: Vec<_> = options.proxies.iter().map(|address| format!("\"{address}\"")).collect();
        lines.push(format!("proxies = [{}]", proxies.join(", ")));
    }
    if let Some(tls) = &options.tls {
        lines.push(format!("tls = {{ certificate = {:?}, key = {:?} }}", tls.certificate, tls.key));
    }
    lines.join("\n") + "\n"
}

async fn serve(options: server::Options) -> Result<()> {
    config::make_directory(&options.data)?;
    let data = options.data.clone();
    let mut running = server::start(options)
        .await
        .with_context(|| format!("the central server on {} does not start", data.display()))?;
    if let Some(password) = &running.first_password {
        print(&format!(
            "The first user is \"{FIRST_USER}\", the password {password}\nIt is shown only now; change it with: sitesync users password {FIRST_USER}\n",
        ))?;
    }
    let asked = stop::asked();
    print(&format!("central server ready at {}\n", running.url()))?;
    tokio::select! {
        ended = running.ended() => ended.context("the central server ended by itself")?,
        () = asked => {
            tracing::info!("stopping");
            running.stop().await.context("the central server did not stop well")?;
        }
    }
    print("stopped\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_goes_before_the_file_and_the_file_before_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let options = |listen: Option<&str>| Options {
            data: folder.path().to_owned(),
            listen: listen.map(|text| text.parse().unwrap()),
            database: None,
            backups: None,
            proxies: Vec::new(),
            tls_certificate: None,
            tls_key: None,
            config: None,
            print_config: false,
        };
        assert_eq!(options(None).resolve().unwrap().listen, LISTEN);
        std::fs::write(
            folder.path().join(config::NAME),
            "listen = \"0.0.0.0:1\"\nbackups = \"/b\"\nproxies = [\"10.0.0.1\"]\n",
        )
        .unwrap();
        let from_file = options(None).resolve().unwrap();
        assert!(described(&from_file).contains("proxies = [\"10.0.0.1\"]"));
        assert_eq!((from_file.listen.port(), from_file.backups), (1, Some(PathBuf::from("/b"))));
        assert_eq!(options(Some("[::1]:2")).resolve().unwrap().listen.port(), 2);
        let elsewhere = Options { database: Some("postgres://db".to_owned()), ..options(None) };
        assert!(elsewhere.resolve().unwrap_err().to_string().contains("sqlite"));
    }

    #[test]
    fn the_example_is_understood() {
        let keys: Keys = toml::from_str(include_str!("../../../../examples/central.toml")).unwrap();
        assert!(keys.listen.is_some());
    }
}
