//! A whole routine sync: what a site sends is committed, what is there for it is read. One request, one round trip.

use std::collections::BTreeSet;

use sitesync_core::ids::{Feed, ReaderId};
use sitesync_core::protocol::{DoubtfulFeed, ExchangeReply, ExchangeRequest, SiteInfo, WaitRequest};
use sitesync_store::{PageLimit, Snapshot, write};

use super::rows::{self, Epoch};
use super::subscription::{self, Reading};
use super::{Hub, HubError, Phases, held, pull};

impl Hub {
    /// Serves one exchange of an authenticated site.
    pub fn exchange(&self, site: &SiteInfo, request: &ExchangeRequest) -> Result<ExchangeReply, HubError> {
        self.exchange_from(self.store.snapshot()?, site, request, Phases::default())
    }

    /// [`Hub::exchange`] for who has looked at the database already: a routine sync without a commit reads all in one snapshot.
    /// `before` is how long it took until the request was here.
    pub fn exchange_from<'a>(
        &'a self,
        snapshot: Box<dyn Snapshot + 'a>,
        site: &SiteInfo,
        request: &ExchangeRequest,
        before: Phases,
    ) -> Result<ExchangeReply, HubError> {
        let begun = self.clock.now();
        let reader = ReaderId::native(site.id);
        let (outcome, last, report, snapshot) = self.take_commit(snapshot, reader, request)?;
        let (snapshot, leaving) = self.hear_of_hand_overs(snapshot, site.id, request)?;
        let stored_at = self.clock.now();
        let (snapshot, epoch, readings) = self.begin_reading(snapshot, reader, request)?;
        let limit = PageLimit {
            entries: request.entries_max.clamp(1, pull::ENTRIES_MAX) as usize,
            bytes: request.bytes_max.clamp(1, pull::BYTES_MAX) as usize,
        };
        let (pages, complete) = pull::pull(&*snapshot, reader, epoch.number, &readings, limit)?;
        let reply = ExchangeReply {
            epoch: epoch.number,
            clock: self.clock.now(),
            site: site.clone(),
            outcome,
            last: last.id,
            last_epoch: last.epoch,
            rests_on: if request.empty || request.renew { last.rests_on } else { Vec::new() },
            subscribed: readings.iter().map(|reading| reading.feed.clone()).collect(),
            doubtful: doubtful(&readings, request, &epoch),
            pages,
            complete,
            held: held::count(&*snapshot, site.id)?,
            leaving,
        };
        if complete {
            self.note_received(snapshot, site.id, &request.positions)?;
        }
        let now = self.clock.now();
        // A clock may be set back meanwhile.
        let (stored, prepared) = ((stored_at - begun).max(0), (now - stored_at).max(0));
        self.contacts.note(site.id, (now, Phases { stored, prepared, ..before }), request, &reply, &report);
        Ok(reply)
    }

    /// Whether there is something for a site that waits: feeds among those it may read are above its positions, or it is to be told
    /// that a store leaves it, or stays after all.
    pub fn is_behind(&self, site: &SiteInfo, request: &WaitRequest) -> Result<bool, HubError> {
        let snapshot = self.store.snapshot()?;
        if let Some(told) = &request.leaving
            && Hub::has_other_hand_overs(&*snapshot, site.id, told)?
        {
            return Ok(true);
        }
        let positions = &request.positions;
        for feed in Hub::feeds_of(&*snapshot, ReaderId::native(site.id))? {
            let position = positions.iter().find(|position| position.feed == feed);
            let number = position.map(subscription::parse).transpose()?.flatten().map_or(0, |cursor| cursor.number);
            if position.is_none() || snapshot.feed(&feed)?.head > number {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The feeds that a site reads at the moment.
    pub fn feeds_of_site(&self, site: &SiteInfo) -> Result<BTreeSet<Feed>, HubError> {
        let snapshot = self.store.snapshot()?;
        Ok(Hub::feeds_of(&*snapshot, ReaderId::native(site.id))?.into_iter().collect())
    }

    pub(crate) fn epoch(&self, snapshot: &dyn Snapshot) -> Result<Epoch, HubError> {
        rows::epoch(snapshot)?.ok_or_else(|| HubError::Stored("the database has no epoch".to_owned()))
    }

    fn readings(
        &self,
        snapshot: &dyn Snapshot,
        reader: ReaderId,
        request: &ExchangeRequest,
        epoch: &Epoch,
    ) -> Result<(Vec<Reading>, bool), HubError> {
        let feeds = Hub::feeds_of(snapshot, reader)?;
        subscription::plan(snapshot, reader, &feeds, request, epoch)
    }

    /// How each feed is to be read, and the snapshot in which it is. Generations that begin are written down; a routine sync begins
    /// none, and writes nothing here.
    fn begin_reading<'a>(
        &'a self,
        snapshot: Box<dyn Snapshot + 'a>,
        reader: ReaderId,
        request: &ExchangeRequest,
    ) -> Result<Begun<'a>, HubError> {
        let epoch = self.epoch(&*snapshot)?;
        let (readings, begins) = self.readings(&*snapshot, reader, request, &epoch)?;
        if !begins {
            return Ok((snapshot, epoch, readings));
        }
        drop(snapshot);
        let (epoch, readings) = write(&*self.store, |txn| {
            let epoch = self.epoch(txn)?;
            let (readings, _) = self.readings(txn, reader, request, &epoch)?;
            subscription::put(txn, reader, &readings)?;
            if request.renew || request.empty {
                held::end_life(txn, reader.site)?;
            }
            Ok::<_, HubError>((epoch, readings))
        })?;
        Ok((self.store.snapshot()?, epoch, readings))
    }
}

/// A snapshot, the epoch in it, and how each feed is read from it.
type Begun<'a> = (Box<dyn Snapshot + 'a>, Epoch, Vec<Reading>);

/// After a restore: the feeds of which the site holds entries that the database may have lost, also those it no longer reads.
fn doubtful(readings: &[Reading], request: &ExchangeRequest, epoch: &Epoch) -> Vec<DoubtfulFeed> {
    if request.epoch == 0 || request.epoch == epoch.number {
        return Vec::new();
    }
    let read = readings.iter().map(|reading| &reading.feed);
    let feeds: BTreeSet<_> = read.chain(request.positions.iter().map(|position| &position.feed)).collect();
    let restored = |feed: &Feed| epoch.restored_head(feed, request.epoch);
    feeds.into_iter().filter_map(|feed| Some(DoubtfulFeed { feed: feed.clone(), above: restored(feed)? })).collect()
}
