//! The runner over a link that answers from a table, in a time that is never waited for.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sitesync_core::given::{Clock, Millis};
use sitesync_core::protocol::{ExchangeRequest, WaitRequest};
use sitesync_store::memory::MemoryStore;

use super::*;
use crate::link::{Checked, Credentials, Greeting, LinkError, Sending};
use crate::site::{Reply, Step};
use crate::testing::{configuration, exchanged, logged_in};

struct NoChance;

impl Random for NoChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Millis {
        1_000
    }
}

/// A central server in a few lines: what it was asked, and what it answers instead of yes.
#[derive(Default)]
struct Fake {
    asked: Mutex<Vec<(u64, &'static str)>>,
    began: Mutex<Option<Instant>>,
    refusals: Mutex<VecDeque<LinkError>>,
    always: Mutex<Option<LinkError>>,
    news: Notify,
    waits: AtomicUsize,
    /// Questions are not held.
    hasty: std::sync::atomic::AtomicBool,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    /// No exchange is complete.
    endless: std::sync::atomic::AtomicBool,
    /// How long each answer takes.
    slow: Mutex<Duration>,
}

impl Fake {
    fn note(&self, what: &'static str) {
        let began = *self.began.lock().unwrap().get_or_insert_with(Instant::now);
        self.asked.lock().unwrap().push((began.elapsed().as_secs(), what));
    }

    fn take(&self) -> Vec<(u64, &'static str)> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn exchanged(&self, request: &ExchangeRequest) -> Reply {
        let mut reply = exchanged(request);
        if let Reply::Exchange(reply) = &mut reply {
            reply.complete = !self.endless.load(Ordering::SeqCst);
        }
        reply
    }

    async fn answer(&self, step: &Step) -> Result<Reply, LinkError> {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        let slow = *self.slow.lock().unwrap();
        tokio::time::sleep(slow).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.note(if matches!(step, Step::Login(_)) { "login" } else { "exchange" });
        let refusal = self.refusals.lock().unwrap().pop_front().or_else(|| self.always.lock().unwrap().clone());
        match (refusal, step) {
            (Some(refusal), _) => Err(refusal),
            (None, Step::Login(_)) => Ok(logged_in()),
            (None, Step::Exchange(request)) => Ok(self.exchanged(request)),
            _ => Err(LinkError::Answer("not expected".to_owned())),
        }
    }
}

impl Link for Fake {
    fn send<'a>(&'a self, step: &'a Step, _: &'a Credentials) -> Sending<'a, Reply> {
        Box::pin(self.answer(step))
    }

    fn wait<'a>(&'a self, request: &'a WaitRequest, _: &'a Credentials) -> Sending<'a, WaitReply> {
        Box::pin(async move {
            self.waits.fetch_add(1, Ordering::SeqCst);
            let hasty = self.hasty.load(Ordering::SeqCst);
            let seconds = Duration::from_secs(if hasty { 0 } else { request.seconds.into() });
            let changed = tokio::time::timeout(seconds, self.news.notified()).await.is_ok();
            Ok(WaitReply { changed })
        })
    }

    fn greet<'a>(&'a self, _: &'a str) -> Sending<'a, Greeting> {
        Box::pin(async { Err(LinkError::Answer("not expected".to_owned())) })
    }

    fn check<'a>(&'a self, _: &'a sitesync_core::protocol::LoginRequest, _: &'a str) -> Sending<'a, Checked> {
        Box::pin(async { Err(LinkError::Answer("not expected".to_owned())) })
    }
}

struct World {
    fake: Arc<Fake>,
    site: Arc<Site>,
    runner: Runner,
    running: Running,
}

fn start(change: impl FnOnce(&mut Configuration), fake: Fake) -> World {
    let site = Site::open(Arc::new(MemoryStore::new()), Arc::new(Stopped), Arc::new(NoChance)).unwrap();
    let mut configuration = configuration();
    change(&mut configuration);
    site.configure(configuration).unwrap();
    let (site, fake) = (Arc::new(site), Arc::new(fake));
    fake.began.lock().unwrap().replace(Instant::now());
    let (runner, running) = Runner::start(site.clone(), fake.clone(), Arc::new(NoChance));
    World { fake, site, runner, running }
}

fn refused() -> LinkError {
    LinkError::Refused { host: "central".to_owned() }
}

fn asked(code: &str, status: u16) -> LinkError {
    let error = ErrorText { code: code.to_owned(), message: "No.".to_owned(), next: "Wait.".to_owned() };
    LinkError::Asked { status, error, retry_after: None }
}

async fn after(seconds: u64) {
    // Half a second later, so that what is due then was done.
    tokio::time::sleep(Duration::from_millis(seconds * 1000 + 500)).await;
}

