//! The next version of one record: what a change makes of what is stored. Decides no permission.

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Class, Facts};
use sitesync_core::hash::Hash;
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::record::{Link, Record, Role, State, link_target};
use sitesync_core::routing::home;
use sitesync_core::world::Known;

use super::commit::Context;
use super::held::Reason;
use super::incoming::{Action, Incoming};
use super::world::HubWorld;
use super::HubError;

/// What becomes of a record.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) key: RecordKey,
    pub(crate) state: State,
    /// In stored form; of a tombstone, the columns that route it.
    pub(crate) body: Map<String, Value>,
    pub(crate) facts: Facts,
    /// The canonical text is the very text that was sent.
    pub(crate) as_sent: bool,
    text: Box<str>,
}

/// A change either is nothing new, or makes a version, or cannot be taken.
pub(crate) enum Next {
    Same,
    Version(Box<Version>),
    Refused(Reason),
}

/// What `change` makes of `stored`.
pub(crate) fn next(world: &HubWorld<'_>, change: &Incoming, stored: Option<&Record>) -> Result<Next, HubError> {
    let action = match &change.action {
        Ok(action) => action,
        Err(reason) => return Ok(Next::Refused(Reason::malformed(reason))),
    };
    match action {
        Action::Put { body, partial } => put(world, change, body, *partial, stored),
        Action::Delete => Ok(gone(world, &change.key, stored, State::Deleted)?),
        Action::Merge { into } => Ok(gone(world, &change.key, stored, State::Merged(into.clone()))?),
    }
}

fn put(
    world: &HubWorld<'_>,
    change: &Incoming,
    body: &Map<String, Value>,
    partial: bool,
    stored: Option<&Record>,
) -> Result<Next, HubError> {
    if let Some(reason) = stored.and_then(|stored| revives(world, stored)) {
        return Ok(Next::Refused(reason));
    }
    let live = stored.filter(|stored| stored.is_live());
    let base = live.filter(|_| partial).map(|stored| parsed(stored)).transpose()?;
    let body = match normal::normalise(world.catalogue, &change.key, body, base.as_ref()) {
        Ok(body) => body,
        Err(malformed) => return Ok(Next::Refused(Reason::malformed(&malformed.to_string()))),
    };
    let text = normal::canonical(&body);
    if live.is_some_and(|stored| *stored.body == *text) {
        return Ok(Next::Same);
    }
    let facts = Facts::read(world.catalogue.table(&change.key.table), &change.key, &body);
    let as_sent = !partial && change.change.put.as_ref().is_some_and(|sent| sent.get() == text);
    let key = change.key.clone();
    Ok(Next::Version(Box::new(Version { key, state: State::Live, body, facts, as_sent, text: text.into() })))
}

/// What was deleted stays deleted where several sites may edit; a merged record never comes back (EXCHANGE B4).
fn revives(world: &HubWorld<'_>, stored: &Record) -> Option<Reason> {
    let class = world.read(stored).ok()?.facts.class;
    match &stored.state {
        State::Merged(into) => Some(Reason::merged(into)),
        State::Deleted if matches!(class, Class::Patient | Class::Shared) => Some(Reason::deleted()),
        State::Deleted | State::Live => None,
    }
}

/// A deleted or merged record leaves a tombstone; what was never there leaves nothing.
pub(crate) fn gone(
    world: &HubWorld<'_>,
    key: &RecordKey,
    stored: Option<&Record>,
    state: State,
) -> Result<Next, HubError> {
    let Some(stored) = stored.filter(|stored| stored.is_live()) else { return Ok(Next::Same) };
    let table = world.catalogue.table(&key.table);
    let body = normal::routing_columns(table, &parsed(stored)?);
    let facts = Facts::read(table, key, &body);
    let text = normal::canonical(&body).into();
    Ok(Next::Version(Box::new(Version { key: key.clone(), state, body, facts, as_sent: true, text })))
}

fn parsed(stored: &Record) -> Result<Map<String, Value>, HubError> {
    normal::parse(&stored.body).map_err(|error| HubError::Stored(format!("{}: {error}", stored.key)))
}

impl Version {
    pub(crate) fn known(&self, context: &Context) -> Known {
        let merged_into = match &self.state {
            State::Merged(into) => Some(into.clone()),
            State::Live | State::Deleted => None,
        };
        let live = self.state == State::Live;
        Known { facts: self.facts.clone(), live, merged_into, source: context.actor.site() }
    }

    /// The record to be stored.
    pub(crate) fn record(&self, world: &mut HubWorld<'_>, context: &Context) -> Result<Record, HubError> {
        let hash = if self.state == State::Live { Hash::of_record(&self.key, &self.text) } else { Hash::default() };
        let mut links = self.facts.links(&self.key);
        if let State::Merged(into) = &self.state {
            let target = link_target(&RecordKey { table: self.key.table.clone(), id: into.clone() });
            links.push(Link { role: Role::Merged, target });
        }
        Ok(Record {
            key: self.key.clone(),
            home: home(&self.facts, world)?,
            state: self.state.clone(),
            body: self.text.clone(),
            hash,
            revision: context.catalogue.revision,
            source: context.actor.site(),
            links,
        })
    }
}
