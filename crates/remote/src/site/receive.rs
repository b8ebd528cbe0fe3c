//! Stores the answers of the central server.

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::Millis;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::{CommitId, CommitOutcome, ErrorText, ExchangeReply, FeedEntry, FeedPage, LoginReply};
use sitesync_core::record::link_target;
use sitesync_store::{Snapshot, Space, Txn, write};

use super::apply::{Applying, Mode};
use super::feeds::{self, Reading, put_reading, readings, staged_key};
use super::records::{PutAside, is_unsent};
use super::state::{self, Rewound, State, decode, get, put_row};
use super::step::{Reply, Run, Step};
use super::{Site, SiteError};

/// A commit of this site, and how far in its list of changes it reached.
#[derive(serde::Serialize, serde::Deserialize)]
struct OwnCommit {
    id: CommitId,
    upto: u64,
}

impl Site {
    /// Stores the answer to a step. `took` is how long it took, in milliseconds.
    pub fn receive(&self, run: &mut Run, step: &Step, reply: Reply, took: Millis) -> Result<(), SiteError> {
        run.requests += 1;
        match (step, reply) {
            (Step::Login(_), Reply::Login(reply)) => self.logged_in(&reply),
            (Step::Stage(_), Reply::Staged) => {
                if let Some(push) = &mut run.push {
                    push.batch_stored();
                }
                Ok(())
            }
            (Step::Exchange(request), Reply::Exchange(reply)) => {
                run.received += reply.pages.iter().map(|page| page.entries.len() as u64).sum::<u64>();
                let renewed = request.renew;
                self.exchanged(run, &reply, renewed, took)
            }
            (Step::Compare(question), Reply::Compare(reply)) => self.compared(question, &reply),
            _ => Err(SiteError::Answer("it answers another question".to_owned())),
        }
    }

    /// A sync ended with an error, which people are shown until one succeeds.
    pub fn failed(&self, error: &ErrorText) -> Result<(), SiteError> {
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            state.last_error = Some(error.clone());
            // The site's name or password was changed, or its device was reset: it logs in again at the next sync.
            if matches!(&*error.code, "token_unknown" | "token_ended") {
                state.token = None;
            }
            state::put(txn, &state)
        })
    }

    fn logged_in(&self, reply: &LoginReply) -> Result<(), SiteError> {
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            if let Some(site) = state.site.as_ref().filter(|site| site.uuid != reply.site.uuid) {
                return Err(SiteError::Asked(ErrorText {
                    code: "site_mismatch".to_owned(),
                    message: format!("This data file belongs to site {}, not to {}.", site.name, reply.site.name),
                    next: "Enter the name and password of its own site, or set up a new data file.".to_owned(),
                }));
            }
            state.token = Some(reply.token.clone());
            state.site = Some(reply.site.clone());
            state::put(txn, &state)
        })
    }

    fn exchanged(&self, run: &mut Run, reply: &ExchangeReply, renewed: bool, took: Millis) -> Result<(), SiteError> {
        let now = self.clock.now();
        let pushed = run.push.as_ref().map_or(0, |push| push.records);
        let outcome = write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            let in_doubt = meet(txn, self.catalogue, &mut state, reply, now)?;
            let diverged = settle_commit(txn, &mut state, reply, now)?;
            // What is in doubt is compared before anything is read over it.
            if diverged || in_doubt {
                state::put(txn, &state)?;
                return Ok((false, false));
            }
            if renewed {
                state.renew = false;
            }
            note_subscriptions(txn, reply)?;
            adapt(&mut state, reply, took);
            let applied = self.take_pages(txn, &mut state, reply, now)?;
            state::put(txn, &state)?;
            Ok::<_, SiteError>((applied, true))
        })?;
        let (applied, read) = outcome;
        if reply.outcome == CommitOutcome::Applied {
            run.sent += pushed;
        }
        run.push = None;
        run.complete = applied && read;
        if applied {
            self.drop_lost_feeds()?;
            self.repair_unequal(run)?;
        }
        Ok(())
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

