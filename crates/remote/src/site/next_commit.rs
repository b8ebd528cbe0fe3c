//! While a commit is on its way, what follows it is known already: it is read and hashed meanwhile, so that the site and the central
//! server work at the same time. Nothing depends on it: what does not fit any more is read anew.

use sitesync_core::ids::Feed;
use sitesync_core::protocol::{Change, CommitId, commit_hash};
use sitesync_core::record::FeedState;
use sitesync_store::Snapshot;

use super::push::has_bases;
use super::state::{self, State};
use super::step::Run;
use super::{Site, SiteError};

/// The changes of a commit, read in one snapshot.
pub(crate) struct Collected {
    /// The commit before it.
    after: CommitId,
    /// The list of changes as it was.
    list: FeedState,
    pub(crate) id: CommitId,
    pub(crate) changes: Vec<Change>,
    pub(crate) upto: u64,
}

impl Site {
    /// Reads what follows the commit that is on its way. Changes nothing in the data file.
    pub fn read_next_commit(&self, run: &mut Run) -> Result<(), SiteError> {
        run.next = None;
        let snapshot = self.store.snapshot()?;
        let state = state::state(&*snapshot)?;
        let list = snapshot.feed(&Feed::Changes)?;
        let Some(attempt) = state.attempt.filter(|attempt| run.push.is_some() && attempt.upto < list.head) else {
            return Ok(());
        };
        // Which columns of a record are sent depends on what was acknowledged before.
        if has_bases(&*snapshot)? {
            return Ok(());
        }
        let state = State { sent_upto: attempt.upto, ..state };
        let (changes, upto) = self.collect(&*snapshot, &state)?;
        // Numbers above may be those of changes that were given up.
        if !changes.is_empty() {
            let id = commit_hash(attempt.id, &changes);
            run.next = Some(Collected { after: attempt.id, list, id, changes, upto });
        }
        Ok(())
    }
}

impl Collected {
    /// Whether it would be read in the same way now: the commit before it has arrived, and no change was made or given up since.
    pub(crate) fn holds(&self, snapshot: &dyn Snapshot, state: &State) -> Result<bool, SiteError> {
        Ok(self.after == state.last && self.list == snapshot.feed(&Feed::Changes)? && !has_bases(snapshot)?)
    }
}
