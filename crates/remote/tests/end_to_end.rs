//! Two remote sites and a central server, all real: a delivery goes from one to the other with nobody asking for a sync.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sitesync_central::auth::{HashedSecret, Secret};
use sitesync_central::server::{self as central, Central};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_central::stores::{self, Moving};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_remote::api::password_secret;
use sitesync_remote::check::{self, What};
use sitesync_remote::link::{HttpLink, HttpOptions};
use sitesync_remote::server::{Options, RemoteSite};
use sitesync_remote::site::{Configuration, Edit};
use sitesync_store::write;
use sitesync_testkit::country::configuration;

const PASSWORD: &str = "password";

fn put(table: &str, id: &str, body: &Value) -> Change {
    Change {
        table: table.into(),
        id: id.into(),
        put: Some(serde_json::value::to_raw_value(body).unwrap()),
        delete: false,
        partial: false,
        aside: None,
    }
}

/// Two sites with a store each, and an item.
fn country(central: &Central) {
    for name in ["north", "south"] {
        let secret = Secret::of_password(PASSWORD).unwrap();
        let hashed = HashedSecret::new(&secret, Default::default(), central.random()).unwrap();
        let form = SiteForm { code: name.to_owned(), name: name.to_owned(), ..SiteForm::default() };
        let by = By { who: "test", at: 0 };
        write(central.store(), |txn| sites::create(txn, central.random(), by, &form, Some(hashed.clone()))).unwrap();
    }
    let changes = vec![
        put("name", "N1", &json!({ "name": "North", "type": "facility" })),
        put("name", "N2", &json!({ "name": "South", "type": "facility" })),
        put("store", "S1", &json!({ "name": "North", "code": "N", "name_ID": "N1", "sync_id_remote_site": 2 })),
        put("store", "S2", &json!({ "name": "South", "code": "S", "name_ID": "N2", "sync_id_remote_site": 3 })),
        put("item", "I1", &json!({ "item_name": "Paracetamol", "code": "P" })),
    ];
    central.hub().edit(Actor::Site(SiteId::CENTRAL), changes).unwrap();
}

async fn remote(dir: &Path, url: &str, name: &str) -> RemoteSite {
    let mut options = Options::new(dir.join(name), ([127, 0, 0, 1], 0).into());
    options.hardware_id = Some(format!("device of {name}"));
    options.configuration = Some(configuration(url, name, &password_secret(PASSWORD)));
    let site = RemoteSite::start(options).await.unwrap();
    site.runner().sync_now().await.unwrap();
    site
}

/// Until the record is there, looking whenever the site has moved.
async fn arrival(site: &RemoteSite, key: &RecordKey) {
    let mut progress = site.runner().progress();
    while site.site().record(key).unwrap().is_none() {
        progress.changed().await.unwrap();
    }
}

