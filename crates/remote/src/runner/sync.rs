//! One sync from its first request to its last.

use std::sync::Arc;

use sitesync_core::protocol::ErrorText;
use tokio::sync::watch;
use tokio::time::Instant;

use super::pace;
use super::progress::{Phase, Progress};
use crate::link::{Credentials, Link, LinkError};
use crate::site::{Reply, Run, Site, SiteError, Step};
use sitesync_core::given::Random;

/// So often a request is tried whose connection fails, before the sync ends and waits longer.
const TRIES: u32 = 3;
/// Requests in a row that move nothing. A sync needs a few; more mean that the two sides do not understand each other.
const FRUITLESS_MAX: u32 = 50;
/// Requests of one sync. At 10 records each, on the worst of links, these are two million records.
const REQUESTS_MAX: u64 = 200_000;

/// What a sync moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    pub sent: u64,
    pub received: u64,
    pub requests: u64,
}

/// Why a sync ended early, and whether trying again soon makes sense.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ErrorText,
    pub(super) link: Option<LinkError>,
}

/// What was asked before it was known to be needed.
struct Ahead {
    step: Step,
    answer: Result<(Reply, i64), LinkError>,
}

impl From<LinkError> for Failure {
    fn from(error: LinkError) -> Self {
        Self { error: error.text(), link: Some(error) }
    }
}

impl From<SiteError> for Failure {
    fn from(error: SiteError) -> Self {
        Self { error: error.body().error, link: None }
    }
}

/// What syncing works with.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) site: Arc<Site>,
    pub(super) link: Arc<dyn Link>,
    pub(super) random: Arc<dyn Random>,
    pub(super) progress: watch::Sender<Progress>,
}

impl Parts {
    /// A whole sync. Its failure is noted in the data file.
    pub(super) async fn sync(&self) -> Result<Moved, Failure> {
        self.progress.send_replace(Progress::of(Phase::Connecting));
        let mut outcome = self.steps().await;
        if let Err(failure) = &outcome
            && ends_token(&failure.error)
        {
            // The data file forgets the token; what comes first now is a login. Once: a server that ends each token is not asked for ever.
            self.failed(&failure.error).await;
            outcome = self.steps().await;
        }
        match &outcome {
            Ok(_) => self.progress.send_modify(|progress| progress.phase = Phase::Idle),
            Err(failure) => {
                self.failed(&failure.error).await;
                self.progress.send_modify(|progress| {
                    progress.phase = Phase::Failed;
                    progress.error = Some(failure.error.clone());
                });
            }
        }
        outcome
    }

    async fn failed(&self, error: &ErrorText) {
        let error = error.clone();
        if let Err(fault) = self.with_site(move |site| site.failed(&error)).await {
            tracing::warn!(fault = %fault.error, "the failure of a sync could not be noted");
        }
    }

    async fn steps(&self) -> Result<Moved, Failure> {
        let mut run = self.with_site(Site::begin_run).await?;
        let (mut fruitless, mut tries) = (0, 0);
        let mut ahead = None;
        loop {
            let (back, step, credentials) = self.with_site(move |site| next(site, run)).await?;
            run = back;
            if matches!(step, Step::Done) {
                return Ok(moved(&run));
            }
            self.show(&step, &run);
            let answer = match ahead.take() {
                Some(Ahead { step: asked, answer }) if step.asks_the_same(&asked) => answer,
                _ if !step.commits() => self.send(&step, &credentials).await,
                _ => {
                    // While a commit is on its way, what follows it is read.
                    let next = self.with_site(move |site| read_next_commit(site, run));
                    let (answer, next) = tokio::join!(self.send(&step, &credentials), next);
                    run = next?;
                    answer
                }
            };
            let (reply, took) = match answer {
                Ok(answered) => answered,
                Err(error) => {
                    tries += 1;
                    self.broken_off(step, error, tries).await?;
                    continue;
                }
            };
            tries = 0;
            let left = left(&reply);
            let before = run.sent + run.received;
            let staged = matches!(step, Step::Stage(_));
            let following = step.ahead(&reply);
            let received = self.with_site(move |site| receive(site, run, &step, reply, took));
            let asked = self.ask_ahead(following, &credentials);
            let (received, asked) = tokio::join!(received, asked);
            (run, ahead) = (received?, asked);
            fruitless = if staged || run.sent + run.received > before { 0 } else { fruitless + 1 };
            self.progress.send_modify(|progress| progress.count(&run, left));
            if fruitless > FRUITLESS_MAX || run.requests > REQUESTS_MAX {
                return Err(no_end(run.requests));
            }
        }
    }

