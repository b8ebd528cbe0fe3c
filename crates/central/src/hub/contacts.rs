//! When sites were last heard of and how far they are. Kept in memory and written every few seconds, so that an idle sync
//! is not a durable write (EXCHANGE B3).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sitesync_core::given::{Millis, clock_off};
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::protocol::{Cursor, ExchangeReply, ExchangeRequest, SiteReport};
use sitesync_store::{Snapshot, Space, Txn, write};

use super::rhythm::Rhythm;
use super::{Hub, HubError, Report, rows};

/// What is known of a site from its exchanges.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The last request that was served.
    pub last_connection: Millis,
    /// The first and the last time that everything was read to the heads.
    pub first_sync: Option<Millis>,
    pub last_sync: Option<Millis>,
    /// How often it usually completes a sync.
    #[serde(default)]
    pub rhythm: Rhythm,
    /// Entries that the site had still to read at the last contact.
    pub behind: u64,
    /// Of an initialisation in progress: entries to be read in all.
    pub initialising_of: Option<u64>,
    /// What the site reported.
    pub report: SiteReport,
    /// The site's clock less ours, in milliseconds.
    pub clock_off: i64,
    /// The last time that its data file was found rolled back or copied.
    pub diverged: Option<Millis>,
    /// How often that happened.
    pub divergences: u64,
    /// How far it had been sent each of its feeds.
    #[serde(default)]
    pub reached: BTreeMap<Feed, u64>,
}

/// An exchange that moved something, or went wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub site: SiteId,
    pub at: Millis,
    pub received: u64,
    pub unchanged: u64,
    pub held: u64,
    pub sent: u64,
    pub outcome: String,
    /// How long it took here, in all and by phase.
    #[serde(default)]
    pub took: Millis,
    #[serde(default)]
    pub phases: Phases,
    /// Bytes of the records that came and went, before they are packed.
    #[serde(default)]
    pub bytes_in: u64,
    #[serde(default)]
    pub bytes_out: u64,
    /// Not an exchange, but an attempt that was turned away: the code of the refusal, and how often since it was noted before.
    #[serde(default)]
    pub refusal: Option<String>,
    #[serde(default)]
    pub times: u64,
}

/// How long each phase of an exchange took, in milliseconds. What the line does with the reply is not seen here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Phases {
    /// Until the request had come over the line.
    pub received: Millis,
    /// For the site's turn and a place, and until the request was unpacked.
    pub waited: Millis,
    /// Until what came was stored.
    pub stored: Millis,
    /// Until what goes out was read.
    pub prepared: Millis,
    /// Until the reply was packed.
    pub packed: Millis,
}

impl Phases {
    /// Each with its name, in order.
    pub fn all(&self) -> [(&'static str, Millis); 5] {
        let Self { received, waited, stored, prepared, packed } = *self;
        [("received", received), ("waited", waited), ("stored", stored), ("prepared", prepared), ("packed", packed)]
    }

    fn sum(&self) -> Millis {
        self.all().into_iter().map(|(_, took)| took).sum()
    }
}

/// The contacts that are not written yet.
#[derive(Default)]
pub(crate) struct Contacts(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    contacts: BTreeMap<SiteId, Contact>,
    /// The exchanges that are not counted yet, of each site that had one.
    changed: BTreeMap<SiteId, u64>,
    moved: Vec<Moved>,
}

/// What is written in one commit.
struct Piece {
    contacts: Vec<(SiteId, Contact, u64)>,
    moved: Vec<Moved>,
}

/// Sites, and exchanges, that are written in one commit: those who push wait for it.
const PIECE: usize = 100;

impl Contacts {
    pub(crate) fn note(
        &self,
        site: SiteId,
        (at, phases): (Millis, Phases),
        request: &ExchangeRequest,
        reply: &ExchangeReply,
        report: &Report,
    ) {
        let mut pending = self.locked();
        let contact = pending.contacts.entry(site).or_default();
        contact.hear(at, request, reply, report);
        *pending.changed.entry(site).or_default() += 1;
        let sent: usize = reply.pages.iter().map(|page| page.entries.len()).sum();
        let outcome = format!("{:?}", reply.outcome).to_lowercase();
        let idle = sent == 0 && report.written == 0 && report.held.is_empty();
        if !idle || matches!(&*outcome, "behind" | "diverged") {
            pending.moved.push(Moved {
                site,
                at,
                received: report.written,
                unchanged: report.unchanged,
                held: report.held.len() as u64,
                sent: sent as u64,
                outcome,
                took: phases.sum(),
                phases,
                bytes_in: request.commit.as_ref().map_or(0, |commit| bytes(commit.changes.iter().map(|one| &one.put))),
                bytes_out: bytes(reply.pages.iter().flat_map(|page| &page.entries).map(|entry| &entry.put)),
                refusal: None,
                times: 0,
            });
        }
    }

