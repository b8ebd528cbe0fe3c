//! Syncs by itself: at an interval, a moment after a local change, when the central server has something new, and when asked.
//!
//! One task owns it, so there is never a second sync at the same time. What a sync does is `sync`; how long to wait is `pace`.

mod pace;
mod progress;
mod sync;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use sitesync_core::given::Random;
use sitesync_core::protocol::{ErrorText, WaitReply};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::sync::{Failure, Parts, ends_token};
use crate::link::Link;
use crate::site::{Configuration, Site};

pub use progress::{Phase, Progress};
pub use sync::Moved;

/// How a sync ended.
pub type Outcome = Result<Moved, ErrorText>;

/// Local changes of so long a moment go together.
const SOON: Duration = Duration::from_secs(1);
/// One question to be told of news is held so long on the central server.
const WAIT_SECONDS: u32 = 50;
/// A "nothing new" that comes sooner was not waited for.
const HELD_MIN: Duration = Duration::from_secs(5);
/// People who ask for a sync at the same time are answered by the same one.
const ASKING_MAX: usize = 64;

/// Talks to the task that syncs. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    asking: mpsc::Sender<oneshot::Sender<Outcome>>,
    bells: Arc<Bells>,
    progress: watch::Receiver<Progress>,
}

/// Holds the task that syncs: it ends when this is dropped, too.
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Bells {
    changed: Notify,
    configured: Notify,
}

impl Runner {
    /// Starts to sync. It goes on as long as [`Running`] is held.
    pub fn start(site: Arc<Site>, link: Arc<dyn Link>, random: Arc<dyn Random>) -> (Self, Running) {
        let (progress, watched) = watch::channel(Progress::default());
        let (asking, asked) = mpsc::channel(ASKING_MAX);
        let (stop, stopped) = watch::channel(false);
        let bells = Arc::new(Bells::default());
        let parts = Parts { site, link, random, progress };
        let task = Task {
            parts,
            asked,
            bells: bells.clone(),
            stopped,
            failures: 0,
            soon: None,
            due: Instant::now(),
            quiet: Quiet::default(),
        };
        let task = tokio::spawn(task.run());
        (Self { asking, bells, progress: watched }, Running { stop, task })
    }

    /// Syncs now, and answers how it ended. While a sync runs, another one follows: what was just written is in it.
    pub async fn sync_now(&self) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        if self.asking.send(answer).await.is_err() {
            return Err(stopped());
        }
        outcome.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Asks for a sync and does not wait for its end.
    pub fn ask(&self) {
        let (answer, _) = oneshot::channel();
        // If many are asking already, one of theirs does it.
        let _ = self.asking.try_send(answer);
    }

    /// Something was written here: it is sent soon.
    pub fn changed(&self) {
        self.bells.changed.notify_one();
    }

    /// The configuration changed: it holds at once.
    pub fn configured(&self) {
        self.bells.configured.notify_one();
    }

    /// How far the sync is; to be watched.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }
}

impl Running {
    /// Ends the task; a sync that runs is left where it is, and goes on with the next start.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the task that syncs did not end well");
        }
    }
}

fn stopped() -> ErrorText {
    ErrorText {
        code: "stopping".to_owned(),
        message: "The program is being stopped.".to_owned(),
        next: "Start it again; the sync goes on by itself.".to_owned(),
    }
}

/// When to ask the central server for news.
#[derive(Default)]
struct Quiet {
    /// Questions in a row that failed, or led to nothing.
    fruitless: u32,
    until: Option<Instant>,
}

struct Task {
    parts: Parts,
    asked: mpsc::Receiver<oneshot::Sender<Outcome>>,
    bells: Arc<Bells>,
    stopped: watch::Receiver<bool>,
    /// Syncs in a row that failed.
    failures: u32,
    /// When local changes are sent.
    soon: Option<Instant>,
    /// When a sync is due whatever happens.
    due: Instant,
    quiet: Quiet,
}

/// Why the waiting ended.
enum Event {
    Stop,
    Configured,
    Due,
    /// And how long the answer took.
    News(Result<WaitReply, Failure>, Duration),
    Asked(oneshot::Sender<Outcome>),
}

impl Task {
    async fn run(mut self) {
        loop {
            let configuration = self.configuration().await;
            match self.idle(configuration.as_ref()).await {
                Event::Stop => return,
                Event::Configured => {
                    self.failures = 0;
                    self.due = Instant::now();
                    self.quiet = Quiet::default();
                }
                Event::Asked(answer) => self.sync(vec![answer]).await,
                Event::Due => self.sync(Vec::new()).await,
                Event::News(news, waited) => self.news(news, waited).await,
            }
            if *self.stopped.borrow() {
                return;
            }
        }
    }

