//! `sitesync certificate`: a certificate of one's own for a server in a local network, with the file that sites believe it by.
//!
//! The authority that signs it signs this one certificate, for these names only; its key is never written. So the file for the sites
//! holds nothing secret, and nobody can make further certificates with what lies on the server.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use sitesync_core::given::Clock;
use sitesync_web::given::RealClock;

use crate::config;
use crate::output::print;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync certificate --data /var/lib/sitesync --host central.lan --host 192.168.1.10\n\n\
                        For a local network in which no public authority gives certificates. It says what to do with the files."
)]
pub struct Options {
    /// The data directory of the server, where the files are written
    #[arg(long, env = "SITESYNC_DATA", value_name = "DIR")]
    data: PathBuf,
    /// A name or an address by which sites and browsers reach the server; may be given again
    #[arg(long = "host", value_name = "NAME", required = true, num_args = 1..)]
    hosts: Vec<String>,
    /// How long it is good for; some devices believe none that is good for more than 825 days in all
    #[arg(long, value_name = "DAYS", default_value_t = 790, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Make a new one in place of the one that is there: sites then need the new ca.pem
    #[arg(long)]
    replace: bool,
}

/// The names of the files.
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
const AUTHORITY: &str = "ca.pem";

/// Devices whose clocks are somewhat behind believe it from the first day.
const DAYS_BEFORE: i64 = 30;

impl Options {
    pub fn run(self) -> Result<()> {
        let now = Timestamp::from_millisecond(RealClock.now()).context("the clock of this machine is wrong")?;
        let today = Offset::UTC.to_datetime(now).date();
        let names = names(&self.hosts)?;
        let there =
            [CERTIFICATE, KEY, AUTHORITY].map(|name| self.data.join(name)).into_iter().find(|file| file.exists());
        if let Some(file) = there.filter(|_| !self.replace) {
            bail!("{} is there already: sites may rely on it. To make another one, say --replace", file.display());
        }
        let made = Made::new(&names, today, self.days)?;
        config::make_directory(&self.data)?;
        // The key first: a certificate without its key would stop the next start.
        for (name, text) in [(KEY, &made.key), (AUTHORITY, &made.authority), (CERTIFICATE, &made.certificate)] {
            config::write_private(&self.data.join(name), text)?;
        }
        print(&told(&self.data, &names, made.until))
    }
}

/// The names that are asked for, and those by which the machine reaches itself.
fn names(hosts: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for host in hosts.iter().map(|host| host.trim()).chain(["localhost", "127.0.0.1", "::1"]) {
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        if !is_address && (host.is_empty() || host.len() > 253 || !host.chars().all(letter)) {
            bail!("\"{host}\" is not the name or the address of a machine: leave out https:// and the port");
        }
        if !names.iter().any(|known: &String| known.eq_ignore_ascii_case(host)) {
            names.push(host.to_owned());
        }
    }
    Ok(names)
}

/// The three files, as PEM.
struct Made {
    certificate: String,
    key: String,
    authority: String,
    until: Date,
}

impl Made {
    fn new(names: &[String], today: Date, days: u32) -> Result<Self> {
        let until = today.checked_add(i64::from(days).days()).context("it cannot be good for so long")?;
        let from = today.checked_sub(DAYS_BEFORE.days()).context("the clock of this machine is wrong")?;
        let authority = authority(names, from, until)?;
        let mut params = CertificateParams::new(names)?;
        valid(&mut params, from, until);
        params.distinguished_name.push(DnType::CommonName, names[0].as_str());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().context("this machine makes no keys")?;
        let certificate = params.signed_by(&key, &authority)?;
        let authority = authority.pem();
        let certificate = certificate.pem() + &authority;
        Ok(Self { certificate, key: key.serialize_pem(), authority, until })
    }
}

/// Who signs the certificate.
fn authority(names: &[String], from: Date, until: Date) -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::default();
    valid(&mut params, from, until);
    params.distinguished_name.push(DnType::CommonName, format!("sitesync at {}", names[0]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().context("this machine makes no keys")?;
    CertifiedIssuer::self_signed(params, key).context("the authority cannot be made")
}

fn valid(params: &mut CertificateParams, from: Date, until: Date) {
    let at = |day: Date| date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs());
    (params.not_before, params.not_after) = (at(from), at(until));
}

fn told(data: &Path, names: &[String], until: Date) -> String {
    let file = |name: &str| std::path::absolute(data.join(name)).unwrap_or_else(|_| data.join(name));
    let (certificate, key, authority) = (file(CERTIFICATE), file(KEY), file(AUTHORITY));
    let (config, host) = (file(config::NAME), &names[0]);
    format!(
        "A certificate for {names}, good until {until}.\n\n\
         1. Put this line into {config}, and start the server again:\n     \
            tls = {{ certificate = {certificate:?}, key = {key:?} }}\n\
         2. Copy {authority} to every site; it holds no secret. There it is named with --ca-file, or in the site's {name}:\n     \
            ca_file = \"/path/to/ca.pem\"\n\
         3. Give the sites the server URL https://{host}:PORT. Commands take --ca-file too.\n\n\
         Browsers warn until {ca} is added to the authorities they believe. Bring it there by hand: \
         what comes over an open network may have been exchanged on the way.\n",
        names = names.join(", "),
        config = config.display(),
        authority = authority.display(),
        name = config::NAME,
        ca = AUTHORITY,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_are_taken_each_once() {
        let names = |hosts: &[&str]| names(&hosts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            names(&["central.lan", "192.168.1.10", "LOCALHOST"]).unwrap(),
            ["central.lan", "192.168.1.10", "LOCALHOST", "127.0.0.1", "::1"]
        );
        for wrong in ["https://central.lan", "central.lan:8700", "a b", "", "é.lan", "*.lan"] {
            assert!(names(&[wrong]).is_err(), "{wrong}");
        }
    }
}
