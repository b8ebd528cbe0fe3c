//! What a site is told of the stores that leave it, what it answers, and the moment in which a store changes hands.

use std::collections::BTreeSet;

use serde_json::json;
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, ReaderId, RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{Change, CommitId, ExchangeRequest, FeedPosition, Leaving, LeavingReport};
use sitesync_store::{Snapshot, Space, Txn, write};

use super::{End, HandOver, How, RECEIVING, SILENT, end, hindrance, index_key, leaving, put, receiving};
use crate::audit;
use crate::hub::rows::Epoch;
use crate::hub::{Hub, HubError, rows, subscription};
use crate::sites;

/// The feeds that have new entries.
pub(crate) type Grown = BTreeSet<Feed>;

impl Hub {
    /// Hears what a site says of the stores that leave it, and moves those of which everything is sent. Gives back the snapshot, or
    /// the one after it, and what the site is to be told.
    pub(crate) fn hear_of_hand_overs<'a>(
        &'a self,
        snapshot: Box<dyn Snapshot + 'a>,
        site: SiteId,
        request: &ExchangeRequest,
    ) -> Result<(Box<dyn Snapshot + 'a>, Vec<Leaving>), HubError> {
        if leaving(&*snapshot, site)?.is_empty() {
            return Ok((snapshot, Vec::new()));
        }
        if !self.is_news(&*snapshot, site, request)? {
            let told = told(&*snapshot, site)?;
            return Ok((snapshot, told));
        }
        // It must not live as long as a commit may take.
        drop(snapshot);
        let grown = write(&*self.store, |txn| self.take_news(txn, site, request))?;
        self.wake(&grown);
        let snapshot = self.store.snapshot()?;
        let told = told(&*snapshot, site)?;
        Ok((snapshot, told))
    }

    fn is_news(&self, snapshot: &dyn Snapshot, site: SiteId, request: &ExchangeRequest) -> Result<bool, HubError> {
        let epoch = self.epoch(snapshot)?;
        for hand_over in leaving(snapshot, site)? {
            let heard = heard(&hand_over, request, &epoch, self.clock.now());
            if heard != hand_over || may_move(snapshot, &hand_over, request, &epoch)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take_news(&self, txn: &mut dyn Txn, site: SiteId, request: &ExchangeRequest) -> Result<Grown, HubError> {
        sites::rows::lock_directory(txn)?;
        let (epoch, now) = (self.epoch(txn)?, self.clock.now());
        let mut grown = Grown::new();
        for before in leaving(txn, site)? {
            let hand_over = heard(&before, request, &epoch, now);
            if hand_over != before {
                put(txn, &hand_over)?;
            }
            if may_move(txn, &hand_over, request, &epoch)? {
                note(txn, now, &hand_over)?;
                let end = End { at: now, by: String::new(), how: How::AllSent };
                grown.append(&mut self.hand_over_now(txn, hand_over, end)?.1);
            }
        }
        Ok(grown)
    }

    /// Ends a hand-over by moving the store, in the caller's transaction. The caller wakes the readers of what has grown.
    pub(crate) fn hand_over_now(
        &self,
        txn: &mut dyn Txn,
        hand_over: HandOver,
        how: End,
    ) -> Result<(HandOver, Grown), HubError> {
        let at = how.at;
        let mut ended = end(txn, hand_over, how)?;
        let grown = self.move_store(txn, &ended.store, ended.to)?;
        if ended.to == SiteId::CENTRAL {
            ended.received = Some(at);
        } else {
            ended.head = txn.feed(&Feed::Store(ended.store.clone()))?.head;
            rows::put(txn, Space::HandOver, &index_key(RECEIVING, ended.to, &ended.store), &ended.number)?;
        }
        put(txn, &ended)?;
        Ok((ended, grown))
    }

    /// A store becomes active on a site, which takes the subscriptions with it (EXCHANGE A20).
    pub(crate) fn move_store(&self, txn: &mut dyn Txn, store: &str, to: SiteId) -> Result<Grown, HubError> {
        let key = RecordKey::new("store", store);
        let body = serde_json::value::to_raw_value(&json!({ "sync_id_remote_site": to }));
        let put = body.map_err(|error| HubError::Stored(error.to_string()))?;
        let change = Change { table: key.table, id: key.id, put: Some(put), delete: false, partial: true, aside: None };
        let incoming = self.parse(vec![change]);
        Ok(self.edit_in(txn, Actor::Site(SiteId::CENTRAL), &incoming)?.grown)
    }

    /// Notes which stores a site has read whole since they were moved to it. `positions` are those of a site that has nothing staged.
    pub(crate) fn note_received(
        &self,
        snapshot: Box<dyn Snapshot + '_>,
        site: SiteId,
        positions: &[FeedPosition],
    ) -> Result<(), HubError> {
        let whole = whole(&*snapshot, site, positions, &self.epoch(&*snapshot)?)?;
        drop(snapshot);
        if whole.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        write(&*self.store, |txn| {
            for received in receiving(txn, site)?.into_iter().filter(|row| whole.contains(&row.number)) {
                txn.delete_row(Space::HandOver, &index_key(RECEIVING, site, &received.store))?;
                put(txn, &HandOver { received: Some(now), ..received })?;
            }
            Ok(())
        })
    }

    /// Whether the site has not been told of a hand-over, or of its end. `told` are those it was told.
    pub(crate) fn has_other_hand_overs(snapshot: &dyn Snapshot, site: SiteId, told: &[u64]) -> Result<bool, HubError> {
        let there: BTreeSet<_> = leaving(snapshot, site)?.into_iter().map(|hand_over| hand_over.number).collect();
        Ok(there != told.iter().copied().collect())
    }
}

/// What the site is told of its stores that leave it.
fn told(snapshot: &dyn Snapshot, site: SiteId) -> Result<Vec<Leaving>, HubError> {
    let told = leaving(snapshot, site)?.into_iter().map(|hand_over| {
        let to = sites::get(snapshot, hand_over.to)?;
        let to = to.map_or_else(|| format!("site {}", hand_over.to), |site| site.name);
        Ok(Leaving { store: hand_over.store, hand_over: hand_over.number, to })
    });
    told.collect()
}

/// What the site says of this hand-over. A number of another life of the database means nothing.
fn report<'r>(hand_over: &HandOver, request: &'r ExchangeRequest, epoch: &Epoch) -> Option<&'r LeavingReport> {
    let mut reports = request.leaving.iter().filter(|_| request.epoch == epoch.number);
    reports.find(|report| report.hand_over == hand_over.number)
}

