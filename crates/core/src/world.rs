//! What routing and ownership may ask about other records. The hub answers from its store and the commit in hand;
//! tests answer from a table.

use std::collections::BTreeSet;

use crate::catalogue::Facts;
use crate::ids::{RecordKey, SiteId};

/// A record that is known, live or as a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub facts: Facts,
    pub live: bool,
    /// The id of the record of the same table that it was merged into.
    pub merged_into: Option<Box<str>>,
    /// Who wrote it last.
    pub source: SiteId,
}

/// The rest of the data, as far as one record's route and owner depend on it.
pub trait World {
    type Error;

    /// A record by its key.
    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>, Self::Error>;

    /// The live stores whose facility is this `name`.
    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>, Self::Error>;

    /// The stores in which a join shows this record.
    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>, Self::Error>;
}

/// The site where a store is active; `None` if the store is not known or was deleted.
pub fn site_of_store<W: World + ?Sized>(world: &mut W, store: &str) -> Result<Option<SiteId>, W::Error> {
    let known = world.known(&RecordKey::new("store", store))?;
    Ok(known.filter(|known| known.live).and_then(|known| known.facts.active_on))
}

/// A world in which these stores are active nowhere: what may still be written there belongs to none of them.
pub struct WithoutStores<'a, W: ?Sized> {
    pub world: &'a mut W,
    pub without: &'a BTreeSet<Box<str>>,
}

impl<W: World + ?Sized> World for WithoutStores<'_, W> {
    type Error = W::Error;

    fn known(&mut self, key: &RecordKey) -> Result<Option<Known>, W::Error> {
        let mut known = self.world.known(key)?;
        if &*key.table == "store" && self.without.contains(&key.id) {
            known.iter_mut().for_each(|known| known.facts.active_on = None);
        }
        Ok(known)
    }

    fn stores_of_name(&mut self, name: &str) -> Result<Vec<Box<str>>, W::Error> {
        self.world.stores_of_name(name)
    }

    fn stores_showing(&mut self, subject: &RecordKey) -> Result<Vec<Box<str>>, W::Error> {
        self.world.stores_showing(subject)
    }
}

/// Follows merges: the id that a reference to `key` means now.
pub fn successor<W: World + ?Sized>(world: &mut W, key: &RecordKey) -> Result<RecordKey, W::Error> {
    let mut key = key.clone();
    // A chain of merges is short; the bound keeps a circle in damaged data from hanging a commit.
    for _ in 0..MERGES_MAX {
        match world.known(&key)?.and_then(|known| known.merged_into) {
            Some(into) => key.id = into,
            None => break,
        }
    }
    Ok(key)
}

const MERGES_MAX: usize = 100;

#[cfg(test)]
pub(crate) mod table;
