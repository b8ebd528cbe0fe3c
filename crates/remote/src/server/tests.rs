//! A whole site on a real address, over a data file.

use std::path::Path;

use super::*;
use crate::testing::configuration;

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

fn options(data: &Path) -> Options {
    let mut options = Options::new(data, ([127, 0, 0, 1], 0).into());
    options.cost = CHEAP;
    options.hardware_id = Some("this machine".to_owned());
    // Paused: nothing answers at the address of the tests' configuration.
    options.configuration = Some(Configuration { enabled: false, ..configuration() });
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_answers_and_stops_and_the_data_file_is_held_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let site = RemoteSite::start(options(dir.path())).await.unwrap();
    let account = site.first_account().unwrap().clone();
    assert_eq!(account.name, "admin");
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(sitesync_web::client_tls(None).unwrap()).build().unwrap();
    let url = format!("{}/api/status", site.url());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 401);
    let answer = client.get(&url).basic_auth(&account.name, Some(&account.password)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("\"unsent\":0"));
    let second = RemoteSite::start(options(dir.path())).await.err().unwrap();
    assert!(second.to_string().contains("in use by another program"), "{second}");
    site.stop().await.unwrap();
    let again = RemoteSite::start(options(dir.path())).await.unwrap();
    assert_eq!(again.first_account(), None, "the account is there");
    again.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_data_file_shows_the_machine_it_is_on() {
    let dir = tempfile::tempdir().unwrap();
    let site = RemoteSite::start(options(dir.path())).await.unwrap();
    site.stop().await.unwrap();
    let mut elsewhere = options(dir.path());
    elsewhere.hardware_id = Some("another machine".to_owned());
    let site = RemoteSite::start(elsewhere).await.unwrap();
    assert_eq!(site.site().state().unwrap().configuration.unwrap().hardware_id, "another machine");
    site.stop().await.unwrap();
}

#[tokio::test]
async fn only_a_client_server_site_may_be_reached_from_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut open = options(dir.path());
    open.listen = ([0, 0, 0, 0], 0).into();
    let error = RemoteSite::start(open).await.err().unwrap();
    assert!(matches!(error, StartError::NotHere { .. }), "{error}");
    let dir = tempfile::tempdir().unwrap();
    let mut many = options(dir.path());
    many.listen = ([0, 0, 0, 0], 0).into();
    many.configuration = Some(Configuration { kind: DeviceKind::ClientServer, enabled: false, ..configuration() });
    RemoteSite::start(many).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut unsendable = options(dir.path());
    unsendable.hardware_id = Some("Ōpua".to_owned());
    let error = RemoteSite::start(unsendable).await.err().unwrap();
    assert!(matches!(error, StartError::HardwareId(_)), "{error}");
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = RemoteSite::start(options(&file.join("below"))).await.err().unwrap();
    assert!(matches!(error, StartError::Folder { .. }), "{error}");
    let mut taken = options(dir.path());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    taken.listen = listener.local_addr().unwrap();
    let error = RemoteSite::start(taken).await.err().unwrap();
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
}
