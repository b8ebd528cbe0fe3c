//! Groups the changes of a commit into documents: a parent with its lines, judged and applied or held as one.

use std::collections::{BTreeMap, HashMap};

use sitesync_core::catalogue::{Catalogue, Class, Facts};
use sitesync_core::ids::RecordKey;
use sitesync_core::world::World;
use sitesync_store::world::StoreWorld;

use super::HubError;
use super::incoming::{Action, Incoming};

/// A parent and its lines, as far as they are in this commit: indices of the changes, parents first.
pub(crate) struct Document {
    pub(crate) root: RecordKey,
    pub(crate) members: Vec<usize>,
}

/// The documents of a commit in the order of dependency: what others are routed by comes first.
pub(crate) fn documents(world: &mut StoreWorld<'_>, incoming: &[Incoming]) -> Result<Vec<Document>, HubError> {
    let live = incoming.iter().enumerate().filter(|(_, change)| !change.is_aside());
    let last: HashMap<&RecordKey, usize> = live.map(|(at, change)| (&change.key, at)).collect();
    let mut roots: BTreeMap<(usize, usize), Document> = BTreeMap::new();
    let mut place: HashMap<(RecordKey, usize), (usize, usize)> = HashMap::new();
    let mut asides: HashMap<&RecordKey, usize> = HashMap::new();
    for (at, change) in incoming.iter().enumerate() {
        // Of several changes of one record the last one counts. What was put aside is for a person: it stands beside the
        // change that counts, each version in a document of its own.
        let turn = if change.is_aside() {
            let turn = asides.entry(&change.key).or_default();
            *turn += 1;
            *turn
        } else if last.get(&change.key) == Some(&at) {
            0
        } else {
            continue;
        };
        let root = root(world, incoming, &last, change)?;
        let place = place.entry((root.clone(), turn)).or_insert_with(|| (order(world.catalogue, &root.table), at));
        roots.entry(*place).or_insert_with(|| Document { root, members: Vec::new() }).members.push(at);
    }
    let mut documents: Vec<_> = roots.into_values().collect();
    for document in &mut documents {
        document.members.sort_by_key(|&at| order(world.catalogue, &incoming[at].key.table));
    }
    Ok(documents)
}

fn order(catalogue: &Catalogue, table: &str) -> usize {
    catalogue.table(table).map_or(usize::MAX, |table| table.order)
}

/// Lines of lines do not go deeper than this.
const DEPTH_MAX: usize = 8;

fn root(
    world: &mut StoreWorld<'_>,
    incoming: &[Incoming],
    last: &HashMap<&RecordKey, usize>,
    change: &Incoming,
) -> Result<RecordKey, HubError> {
    let mut key = change.key.clone();
    let mut change = Some(change);
    for _ in 0..DEPTH_MAX {
        match parent(world, &key, change)? {
            Some(parent) => key = parent,
            None => break,
        }
        change = last.get(&key).map(|&at| &incoming[at]);
    }
    Ok(key)
}

/// The parent that a change names, else the stored one.
pub(crate) fn parent(
    world: &mut StoreWorld<'_>,
    key: &RecordKey,
    change: Option<&Incoming>,
) -> Result<Option<RecordKey>, HubError> {
    let Some(table) = world.catalogue.table(&key.table).filter(|table| table.class == Class::Child) else {
        return Ok(None);
    };
    let named = match change.map(|change| &change.action) {
        Some(Ok(Action::Whole { facts, .. })) => facts.parent.clone(),
        Some(Ok(Action::Part { body } | Action::Malformed { body, .. })) => Facts::read(Some(table), key, body).parent,
        _ => None,
    };
    match named {
        Some(parent) => Ok(Some(parent)),
        None => Ok(world.known(key)?.and_then(|known| known.facts.parent)),
    }
}