#[tokio::test(start_paused = true)]
async fn it_syncs_at_once_and_at_the_interval() {
    let world = start(|configuration| configuration.interval_minutes = 0, Fake::default());
    after(125).await;
    let expected = [(0, "login"), (0, "exchange"), (60, "exchange"), (120, "exchange")];
    assert_eq!(world.fake.take(), expected, "an interval of 0 counts as a minute");
    assert_eq!(world.runner.progress().borrow().phase, Phase::Idle);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn local_changes_go_together_after_a_second() {
    let world = start(|_| {}, Fake::default());
    after(10).await;
    world.fake.take();
    for _ in 0..5 {
        world.runner.changed();
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    after(5).await;
    assert_eq!(world.fake.take(), [(11, "exchange")]);
    let waits = world.fake.waits.load(Ordering::SeqCst);
    assert!(waits <= 3, "a change does not end the question for news: {waits}");
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn news_wake_it_and_news_that_are_none_do_not_keep_it_awake() {
    let world = start(|configuration| configuration.interval_minutes = 60, Fake::default());
    after(100).await;
    world.fake.take();
    world.fake.news.notify_one();
    after(0).await;
    assert_eq!(world.fake.take(), [(100, "exchange")]);
    // The exchange brought nothing, so it does not ask again at once.
    world.fake.news.notify_one();
    after(3).await;
    assert_eq!(world.fake.take(), []);
    after(2).await;
    assert_eq!(world.fake.take().len(), 1);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_hold_questions_is_not_asked_without_end() {
    let world = start(|_| {}, Fake { hasty: true.into(), ..Fake::default() });
    after(600).await;
    let waits = world.fake.waits.load(Ordering::SeqCst);
    assert!((2..20).contains(&waits), "{waits} questions in ten minutes");
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_failures_it_waits_longer_and_longer() {
    let world = start(|configuration| configuration.interval_minutes = 60, Fake::default());
    after(0).await;
    world.fake.take();
    *world.fake.always.lock().unwrap() = Some(LinkError::TooLarge { limit: 1 });
    world.runner.sync_now().await.unwrap_err();
    after(60).await;
    let times: Vec<_> = world.fake.take().into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [0, 5, 15, 35]);
    assert_eq!(world.runner.progress().borrow().phase, Phase::Failed);
    assert_eq!(world.site.status().unwrap().last_error.unwrap().code, "too_large");
    // A local change does not hurry a link that does not get through.
    world.runner.changed();
    after(3).await;
    assert_eq!(world.fake.take(), []);
    *world.fake.always.lock().unwrap() = None;
    after(60).await;
    assert_eq!(world.fake.take(), [(75, "exchange")]);
    assert_eq!(world.site.status().unwrap().last_error, None);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_is_tried_again_within_the_sync() {
    let fake = Fake { refusals: Mutex::new([refused(), refused()].into()), ..Fake::default() };
    let world = start(|_| {}, fake);
    after(10).await;
    assert_eq!(world.fake.take(), [(0, "login"), (2, "login"), (6, "login"), (6, "exchange")]);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_needs_a_person_is_not_tried_before_the_interval() {
    let fake = Fake { always: Mutex::new(Some(asked("site_credentials_refused", 401))), ..Fake::default() };
    let world = start(|_| {}, fake);
    after(500).await;
    assert_eq!(world.fake.take(), [(0, "login")], "it does not guess a password");
    after(200).await;
    assert_eq!(world.fake.take(), [(600, "login")]);
    // A new password is tried at once.
    world.runner.configured();
    after(0).await;
    assert_eq!(world.fake.take().len(), 1);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_is_replaced_once_in_a_sync() {
    let world = start(|_| {}, Fake::default());
    after(0).await;
    world.fake.take();
    world.fake.refusals.lock().unwrap().push_back(asked("token_ended", 401));
    world.runner.sync_now().await.unwrap();
    let names = |fake: &Fake| fake.take().into_iter().map(|(_, what)| what).collect::<Vec<_>>();
    assert_eq!(names(&world.fake), ["exchange", "login", "exchange"]);
    *world.fake.always.lock().unwrap() = Some(asked("token_unknown", 401));
    assert_eq!(world.runner.sync_now().await.unwrap_err().code, "token_unknown");
    assert_eq!(names(&world.fake), ["exchange", "login"]);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn there_is_never_a_second_sync_at_the_same_time() {
    let fake = Fake { slow: Mutex::new(Duration::from_secs(7)), ..Fake::default() };
    let world = start(|configuration| configuration.interval_minutes = 0, fake);
    let mut people = Vec::new();
    for _ in 0..10 {
        let runner = world.runner.clone();
        people.push(tokio::spawn(async move { runner.sync_now().await }));
        world.runner.changed();
        world.fake.news.notify_one();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    for person in people {
        person.await.unwrap().unwrap();
    }
    assert_eq!(world.fake.most_at_once.load(Ordering::SeqCst), 1);
    let asked = world.fake.take().len();
    assert!(asked <= 4, "those who wait are answered together: {asked}");
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn paused_it_syncs_only_when_asked() {
    let world = start(|configuration| configuration.enabled = false, Fake::default());
    world.runner.changed();
    after(4000).await;
    assert_eq!(world.fake.take(), []);
    assert_eq!(world.fake.waits.load(Ordering::SeqCst), 0);
    let moved = world.runner.sync_now().await.unwrap();
    assert_eq!(moved.requests, 2);
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sync_without_end_is_stopped() {
    let world = start(|_| {}, Fake::default());
    after(0).await;
    world.fake.endless.store(true, Ordering::SeqCst);
    let error = world.runner.sync_now().await.unwrap_err();
    assert_eq!(error.code, "no_end");
    world.running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_a_sync_where_it_is() {
    let fake = Fake { slow: Mutex::new(Duration::from_secs(3600)), ..Fake::default() };
    let world = start(|_| {}, fake);
    let runner = world.runner.clone();
    let person = tokio::spawn(async move { runner.sync_now().await });
    after(1).await;
    world.running.stop().await;
    assert_eq!(person.await.unwrap().unwrap_err().code, "stopping");
    assert_eq!(world.runner.sync_now().await.unwrap_err().code, "stopping");
}
