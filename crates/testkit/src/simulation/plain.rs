//! A plain reader, as an mSupply client is one: it reads `central` to its head, then the queue of its stores, tells late what it
//! has got, and takes each row once, in the order of tables. A row whose header or item is not there then is lost to it.
//!
//! It reads through the hub's pull. What EXCHANGE A2 and A9 promise to it is checked: with the complete reply nothing is
//! missing that a row needs, and when all is quiet it holds what its feeds hold.

use std::collections::{BTreeMap, BTreeSet};

use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::protocol::{ExchangeReply, ExchangeRequest, FeedEntry, FeedPage, FeedPosition, SiteInfo};
use sitesync_remote::site::{Reply, Step};
use sitesync_store::{PageLimit, Store};

use super::action::{PLAIN_SITE, Weather};
use super::broken::Broken;
use super::world::World;
use crate::given::SeededRandom;

#[derive(Default)]
pub(super) struct Plain {
    epoch: u64,
    /// What it told the hub last, and what it has got.
    told: BTreeMap<Feed, String>,
    got: BTreeMap<Feed, String>,
    /// `central` was read to its head; the queue is being read.
    queue: bool,
    /// Rows of the pull that is under way.
    rows: Vec<(Feed, FeedEntry)>,
    /// The feeds that hold a record live, and the version of it.
    copy: BTreeMap<RecordKey, (BTreeSet<Feed>, Box<str>)>,
    /// Records that ended; a row may still name them.
    ended: BTreeSet<RecordKey>,
}

/// More requests than any pull needs.
const REQUESTS_MAX: u32 = 2_000;

fn info() -> SiteInfo {
    let id = SiteId(PLAIN_SITE);
    SiteInfo { id, uuid: format!("uuid {id}"), code: id.to_string(), name: format!("site {id}") }
}

impl World {
    /// The plain reader reads on: so many requests, or to the end of its pull.
    pub(super) fn read_plainly(&mut self, requests: u32, weather: Weather) -> Result<(), Broken> {
        let weather = weather.0.map(SeededRandom::new);
        for asked in 0..requests {
            if asked == REQUESTS_MAX {
                return Err(Broken::new("a pull of the plain reader ends", String::new()));
            }
            let fate = weather.as_ref().map_or(u64::MAX, |weather| weather.below(12));
            let request = self.plain.request(self.country.page.unwrap_or(u32::MAX), fate == 0);
            let reply = match self.country.serve(&info(), &Step::Exchange(Box::new(request))) {
                Ok(Reply::Exchange(reply)) => reply,
                Ok(_) => return Err(Broken::new("the hub answers what was asked", String::new())),
                Err(error) => return self.hub_failed(&error),
            };
            self.look()?;
            if fate == 1 {
                self.note("the answer to the plain reader is lost");
            } else if self.plain.take(*reply)? {
                break;
            }
        }
        Ok(())
    }

    /// It holds what its feeds hold.
    pub(super) fn plain_is_equal(&self) -> Result<(), Broken> {
        let snapshot = self.country.central.snapshot().expect("in memory");
        let all = PageLimit { entries: usize::MAX, bytes: usize::MAX };
        let mut expected = BTreeMap::new();
        for feed in self.plain.got.keys() {
            for page in snapshot.page(feed, 0, all).expect("in memory") {
                expected.extend(page.body.map(|body| (page.entry.key, body)));
            }
        }
        let copy =
            self.plain.copy.iter().map(|(key, (_, body))| (key.clone(), body.clone())).collect::<BTreeMap<_, _>>();
        let differs = |key: &&RecordKey| copy.get(*key) != expected.get(*key);
        match copy.keys().chain(expected.keys()).find(differs) {
            Some(key) => {
                let (here, there) = (copy.get(key), expected.get(key));
                Err(Broken::new("the plain reader is equal", format!("{key}: {here:?}, should be {there:?}")))
            }
            None => Ok(()),
        }
    }
}

impl Plain {
    fn request(&mut self, entries_max: u32, late: bool) -> ExchangeRequest {
        if !late {
            self.told = self.got.clone();
        }
        let positions =
            self.told.iter().map(|(feed, cursor)| FeedPosition { feed: feed.clone(), cursor: cursor.clone() });
        ExchangeRequest {
            epoch: self.epoch,
            positions: positions.collect(),
            entries_max,
            bytes_max: u32::MAX,
            ..ExchangeRequest::default()
        }
    }

