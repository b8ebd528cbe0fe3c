//! For whom a record is: its class and its columns name the feeds it belongs in. Pure functions; nothing is written here.

use std::collections::BTreeSet;

use crate::catalogue::{Class, Facts};
use crate::ids::{Feed, RecordKey};
use crate::world::{World, successor};

/// Where a record belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// In these feeds; in none, if nobody but the central server needs it.
    Feeds(BTreeSet<Feed>),
    /// Not known before this record arrives.
    Waits(RecordKey),
}

impl Route {
    fn one(feed: Feed) -> Self {
        Route::Feeds(BTreeSet::from([feed]))
    }
}

/// Lines of lines do not go deeper than this.
const PARENTS_MAX: usize = 8;

/// The feeds of a live record.
pub fn route<W: World + ?Sized>(facts: &Facts, world: &mut W) -> Result<Route, W::Error> {
    match header(facts, world)? {
        Header::Found(header) => route_alone(&header, world),
        Header::Missing(parent) => Ok(Route::Waits(parent)),
    }
}

/// Where a record is stored beside its like.
pub fn home<W: World + ?Sized>(facts: &Facts, world: &mut W) -> Result<Feed, W::Error> {
    let Header::Found(facts) = header(facts, world)? else { return Ok(Feed::Unread) };
    Ok(match (&facts.subject, &facts.store, facts.class) {
        (Some(_), ..) => Feed::Unread,
        (None, Some(store), _) => Feed::Store(store.clone()),
        (None, None, Class::Central | Class::Shared | Class::Message | Class::Patient) => Feed::Central,
        (None, None, _) => Feed::Unread,
    })
}

/// The facts that decide: a line's are those of its header.
pub(crate) enum Header {
    Found(Box<Facts>),
    Missing(RecordKey),
}

pub(crate) fn header<W: World + ?Sized>(facts: &Facts, world: &mut W) -> Result<Header, W::Error> {
    let mut facts = facts.clone();
    for _ in 0..PARENTS_MAX {
        if facts.class != Class::Child {
            break;
        }
        let Some(parent) = facts.parent else {
            return Ok(Header::Missing(RecordKey::new("", "")));
        };
        match world.known(&parent)? {
            Some(known) => facts = known.facts,
            None => return Ok(Header::Missing(parent)),
        }
    }
    Ok(Header::Found(Box::new(facts)))
}

/// The facts of the topmost record that is known above this one: of its header, if all between are there.
pub fn topmost<W: World + ?Sized>(facts: &Facts, world: &mut W) -> Result<Facts, W::Error> {
    let mut facts = facts.clone();
    for _ in 0..PARENTS_MAX {
        let Some(parent) = &facts.parent else { break };
        match world.known(parent)? {
            Some(known) => facts = known.facts,
            None => break,
        }
    }
    Ok(facts)
}

fn route_alone<W: World + ?Sized>(facts: &Facts, world: &mut W) -> Result<Route, W::Error> {
    if let Some(subject) = &facts.subject {
        return shown_stores(subject, world).map(Route::Feeds);
    }
    let Some(store) = &facts.store else {
        return Ok(match facts.class {
            Class::Central | Class::Shared | Class::Message | Class::Patient => Route::one(Feed::Central),
            Class::Store | Class::Child | Class::Transfer => Route::Feeds(BTreeSet::new()),
        });
    };
    // A store that was deleted still routes what it had, else what it sent to others would vanish there at some later edit.
    if world.known(&RecordKey::new("store", store.clone()))?.is_none() {
        return Ok(Route::Waits(RecordKey::new("store", store.clone())));
    }
    let mut feeds = match &facts.other_party {
        Some(name) => other_party(name, world)?,
        None => BTreeSet::new(),
    };
    feeds.insert(Feed::Store(store.clone()));
    if facts.class == Class::Message {
        // The sender sees what became of its message.
        feeds.extend(facts.from_store.clone().map(Feed::Store));
    }
    Ok(Route::Feeds(feeds))
}

/// The stores of the other party; of a patient, the stores where the patient is visible.
fn other_party<W: World + ?Sized>(name: &str, world: &mut W) -> Result<BTreeSet<Feed>, W::Error> {
    let name = successor(world, &RecordKey::new("name", name))?;
    let mut feeds: BTreeSet<Feed> = world.stores_of_name(&name.id)?.into_iter().map(Feed::Store).collect();
    let patient = world.known(&name)?.is_some_and(|known| known.facts.class == Class::Patient);
    if patient {
        feeds.extend(shown_stores(&name, world)?);
    }
    Ok(feeds)
}

/// Whether joins decide where this record is shown. Those of a facility say who trades with it, not who may see what names it:
/// a document of a name that is no patient is for nobody. Of a record that is not known yet, the joins count already.
pub fn shown_by_joins<W: World + ?Sized>(subject: &RecordKey, world: &mut W) -> Result<bool, W::Error> {
    Ok(world.known(subject)?.is_none_or(|known| known.facts.subject.as_ref() == Some(subject)))
}

fn shown_stores<W: World + ?Sized>(subject: &RecordKey, world: &mut W) -> Result<BTreeSet<Feed>, W::Error> {
    let subject = successor(world, subject)?;
    if !shown_by_joins(&subject, world)? {
        return Ok(BTreeSet::new());
    }
    Ok(world.stores_showing(&subject)?.into_iter().map(Feed::Store).collect())
}

#[cfg(test)]
mod tests;
