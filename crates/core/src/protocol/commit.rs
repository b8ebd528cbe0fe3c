//! The identity of a commit: its number and a hash chained on its predecessor (EXCHANGE A1).

use serde::{Deserialize, Serialize};

use super::Change;
use crate::hash::Hash;

/// A commit of a site. Number 0 is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitId {
    pub number: u64,
    pub hash: Hash,
}

/// The hash of the commit that follows `previous`, before any change of it.
pub fn first_hash(previous: CommitId) -> Hash {
    Hash::of_parts(&[&previous.number.to_le_bytes(), &previous.hash.0.to_le_bytes()])
}

/// The hash with one more change.
pub fn next_hash(hash: Hash, change: &Change) -> Hash {
    let body = change.put.as_ref().map_or("", |body| body.get());
    let kind = [u8::from(change.delete), u8::from(change.partial), u8::from(change.aside.is_some())];
    Hash::of_parts(&[&hash.0.to_le_bytes(), change.table.as_bytes(), change.id.as_bytes(), &kind, body.as_bytes()])
}

/// The identity of the commit of these changes.
pub fn commit_hash<'a>(previous: CommitId, changes: impl IntoIterator<Item = &'a Change>) -> CommitId {
    let hash = changes.into_iter().fold(first_hash(previous), next_hash);
    CommitId { number: previous.number + 1, hash }
}