    /// Notes how long the reply of the exchange that began at `since` took to be packed, if that exchange is told at all.
    fn note_packed(&self, site: SiteId, since: Millis, took: Millis) {
        let is_it = |moved: &&mut Moved| moved.site == site && moved.refusal.is_none();
        let mut pending = self.locked();
        let last = pending.moved.iter_mut().rev().find(is_it);
        if let Some(moved) = last.filter(|moved| moved.at >= since) {
            moved.phases.packed = took;
            moved.took = moved.phases.sum();
        }
    }

    /// Notes that a site was turned away before it could exchange anything.
    pub(crate) fn note_refusal(&self, site: SiteId, at: Millis, code: String, times: u64) {
        self.locked().moved.push(Moved {
            site,
            at,
            received: 0,
            unchanged: 0,
            held: 0,
            sent: 0,
            outcome: "refused".to_owned(),
            took: 0,
            phases: Phases::default(),
            bytes_in: 0,
            bytes_out: 0,
            refusal: Some(code),
            times,
        });
    }
}

fn bytes<'a>(bodies: impl Iterator<Item = &'a Option<Box<RawValue>>>) -> u64 {
    bodies.flatten().map(|body| body.get().len() as u64).sum()
}

impl Contacts {
    fn locked(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sites that were ever heard of.
    pub(crate) fn sites(&self) -> Vec<SiteId> {
        self.locked().contacts.keys().copied().collect()
    }

    /// Takes some of what is not written yet.
    fn take(&self) -> Option<Piece> {
        let pending = &mut *self.locked();
        let mut contacts = Vec::new();
        while contacts.len() < PIECE
            && let Some((site, exchanges)) = pending.changed.pop_first()
        {
            contacts.extend(pending.contacts.get(&site).map(|contact| (site, contact.clone(), exchanges)));
        }
        let some = pending.moved.len().min(PIECE);
        let moved: Vec<_> = pending.moved.drain(..some).collect();
        (!contacts.is_empty() || !moved.is_empty()).then_some(Piece { contacts, moved })
    }

    /// It could not be written: it is kept for the next time.
    fn put_back(&self, piece: Piece) {
        let pending = &mut *self.locked();
        for (site, _, exchanges) in piece.contacts {
            *pending.changed.entry(site).or_default() += exchanges;
        }
        pending.moved.splice(..0, piece.moved);
    }
}

impl Contact {
    fn hear(&mut self, at: Millis, request: &ExchangeRequest, reply: &ExchangeReply, report: &Report) {
        self.last_connection = at;
        self.behind = reply.pages.iter().map(|page| page.behind).sum();
        self.clock_off = clock_off(request.report.clock, at);
        let before = std::mem::replace(&mut self.report, shortened(&request.report));
        self.report.keep(before);
        // The site counted before it sent: what came with this very request is here now.
        self.report.unsent = self.report.unsent.saturating_sub(report.received);
        if self.report.unsent == 0 {
            self.report.unsent_since = None;
        }
        self.reached = reached(request, reply);
        if reply.outcome == sitesync_core::protocol::CommitOutcome::Diverged {
            self.diverged = Some(at);
            self.divergences += 1;
        }
        if reply.complete {
            self.first_sync.get_or_insert(at);
            if let Some(before) = self.last_sync.replace(at) {
                self.rhythm.count(before, at);
            }
            self.initialising_of = None;
        } else if self.first_sync.is_none() {
            let all = reply.pages.iter().map(|page| page.live).sum();
            self.initialising_of = Some(all);
        }
    }
}

/// How far the site is in each feed with this reply.
fn reached(request: &ExchangeRequest, reply: &ExchangeReply) -> BTreeMap<Feed, u64> {
    let number = |cursor: &str| cursor.parse::<Cursor>().map_or(0, |cursor| cursor.number);
    let before = request.positions.iter().map(|position| (&position.feed, number(&position.cursor)));
    let mut known: BTreeMap<_, _> = before.collect();
    known.extend(reply.pages.iter().map(|page| (&page.feed, number(&page.cursor))));
    reply.subscribed.iter().map(|feed| (feed.clone(), known.get(feed).copied().unwrap_or(0))).collect()
}

/// What a site tells about itself in texts, cut to what is worth keeping of every site in memory.
fn shortened(report: &SiteReport) -> SiteReport {
    const MOST: usize = 100;
    let short = |text: &str| text.chars().take(MOST).collect();
    SiteReport {
        device_type: short(&report.device_type),
        app_name: short(&report.app_name),
        app_version: short(&report.app_version),
        ..report.clone()
    }
}

pub(crate) const HOUR: i64 = 3_600_000;

const SEQUENCE: &str = "log_entries";

impl Hub {
    /// What is known of a site's contacts.
    pub fn contact(&self, site: SiteId) -> Result<Contact, HubError> {
        let pending = self.contacts.locked();
        match pending.contacts.get(&site) {
            Some(contact) => Ok(contact.clone()),
            None => Ok(stored(&*self.store.snapshot()?, site)?.unwrap_or_default()),
        }
    }

