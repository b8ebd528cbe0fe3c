//! A site at the end of a bad line: it is filled, and sends, however often the line breaks, and little is sent twice.
//!
//! Everything is real, but the time of both programs and of the line passes [`FASTER`] times as fast. The same in real time, a
//! quarter of an hour: `cargo test -p sitesync-remote --release --test slow_link -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sitesync_central::auth::{HashedSecret, Secret};
use sitesync_central::server::{self as central, Running};
use sitesync_central::sites::{self, By, SiteForm};
use sitesync_core::ids::SiteId;
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_remote::api::password_secret;
use sitesync_remote::server::{Options, RemoteSite};
use sitesync_remote::site::Edit;
use sitesync_store::write;
use sitesync_testkit::SeededRandom;
use sitesync_testkit::country::configuration;
use sitesync_testkit::slow_link::{Line, SlowLink};
use tokio::time::Instant;

const ITEMS: usize = 24_000;
/// What the site itself writes and sends.
const OWN: usize = 4_000;
const FASTER: u32 = 30;
const BREAKS: u64 = 10;
const PASSWORD: &str = "password";

fn put(table: &str, id: &str, body: &Value) -> Change {
    let put = Some(serde_json::value::to_raw_value(body).unwrap());
    Change { table: table.into(), id: id.into(), put, delete: false, partial: false, aside: None }
}

/// A central server with master data and the site North.
async fn central_with_items(dir: &Path, items: usize) -> Running {
    let server = central::start(central::Options::new(dir.join("central"), ([127, 0, 0, 1], 0).into())).await.unwrap();
    let central = server.central();
    let secret = Secret::of_password(PASSWORD).unwrap();
    let hashed = HashedSecret::new(&secret, Default::default(), central.random()).unwrap();
    let form = SiteForm { code: "N".to_owned(), name: "north".to_owned(), ..SiteForm::default() };
    let by = By { who: "test", at: 0 };
    write(central.store(), |txn| sites::create(txn, central.random(), by, &form, Some(hashed.clone()))).unwrap();
    let random = SeededRandom::new(5);
    let mut changes = vec![
        put("name", "N1", &json!({ "name": "North", "type": "facility" })),
        put("store", "S1", &json!({ "name": "North", "code": "N", "name_ID": "N1", "sync_id_remote_site": 2 })),
    ];
    changes.extend((0..items).map(|at| {
        let (id, code) = (format!("{:016x}{:016x}", random.next(), random.next()), random.below(1 << 40));
        put("item", &id, &json!({ "item_name": format!("Medicine {at}"), "code": format!("{code:x}") }))
    }));
    central.hub().edit(Actor::Site(SiteId::CENTRAL), changes).unwrap();
    server
}

/// The site, which begins to synchronise by itself.
async fn north(dir: &Path, link: &SlowLink) -> RemoteSite {
    let mut options = Options::new(dir.join("north"), ([127, 0, 0, 1], 0).into());
    options.hardware_id = Some("device of north".to_owned());
    options.configuration =
        Some(configuration(&format!("http://{}", link.address()), "north", &password_secret(PASSWORD)));
    RemoteSite::start(options).await.unwrap()
}

/// Until what is asked of the site holds, looking whenever its sync has moved.
async fn until(site: &RemoteSite, holds: impl Fn(&RemoteSite) -> bool) {
    let mut progress = site.runner().progress();
    while !holds(site) {
        progress.changed().await.unwrap();
    }
}

fn is_filled(site: &RemoteSite) -> bool {
    site.site().status().unwrap().initialised
}

fn is_sent(site: &RemoteSite) -> bool {
    site.site().status().unwrap().unsent == 0
}

/// What went over the line until the site was filled and until it had sent what it wrote; broken off each time after so many bytes.
struct Passed {
    filled: u64,
    sent: u64,
}

async fn live(items: usize, own: usize, break_after: Option<(u64, u64)>) -> Passed {
    let dir = tempfile::tempdir().unwrap();
    let server = central_with_items(dir.path(), items).await;
    let link = SlowLink::start(server.address(), Line::BAD, 7).await.unwrap();
    let began = Instant::now();
    let site = north(dir.path(), &link).await;
    broken(&link, break_after.map(|(filling, _)| filling), until(&site, is_filled)).await;
    let filled = link.passed().0 + link.passed().1;
    println!("filled after {:?} and {filled} bytes", began.elapsed());
    assert_eq!(site.site().records("item", None, usize::MAX).unwrap().len(), items);

    let began = Instant::now();
    site.site().write(&stock(own)).unwrap();
    site.runner().changed();
    broken(&link, break_after.map(|(_, sending)| sending), until(&site, is_sent)).await;
    let sent = link.passed().0 + link.passed().1 - filled;
    println!("sent after {:?} and {sent} bytes", began.elapsed());
    let status = site.site().status().unwrap();
    assert!(status.unequal.is_empty() && status.aside == 0 && status.held == 0, "{status:?}");
    let stored = server.central().store().snapshot().unwrap().table("item_line", None, usize::MAX).unwrap().len();
    assert_eq!(stored, own);
    drop(link);
    site.stop().await.unwrap();
    server.stop().await.unwrap();
    Passed { filled, sent }
}