/// The central server may have begun a new epoch since the last contact. Whether something is in doubt by that.
fn meet(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<bool, SiteError> {
    state.clock_off = reply.clock - now;
    state.site = Some(reply.site.clone());
    state.held = reply.held;
    let restored = state.epoch != 0 && state.epoch != reply.epoch;
    state.epoch = reply.epoch;
    if !restored {
        return Ok(false);
    }
    state.tell(
        now,
        "The central server was restored from a backup. This site compares, and sends again what is missing there.",
    );
    clear_staged(txn)?;
    for doubtful in &reply.doubtful {
        if reply.subscribed.contains(&doubtful.feed) {
            let head = txn.feed(&doubtful.feed)?.head;
            state.doubt(doubtful, head);
        } else {
            super::doubt::resend_store(txn, catalogue, doubtful, now)?;
        }
    }
    Ok(!state.doubts.is_empty())
}

/// Learns what became of the site's commits. Whether this data file was found rewound, so that the pages must be asked for anew.
fn settle_commit(txn: &mut dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<bool, SiteError> {
    if let Some(attempt) = state.attempt.take_if(|attempt| attempt.id == reply.last) {
        put_row(
            txn,
            Space::OwnCommit,
            &attempt.id.number.to_be_bytes(),
            &OwnCommit { id: attempt.id, upto: attempt.upto },
        )?;
        acknowledged(txn, state, attempt.id, attempt.upto)?;
        return Ok(false);
    }
    // Whatever was attempted is not there; it is built anew.
    state.attempt = None;
    if !state.initialised {
        state.last = reply.last;
        return Ok(false);
    }
    match reply.outcome {
        CommitOutcome::None | CommitOutcome::Applied => Ok(false),
        CommitOutcome::Behind => match own_commit(txn, reply.last)? {
            Lineage::Own { upto } => {
                state.last = reply.last;
                state.sent_upto = state.sent_upto.min(upto);
                state.tell(now, "The central server lacks what this site sent since its backup; it is sent again.");
                Ok(false)
            }
            Lineage::Foreign => rewound(txn, state, reply, now),
        },
        CommitOutcome::Diverged => rewound(txn, state, reply, now),
    }
}

/// Whether a commit that the central server names belongs to this file's life.
enum Lineage {
    /// Yes: changes up to here were in it or before it.
    Own { upto: u64 },
    /// Another file of this site made it.
    Foreign,
}

fn own_commit(snapshot: &dyn Snapshot, id: CommitId) -> Result<Lineage, SiteError> {
    let own: Option<OwnCommit> = get(snapshot, Space::OwnCommit, &id.number.to_be_bytes())?;
    Ok(match own {
        Some(own) if own.id == id => Lineage::Own { upto: own.upto },
        Some(_) => Lineage::Foreign,
        // From before this file was filled: all that it wrote itself came later. What it was filled with is in doubt, and compared.
        None => Lineage::Own { upto: 0 },
    })
}

/// The central server has commits that this file does not know: read everything since, the site's own entries included.
fn rewound(txn: &mut dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<bool, SiteError> {
    state.tell(
        now,
        "This data file was put back from a backup, or copied from another device. It is filled again from the central server; \
         what was changed here and there is put aside, never overwritten.",
    );
    state.rewound = Some(Rewound { at: now, both: !state.doubts.is_empty() });
    state.renew = true;
    state.last = reply.last;
    clear_staged(txn)?;
    Ok(true)
}

fn clear_staged(txn: &mut dyn Txn) -> Result<(), SiteError> {
    for (key, _) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        txn.delete_row(Space::Pulled, &key)?;
    }
    for (feed, mut reading) in readings(txn)? {
        if reading.staged.take().is_some() {
            put_reading(txn, &feed, &reading)?;
        }
    }
    Ok(())
}

/// The commit is on the central server.
fn acknowledged(txn: &mut dyn Txn, state: &mut State, last: CommitId, upto: u64) -> Result<(), SiteError> {
    state.last = last;
    state.sent_upto = state.sent_upto.max(upto);
    for (key, _) in txn.rows(Space::Written, &[], None, usize::MAX)? {
        let number = key.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        if number > state.sent_upto {
            break;
        }
        txn.delete_row(Space::Written, &key)?;
    }
    forget_bases(txn, state)?;
    for (key, bytes) in txn.rows(Space::Aside, &[], None, usize::MAX)? {
        let mut aside: PutAside = decode(&bytes)?;
        if !aside.sent {
            aside.sent = true;
            put_row(txn, Space::Aside, &key, &aside)?;
        }
    }
    Ok(())
}

/// The version last exchanged is needed only while there are unsent changes.
fn forget_bases(txn: &mut dyn Txn, state: &State) -> Result<(), SiteError> {
    for (row, _) in txn.rows(Space::Base, &[], None, usize::MAX)? {
        let text = String::from_utf8_lossy(&row).into_owned();
        let Some((table, id)) = text.split_once('\u{1f}') else { continue };
        let key = sitesync_core::ids::RecordKey::new(table, id);
        let entries = txn.entries_of(std::slice::from_ref(&key))?.pop().unwrap_or_default();
        if !is_unsent(state, &entries) {
            txn.delete_row(Space::Base, link_target(&key).as_bytes())?;
        }
    }
    Ok(())
}

/// Feeds come and go with the stores that are active on the site.
fn note_subscriptions(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    let known = readings(txn)?;
    for feed in &reply.subscribed {
        match known.iter().find(|(known, _)| known == feed) {
            None => put_reading(txn, feed, &Reading::default())?,
            // It came back before it was dropped: it is read as a new one, over what is there.
            Some((_, reading)) if reading.lost => put_reading(txn, feed, &Reading::default())?,
            Some(_) => {}
        }
    }
    for (feed, mut reading) in known.into_iter().filter(|(feed, _)| !reply.subscribed.contains(feed)) {
        if !reading.lost {
            reading = Reading { lost: true, ..Reading::default() };
            put_reading(txn, &feed, &reading)?;
            drop_staged(txn, &feed)?;
        }
    }
    Ok(())
}

fn drop_staged(txn: &mut dyn Txn, feed: &Feed) -> Result<(), SiteError> {
    let end = [&[0x1f][..], feed.to_string().as_bytes()].concat();
    for (key, _) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        if key.ends_with(&end) {
            txn.delete_row(Space::Pulled, &key)?;
        }
    }
    Ok(())
}

/// Pages adapt to the link: about five seconds each, from 10 entries on a bad link to many on a good one.
fn adapt(state: &mut State, reply: &ExchangeReply, took: Millis) {
    const TARGET_MS: i64 = 5_000;
    const ENTRIES_MIN: i64 = 10;
    const ENTRIES_MAX: i64 = 50_000;
    let entries: usize = reply.pages.iter().map(|page| page.entries.len()).sum();
    if (entries as u32) < state.entries_max / 2 || took <= 0 {
        return;
    }
    let fitting = (entries as i64).saturating_mul(TARGET_MS) / took;
    // Not more than four times the last, so that one lucky page does not overload the link.
    let most = i64::from(state.entries_max) * 4;
    state.entries_max = fitting.min(most).clamp(ENTRIES_MIN, ENTRIES_MAX) as u32;
}

/// While it initialises, the site writes each page straight into its tables, and shows a store when its part is complete (EXCHANGE B2).
fn apply_at_once(
    site: &Site,
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<(), SiteError> {
    let entries: Vec<_> = entries_of(&reply.pages).collect();
    Applying::new(txn, site.catalogue, state, Mode::First, now).apply(&entries)?;
    let central = reply.pages.iter().any(|page| page.feed == Feed::Central && page.at_head);
    for page in &reply.pages {
        let mut reading = feeds::reading(txn, &page.feed)?.unwrap_or_default();
        reading.cursor = page.cursor.clone();
        reading.behind = page.behind;
        reading.ready |= page.at_head && central;
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

fn stage(txn: &mut dyn Txn, reply: &ExchangeReply) -> Result<(), SiteError> {
    for page in &reply.pages {
        for entry in &page.entries {
            let key = sitesync_core::ids::RecordKey { table: entry.table.clone(), id: entry.id.clone() };
            put_row(txn, Space::Pulled, &staged_key(&page.feed, &key), &(&page.feed, entry))?;
        }
        let mut reading = feeds::reading(txn, &page.feed)?.unwrap_or_default();
        reading.staged = Some(page.cursor.clone());
        reading.behind = page.behind;
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

/// The end of a pull: what was staged and the last pages are applied together; later versions replace earlier ones.
fn apply_staged(
    site: &Site,
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<(), SiteError> {
    let mut staged: Vec<(Feed, FeedEntry)> = Vec::new();
    for (key, bytes) in txn.rows(Space::Pulled, &[], None, usize::MAX)? {
        staged.push(decode(&bytes)?);
        txn.delete_row(Space::Pulled, &key)?;
    }
    let mode = match state.rewound {
        Some(rewound) => Mode::Rewound { both: rewound.both },
        None => Mode::Routine,
    };
    let staged = staged.iter().map(|(feed, entry)| (feed, entry));
    let entries: Vec<_> = staged.chain(entries_of(&reply.pages)).collect();
    Applying::new(txn, site.catalogue, state, mode, now).apply(&entries)?;
    for page in &reply.pages {
        let reading = Reading { cursor: page.cursor.clone(), ready: true, ..Reading::default() };
        put_reading(txn, &page.feed, &reading)?;
    }
    Ok(())
}

fn entries_of(pages: &[FeedPage]) -> impl Iterator<Item = (&Feed, &FeedEntry)> {
    pages.iter().flat_map(|page| page.entries.iter().map(move |entry| (&page.feed, entry)))
}

/// Every feed was read to its head in one snapshot: the sums prove that nothing is missing (EXCHANGE A17).
fn complete(txn: &mut dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<(), SiteError> {
    let mut unequal = Vec::new();
    for page in &reply.pages {
        let here = txn.feed(&page.feed)?;
        if here.sum != page.sum || here.live != page.live {
            unequal.push(page.feed.clone());
        }
    }
    // What is in doubt or missing is being asked for; until then the sums cannot agree.
    state.unequal = if state.doubts.is_empty() && state.wanted.is_empty() { unequal } else { Vec::new() };
    state.initialised = true;
    state.rewound = None;
    state.first_success.get_or_insert(now);
    state.last_success = Some(now);
    state.last_error = None;
    Ok(())
}