    /// Loads what was written before, so that a first contact after a start goes on from there.
    pub(crate) fn load_contacts(&self) -> Result<(), HubError> {
        let rows = self.store.snapshot()?.rows(Space::Idle, b"contact", None, usize::MAX)?;
        let mut pending = self.contacts.locked();
        for (key, bytes) in rows {
            if let Some(number) = key.last_chunk::<4>() {
                pending.contacts.insert(SiteId(u32::from_be_bytes(*number)), rows::decode(&bytes)?);
            }
        }
        Ok(())
    }

    /// Writes contacts, idle counts and the log, in small commits. Called every few seconds, and at the end.
    pub fn flush_contacts(&self) -> Result<(), HubError> {
        while let Some(piece) = self.contacts.take() {
            if let Err(error) = write(&*self.store, |txn| piece.write(txn)) {
                self.contacts.put_back(piece);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The hours after that of `since` in which the site had exchanges: when each began, and how many there were.
    pub fn hours(&self, snapshot: &dyn Snapshot, site: SiteId, since: Millis) -> Result<Vec<(Millis, u64)>, HubError> {
        let rows = snapshot.rows(Space::Idle, &hours_of(site), Some(&hour_key(site, since)), usize::MAX)?;
        let hour = |key: &[u8]| key.last_chunk::<8>().map_or(0, |hour| i64::from_be_bytes(*hour));
        rows.iter().map(|(key, bytes)| Ok((hour(key) * HOUR, rows::decode(bytes)?))).collect()
    }

    /// Notes for the log that a site was turned away, so many times since it was noted before.
    pub fn note_refusal(&self, site: SiteId, at: Millis, code: String, times: u64) {
        self.contacts.note_refusal(site, at, code, times);
    }

    /// Notes for the log how long packing the reply took, in the turn of its exchange.
    pub(crate) fn note_packed(&self, site: SiteId, since: Millis, took: Millis) {
        // A moment is nothing to tell, and what has been written down meanwhile stays as it is.
        if took > 0 {
            self.contacts.note_packed(site, since, took);
        }
    }

    /// The log of a site, oldest first.
    pub fn log(&self, site: SiteId, limit: usize) -> Result<Vec<Moved>, HubError> {
        self.flush_contacts()?;
        let snapshot = self.store.snapshot()?;
        let last = rows::count(&*snapshot, SEQUENCE)?;
        // Numbers are given to all sites in turn: how far back this one's newest begin is found by going further and further.
        let mut back = limit.max(PIECE) as u64;
        loop {
            let before = last.saturating_sub(back);
            let rows = snapshot.rows(Space::Log, &rows::site_key(site), Some(&log_key(site, before)), usize::MAX)?;
            if rows.len() >= limit || before == 0 {
                let newest = rows.len().saturating_sub(limit);
                return rows[newest..].iter().map(|(_, bytes)| rows::decode(bytes)).collect();
            }
            back = back.saturating_mul(8);
        }
    }
}

impl Piece {
    fn write(&self, txn: &mut dyn Txn) -> Result<(), HubError> {
        for (site, contact, exchanges) in &self.contacts {
            rows::put(txn, Space::Idle, &contact_key(*site), contact)?;
            let hour = hour_key(*site, contact.last_connection);
            let count = rows::get::<u64>(txn, Space::Idle, &hour)?.unwrap_or(0) + exchanges;
            rows::put(txn, Space::Idle, &hour, &count)?;
        }
        if self.moved.is_empty() {
            return Ok(());
        }
        let mut number = rows::count(txn, SEQUENCE)?;
        for moved in &self.moved {
            number += 1;
            rows::put(txn, Space::Log, &log_key(moved.site, number), moved)?;
        }
        rows::put_count(txn, SEQUENCE, number)
    }
}

fn log_key(site: SiteId, number: u64) -> Vec<u8> {
    [&rows::site_key(site)[..], &number.to_be_bytes()].concat()
}

fn stored(snapshot: &dyn Snapshot, site: SiteId) -> Result<Option<Contact>, HubError> {
    rows::get(snapshot, Space::Idle, &contact_key(site))
}

fn contact_key(site: SiteId) -> Vec<u8> {
    [&b"contact"[..], &rows::site_key(site)].concat()
}

/// Exchanges are counted by site and hour.
fn hour_key(site: SiteId, at: Millis) -> Vec<u8> {
    [&hours_of(site)[..], &(at / HOUR).to_be_bytes()].concat()
}

/// What the keys of a site's hours begin with.
pub(crate) fn hours_of(site: SiteId) -> Vec<u8> {
    [&b"hour"[..], &rows::site_key(site)].concat()
}

#[cfg(test)]
#[path = "contacts_tests.rs"]
mod tests;
