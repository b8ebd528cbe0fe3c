//! Hand-overs as people see them: how far each is, what it waits for, and what is to be known beside it.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::record::Record;
use sitesync_pages::{Language, Texts, Words};
use sitesync_store::Snapshot;
use sitesync_store::world::StoreWorld;
use utoipa::ToSchema;

use crate::hub::hand_over;
use crate::hub::{End, HandOver, How, Hub, HubError};
use crate::sites;

/// How far a hand-over is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandOverStep {
    /// The former site has not heard of it.
    Waiting,
    /// It has: the store is read-only there, and what is missing is on its way.
    Sending,
    /// The store is active on the new site, which is still reading it.
    Receiving,
    /// The new site has all of it.
    Received,
    CalledOff,
    /// The record of the store was edited meanwhile, or the store went on before the new site had it whole.
    Overtaken,
}

/// A hand-over of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandOverLine {
    pub number: u64,
    pub step: HandOverStep,
    /// The step in plain words.
    pub text: String,
    /// The id of the store.
    pub store: String,
    pub store_code: String,
    pub store_name: String,
    pub from: u32,
    /// Empty if there is no such site any more.
    pub from_name: String,
    pub to: u32,
    pub to_name: String,
    pub began: i64,
    pub by: String,
    /// When the former site was told, and when it answered that the store is read-only there.
    pub told: Option<i64>,
    pub heard: Option<i64>,
    /// Records that the former site had not sent at its last contact, of all its stores. While the hand-over is in progress.
    pub to_come: Option<u64>,
    /// Entries of the store that the new site had still to read at its last contact, of all its feeds. While it is receiving.
    pub to_read: Option<u64>,
    /// Documents of the former site that are held on the central server, and versions put aside there. They stop nothing.
    pub held: u64,
    pub aside: u64,
    /// The former site synchronises and does not answer: its program knows no hand-over. Update it, or take the store over now.
    pub silent: bool,
    /// Why the new site cannot take the store yet.
    pub hindrance: Option<String>,
    pub end: Option<EndLine>,
    pub received: Option<i64>,
}

/// How a hand-over ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndLine {
    pub at: i64,
    /// Empty if it came to its end by itself.
    pub by: String,
    /// The store was moved without waiting for the former site; then the reason is told.
    pub taken_over_now: bool,
    pub reason: Option<String>,
}

/// The newest hand-overs, newest first.
pub fn hand_overs(snapshot: &dyn Snapshot, hub: &Hub, limit: usize) -> Result<Vec<HandOverLine>, HubError> {
    lines(snapshot, hub, hand_over::newest(snapshot, limit)?)
}

/// Those that are in progress, and those whose store the new site is still reading.
pub fn under_way(snapshot: &dyn Snapshot, hub: &Hub) -> Result<Vec<HandOverLine>, HubError> {
    let mut all = hand_over::all_leaving(snapshot)?;
    all.extend(hand_over::all_receiving(snapshot)?);
    all.sort_by_key(|hand_over| hand_over.number);
    lines(snapshot, hub, all)
}

/// Those that are in progress, by the id of their store.
pub(crate) fn leaving_by_store(snapshot: &dyn Snapshot, hub: &Hub) -> Result<HashMap<String, HandOverLine>, HubError> {
    let leaving = lines(snapshot, hub, hand_over::all_leaving(snapshot)?)?;
    Ok(leaving.into_iter().map(|line| (line.store.clone(), line)).collect())
}

impl HandOverLine {
    /// Whether the store is on its way to this site, or has arrived there and is still being read.
    pub fn goes_to(&self, site: SiteId) -> bool {
        self.to == site.0
    }

