//! How much goes into one request: what the link carries in about five seconds. Then little is sent twice when it breaks, and a
//! request that is broken off over and over becomes small enough to pass.

use sitesync_core::given::Millis;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::{ExchangeReply, ExchangeRequest};
use sitesync_store::write;

use super::state::{self, State};
use super::step::{Run, Step};
use super::{Site, SiteError};

const TARGET_MS: i64 = 5_000;
/// One good or bad request is not the link: no limit becomes more than four times as large or small at once.
const STEP: i64 = 4;

const ENTRIES: (i64, i64) = (10, 20_000);
/// Bytes of records in a reply. Entries are the narrower limit, unless records are large.
const BYTES: (i64, i64) = (64 << 10, BYTES_MOST as i64);
/// Two replies are in memory at a time while the site fills itself.
pub(super) const BYTES_MOST: u32 = 4 << 20;
/// Bytes of changes in one request. A usual commit fits whole into the largest; on a link that is not known yet a request is smaller.
const PUSH: (i64, i64) = (16 << 10, PUSH_MOST as i64);
const PUSH_MOST: u32 = 4 << 20;
pub(super) const PUSH_FIRST: u32 = 1 << 20;
/// Requests of one commit, on a link that breaks: what was staged of a commit that does not get through is sent again.
const PUSH_REQUESTS: usize = 4;

/// A limit that would have taken `target`, after `amount` took `took`.
fn fitting(limit: &mut u32, amount: i64, took: Millis, (least, most): (i64, i64)) {
    let before = i64::from(*limit);
    let fits = amount.saturating_mul(TARGET_MS) / took.max(1);
    let now = fits.clamp(before / STEP, before.saturating_mul(STEP)).clamp(least, most);
    *limit = u32::try_from(now).unwrap_or(*limit);
}

fn halve(limit: &mut u32, (least, _): (i64, i64)) {
    *limit = (*limit / 2).max(u32::try_from(least).unwrap_or(0));
}

/// A reply came. Pages that took long shrink, full ones that came fast grow. Of one to a commit, the time may be the commit's.
pub(super) fn adapt(state: &mut State, reply: &ExchangeReply, to_commit: bool, took: Millis) {
    let entries: usize = reply.pages.iter().map(|page| page.entries.len()).sum();
    let full = reply.pages.iter().any(|page| !page.at_head);
    if took <= 0 || entries == 0 || !(full || (took > TARGET_MS && !to_commit)) {
        return;
    }
    let bodies = reply.pages.iter().flat_map(|page| &page.entries).filter_map(|entry| entry.put.as_ref());
    let bytes: usize = bodies.map(|body| body.get().len()).sum();
    fitting(&mut state.entries_max, entries as i64, took, ENTRIES);
    fitting(&mut state.bytes_max, 2 * bytes as i64, took, BYTES);
}

/// Changes of so many bytes have got through; a request that was not nearly full tells nothing.
pub(super) fn pushed(state: &mut State, bytes: usize, took: Millis) {
    if took > 0 && bytes >= state.push_bytes as usize / 2 {
        fitting(&mut state.push_bytes, bytes as i64, took, PUSH);
    }
}

/// Of plain requests: small enough for any machine in the middle.
const PLAIN: u32 = 200;
/// A record with what stands around it, roughly.
const RECORD_BYTES: u32 = 1 << 10;

/// Records in one request at most, as a person wants it.
fn wanted(state: &State) -> u32 {
    let configuration = state.configuration.as_ref();
    let wanted = configuration.map_or(0, |configuration| configuration.request_size);
    let wanted = if wanted == 0 { u32::MAX } else { wanted };
    if configuration.is_some_and(|configuration| configuration.plain_requests) { wanted.min(PLAIN) } else { wanted }
}

/// Entries and bytes of records that a request asks for, and bytes of changes that one sends: as the link allows and a person wants.
pub(super) fn limits(state: &State) -> (u32, u32, u32) {
    let wanted = wanted(state);
    let bytes = wanted.saturating_mul(RECORD_BYTES).max(PUSH.0 as u32);
    (state.entries_max.min(wanted), state.bytes_max.min(bytes), state.push_bytes.min(bytes))
}