    /// Takes a reply. Whether the pull is at its end.
    fn take(&mut self, reply: ExchangeReply) -> Result<bool, Broken> {
        let restored = self.epoch != 0 && self.epoch != reply.epoch;
        self.epoch = reply.epoch;
        if restored || self.stores_changed(&reply) {
            self.start_over();
            return Ok(false);
        }
        for page in reply.pages {
            if page.feed == Feed::Central || self.queue {
                self.keep(page);
            }
        }
        if self.queue && reply.complete {
            self.queue = false;
            self.integrate()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Such a client is initialised anew when its stores change, and after a restore.
    fn stores_changed(&self, reply: &ExchangeReply) -> bool {
        let lost = self.got.keys().any(|feed| !reply.subscribed.contains(feed));
        let again = reply.pages.iter().any(|page| page.again);
        lost || again
    }

    fn start_over(&mut self) {
        *self = Self { epoch: self.epoch, ..Self::default() };
    }

    fn keep(&mut self, page: FeedPage) {
        if page.feed == Feed::Central && page.at_head {
            self.queue = true;
        }
        self.rows.extend(page.entries.into_iter().map(|entry| (page.feed.clone(), entry)));
        self.got.insert(page.feed, page.cursor);
    }

    /// Takes each row once: tables in the order of dependency, what ends first.
    fn integrate(&mut self) -> Result<(), Broken> {
        let order =
            |entry: &FeedEntry| Catalogue::embedded().table(&entry.table).map_or(usize::MAX, |table| table.order);
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|(_, entry)| order(entry));
        rows.into_iter().try_for_each(|(feed, entry)| self.integrate_row(feed, entry))?;
        self.nothing_hangs()
    }

    fn integrate_row(&mut self, feed: Feed, entry: FeedEntry) -> Result<(), Broken> {
        let key = RecordKey { table: entry.table, id: entry.id };
        if let Some(body) = entry.put {
            self.complete(&key, body.get())?;
            let (feeds, present) = self.copy.entry(key).or_default();
            feeds.insert(feed);
            *present = body.get().into();
        } else if entry.same.is_some() {
            self.copy.entry(key).or_default().0.insert(feed);
        } else {
            if let Some((feeds, _)) = self.copy.get_mut(&key) {
                feeds.remove(&feed);
            }
            if self.copy.get(&key).is_none_or(|(feeds, _)| feeds.is_empty()) {
                self.copy.remove(&key);
                self.ended.insert(key);
            }
        }
        Ok(())
    }

    fn has(&self, table: &str, id: &str) -> bool {
        let key = RecordKey::new(table, id);
        self.copy.contains_key(&key) || self.ended.contains(&key)
    }

    /// What a row names is there.
    fn complete(&self, key: &RecordKey, body: &str) -> Result<(), Broken> {
        let body = normal::parse(body).map_err(|error| Broken::new("bodies can be read", format!("{key}: {error}")))?;
        let named = |column: &str| body.get(column).and_then(serde_json::Value::as_str);
        for (column, table) in [("transaction_ID", "transact"), ("item_ID", "item")] {
            if let Some(id) = named(column).filter(|id| !self.has(table, id)) {
                return Err(Broken::new(
                    "a plain reader gets rows in order",
                    format!("{key} comes before {table} {id}"),
                ));
            }
        }
        Ok(())
    }

    /// With the complete reply no line hangs in the air.
    fn nothing_hangs(&self) -> Result<(), Broken> {
        for (key, (_, body)) in self.copy.iter().filter(|(key, _)| &*key.table == "trans_line") {
            let body =
                normal::parse(body).map_err(|error| Broken::new("bodies can be read", format!("{key}: {error}")))?;
            let header = body.get("transaction_ID").and_then(serde_json::Value::as_str).unwrap_or_default();
            if !self.copy.contains_key(&RecordKey::new("transact", header)) {
                return Err(Broken::new("a plain reader sees whole documents", format!("{key} has no header")));
            }
        }
        Ok(())
    }
}