    async fn configuration(&self) -> Option<Configuration> {
        self.parts.with_site(|site| Ok(site.state()?.configuration)).await.unwrap_or_else(|failure| {
            tracing::error!(error = %failure.error, "the data file cannot be read");
            None
        })
    }

    /// Waits for a reason to sync. Without a configuration, or paused, only a person is one.
    async fn idle(&mut self, configuration: Option<&Configuration>) -> Event {
        let active = configuration.is_some_and(|configuration| configuration.enabled);
        // A question that is held open is what machines in the middle cut first.
        let plain = configuration.is_some_and(|configuration| configuration.plain_requests);
        let asks = active && !plain && self.failures == 0;
        let (parts, quiet) = (&self.parts, self.quiet.until);
        let news = async {
            if let Some(until) = quiet {
                tokio::time::sleep_until(until).await;
            }
            let asked = Instant::now();
            let answer = wait(parts).await;
            (answer, asked.elapsed())
        };
        tokio::pin!(news);
        loop {
            let due = self.soon.map_or(self.due, |soon| soon.min(self.due));
            tokio::select! {
                biased;
                _ = self.stopped.changed() => return Event::Stop,
                asked = self.asked.recv() => return asked.map_or(Event::Stop, Event::Asked),
                () = self.bells.configured.notified() => return Event::Configured,
                // While nothing gets through, changes wait for the next try: they would only hammer a dead link.
                () = self.bells.changed.notified() => if self.failures == 0 {
                    self.soon.get_or_insert(Instant::now() + SOON);
                },
                () = tokio::time::sleep_until(due), if active => return Event::Due,
                (news, waited) = &mut news, if asks => return Event::News(news, waited),
            }
        }
    }

    /// The central server has something new, or the time was over, or it did not answer.
    async fn news(&mut self, news: Result<WaitReply, Failure>, waited: Duration) {
        match news {
            // Who does not hold the question would be asked without end.
            Ok(WaitReply { changed: false }) if waited < HELD_MIN => self.hush(None),
            Ok(WaitReply { changed: false }) => self.quiet = Quiet::default(),
            Ok(WaitReply { changed: true }) => {
                self.sync(Vec::new()).await;
                let received = self.parts.progress.borrow().moved.received;
                // News that are none would make the two ask each other without end.
                if received == 0 { self.hush(None) } else { self.quiet = Quiet::default() }
            }
            Err(failure) if ends_token(&failure.error) => self.sync(Vec::new()).await,
            Err(failure) => self.hush(failure.link.and_then(|link| link.retry_after())),
        }
    }

    fn hush(&mut self, at_least: Option<Duration>) {
        self.quiet.fruitless = self.quiet.fruitless.saturating_add(1);
        let longest = Duration::from_secs(300);
        let wait = pace::back_off(self.quiet.fruitless, longest, &*self.parts.random);
        self.quiet.until = Some(Instant::now() + wait.max(at_least.unwrap_or_default()));
    }

    /// A sync, for all who asked before it began.
    async fn sync(&mut self, mut answers: Vec<oneshot::Sender<Outcome>>) {
        while let Ok(answer) = self.asked.try_recv() {
            answers.push(answer);
        }
        self.soon = None;
        let outcome = tokio::select! {
            biased;
            _ = self.stopped.changed() => return,
            outcome = self.parts.sync() => outcome,
        };
        let minutes = self.configuration().await.map_or(1, |configuration| configuration.interval_minutes);
        self.plan(minutes, outcome.as_ref().err());
        let told = outcome.map_err(|failure| failure.error);
        for answer in answers {
            let _ = answer.send(told.clone());
        }
    }

    /// When the next sync is due.
    fn plan(&mut self, minutes: u32, failure: Option<&Failure>) {
        let random = &*self.parts.random;
        let interval = pace::interval(minutes, random);
        let Some(failure) = failure else {
            self.failures = 0;
            self.due = Instant::now() + interval;
            return;
        };
        tracing::info!(error = %failure.error, "a sync failed");
        self.failures = self.failures.saturating_add(1);
        let needs_person = failure.link.as_ref().is_some_and(crate::link::LinkError::needs_person);
        let wait = if needs_person { interval } else { pace::back_off(self.failures, interval, random) };
        let asked_for = failure.link.as_ref().and_then(|link| link.retry_after()).unwrap_or_default();
        self.due = Instant::now() + wait.max(asked_for.min(Duration::from_secs(3600)));
    }
}

/// Is told when there is something new. Before the first login there is nothing to ask with.
async fn wait(parts: &Parts) -> Result<WaitReply, Failure> {
    let look = |site: &Site| Ok((site.wait_request(WAIT_SECONDS)?, sync::credentials(site)?));
    let (request, credentials) = parts.with_site(look).await?;
    if credentials.token.is_none() {
        std::future::pending::<()>().await;
    }
    Ok(parts.link.wait(&request, &credentials).await?)
}