/// Breaks the line again and again, until the work is done or it was broken often enough.
async fn broken(link: &SlowLink, every: Option<u64>, work: impl Future<Output = ()>) {
    let Some(every) = every else { return work.await };
    let breaks = async {
        for _ in 0..BREAKS {
            let now = link.passed().0 + link.passed().1;
            link.until_passed(now + every).await;
            link.cut();
        }
    };
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => panic!("it was done before the line had broken {BREAKS} times"),
        () = breaks => {}
    }
    work.await;
}

fn stock(own: usize) -> Vec<Edit> {
    let random = SeededRandom::new(6);
    let line = |_| {
        let (id, item) = (format!("{:016x}{:016x}", random.next(), random.next()), format!("{:032x}", random.next()));
        json!({ "table": "item_line", "id": id, "data": {
            "store_ID": "S1", "item_ID": item, "quantity": random.below(1 << 30), "pack_size": 1 } })
    };
    serde_json::from_value((0..own).map(line).collect()).unwrap()
}

async fn breaks_cost_little() {
    let whole = live(ITEMS, OWN, None).await;
    let broken = live(ITEMS, OWN, Some((whole.filled / (BREAKS + 1), whole.sent / (BREAKS + 1)))).await;
    // A site learns what the line is like with what it sends first, so a short push costs more than a long fill.
    for (what, before, after, most) in
        [("filling", whole.filled, broken.filled, 130), ("sending", whole.sent, broken.sent, 200)]
    {
        println!("{what}: {after} bytes instead of {before}");
        assert!(after * 100 <= before * most, "{what} took {after} bytes instead of {before}");
    }
}

/// Does the work while time passes faster. Somebody is always busy, so that it never passes by itself.
async fn hurried<T>(work: impl Future<Output = T>) -> T {
    const TICK: Duration = Duration::from_millis(2);
    let hurry = async {
        loop {
            let tick = tokio::task::spawn_blocking(|| {
                let began = std::time::Instant::now();
                std::thread::park_timeout(TICK);
                began.elapsed()
            });
            tokio::time::advance(tick.await.unwrap() * FASTER).await;
        }
    };
    tokio::select! {
        done = work => done,
        () = hurry => unreachable!("it never ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_breaks_ten_times_carries_little_twice() {
    hurried(breaks_cost_little()).await;
}

#[tokio::test]
#[ignore = "takes a quarter of an hour of real time"]
async fn a_line_that_breaks_ten_times_carries_little_twice_in_real_time() {
    breaks_cost_little().await;
}

/// A line that breaks before the first page, or the first batch, has passed: both become small enough.
#[tokio::test(start_paused = true)]
async fn a_line_that_always_breaks_early_is_enough_in_the_end() {
    hurried(always_breaks_early()).await;
}

async fn always_breaks_early() {
    const EVERY: u64 = 12_000;
    let dir = tempfile::tempdir().unwrap();
    let server = central_with_items(dir.path(), 2_000).await;
    let link = SlowLink::start(server.address(), Line::BAD, 8).await.unwrap();
    let breaks = async {
        loop {
            let now = link.passed().0 + link.passed().1;
            link.until_passed(now + EVERY).await;
            link.cut();
        }
    };
    let work = async {
        let site = north(dir.path(), &link).await;
        until(&site, is_filled).await;
        site.site().write(&stock(500)).unwrap();
        site.runner().changed();
        until(&site, is_sent).await;
        site
    };
    let site = tokio::select! {
        site = tokio::time::timeout(Duration::from_secs(6 * 3600), work) => site.unwrap(),
        () = breaks => unreachable!("it never ends"),
    };
    let central = server.central().store().snapshot().unwrap();
    assert_eq!(central.table("item_line", None, usize::MAX).unwrap().len(), 500);
    drop(central);
    site.stop().await.unwrap();
    server.stop().await.unwrap();
}
