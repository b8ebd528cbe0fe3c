//! The country at work: a store does a piece of work, what it sends arrives elsewhere, a site is cut off and comes back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::civil::DateTime;
use sitesync_central::hub::Hub;
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval};

use super::arrivals::{Underway, sent};
use super::cuts::{Change, Cuts};
use super::place::Place;
use super::remote::{LineChange, Remote};
use super::say;
use crate::demo::generator::Generator;
use crate::demo::places::{DemoStore, STORES};
use crate::demo::random::Seeded;

pub(super) struct Country {
    hub: Arc<Hub>,
    remotes: Vec<Remote>,
    generator: Generator,
    random: Seeded,
    cuts: Cuts,
    underway: Vec<Underway>,
    /// Sites whose link was mended, with what they had to send then.
    back: Vec<(usize, u64)>,
    turn: usize,
}

/// How often it is looked whether something has arrived.
const LOOK: Duration = Duration::from_millis(100);
/// More is not followed: what is sent to a site that never comes back must not pile up.
const UNDERWAY_MAX: usize = 200;

impl Country {
    pub(super) fn new(hub: Arc<Hub>, remotes: Vec<Remote>, seed: u64) -> Self {
        Self {
            hub,
            remotes,
            generator: Generator::new(seed),
            random: Seeded::new(seed.wrapping_mul(31)),
            cuts: Cuts::default(),
            underway: Vec::new(),
            back: Vec::new(),
            turn: 0,
        }
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(super) fn remotes(&self) -> &[Remote] {
        &self.remotes
    }

    pub(super) fn into_remotes(self) -> Vec<Remote> {
        self.remotes
    }

    /// Works for ever, a piece at each beat of `pace`.
    pub(super) async fn work(&mut self, pace: Duration) -> Result<()> {
        let (mut turns, mut looks) = (interval(pace), interval(LOOK));
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turns.tick() => block_in_place(|| self.turn())?,
                _ = looks.tick() => block_in_place(|| self.look())?,
            }
        }
    }

    fn turn(&mut self) -> Result<()> {
        let ready = self.remotes.iter().all(Remote::was_ready);
        if ready && let Some(change) = self.cuts.turn(self.remotes.len()) {
            self.change_line(change);
        }
        let store = self.choose();
        self.turn += 1;
        let at = self.remote_of(store);
        let place = self.place(at);
        let Some(view) = place.view(&store.id())? else { return Ok(()) };
        let Some(step) = self.generator.step(&view, now()) else { return Ok(()) };
        let underway = sent(&step.records);
        place.write(step.records).with_context(|| format!("{} cannot be written", step.says))?;
        if let Some(at) = at {
            self.remotes[at].changed();
        }
        self.tell(&step.says, at)?;
        let elsewhere = underway.into_iter().filter(|sent| self.remote_of(sent.to) != at).collect::<Vec<_>>();
        self.underway.extend(elsewhere);
        let surplus = self.underway.len().saturating_sub(UNDERWAY_MAX);
        self.underway.drain(..surplus);
        Ok(())
    }

    /// Who works now. At first every store, to count its opening stock; a site that is cut off more often, so that it is seen.
    fn choose(&mut self) -> &'static DemoStore {
        if self.turn < STORES.len() {
            return &STORES[self.turn];
        }
        let cut_off = |store: &&DemoStore| self.remote_of(store).is_some_and(|at| !self.remotes[at].is_connected());
        let there: Vec<&DemoStore> = STORES.iter().filter(cut_off).collect();
        if self.random.between(1, 2) == 1
            && let Some(store) = self.random.pick(&there)
        {
            return store;
        }
        &STORES[self.random.index(STORES.len())]
    }

    /// The site on which a store is active; none: on the central server.
    fn remote_of(&self, store: &DemoStore) -> Option<usize> {
        self.remotes.iter().position(|remote| remote.place.stores.contains(&store.code))
    }

    fn place(&self, at: Option<usize>) -> Place {
        match at {
            Some(at) => Place::Remote(self.remotes[at].site.clone()),
            None => Place::Central(self.hub.clone()),
        }
    }

    fn tell(&self, says: &str, at: Option<usize>) -> Result<()> {
        match at.map(|at| &self.remotes[at]) {
            Some(remote) if !remote.is_connected() => {
                let unsent = remote.site.unsent()?;
                say::line(&format!("{says} (offline: {} not yet sent)", say::records(unsent)))
            }
            _ => say::line(says),
        }
    }

    fn change_line(&self, change: Change) {
        match change {
            Change::Cut(at) => self.remotes[at].line.cut(),
            Change::Mend(at) => self.remotes[at].line.mend(),
        }
    }

    /// Tells which lines were cut or mended, by the demo or by a person.
    fn look_at_lines(&mut self) -> Result<()> {
        for (at, remote) in self.remotes.iter_mut().enumerate() {
            match remote.line_change()? {
                None => {}
                Some(LineChange::Cut(unsent)) => {
                    self.back.retain(|(back, _)| *back != at);
                    let (name, waiting) = (remote.place.name, say::records(unsent));
                    say::line(&format!("✂ {name} is offline; it goes on working: {waiting} not yet sent"))?;
                }
                Some(LineChange::Back(unsent)) => self.back.push((at, unsent)),
            }
        }
        Ok(())
    }

    /// What has arrived since the last look.
    fn look(&mut self) -> Result<()> {
        self.look_at_lines()?;
        for remote in &mut self.remotes {
            if let Some(records) = remote.became_ready()? {
                say::line(&format!("→ {} has received all it needs: {}", remote.place.name, say::records(records)))?;
            }
        }
        for sent in std::mem::take(&mut self.underway) {
            if self.place(self.remote_of(sent.to)).holds(&sent.key)? {
                let (name, what, waited) = (sent.to.name, sent.what, say::lasted(sent.waited()));
                say::line(&format!("→ {name}: the {what} has arrived ({waited})"))?;
            } else {
                self.underway.push(sent);
            }
        }
        for (at, unsent) in std::mem::take(&mut self.back) {
            let remote = &self.remotes[at];
            if remote.has_sent()? {
                say::line(&format!("→ {} is back: {} sent", remote.place.name, say::records(unsent)))?;
            } else {
                self.back.push((at, unsent));
            }
        }
        Ok(())
    }

    /// Everybody synchronises until nothing moves: what one sends, another one receives.
    pub(super) async fn sync_all(&self) {
        for remote in &self.remotes {
            remote.line.restore();
        }
        for _ in 0..3 {
            for remote in &self.remotes {
                if let Err(error) = remote.sync_now().await {
                    tracing::warn!(%error, site = remote.place.name, "the last sync failed");
                }
            }
            if let Err(error) = block_in_place(|| self.hub.work_off()) {
                tracing::warn!(%error, "work that waits was not done");
            }
        }
    }
}

/// The time of day at this place.
fn now() -> DateTime {
    jiff::ZonedDateTime::now().datetime()
}