    fn show(&self, step: &Step, run: &Run) {
        self.progress.send_modify(|progress| {
            progress.phase = Phase::of(step);
            progress.moved = moved(run);
        });
    }

    async fn ask_ahead(&self, step: Option<Step>, credentials: &Credentials) -> Option<Ahead> {
        let step = step?;
        let answer = self.send(&step, credentials).await;
        Some(Ahead { step, answer })
    }

    /// The reply, and how long it took in milliseconds.
    async fn send(&self, step: &Step, credentials: &Credentials) -> Result<(Reply, i64), LinkError> {
        let began = Instant::now();
        let reply = self.link.send(step, credentials).await?;
        Ok((reply, i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }

    /// Every step may be repeated, so after a connection that fails comes another one at once, with a smaller request.
    async fn broken_off(&self, step: Step, error: LinkError, tries: u32) -> Result<(), Failure> {
        if !error.is_connection() {
            return Err(error.into());
        }
        if error.is_under_way() {
            self.with_site(move |site| site.broken_off(&step)).await?;
        }
        if tries >= TRIES {
            return Err(error.into());
        }
        tokio::time::sleep(pace::retry(tries, &*self.random)).await;
        Ok(())
    }

    /// The data file is waited for on another thread, so that the local API stays quick.
    pub(super) async fn with_site<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    ) -> Result<T, Failure> {
        let site = self.site.clone();
        match tokio::task::spawn_blocking(move || work(&site)).await {
            Ok(outcome) => Ok(outcome?),
            Err(error) => Err(LinkError::Here(error.to_string()).into()),
        }
    }
}

fn next(site: &Site, mut run: Run) -> Result<(Run, Step, Credentials), SiteError> {
    let step = site.next_step(&mut run)?;
    Ok((run, step, credentials(site)?))
}

fn read_next_commit(site: &Site, mut run: Run) -> Result<Run, SiteError> {
    site.read_next_commit(&mut run)?;
    Ok(run)
}

fn receive(site: &Site, mut run: Run, step: &Step, reply: Reply, took: i64) -> Result<Run, SiteError> {
    site.receive(&mut run, step, reply, took)?;
    Ok(run)
}

/// Where the central server is, and what this site shows it.
pub(super) fn credentials(site: &Site) -> Result<Credentials, SiteError> {
    let state = site.state()?;
    let configuration = state.configuration.ok_or(SiteError::NotSetUp)?;
    Ok(Credentials {
        server_url: configuration.server_url,
        token: state.token,
        hardware_id: configuration.hardware_id,
        data_file: state.data_file,
        plain: configuration.plain_requests,
    })
}

pub(super) fn moved(run: &Run) -> Moved {
    Moved { sent: run.sent, received: run.received, requests: run.requests }
}

pub(super) fn ends_token(error: &ErrorText) -> bool {
    matches!(&*error.code, "token_unknown" | "token_ended")
}

/// Entries that are still to come.
fn left(reply: &Reply) -> u64 {
    match reply {
        Reply::Exchange(reply) => reply.pages.iter().map(|page| page.behind).sum(),
        _ => 0,
    }
}

fn no_end(requests: u64) -> Failure {
    let error = ErrorText {
        code: "no_end".to_owned(),
        message: format!("The sync did not come to an end after {requests} requests, and was stopped."),
        next: "Nothing is lost. Sync again; if it stays, update the programs on both sides and tell whoever runs the central server."
            .to_owned(),
    };
    Failure { error, link: None }
}
