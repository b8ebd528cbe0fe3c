//! Stores that are being handed over to another site: read-only here from the moment in which the site is told, until it is told that
//! the store stays. The central server moves such a store once everything that was ever recorded here has arrived there.

use std::collections::BTreeSet;

use sitesync_core::catalogue::{Facts, Table};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::ownership::{Actor, Refusal, may_write};
use sitesync_core::protocol::{ExchangeReply, Leaving, LeavingReport};
use sitesync_core::world::{Known, WithoutStores};
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, Space, Txn};

use super::feeds::{reading, readings};
use super::records::PutAside;
use super::state::{State, decode};
use super::step::Run;
use super::{Site, SiteError};

impl Site {
    /// Whether people may write to a store: it is active here, all of it has arrived, and it is not leaving.
    pub fn may_write_to(&self, store: &str) -> Result<bool, SiteError> {
        let snapshot = self.store.snapshot()?;
        let state = super::state::state(&*snapshot)?;
        let key = RecordKey::new("store", store);
        let record = snapshot.records(std::slice::from_ref(&key))?.pop().flatten().filter(|record| record.is_live());
        let active_on = match record {
            Some(record) => Facts::read(self.catalogue.table("store"), &key, &StoreWorld::body(&record)?).active_on,
            None => None,
        };
        let here = active_on.is_some() && active_on == state.site.as_ref().map(|site| site.id);
        let whole = reading(&*snapshot, &Feed::store(store))?.is_some_and(|reading| reading.ready && !reading.lost);
        let leaving = state.leaving.iter().map(|leaving| &leaving.store).chain(&state.staying);
        Ok(here && whole && state.initialised && leaving.into_iter().all(|leaving| **leaving != *store))
    }
}

/// Takes what the central server says of the site's stores: those that it names leave. Others stay, or have left and come back
/// unnoticed: they are written to again when all is read that was written meanwhile.
pub(super) fn take(txn: &dyn Txn, state: &mut State, reply: &ExchangeReply, now: Millis) -> Result<(), SiteError> {
    let before = std::mem::replace(&mut state.leaving, reply.leaving.clone());
    for leaving in missing(&state.leaving, &before) {
        let (name, to) = (store_name(txn, &leaving.store)?, &leaving.to);
        state.tell(now, format!("The store {name} is being moved to {to}: from now on it can only be read here."));
    }
    let stays = |store: &str| {
        let leaves = reply.leaving.iter().any(|leaving| *leaving.store == *store);
        !leaves && reply.subscribed.contains(&Feed::store(store))
    };
    state.staying.extend(missing(&before, &reply.leaving).into_iter().map(|leaving| leaving.store));
    state.staying.retain(|store| stays(store));
    state.staying.sort();
    state.staying.dedup();
    Ok(())
}

/// Everything is read: the stores that stay are as the central server has them.
pub(super) fn read_whole(txn: &dyn Txn, state: &mut State, now: Millis) -> Result<(), SiteError> {
    for store in std::mem::take(&mut state.staying) {
        let name = store_name(txn, &store)?;
        state.tell(now, format!("The store {name} stays here, it is not moved after all: it can be written to again."));
    }
    Ok(())
}

/// Those of `these` whose store is not among `others`.
fn missing(these: &[Leaving], others: &[Leaving]) -> Vec<Leaving> {
    let is_missing = |leaving: &&Leaving| others.iter().all(|other| other.store != leaving.store);
    these.iter().filter(is_missing).cloned().collect()
}

/// What the site says of the stores that leave it, in a request that is about to be sent.
pub(super) fn reports(snapshot: &dyn Snapshot, state: &State, run: &Run) -> Result<Vec<LeavingReport>, SiteError> {
    if state.leaving.is_empty() {
        return Ok(Vec::new());
    }
    let all_sent = all_sent(snapshot, state, run)?;
    Ok(state.leaving.iter().map(|leaving| LeavingReport { hand_over: leaving.hand_over, all_sent }).collect())
}

/// Whether nothing is left here once the commit on its way is stored, or the last one if none is. Nothing is taken for sent while the
/// site does not know what the central server has.
fn all_sent(snapshot: &dyn Snapshot, state: &State, run: &Run) -> Result<bool, SiteError> {
    let knows = state.initialised && state.rewound.is_none() && !state.renew && state.doubts.is_empty();
    let known_attempt = state.attempt.is_none() || run.push.is_some();
    if !knows || !known_attempt {
        return Ok(false);
    }
    let upto = state.attempt.map_or(state.sent_upto, |attempt| attempt.upto);
    if snapshot.count_after(&Feed::Changes, upto, 1)? > 0 {
        return Ok(false);
    }
    // What was put aside goes along with the next commit.
    for (_, bytes) in snapshot.rows(Space::Aside, &[], None, usize::MAX)? {
        if run.push.is_none() && !decode::<PutAside>(&bytes)?.sent {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses what will no longer be this site's to write when the stores that leave it have left.
pub(super) fn refuse(
    world: &mut StoreWorld<'_>,
    state: &State,
    site: SiteId,
    key: &RecordKey,
    table: Option<&Table>,
    versions: (Option<&Known>, Option<&Facts>),
) -> Result<(), SiteError> {
    let leaving = state.leaving.iter().map(|leaving| &leaving.store);
    let mut without: BTreeSet<Box<str>> = leaving.chain(&state.staying).cloned().collect();
    // The record that says where a store went may arrive later than the news that it is gone.
    without.extend(readings(world.txn)?.into_iter().filter(|(_, reading)| reading.lost).filter_map(store_of));
    if without.is_empty() {
        return Ok(());
    }
    let (old, new) = versions;
    let mut after = WithoutStores { world, without: &without };
    let Err(refusal) = may_write(Actor::Site(site), table, key, old, new, &mut after)? else { return Ok(()) };
    Err(refused(world.txn, state, key, &refusal)?)
}

fn store_of<T>((feed, _): (Feed, T)) -> Option<Box<str>> {
    match feed {
        Feed::Store(store) => Some(store),
        _ => None,
    }
}

/// The refusal in the words of what is going on: which store leaves, and where it goes.
fn refused(txn: &dyn Txn, state: &State, key: &RecordKey, refusal: &Refusal) -> Result<SiteError, SiteError> {
    let named = match refusal {
        Refusal::Waits(store) if &*store.table == "store" => Some(&store.id),
        _ => None,
    };
    let leaving = match named {
        Some(store) => state.leaving.iter().find(|leaving| leaving.store == *store),
        // A patient that only this store sees, or one of them.
        None => state.leaving.first(),
    };
    Ok(match leaving {
        Some(leaving) => {
            SiteError::Leaving { record: key.clone(), store: store_name(txn, &leaving.store)?, to: leaving.to.clone() }
        }
        None => {
            SiteError::NotNow { record: key.clone(), reason: "the store is being moved to another site".to_owned() }
        }
    })
}

/// The name of a store as people know it.
fn store_name(snapshot: &dyn Snapshot, store: &str) -> Result<String, SiteError> {
    let record = snapshot.records(&[RecordKey::new("store", store)])?.pop().flatten();
    let body = record.as_ref().map(StoreWorld::body).transpose()?;
    let name = body.as_ref().and_then(|body| body.get("name")?.as_str());
    Ok(name.unwrap_or(store).to_owned())
}
