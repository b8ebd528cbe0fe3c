//! The steps of a sync, and what to send next.

use sitesync_core::ids::Feed;
use sitesync_core::protocol::{
    CompareReply, CompareRequest, ExchangeReply, ExchangeRequest, LeavingReport, LoginReply, LoginRequest, SiteReport,
    StageRequest, VERSIONS, WaitRequest,
};
use sitesync_store::{Snapshot, Space, write};

use super::next_commit::Collected;
use super::pace::{self, Approach};
use super::push::Push;
use super::state::{self, Configuration, State, decode};
use super::{Site, SiteError, feeds, leaving, records};

/// What to send to the central server.
#[derive(Clone)]
pub enum Step {
    Login(LoginRequest),
    Stage(StageRequest),
    Exchange(Box<ExchangeRequest>),
    Compare(CompareRequest),
    /// Everything was sent, and everything was read.
    Done,
}

impl Step {
    /// Whether this carries a commit: then what follows it can be read meanwhile.
    pub fn commits(&self) -> bool {
        matches!(self, Step::Exchange(request) if request.commit.is_some())
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub enum Reply {
    Login(LoginReply),
    Staged,
    Exchange(Box<ExchangeReply>),
    Compare(CompareReply),
}

/// What is known of a sync that is under way; nothing is lost with it.
#[derive(Default)]
pub struct Run {
    /// A complete pull was applied in this run.
    pub(crate) complete: bool,
    /// The commit that is being sent.
    pub(crate) push: Option<Push>,
    /// What follows it.
    pub(crate) next: Option<Collected>,
    pub(crate) approach: Approach,
    /// So often it asked for versions that a pull lacked.
    pub(crate) waits: u32,
    /// Feeds that were read anew in this run because their sums differed; once is enough.
    pub(crate) repaired: Vec<Feed>,
    /// What was said in this run of stores that leave.
    pub(crate) told: Vec<LeavingReport>,
    /// Counts, for people.
    pub sent: u64,
    pub received: u64,
    pub requests: u64,
}

/// The name under which the program reports itself.
pub(crate) const APP_NAME: &str = "sitesync";

impl Site {
    /// What to send next. An attempt is noted in the data file before this returns it.
    pub fn next_step(&self, run: &mut Run) -> Result<Step, SiteError> {
        let state = state::state(&*self.store.snapshot()?)?;
        let configuration = state.configuration.clone().ok_or(SiteError::NotSetUp)?;
        if state.token.is_none() {
            return Ok(Step::Login(login_request(state.data_file, configuration)));
        }
        if let Some(question) = self.question(&state)? {
            return Ok(Step::Compare(question));
        }
        self.prepare_push(run, &state)?;
        if let Some(batch) = run.push.as_ref().and_then(Push::next_batch) {
            return Ok(Step::Stage(batch));
        }
        let nothing_to_send = run.push.is_none() && state.attempt.is_none();
        if run.complete && nothing_to_send && (state.leaving.is_empty() || self.has_told_of_leaving(run)?) {
            return Ok(Step::Done);
        }
        self.exchange_step(run)
    }

    /// A site that hears of a store that leaves says at once that it is read-only, and that everything is sent.
    fn has_told_of_leaving(&self, run: &Run) -> Result<bool, SiteError> {
        let snapshot = self.store.snapshot()?;
        let reports = leaving::reports(&*snapshot, &state::state(&*snapshot)?, run)?;
        Ok(reports.iter().all(|report| run.told.contains(report)))
    }

    fn exchange_step(&self, run: &mut Run) -> Result<Step, SiteError> {
        // Read again: preparing a push notes the attempt.
        let snapshot = self.store.snapshot()?;
        let state = state::state(&*snapshot)?;
        let leaving = leaving::reports(&*snapshot, &state, run)?;
        run.told.extend(leaving.iter().filter(|report| !run.told.contains(report)).copied().collect::<Vec<_>>());
        let commit = run.push.as_ref().map(Push::commit);
        // What goes out now is not an attempt whose answer was lost.
        let attempt = state.attempt.filter(|_| commit.is_none()).map(|attempt| attempt.id);
        let (entries, bytes, _) = pace::limits(&state);
        Ok(Step::Exchange(Box::new(ExchangeRequest {
            epoch: state.epoch,
            last: state.last,
            attempt,
            commit,
            positions: feeds::positions(&*snapshot)?,
            empty: !state.initialised,
            renew: state.renew,
            entries_max: entries.saturating_mul(run.approach.times()),
            bytes_max: bytes.saturating_mul(run.approach.times()),
            leaving,
            report: self.report(&*snapshot, &state)?,
        })))
    }

    fn report(&self, snapshot: &dyn Snapshot, state: &State) -> Result<SiteReport, SiteError> {
        let configuration = state.configuration.as_ref().ok_or(SiteError::NotSetUp)?;
        Ok(SiteReport {
            clock: self.clock.now(),
            device_type: configuration.kind.name().to_owned(),
            app_name: APP_NAME.to_owned(),
            app_version: configuration.app_version.clone(),
            unsent: records::unsent(snapshot, state)?,
            unsent_since: unsent_since(snapshot, state)?,
            aside: snapshot.rows(Space::Aside, &[], None, usize::MAX)?.len() as u64,
        })
    }

    /// What Check connection asks with: as this data file, with a configuration that need not be stored.
    pub fn login_request(&self, configuration: Configuration) -> Result<LoginRequest, SiteError> {
        Ok(login_request(self.state()?.data_file, configuration))
    }

    /// Asks to be told when there is something new for this site. Nothing is written.
    pub fn wait_request(&self, seconds: u32) -> Result<WaitRequest, SiteError> {
        let snapshot = self.store.snapshot()?;
        let leaving = state::state(&*snapshot)?.leaving.iter().map(|leaving| leaving.hand_over).collect();
        Ok(WaitRequest { positions: feeds::positions(&*snapshot)?, leaving: Some(leaving), seconds })
    }

    /// Notes that an attempt to sync begins.
    pub fn begin_run(&self) -> Result<Run, SiteError> {
        let now = self.clock.now();
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            state.last_attempt = Some(now);
            state::put(txn, &state)
        })?;
        Ok(Run::default())
    }
}

fn login_request(data_file: String, configuration: Configuration) -> LoginRequest {
    LoginRequest {
        name: configuration.site_name,
        secret: configuration.secret,
        hardware_id: configuration.hardware_id,
        data_file,
        device_type: configuration.kind.name().to_owned(),
        app_name: APP_NAME.to_owned(),
        app_version: configuration.app_version,
        versions: VERSIONS.to_vec(),
    }
}

/// When the oldest change was written that is not on the central server.
pub(crate) fn unsent_since(snapshot: &dyn Snapshot, state: &State) -> Result<Option<i64>, SiteError> {
    let rows = snapshot.rows(Space::Written, &[], Some(&state.sent_upto.to_be_bytes()), 1)?;
    rows.first().map(|(_, bytes)| decode(bytes)).transpose()
}