/// A central server with its country, and the sites north and south.
async fn three(dir: &Path) -> (central::Running, RemoteSite, RemoteSite) {
    let options = central::Options::new(dir.join("central"), ([127, 0, 0, 1], 0).into());
    let server = central::start(options).await.unwrap();
    country(server.central());
    let url = server.url();
    let (north, south) = (remote(dir, &url, "north").await, remote(dir, &url, "south").await);
    (server, north, south)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_arrives_by_itself_and_check_connection_tells_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let (server, north, south) = three(dir.path()).await;
    let status = north.site().status().unwrap();
    assert!(status.stores.len() == 1 && status.stores[0].ready, "{:?}", status.stores);

    let edits: Vec<Edit> = serde_json::from_value(json!([
        { "table": "transact", "id": "T1", "data": { "store_ID": "S1", "name_ID": "N2", "type": "ci", "status": "fn" } },
        { "table": "trans_line", "id": "L1", "data": { "transaction_ID": "T1", "item_ID": "I1", "quantity": 5 } },
    ]))
    .unwrap();
    assert!(north.site().write(&edits).unwrap());
    north.runner().changed();
    // The interval is an hour: only the local change and the wake-up can do it within this time.
    let line = RecordKey::new("trans_line", "L1");
    tokio::time::timeout(Duration::from_secs(30), arrival(&south, &line)).await.unwrap();

    let link = HttpLink::new(HttpOptions::default()).unwrap();
    let right = north.site().state().unwrap().configuration.unwrap();
    let password = Configuration { secret: password_secret("wrong"), ..right.clone() };
    let device = Configuration { hardware_id: "another device".to_owned(), ..right.clone() };
    for (configuration, fails) in [(right, None), (password, Some(What::Credentials)), (device, Some(What::Device))] {
        let request = north.site().login_request(configuration).unwrap();
        let report = check::check(&link, server.central().clock(), &server.url(), &request).await;
        let failed = report.steps.iter().find(|step| step.result == check::Verdict::Failed);
        assert_eq!(failed.map(|step| step.what), fails, "{report:?}");
    }
    north.stop().await.unwrap();
    south.stop().await.unwrap();
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_handed_over_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (server, north, south) = three(dir.path()).await;
    let stock = |quantity: u32| -> Vec<Edit> {
        let data = json!({ "store_ID": "S1", "item_ID": "I1", "quantity": quantity });
        serde_json::from_value(json!([{ "table": "item_line", "id": "L1", "data": data }])).unwrap()
    };
    // Nobody tells its program, which sends it only with the next sync.
    assert!(north.site().write(&stock(5)).unwrap());

    let (hub, by) = (server.central().hub(), By { who: "admin", at: 0 });
    let begun = write(server.central().store(), |txn| stores::begin_move(txn, hub, by, "S1", SiteId(3))).unwrap();
    assert!(matches!(begun.moving, Moving::Leaving(_)), "{begun:?}");
    begun.wake(hub);
    // The interval is an hour: only the bell can do it within this time.
    let line = RecordKey::new("item_line", "L1");
    tokio::time::timeout(Duration::from_secs(30), arrival(&south, &line)).await.unwrap();
    let ready = async {
        let mut progress = south.runner().progress();
        while !south.site().may_write_to("S1").unwrap() {
            progress.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ready).await.unwrap();
    assert!(south.site().write(&stock(4)).unwrap());
    assert!(north.site().write(&stock(3)).is_err());
    assert_eq!(hub.held(None, 9).unwrap().len(), 0);
    north.stop().await.unwrap();
    south.stop().await.unwrap();
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_first_password_is_not_lost_with_a_start_that_fails() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(RemoteSite::start(Options::new(directory.path(), taken.local_addr().unwrap())).await.is_err());
    let everywhere = Options::new(directory.path(), ([0, 0, 0, 0], 0).into());
    assert!(RemoteSite::start(everywhere).await.is_err(), "a site for one person");
    let site = RemoteSite::start(Options::new(directory.path(), ([127, 0, 0, 1], 0).into())).await.unwrap();
    assert!(site.first_account().is_some());
    site.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_corrects_the_configuration_before_anything_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let here: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    let mut options = Options::new(directory.path(), here);
    options.configuration = Some(configuration("http://127.0.0.1:9", "north", &password_secret(PASSWORD)));
    RemoteSite::start(options).await.unwrap().stop().await.unwrap();
    let mut options = Options::new(directory.path(), here);
    options.configuration = Some(configuration("http://127.0.0.1:10", "south", ""));
    let right =
        |stored: &Configuration| Configuration { server_url: "http://127.0.0.1:11".to_owned(), ..stored.clone() };
    options.correction = Some(Box::new(right));
    let site = RemoteSite::start(options).await.unwrap();
    let now = site.site().state().unwrap().configuration.unwrap();
    assert_eq!((now.server_url.as_str(), now.site_name.as_str()), ("http://127.0.0.1:11", "north"));
    site.stop().await.unwrap();
}