/// The hand-over after this request: the site is told in the answer, if it was not before.
fn heard(hand_over: &HandOver, request: &ExchangeRequest, epoch: &Epoch, now: Millis) -> HandOver {
    let mut heard = hand_over.clone();
    if report(hand_over, request, epoch).is_some() {
        heard.heard.get_or_insert(now);
    } else if hand_over.told.is_some() && hand_over.unanswered < SILENT {
        heard.unanswered += 1;
    }
    heard.told.get_or_insert(now);
    heard
}

/// Whether the site has sent all it ever recorded and can write no more, and the store can become active where it goes.
///
/// What the site says counts only as long as nothing else has come from it: its last commit is the one that the request names. So
/// a request that was repeated, or comes late, moves a store only if what it says still holds.
fn may_move(
    snapshot: &dyn Snapshot,
    hand_over: &HandOver,
    request: &ExchangeRequest,
    epoch: &Epoch,
) -> Result<bool, HubError> {
    let all_sent = report(hand_over, request, epoch).is_some_and(|report| report.all_sent);
    let knows_itself = request.attempt.is_none() && !request.empty && !request.renew;
    if !all_sent || !knows_itself || rows::last_commit(snapshot, hand_over.from)?.id != named(request) {
        return Ok(false);
    }
    Ok(hindrance(snapshot, &hand_over.store, hand_over.to)?.is_none())
}

/// The commit up to which everything is sent.
fn named(request: &ExchangeRequest) -> CommitId {
    request.commit.as_ref().map_or(request.last, |commit| commit.id)
}

/// The hand-overs whose store the site has read to where the feed ended when it was moved.
fn whole(
    snapshot: &dyn Snapshot,
    site: SiteId,
    positions: &[FeedPosition],
    epoch: &Epoch,
) -> Result<BTreeSet<u64>, HubError> {
    let mut whole = BTreeSet::new();
    for hand_over in receiving(snapshot, site)? {
        let feed = Feed::Store(hand_over.store.clone());
        let position = positions.iter().find(|position| position.feed == feed);
        let upto = position.map(|position| subscription::read_upto(snapshot, ReaderId::native(site), position, epoch));
        if upto.transpose()?.flatten().is_some_and(|upto| upto >= hand_over.head) {
            whole.insert(hand_over.number);
        }
    }
    Ok(whole)
}

fn note(txn: &mut dyn Txn, at: Millis, hand_over: &HandOver) -> Result<(), HubError> {
    let subject = format!("store {}", hand_over.store);
    let (from, to) = (format!("site {}", hand_over.from), format!("site {}", hand_over.to));
    audit::append(
        txn,
        at,
        audit::Change { who: "server", what: "store.hand_over", subject: &subject, from: &from, to: &to },
    )?;
    Ok(())
}
