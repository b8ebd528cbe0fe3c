//! Syncs, one move at a time, so that anything may happen between any two of them.

use sitesync_core::protocol::CommitOutcome;
use sitesync_remote::site::{Reply, Run, Step};

use super::action::Weather;
use super::broken::Broken;
use super::world::World;
use crate::given::SeededRandom;

/// A sync that is under way.
pub(super) struct Flight {
    run: Run,
    stage: Stage,
}

enum Stage {
    /// The device is about to ask.
    Asking,
    /// The request is on its way.
    Sent(Step),
    /// The answer is.
    Answered(Step, Reply),
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    /// It is lost, and the device gives up.
    Lost,
    /// It is lost, and the device asks again.
    Again,
    /// The device is killed with the answer in its hand.
    Killed,
    /// It arrives, and a copy arrives later.
    Twice,
}

/// More moves than any healthy sync needs.
const MOVES_MAX: u32 = 3_000;

fn fate(weather: Option<&SeededRandom>) -> Fate {
    match weather.map_or(u64::MAX, |weather| weather.below(24)) {
        0..=1 => Fate::Lost,
        2..=3 => Fate::Again,
        4 => Fate::Killed,
        5..=6 => Fate::Twice,
        _ => Fate::Arrives,
    }
}

impl World {
    /// Moves a device's sync on; one that was broken off begins anew.
    pub(super) fn sync(&mut self, at: usize, moves: u32, weather: Weather) -> Result<(), Broken> {
        let weather = weather.0.map(SeededRandom::new);
        for made in 0..moves {
            if made == MOVES_MAX {
                return Err(Broken::new("a sync ends", format!("site {}", self.country.sites[at].id)));
            }
            let goes_on = match self.devices[at].flight.take() {
                None => self.begin(at)?,
                Some(flight) => self.move_on(at, flight, weather.as_ref())?,
            };
            self.look()?;
            self.hand_overs_are_orderly()?;
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    fn begin(&mut self, at: usize) -> Result<bool, Broken> {
        match self.country.sites[at].site.begin_run() {
            Ok(run) => self.devices[at].flight = Some(Flight { run, stage: Stage::Asking }),
            Err(error) => self.device_failed(at, &error)?,
        }
        Ok(self.devices[at].flight.is_some())
    }

    /// Whether the sync goes on.
    fn move_on(&mut self, at: usize, flight: Flight, weather: Option<&SeededRandom>) -> Result<bool, Broken> {
        let Flight { mut run, stage } = flight;
        let next = match stage {
            Stage::Asking => self.ask(at, &mut run)?,
            Stage::Sent(step) if !self.read_meanwhile(at, &mut run, &step)? => None,
            Stage::Sent(step) => self.carry(at, step, fate(weather))?,
            Stage::Answered(step, reply) => self.hear(at, &mut run, step, reply, fate(weather))?,
        };
        self.devices[at].flight = next.map(|stage| Flight { run, stage });
        Ok(self.devices[at].flight.is_some())
    }

    fn ask(&mut self, at: usize, run: &mut Run) -> Result<Option<Stage>, Broken> {
        match self.country.sites[at].site.next_step(run) {
            Ok(Step::Done) => {
                self.note("synced");
                Ok(None)
            }
            Ok(mut step) => {
                if let (Some(page), Step::Exchange(request)) = (self.country.page, &mut step) {
                    request.entries_max = page;
                }
                Ok(Some(Stage::Sent(step)))
            }
            Err(error) => self.device_failed(at, &error).map(|()| None),
        }
    }

    /// While a commit is on its way, the device reads what follows it. Whether it lives on.
    fn read_meanwhile(&mut self, at: usize, run: &mut Run, step: &Step) -> Result<bool, Broken> {
        if !step.commits() {
            return Ok(true);
        }
        match self.country.sites[at].site.read_next_commit(run) {
            Ok(()) => Ok(true),
            Err(error) => self.device_failed(at, &error).map(|()| false),
        }
    }

    fn carry(&mut self, at: usize, step: Step, fate: Fate) -> Result<Option<Stage>, Broken> {
        match fate {
            Fate::Lost => {
                self.note("a request is lost");
                return Ok(None);
            }
            Fate::Again => return Ok(Some(Stage::Sent(step))),
            Fate::Twice => self.late.push((at, step.clone())),
            Fate::Arrives | Fate::Killed => {}
        }
        let reply = self.serve(at, &step)?;
        Ok(reply.map(|reply| Stage::Answered(step, reply)))
    }

    /// The hub's answer, unless it is killed.
    fn serve(&mut self, at: usize, step: &Step) -> Result<Option<Reply>, Broken> {
        let info = self.country.sites[at].info.clone();
        let before = self.last_commit(info.id);
        let reply = match self.country.serve(&info, step) {
            Ok(reply) => Some(reply),
            Err(error) => {
                self.hub_failed(&error)?;
                None
            }
        };
        if let Step::Exchange(request) = step
            && let Some(commit) = &request.commit
        {
            // A hub that is killed after it has stored a commit tells the site later, without the changes.
            let repeated = before == self.last_commit(info.id);
            let says = matches!(&reply, Some(Reply::Exchange(reply)) if reply.outcome == CommitOutcome::Applied);
            if says || !repeated {
                self.ledger.acknowledge(&commit.changes, repeated);
            }
        }
        if !self.lazy {
            self.hub_work(false)?;
        }
        Ok(reply)
    }

    fn hear(
        &mut self,
        at: usize,
        run: &mut Run,
        step: Step,
        reply: Reply,
        fate: Fate,
    ) -> Result<Option<Stage>, Broken> {
        match fate {
            Fate::Lost => {
                self.note("an answer is lost");
                return Ok(None);
            }
            Fate::Again => return Ok(Some(Stage::Sent(step))),
            Fate::Killed => {
                self.note("is killed with an answer");
                self.restart(at);
                return Ok(None);
            }
            Fate::Arrives | Fate::Twice => {}
        }
        match self.country.sites[at].site.receive(run, &step, reply, 1) {
            Ok(()) => Ok(Some(Stage::Asking)),
            Err(error) => self.device_failed(at, &error).map(|()| None),
        }
    }

    /// A copy of a request arrives late; nobody waits for the answer.
    pub(super) fn arrive_late(&mut self, which: u64) -> Result<(), Broken> {
        if self.late.is_empty() {
            return Ok(());
        }
        let (at, step) = self.late[(which % self.late.len() as u64) as usize].clone();
        self.note(format!("a request of site {} arrives late", self.country.sites[at].id));
        self.serve(at, &step).map(|_| ())
    }
}