/// Bytes of changes in one commit: on a link that breaks, few enough to get through whole. `usual` is for all others.
pub(super) fn commit_bytes(state: &State, usual: usize) -> usize {
    let (.., push) = limits(state);
    if push < PUSH_MOST { push as usize * PUSH_REQUESTS } else { usual }
}

/// What a run has seen of the feed that it reads: whether it comes nearer to its end.
#[derive(Default)]
pub(crate) struct Approach {
    feed: Option<Feed>,
    behind: u64,
    /// Replies after which no less was left to be read than before.
    fruitless: u32,
}

/// After so many of them, pages grow.
const PATIENCE: u32 = 100;

impl Approach {
    pub(super) fn note(&mut self, reply: &ExchangeReply) {
        let Some(last) = reply.pages.last() else { return };
        if self.feed.as_ref() == Some(&last.feed) && last.behind >= self.behind {
            self.fruitless = self.fruitless.saturating_add(1);
        } else {
            *self = Self { feed: Some(last.feed.clone()), behind: last.behind, ..Self::default() };
        }
    }

    /// So many times as much is asked for: a reader that never comes nearer to the end of a growing feed takes more at a time,
    /// however long that takes (EXCHANGE A2).
    pub(super) fn times(&self) -> u32 {
        1 + self.fruitless / PATIENCE
    }
}

impl Site {
    /// A request was broken off, or no answer came: the next one is smaller.
    pub fn broken_off(&self, step: &Step) -> Result<(), SiteError> {
        let sends =
            |request: &ExchangeRequest| request.commit.as_ref().is_some_and(|commit| !commit.changes.is_empty());
        let (pulls, pushes) = match step {
            Step::Exchange(request) => (true, sends(request)),
            Step::Stage(_) => (false, true),
            Step::Login(_) | Step::Compare(_) | Step::Done => return Ok(()),
        };
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            if pulls {
                halve(&mut state.entries_max, ENTRIES);
                halve(&mut state.bytes_max, BYTES);
            }
            if pushes {
                // Nothing of a request that is broken off is kept, and it was begun without knowing the link.
                halve(&mut state.push_bytes, PUSH);
                halve(&mut state.push_bytes, PUSH);
            }
            state::put(txn, &state)
        })
    }

    /// A batch is stored on the central server.
    pub(super) fn staged(&self, run: &mut Run, took: Millis) -> Result<(), SiteError> {
        let Some(push) = &mut run.push else { return Ok(()) };
        let bytes = push.bytes();
        push.batch_stored();
        let before = state::state(&*self.store.snapshot()?)?.push_bytes;
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            pushed(&mut state, bytes, took);
            if state.push_bytes == before { Ok(()) } else { state::put(txn, &state) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_makes_requests_smaller_and_never_larger() {
        let with = |request_size, plain_requests| {
            let configuration = super::super::Configuration { request_size, plain_requests, ..Default::default() };
            limits(&State { configuration: Some(configuration), ..State::new(String::new()) })
        };
        let usual = with(0, false);
        assert_eq!(with(1_000_000, false), usual);
        assert_eq!(with(100, false), (100, 100 << 10, 100 << 10));
        assert_eq!(with(1, false), (1, 16 << 10, 16 << 10), "though a record must fit");
        assert_eq!(with(0, true), (200, 200 << 10, 200 << 10));
        assert_eq!(with(50, true).0, 50);
    }

    #[test]
    fn a_limit_follows_the_link_in_steps() {
        let cases = [
            ("as fast as wanted", 1_000, 1_000, 5_000, 1_000),
            ("twice as slow", 1_000, 1_000, 10_000, 500),
            ("much too slow", 1_000, 1_000, 500_000, 250),
            ("much faster", 1_000, 1_000, 10, 4_000),
            ("never below the least", 12, 12, 500_000, 10),
            ("never above the most", 10_000, 10_000, 1, 20_000),
        ];
        for (case, before, amount, took, after) in cases {
            let mut limit = before;
            fitting(&mut limit, amount, took, ENTRIES);
            assert_eq!(limit, after, "{case}");
        }
    }
}
