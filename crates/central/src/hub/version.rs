//! The next version of one record: what a change makes of what is stored. Decides no permission.

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Class, Facts};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::normal;
use sitesync_core::ownership::Actor;
use sitesync_core::record::{Record, State};
use sitesync_core::world::Known;
use sitesync_store::StoreError;
use sitesync_store::world::{StoreWorld, merged_into};

use super::HubError;
use super::context::Context;
use super::held::Reason;
use super::incoming::{Action, Incoming, Text, checked_text};

/// What becomes of a record.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) key: RecordKey,
    pub(crate) state: State,
    pub(crate) facts: Facts,
    /// The canonical text is the very text that was sent.
    pub(crate) as_sent: bool,
    /// In stored form; of a tombstone, the columns that route it.
    text: Box<str>,
    /// Who wrote the version before. A repair leaves the record to its owner.
    before: Option<SiteId>,
}

/// A change either is nothing new, or makes a version, or cannot be taken.
pub(crate) enum Next {
    Same,
    Version(Box<Version>),
    Refused(Reason),
}

/// What `change` makes of `stored`.
pub(crate) fn next(world: &StoreWorld<'_>, change: &Incoming, stored: Option<&Record>) -> Result<Next, HubError> {
    let action = match &change.action {
        Ok(action) => action,
        Err(reason) => return Ok(Next::Refused(Reason::malformed(reason))),
    };
    let puts = !matches!(action, Action::Delete | Action::Merge { .. });
    if let Some(reason) = stored.filter(|_| puts).and_then(|stored| revives(world, stored)) {
        return Ok(Next::Refused(reason));
    }
    match action {
        Action::Whole { facts, text } => whole(change, facts, text, stored),
        Action::Part { body } => part(world, change, body, stored),
        Action::Malformed { reason, .. } => Ok(Next::Refused(Reason::malformed(reason))),
        Action::Delete => Ok(gone(world, &change.key, stored, State::Deleted)?),
        Action::Merge { into } => Ok(gone(world, &change.key, stored, State::Merged(into.clone()))?),
    }
}

fn whole(change: &Incoming, facts: &Facts, text: &Text, stored: Option<&Record>) -> Result<Next, HubError> {
    let (text, as_sent) = match (text, &change.change.put) {
        (Text::AsSent, Some(sent)) => (sent.get(), true),
        (Text::AsSent, None) => return Err(HubError::Stored(format!("{} was sent without a body", change.key))),
        (Text::Other(text), _) => (&**text, false),
    };
    Ok(put(change, text.into(), stored, as_sent, || facts.clone()))
}

/// The changed columns over the stored version.
fn part(
    world: &StoreWorld<'_>,
    change: &Incoming,
    body: &Map<String, Value>,
    stored: Option<&Record>,
) -> Result<Next, HubError> {
    let base = stored.filter(|stored| stored.is_live()).map(StoreWorld::body).transpose()?;
    let laid = normal::normalise(world.catalogue, &change.key, body, base.as_ref());
    match laid.and_then(|body| Ok((checked_text(&body)?, body))) {
        Ok((text, body)) => {
            let facts = || Facts::read(world.catalogue.table(&change.key.table), &change.key, &body);
            Ok(put(change, text, stored, false, facts))
        }
        Err(malformed) => Ok(Next::Refused(Reason::malformed(&malformed.to_string()))),
    }
}

fn put(
    change: &Incoming,
    text: Box<str>,
    stored: Option<&Record>,
    as_sent: bool,
    facts: impl FnOnce() -> Facts,
) -> Next {
    let live = stored.filter(|stored| stored.is_live());
    if live.is_some_and(|stored| *stored.body == *text) {
        return Next::Same;
    }
    let key = change.key.clone();
    let before = stored.map(|stored| stored.source);
    Next::Version(Box::new(Version { key, state: State::Live, facts: facts(), as_sent, text, before }))
}

/// What was deleted stays deleted where several sites may edit; a merged record never comes back (EXCHANGE B4).
fn revives(world: &StoreWorld<'_>, stored: &Record) -> Option<Reason> {
    match &stored.state {
        State::Live => None,
        State::Merged(into) => Some(Reason::merged(into)),
        State::Deleted => {
            let class = world.read(stored).ok()?.facts.class;
            matches!(class, Class::Patient | Class::Shared).then(Reason::deleted)
        }
    }
}

/// A deleted or merged record leaves a tombstone; what was never there leaves nothing.
pub(crate) fn gone(
    world: &StoreWorld<'_>,
    key: &RecordKey,
    stored: Option<&Record>,
    state: State,
) -> Result<Next, HubError> {
    let Some(stored) = stored.filter(|stored| stored.is_live()) else { return Ok(Next::Same) };
    let table = world.catalogue.table(&key.table);
    let body = normal::routing_columns(table, &StoreWorld::body(stored)?);
    let facts = Facts::read(table, key, &body);
    let text = normal::canonical(&body).into();
    let before = Some(stored.source);
    Ok(Next::Version(Box::new(Version { key: key.clone(), state, facts, as_sent: true, text, before })))
}

impl Version {
    pub(crate) fn known(&self, context: &Context) -> Known {
        let live = self.state == State::Live;
        let merged_into = merged_into(&self.state);
        Known { facts: self.facts.clone(), live, merged_into, source: self.source(context) }
    }

    fn source(&self, context: &Context) -> SiteId {
        match (context.actor, self.before) {
            (Actor::Repair, Some(before)) => before,
            (actor, _) => actor.site(),
        }
    }

    /// The record to be stored.
    pub(crate) fn record(&self, world: &mut StoreWorld<'_>, context: &Context) -> Result<Record, StoreError> {
        world.record(&self.key, self.state.clone(), self.text.clone(), &self.facts, self.source(context))
    }
}
