//! Takes a site's commits: numbered, chained, staged in batches, applied whole (EXCHANGE A1).

use std::cmp::Ordering;

use sitesync_core::ids::{ReaderId, SiteId};
use sitesync_core::protocol::{Change, CommitOutcome, ExchangeRequest, StageRequest, commit_hash};
use sitesync_store::{Snapshot, write};

use super::commit::{Report, commit};
use super::context::Context;
use super::rows::LastCommit;
use super::{Hub, HubError, incoming, rows, staged, subscription};

impl Hub {
    /// Stores a batch of a push. When this returns, the batch is on disk.
    pub fn stage(&self, site: SiteId, request: &StageRequest) -> Result<(), HubError> {
        write(&*self.store, |txn| staged::put(txn, site, request))
    }

    /// Applies the commit of a request, if there is one and it follows the last that is stored. Gives back the snapshot, or the one
    /// after the commit.
    pub(crate) fn take_commit<'a>(
        &'a self,
        snapshot: Box<dyn Snapshot + 'a>,
        reader: ReaderId,
        request: &ExchangeRequest,
    ) -> Result<Taken<'a>, HubError> {
        let last = rows::last_commit(&*snapshot, reader.site)?;
        let Some(commit) = request.commit.as_ref().filter(|commit| commit.previous == last.id) else {
            return Ok((outcome(request, &last), last, Report::default(), snapshot));
        };
        let changes = collect(&*snapshot, reader.site, request)?;
        let unread = subscription::unread(&*snapshot, reader, request, &self.epoch(&*snapshot)?)?;
        // It must not live as long as a commit may take.
        drop(snapshot);
        if commit_hash(commit.previous, &changes) != commit.id {
            return Err(HubError::asked(
                "push_damaged",
                "The records that arrived are not those that were sent.",
                "Nothing was stored; the site sends them again by itself.",
            ));
        }
        let incoming = incoming::parse_all(self.catalogue, changes);
        let context = Context { unread, ..Context::push(self.catalogue, reader, self.clock.now()) };
        let stored = write(&*self.store, |txn| {
            // The same request may arrive twice at once: only one of them follows the last commit.
            let before = rows::last_commit(txn, reader.site)?;
            if before.id != commit.previous {
                return Ok(None);
            }
            let report = self::commit(txn, &context, &incoming)?;
            let last = before.followed_by(commit.id, self.epoch(txn)?.number);
            rows::put_last_commit(txn, reader.site, &last)?;
            staged::abandon(txn, reader.site)?;
            Ok::<_, HubError>(Some((report, last)))
        })?;
        let snapshot = self.store.snapshot()?;
        let Some((report, last)) = stored else {
            let last = rows::last_commit(&*snapshot, reader.site)?;
            return Ok((outcome(request, &last), last, Report::default(), snapshot));
        };
        self.wake(&report.grown);
        Ok((CommitOutcome::Applied, last, report, snapshot))
    }
}

/// What became of a commit, the last commit that is stored, what was done, and a snapshot that shows it.
type Taken<'a> = (CommitOutcome, LastCommit, Report, Box<dyn Snapshot + 'a>);

/// The changes of a commit: what was staged, then what came with it.
fn collect(snapshot: &dyn Snapshot, site: SiteId, request: &ExchangeRequest) -> Result<Vec<Change>, HubError> {
    let Some(commit) = &request.commit else { return Ok(Vec::new()) };
    let mut changes = staged::changes(snapshot, site, &commit.push, commit.staged)?;
    changes.extend(commit.changes.iter().cloned());
    Ok(changes)
}

/// What the site is to be told, given the last commit that is stored.
fn outcome(request: &ExchangeRequest, stored: &LastCommit) -> CommitOutcome {
    let last = stored.id;
    if request.empty {
        // A new data file: it takes over where the former one of this site ended.
        return CommitOutcome::None;
    }
    let repeated = request.commit.as_ref().is_some_and(|commit| commit.id == last);
    if repeated {
        return CommitOutcome::Applied;
    }
    if last == request.last || request.attempt == Some(last) {
        return CommitOutcome::None;
    }
    if stored.epoch > request.epoch {
        // Whoever sent it has met an epoch that this file has not: another file of the site has begun a life of its own.
        return CommitOutcome::Diverged;
    }
    match last.number.cmp(&request.last.number) {
        Ordering::Less => CommitOutcome::Behind,
        Ordering::Equal | Ordering::Greater => CommitOutcome::Diverged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sitesync_core::hash::Hash;
    use sitesync_core::protocol::CommitId;

    fn id(number: u64, hash: u128) -> CommitId {
        CommitId { number, hash: Hash(hash) }
    }

    fn request(last: CommitId, attempt: Option<CommitId>) -> ExchangeRequest {
        ExchangeRequest { epoch: 1, last, attempt, ..ExchangeRequest::default() }
    }

    #[test]
    fn the_last_commit_tells_who_was_rewound() {
        let cases = [
            ("nothing was ever sent", id(0, 0), None, id(0, 0), CommitOutcome::None),
            ("all is known", id(5, 1), None, id(5, 1), CommitOutcome::None),
            ("the answer to an attempt was lost", id(5, 1), Some(id(6, 2)), id(6, 2), CommitOutcome::None),
            ("an attempt never arrived", id(5, 1), Some(id(6, 2)), id(5, 1), CommitOutcome::None),
            ("the central server was put back", id(5, 1), None, id(3, 9), CommitOutcome::Behind),
            ("the central server lost everything of the site", id(5, 1), None, id(0, 0), CommitOutcome::Behind),
            ("the data file was put back", id(5, 1), None, id(8, 9), CommitOutcome::Diverged),
            ("a copy has sent another commit", id(5, 1), None, id(5, 7), CommitOutcome::Diverged),
            ("a copy has sent another attempt", id(5, 1), Some(id(6, 2)), id(6, 3), CommitOutcome::Diverged),
        ];
        for (case, last, attempt, stored, expected) in cases {
            let stored = LastCommit { id: stored, epoch: 1, rests_on: Vec::new() };
            assert_eq!(outcome(&request(last, attempt), &stored), expected, "{case}");
        }
    }

    #[test]
    fn a_commit_of_an_epoch_that_the_site_has_not_met_is_another_files() {
        let stored = LastCommit { id: id(3, 9), epoch: 2, rests_on: Vec::new() };
        assert_eq!(outcome(&request(id(5, 1), None), &stored), CommitOutcome::Diverged);
        let attempt = Some(stored.id);
        assert_eq!(outcome(&request(id(2, 1), attempt), &stored), CommitOutcome::None, "unless the site attempted it");
    }
}
