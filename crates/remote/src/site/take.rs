//! Takes the reply to an exchange, in one transaction: what became of the commit, which feeds there are, and the pages.

use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::{CommitOutcome, ExchangeReply};
use sitesync_store::{StoreError, Txn, write};

use super::feeds::{self, put_reading};
use super::lineage::{meet, settle_commit};
use super::load::{is_loadable, load};
use super::pace;
use super::pages::{apply_at_once, complete, note_subscriptions};
use super::push::Push;
use super::staged::{apply_staged, stage};
use super::state::{self, State};
use super::step::Run;
use super::{Site, SiteError};

/// So often a run asks for versions before it applies what it has.
const WAITS_MAX: u32 = 3;

/// A reply to an exchange that is to be taken.
struct Taking<'a> {
    reply: &'a ExchangeReply,
    /// The file is filled the first time, and nothing needs to be looked up.
    loadable: bool,
    /// The request asked for new generations.
    renewed: bool,
    took: Millis,
    /// The bytes of the commit that went along.
    sent: Option<usize>,
    now: Millis,
}

/// Why a reply was not taken. Nothing is stored then.
enum Stop {
    /// Without these versions somebody would see half a document.
    Lacks(Vec<(Feed, RecordKey)>),
    Failed(SiteError),
}

impl From<SiteError> for Stop {
    fn from(error: SiteError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Stop> for SiteError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(error) => error,
            Stop::Lacks(_) => Self::Answer("a pull lacks versions".to_owned()),
        }
    }
}

impl Site {
    pub(super) fn exchanged(
        &self,
        run: &mut Run,
        reply: &ExchangeReply,
        renewed: bool,
        took: Millis,
    ) -> Result<(), SiteError> {
        let loadable = self.prepare_to_take(reply)?;
        run.approach.note(reply);
        let sent = run.push.as_ref().map(Push::bytes_alone);
        let taking = Taking { reply, loadable, renewed, took, sent, now: self.clock.now() };
        let waits = run.waits < WAITS_MAX;
        let applied = match self.take(&taking, waits, Vec::new()) {
            Err(Stop::Lacks(lacking)) => {
                run.waits += 1;
                self.take(&taking, false, lacking)
            }
            taken => taken,
        }?;
        if reply.outcome == CommitOutcome::Applied {
            run.sent += run.push.as_ref().map_or(0, |push| push.records);
        }
        run.push = None;
        run.complete = applied;
        if applied {
            self.drop_lost_feeds()?;
            self.repair_unequal(run)?;
        }
        Ok(())
    }

    /// Takes a reply, in one transaction. Whether a complete pull was applied. If it needs versions that are not here, it is not
    /// applied where it may wait for them; what it lacked the last time is asked for while its pages wait.
    fn take(&self, taking: &Taking<'_>, waits: bool, lacking: Vec<(Feed, RecordKey)>) -> Result<bool, Stop> {
        let &Taking { reply, now, .. } = taking;
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            let restored = meet(txn, self.catalogue, &mut state, reply, now)?;
            let diverged = settle_commit(txn, &mut state, reply, now)?;
            note_subscriptions(txn, reply)?;
            // What is in doubt is compared before anything is read over it.
            if diverged || restored {
                state::put(txn, &state)?;
                return Ok(false);
            }
            state.renew &= !taking.renewed;
            let initialised = state.initialised;
            pace::adapt(&mut state, reply, taking.sent.is_some(), taking.took);
            if reply.outcome == CommitOutcome::Applied {
                pace::pushed(&mut state, taking.sent.unwrap_or(0), taking.took);
            }
            let applied = if taking.loadable {
                load(txn, self.catalogue, &state, reply)?;
                false
            } else if lacking.is_empty() {
                self.take_pages(txn, &mut state, reply, now)?
            } else {
                stage(txn, reply)?;
                state.wanted.clone_from(&lacking);
                false
            };
            if applied && waits && initialised && !state.wanted.is_empty() {
                return Err(Stop::Lacks(std::mem::take(&mut state.wanted)));
            }
            state::put(txn, &state)?;
            Ok(applied)
        })
    }

    /// Whether the reply can be loaded. If something has to be looked up instead, what was loaded before is made findable.
    fn prepare_to_take(&self, reply: &ExchangeReply) -> Result<bool, SiteError> {
        let (initialised, loadable) = {
            let snapshot = self.store.snapshot()?;
            let state = state::state(&*snapshot)?;
            (state.initialised, is_loadable(&*snapshot, &state, reply)?)
        };
        if !initialised && !loadable {
            self.finish_loading()?;
        }
        Ok(loadable)
    }

    /// Stores or applies the pages. Whether a complete pull was applied.
    fn take_pages(
        &self,
        txn: &mut dyn Txn,
        state: &mut State,
        reply: &ExchangeReply,
        now: Millis,
    ) -> Result<bool, SiteError> {
        if !state.initialised {
            apply_at_once(self, txn, state, reply, now)?;
        } else if !reply.complete {
            stage(txn, reply)?;
            return Ok(false);
        } else {
            apply_staged(self, txn, state, reply, now)?;
        }
        if reply.complete {
            complete(txn, state, reply, now)?;
        }
        Ok(reply.complete)
    }

    /// A feed whose sum differs is read again from the beginning, once in a run.
    fn repair_unequal(&self, run: &mut Run) -> Result<(), SiteError> {
        let unequal = state::state(&*self.store.snapshot()?)?.unequal;
        let again: Vec<_> = unequal.into_iter().filter(|feed| !run.repaired.contains(feed)).collect();
        if again.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            for feed in &again {
                let upto = txn.feed(feed)?.head;
                state.doubts.push(state::Doubt { feed: feed.clone(), above: 0, upto, restored: 0 });
                if let Some(mut reading) = feeds::reading(txn, feed)? {
                    reading.cursor.clear();
                    put_reading(txn, feed, &reading)?;
                }
                state.tell(
                    now,
                    format!("Feed {feed} was not equal to the central server's; it is compared and read again."),
                );
            }
            state::put(txn, &state)
        })?;
        run.repaired.extend(again);
        run.complete = false;
        Ok(())
    }
}
