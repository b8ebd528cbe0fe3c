//! Where passwords, tokens and their hashes are not: in no log line at any level, and in no data file of the central server.
//!
//! Both programs run for real, on files and ports of this machine.

#![expect(clippy::unwrap_used, reason = "a fault here is a failed test")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};
use sitesync_central::auth::{HashCost, HashedSecret, Secret};
use sitesync_central::server::{Limits, Options, Running, start};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_remote::api::password_secret;
use sitesync_remote::check;
use sitesync_remote::link::{HttpLink, HttpOptions};
use sitesync_remote::server::{Options as RemoteOptions, RemoteSite};
use sitesync_remote::site::Configuration;
use sitesync_store::write;
use sitesync_testkit::country::configuration;
use sitesync_testkit::records::{stock, store};
use sitesync_web::accounts::Cost;

const SITE_PASSWORD: &str = "the-password-of-the-site";
const PERSON: (&str, &str) = ("ana", "the-password-of-ana");
const WRONG: &str = "a-password-that-is-wrong";
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    tracing::subscriber::set_global_default(subscriber.with_writer(move || writer.clone()).finish()).unwrap();
    log
}

async fn central(folder: &Path) -> Running {
    let limits = Limits { password_cost: CHEAP, ..Limits::default() };
    let options = Options { limits, ..Options::new(folder.join("central"), SocketAddr::from(([127, 0, 0, 1], 0))) };
    let running = start(options).await.unwrap();
    let central = running.central();
    let cost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };
    let secret = HashedSecret::new(&Secret::of_password(SITE_PASSWORD).unwrap(), cost, central.random()).unwrap();
    let form = SiteForm { name: "Kamo".to_owned(), ..SiteForm::default() };
    let by = By { who: "test", at: 0 };
    write(central.store(), |txn| sites::create(txn, central.random(), by, &form, Some(secret.clone()))).unwrap();
    running.hub().edit(Actor::Site(SiteId::CENTRAL), store("S2", 2)).unwrap();
    running
}

async fn remote(folder: &Path, server_url: String) -> RemoteSite {
    let mut options = RemoteOptions::new(folder.join("site"), ([127, 0, 0, 1], 0).into());
    options.cost = CHEAP;
    options.account = Some((PERSON.0.to_owned(), PERSON.1.to_owned()));
    options.hardware_id = Some("this tablet".to_owned());
    options.configuration = Some(configuration(&server_url, "Kamo", &password_secret(SITE_PASSWORD)));
    RemoteSite::start(options).await.unwrap()
}

fn basic((name, password): (&str, &str)) -> String {
    Base64::encode_string(format!("{name}:{password}").as_bytes())
}

/// The first line of the answer to a person.
async fn ask(address: SocketAddr, method: &'static str, path: &'static str, who: (&str, &str)) -> String {
    let coded = basic(who);
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n");
        stream.write_all(format!("{head}authorization: Basic {coded}\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    });
    asked.await.unwrap()
}

/// Logging in, syncing, a push, wrong passwords of sites and people on both sides, a backup, and a central server that is gone.
/// Afterwards, everything that must not be found anywhere.
async fn lived(folder: &Path) -> Vec<String> {
    let central = central(folder).await;
    let admin = central.first_password.clone().unwrap();
    let site = remote(folder, central.url()).await;
    site.runner().sync_now().await.unwrap();
    assert!(site.site().write(&[stock("L1", "S2", 5)]).unwrap());
    site.runner().sync_now().await.unwrap();
    let link = HttpLink::new(HttpOptions::default()).unwrap();
    let state = site.site().state().unwrap();
    let right = state.configuration.unwrap();
    let wrong = Configuration { secret: password_secret(WRONG), ..right.clone() };
    let request = site.site().login_request(wrong).unwrap();
    assert!(!check::check(&link, central.central().clock(), &central.url(), &request).await.ok);
    for (address, path, who) in
        [(central.address(), "/api/sites", ("admin", &*admin)), (site.address(), "/api/status", PERSON)]
    {
        assert!(ask(address, "GET", path, who).await.contains("200"));
        assert!(ask(address, "GET", path, (who.0, WRONG)).await.contains("401"));
    }
    assert!(ask(central.address(), "POST", "/api/backup", ("admin", &admin)).await.contains("201"));
    central.stop().await.unwrap();
    assert!(site.runner().sync_now().await.is_err());
    site.stop().await.unwrap();
    let token = state.token.unwrap();
    let token_hash: String = Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let words =
        [SITE_PASSWORD, PERSON.1, WRONG, &admin, &password_secret(SITE_PASSWORD), &password_secret(WRONG), &token];
    let mut secrets: Vec<_> = words.into_iter().map(str::to_owned).collect();
    secrets.extend([basic(("admin", &admin)), basic(PERSON), basic(("admin", WRONG)), token_hash]);
    secrets
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// Every byte that a program left in a folder.
fn left_in(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { bytes.extend(left_in(&path)) } else { bytes.extend(std::fs::read(path).unwrap()) }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_and_no_token_is_in_a_log_line_or_in_the_central_servers_files() {
    let log = listen();
    let folder = tempfile::tempdir().unwrap();
    let secrets = lived(folder.path()).await;
    let logged = log.0.lock().unwrap().clone();
    assert!(holds(&logged, "a sync failed"), "something was logged");
    for secret in secrets.iter().map(String::as_str).chain(["argon2id$"]) {
        assert!(!holds(&logged, secret), "{secret} stands in the log");
    }
    let central = left_in(&folder.path().join("central"));
    assert!(holds(&central, "$argon2id$"), "passwords are stored, hashed");
    let token_hash = secrets.last().unwrap();
    for secret in secrets.iter().filter(|secret| *secret != token_hash) {
        assert!(!holds(&central, secret), "{secret} stands in the central server's files");
    }
    // A site must be able to log in by itself: its own data file is a key to it, and to nothing else.
    let site = left_in(&folder.path().join("site"));
    assert!(holds(&site, &password_secret(SITE_PASSWORD)));
    for secret in [SITE_PASSWORD, PERSON.1, WRONG] {
        assert!(!holds(&site, secret), "{secret} stands in the site's files");
    }
}