    /// A hand-over as it stands in this snapshot.
    pub fn of(snapshot: &dyn Snapshot, hub: &Hub, hand_over: &HandOver) -> Result<Self, HubError> {
        let (store_code, store_name) = store(snapshot, &hand_over.store)?;
        let contact = hub.contact(hand_over.from)?;
        let in_progress = hand_over.is_in_progress();
        let hindrance = match in_progress {
            true => hand_over::hindrance(snapshot, &hand_over.store, hand_over.to)?,
            false => None,
        };
        let step = step(hand_over);
        let to_read = (step == HandOverStep::Receiving).then(|| hub.contact(hand_over.to)).transpose()?;
        let line = Self {
            number: hand_over.number,
            step,
            text: String::new(),
            store: hand_over.store.to_string(),
            store_code,
            store_name,
            from: hand_over.from.0,
            from_name: name(snapshot, hand_over.from)?,
            to: hand_over.to.0,
            to_name: name(snapshot, hand_over.to)?,
            began: hand_over.began,
            by: hand_over.by.clone(),
            told: hand_over.told,
            heard: hand_over.heard,
            to_come: in_progress.then_some(contact.report.unsent),
            to_read: to_read.map(|contact| contact.behind),
            held: Hub::held_of(snapshot, hand_over.from)?,
            aside: contact.report.aside,
            silent: in_progress && hand_over.is_silent(),
            hindrance: hindrance.map(|hindrance| hindrance.text()),
            end: hand_over.end.as_ref().map(EndLine::of),
            received: hand_over.received,
        };
        Ok(Self { text: Texts::of(Language::English).say(&line.words()), ..line })
    }

    /// The step as a sentence, to be said in the reader's language.
    pub fn words(&self) -> Words {
        let (from, to) = (called(self.from, &self.from_name), called(self.to, &self.to_name));
        if let Some(hindrance) = &self.hindrance {
            return Words::new("hand-over-hindered").with("from", from).with("to", to).with("why", hindrance);
        }
        match self.step {
            HandOverStep::Waiting if self.silent => Words::new("hand-over-silent").with("from", from),
            HandOverStep::Waiting => Words::new("hand-over-waiting").with("from", from),
            HandOverStep::Sending => {
                Words::new("hand-over-sending").with("from", from).with("n", self.to_come.unwrap_or(0))
            }
            HandOverStep::Receiving => Words::new("hand-over-receiving").with("to", to),
            HandOverStep::Received => Words::new("hand-over-received").with("to", to),
            HandOverStep::CalledOff => Words::new("hand-over-called-off").with("from", from),
            HandOverStep::Overtaken => Words::new("hand-over-overtaken"),
        }
    }
}

impl EndLine {
    fn of(end: &End) -> Self {
        let reason = match &end.how {
            How::TakenOver { reason } => Some(reason.clone()),
            How::AllSent | How::CalledOff | How::Elsewhere => None,
        };
        Self { at: end.at, by: end.by.clone(), taken_over_now: reason.is_some(), reason }
    }
}

fn lines(snapshot: &dyn Snapshot, hub: &Hub, all: Vec<HandOver>) -> Result<Vec<HandOverLine>, HubError> {
    all.iter().map(|hand_over| HandOverLine::of(snapshot, hub, hand_over)).collect()
}

fn step(hand_over: &HandOver) -> HandOverStep {
    match (&hand_over.end, hand_over.received) {
        (None, _) if hand_over.heard.is_some() => HandOverStep::Sending,
        (None, _) => HandOverStep::Waiting,
        (Some(End { how: How::CalledOff, .. }), _) => HandOverStep::CalledOff,
        (Some(End { how: How::Elsewhere, .. }), _) => HandOverStep::Overtaken,
        (Some(_), None) if hand_over.gone => HandOverStep::Overtaken,
        (Some(_), None) => HandOverStep::Receiving,
        (Some(_), Some(_)) => HandOverStep::Received,
    }
}

fn called(site: u32, name: &str) -> String {
    if name.is_empty() { format!("site {site}") } else { name.to_owned() }
}

fn name(snapshot: &dyn Snapshot, site: SiteId) -> Result<String, HubError> {
    Ok(sites::get(snapshot, site)?.map(|site| site.name).unwrap_or_default())
}

/// Code and name of a store, also of one that was deleted meanwhile.
fn store(snapshot: &dyn Snapshot, id: &str) -> Result<(String, String), HubError> {
    let record: Option<Record> = snapshot.records(&[RecordKey::new("store", id)])?.pop().flatten();
    let body: Map<String, Value> = record.as_ref().map(StoreWorld::body).transpose()?.unwrap_or_default();
    let text = |column: &str| body.get(column).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok((text("code"), text("name")))
}
