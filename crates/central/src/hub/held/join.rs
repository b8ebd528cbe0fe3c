//! Later changes of a held document by the same site.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::value::RawValue;
use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::protocol::Change;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Space, Txn};

use super::keep::{by_key, count_of, take};
use super::{Before, HeldId};
use crate::hub::context::Context;
use crate::hub::documents::documents;
use crate::hub::incoming::{self, Action, Incoming};
use crate::hub::{HubError, rows};

type Joined<'a> = (Cow<'a, [Incoming]>, HashMap<RecordKey, Before>);

/// Later changes of a held document by the same site join it, also of lines that it does not hold: they are judged together
/// with what is held, column by column.
pub(crate) fn join<'a>(txn: &mut dyn Txn, context: &Context, incoming: &'a [Incoming]) -> Result<Joined<'a>, HubError> {
    let site = context.actor.site();
    let mut again = HashMap::new();
    if rows::count(txn, &count_of(site))? == 0 {
        return Ok((Cow::Borrowed(incoming), again));
    }
    let mut earlier = Vec::new();
    for key in continuing(txn, context, incoming)? {
        let Some(id) = rows::get::<HeldId>(txn, Space::HeldBy, &by_key(site, &key))? else { continue };
        if let Some(document) = take(txn, id)? {
            again.insert(document.root.clone(), document.before());
            earlier.extend(document.changes);
        }
    }
    if earlier.is_empty() {
        return Ok((Cow::Borrowed(incoming), again));
    }
    Ok((Cow::Owned(overlay(context.catalogue, earlier, incoming)), again))
}

/// The records under which these changes may find a held document: themselves, and the parents of their documents.
fn continuing(txn: &mut dyn Txn, context: &Context, incoming: &[Incoming]) -> Result<BTreeSet<RecordKey>, HubError> {
    let mut world = StoreWorld::new(txn, context.catalogue);
    let mut keys = BTreeSet::new();
    for document in documents(&mut world, incoming)? {
        let live = document.members.iter().map(|&at| &incoming[at]).filter(|change| !change.is_aside());
        let before = keys.len();
        keys.extend(live.map(|change| change.key.clone()));
        if keys.len() > before {
            keys.insert(document.root);
        }
    }
    Ok(keys)
}

/// The held changes with the later ones laid over them.
fn overlay(catalogue: &Catalogue, earlier: Vec<Change>, later: &[Incoming]) -> Vec<Incoming> {
    let earlier = incoming::parse_all(catalogue, earlier);
    let mut held: BTreeMap<RecordKey, Incoming> =
        earlier.into_iter().map(|change| (change.key.clone(), change)).collect();
    let later: Vec<_> = later
        .iter()
        .map(|change| match (change.is_aside(), held.contains_key(&change.key)) {
            (false, true) => {
                held.remove(&change.key).map_or_else(|| change.clone(), |held| over(catalogue, held, change))
            }
            _ => change.clone(),
        })
        .collect();
    held.into_values().chain(later).collect()
}

/// A partial change completes the held one; any other replaces it.
fn over(catalogue: &Catalogue, held: Incoming, later: &Incoming) -> Incoming {
    let Ok(Action::Part { body }) = &later.action else { return later.clone() };
    let sent = held.change.put.filter(|_| !held.change.delete && held.action.is_ok());
    let Some(mut joined) = sent.and_then(|sent| normal::parse(sent.get()).ok()) else { return later.clone() };
    joined.extend(body.clone());
    let text = normal::canonical(&joined);
    let mut change = later.change.clone();
    change.put = RawValue::from_string(text).ok();
    change.partial = held.change.partial;
    incoming::parse(catalogue, change)
}
