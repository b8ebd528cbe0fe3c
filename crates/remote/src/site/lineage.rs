//! Which commits of this site the central server has, and whether either side was put back (EXCHANGE A1, A11).

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::{Millis, clock_off};
use sitesync_core::ids::RecordKey;
use sitesync_core::protocol::{CommitId, CommitOutcome, EpochCommit, ExchangeReply};
use sitesync_core::record::link_target;
use sitesync_store::{Snapshot, Space, Txn};

use super::doubt::resend_store;
use super::leaving;
use super::records::{PutAside, is_unsent};
use super::staged::{clear_staged, read_pages_again};
use super::state::{Attempt, Rewound, State, decode, get, put_row};
use super::{SiteError, look};

/// A commit of this site, and how far in its list of changes it reached.
#[derive(serde::Serialize, serde::Deserialize)]
struct OwnCommit {
    id: CommitId,
    upto: u64,
}

/// The central server may have begun a new epoch since the last contact. Whether it has: then the pages of this reply go on from
/// pages that are dropped, and are not taken.
pub(super) fn meet(
    txn: &mut dyn Txn,
    catalogue: &'static Catalogue,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<bool, SiteError> {
    state.clock_off = clock_off(reply.clock, now);
    state.site = Some(reply.site.clone());
    state.held = reply.held;
    leaving::take(txn, state, reply, now)?;
    let restored = state.epoch != 0 && state.epoch != reply.epoch;
    state.epoch = reply.epoch;
    if !restored {
        return Ok(false);
    }
    state.restored = true;
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
            resend_store(txn, catalogue, doubtful, &reply.subscribed, now)?;
        }
    }
    Ok(true)
}

/// Learns what became of the site's commits. Whether this data file was found rewound, so that the pages must be asked for anew.
pub(super) fn settle_commit(
    txn: &mut dyn Txn,
    state: &mut State,
    reply: &ExchangeReply,
    now: Millis,
) -> Result<bool, SiteError> {
    let rewound = settle(txn, state, reply, now)?;
    let last = EpochCommit { epoch: reply.last_epoch, number: reply.last.number };
    for commit in reply.rests_on.iter().chain([&last]).filter(|commit| commit.epoch != 0) {
        let met = state.met.entry(commit.epoch).or_default();
        *met = commit.number.max(*met);
    }
    Ok(rewound)
}

fn settle(txn: &mut dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<bool, SiteError> {
    if let Some(attempt) = state.attempt.take_if(|attempt| attempt.id == reply.last) {
        acknowledged(txn, state, attempt.id, attempt.upto)?;
        return Ok(false);
    }
    // Whatever was attempted is not there; it is built anew.
    state.attempt = None;
    if !state.initialised {
        state.last = reply.last;
        return Ok(false);
    }
    if matches!(reply.outcome, CommitOutcome::None | CommitOutcome::Applied) {
        return Ok(false);
    }
    match lineage(txn, state, reply)? {
        Lineage::Own { upto } => {
            state.last = reply.last;
            state.sent_upto = state.sent_upto.min(upto);
            state.tell(now, "The central server lacks what this site sent since its backup; it is sent again.");
            Ok(false)
        }
        Lineage::Foreign => rewound(txn, state, reply, now),
    }
}

/// Whether a commit that the central server names belongs to this file's life.
enum Lineage {
    /// Yes: changes up to here were in it or before it.
    Own { upto: u64 },
    /// Another file of this site made it.
    Foreign,
}

/// Where backups are put back in any order, numbers tell nothing by themselves: the central server may be put back to a commit of an
/// earlier epoch with a higher number, or with the number of a later one of the same file.
fn lineage(snapshot: &dyn Snapshot, state: &State, reply: &ExchangeReply) -> Result<Lineage, SiteError> {
    let exact: Option<OwnCommit> = get(snapshot, Space::OwnCommit, &own_key(reply.last))?;
    if let Some(own) = exact {
        return Ok(Lineage::Own { upto: own.upto });
    }
    // As earlier versions of the program noted it.
    let numbered: Option<OwnCommit> = get(snapshot, Space::OwnCommit, &reply.last.number.to_be_bytes())?;
    if let Some(own) = numbered.as_ref().filter(|own| own.id == reply.last) {
        return Ok(Lineage::Own { upto: own.upto });
    }
    let read = match state.met.get(&reply.last_epoch) {
        // Within an epoch each commit follows the one before: this one was read, or made before this file was filled.
        Some(met) => reply.last.number <= *met,
        // An epoch that this file never met; if the central server does not know which, it is as good as its answer.
        None => reply.last_epoch == 0 && reply.outcome == CommitOutcome::Behind && numbered.is_none(),
    };
    Ok(if read { Lineage::Own { upto: 0 } } else { Lineage::Foreign })
}

fn own_key(id: CommitId) -> Vec<u8> {
    [&id.number.to_be_bytes()[..], &id.hash.0.to_be_bytes()].concat()
}

/// Notes a commit before it is sent: whenever the central server names it, it is known whose it is.
pub(super) fn note_attempt(txn: &mut dyn Txn, attempt: Attempt) -> Result<(), SiteError> {
    put_row(txn, Space::OwnCommit, &own_key(attempt.id), &OwnCommit { id: attempt.id, upto: attempt.upto })
}

/// The central server has commits that this file does not know: read everything since, the site's own entries included.
/// If it was restored too, nothing tells how much of what this file sent is there: all of it counts as unsent again.
fn rewound(txn: &mut dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<bool, SiteError> {
    state.tell(
        now,
        "This data file was put back from a backup, or copied from another device. It is filled again from the central server; \
         what was changed here and there is put aside, never overwritten.",
    );
    let both = state.restored || state.open_doubt().is_some();
    state.rewound = Some(Rewound { at: now, both });
    if both {
        state.sent_upto = 0;
    }
    state.renew = true;
    state.last = reply.last;
    read_pages_again(txn)?;
    Ok(true)
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
        let key = RecordKey::new(table, id);
        let entries = look::entries(txn, &key)?;
        if !is_unsent(state, &entries) {
            txn.delete_row(Space::Base, link_target(&key).as_bytes())?;
        }
    }
    Ok(())
}
