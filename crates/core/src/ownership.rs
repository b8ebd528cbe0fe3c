//! Who may write a record. One function answers for every door: sync, API, import, pages.
//!
//! The stored record (or its tombstone) and the new version are both checked, so that nothing is taken by rewriting
//! its store or its parent (EXCHANGE A13).

use crate::catalogue::{Class, Facts, Table};
use crate::ids::{RecordKey, SiteId};
use crate::routing::{Header, header};
use crate::world::{Known, World, site_of_store, successor};

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A site; site 1 is the central server's own.
    Site(SiteId),
    /// An administrator who repairs someone else's record: a permission of its own, and audited.
    Repair,
}

impl Actor {
    pub fn site(self) -> SiteId {
        match self {
            Actor::Site(site) => site,
            Actor::Repair => SiteId::CENTRAL,
        }
    }
}

/// Why a record may not be written, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{table} is edited on the central server only")]
    CentralOnly { table: Box<str> },
    #[error("store {store} is active on site {active_on}; only there may its records be edited")]
    OtherSite { store: Box<str>, active_on: SiteId },
    #[error("the patient {patient} is not visible in a store of this site")]
    NotVisible { patient: Box<str> },
    #[error("a message is edited by the store it is sent to, and sent from a store of one's own")]
    NotYourMessage { store: Option<Box<str>> },
    #[error("the record belongs to site {owner}, which sent it first")]
    OtherOwner { owner: SiteId },
    #[error("the column that names its parent is empty")]
    NoParent,
    #[error("the column that names its store is empty")]
    NoStore,
    #[error("{0} has not arrived yet")]
    Waits(RecordKey),
    #[error("records of {table} are not merged: they belong to a store")]
    NotMerged { table: Box<str> },
    #[error("nothing is merged into {0}: it was deleted, merged or is of another kind")]
    NoSuccessor(RecordKey),
}

/// Whether `actor` may turn `stored` into `new` (`None`: into nothing, a delete). `Err` inside is the reason.
pub fn may_write<W: World + ?Sized>(
    actor: Actor,
    table: Option<&Table>,
    key: &RecordKey,
    stored: Option<&Known>,
    new: Option<&Facts>,
    world: &mut W,
) -> Result<Result<(), Refusal>, W::Error> {
    let Actor::Site(site) = actor else { return Ok(Ok(())) };
    let mut asker = Asker { site, table, key, world };
    if let Some(known) = stored
        && let Err(refusal) = asker.may_touch(&known.facts, Version::Stored(known.source))?
    {
        return Ok(Err(refusal));
    }
    match new {
        Some(facts) => asker.may_touch(facts, if stored.is_some() { Version::Changed } else { Version::New }),
        None => Ok(Ok(())),
    }
}

/// Whether `actor` may say that `stored` is the same as `into`, which stays. Both must be the actor's to write: a merge shows
/// each where the other is shown.
pub fn may_merge<W: World + ?Sized>(
    actor: Actor,
    table: Option<&Table>,
    key: &RecordKey,
    stored: &Known,
    into: &str,
    world: &mut W,
) -> Result<Result<(), Refusal>, W::Error> {
    let class = stored.facts.class;
    let merged = matches!(class, Class::Central | Class::Patient | Class::Shared) && &*key.table != "store";
    if !merged {
        return Ok(Err(Refusal::NotMerged { table: key.table.clone() }));
    }
    let into = RecordKey { table: key.table.clone(), id: into.into() };
    let Some(kept) = world.known(&into)? else { return Ok(Err(Refusal::Waits(into))) };
    if !kept.live || kept.facts.class != class {
        return Ok(Err(Refusal::NoSuccessor(into)));
    }
    if let Err(refusal) = may_write(actor, table, key, Some(stored), None, world)? {
        return Ok(Err(refusal));
    }
    may_write(actor, table, &into, Some(&kept), Some(&kept.facts), world)
}

/// Which version of the record is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Stored(SiteId),
    Changed,
    New,
}

struct Asker<'a, W: ?Sized> {
    site: SiteId,
    table: Option<&'a Table>,
    key: &'a RecordKey,
    world: &'a mut W,
}

type Answer<E> = Result<Result<(), Refusal>, E>;

impl<W: World + ?Sized> Asker<'_, W> {
    fn may_touch(&mut self, facts: &Facts, version: Version) -> Answer<W::Error> {
        let facts = match header(facts, self.world)? {
            Header::Found(facts) => facts,
            Header::Missing(parent) if parent.id.is_empty() => return Ok(Err(Refusal::NoParent)),
            Header::Missing(parent) => return Ok(Err(Refusal::Waits(parent))),
        };
        match facts.class {
            Class::Central => Ok(self.central()),
            Class::Shared => Ok(Ok(())),
            Class::Patient => self.patient(&facts, version),
            Class::Message => self.message(&facts, version),
            Class::Store | Class::Transfer | Class::Child => self.store(&facts, version),
        }
    }

    fn central(&self) -> Result<(), Refusal> {
        if self.site == SiteId::CENTRAL {
            return Ok(());
        }
        Err(Refusal::CentralOnly { table: self.key.table.clone() })
    }

    fn store(&mut self, facts: &Facts, version: Version) -> Answer<W::Error> {
        let Some(store) = &facts.store else { return Ok(self.without_store(version)) };
        if self.site == SiteId::CENTRAL && facts.central_may_edit {
            return Ok(Ok(()));
        }
        Ok(match site_of_store(self.world, store)? {
            Some(active_on) if active_on == self.site => Ok(()),
            Some(active_on) => Err(Refusal::OtherSite { store: store.clone(), active_on }),
            None => Err(Refusal::Waits(RecordKey::new("store", store.clone()))),
        })
    }

    /// Tables that the catalogue does not know may lack a store: they belong to the site that sent them first.
    fn without_store(&self, version: Version) -> Result<(), Refusal> {
        match (self.table, version) {
            (Some(_), _) => Err(Refusal::NoStore),
            (None, Version::Stored(owner)) if owner != self.site => Err(Refusal::OtherOwner { owner }),
            (None, _) => Ok(()),
        }
    }

    fn patient(&mut self, facts: &Facts, version: Version) -> Answer<W::Error> {
        let Some(subject) = &facts.subject else { return Ok(Ok(())) };
        let itself = subject == self.key;
        if self.site == SiteId::CENTRAL || (itself && version == Version::New) {
            return Ok(Ok(()));
        }
        let subject = successor(self.world, subject)?;
        if self.world.known(&subject)?.is_none() {
            return Ok(if itself { Ok(()) } else { Err(Refusal::Waits(subject)) });
        }
        for store in self.world.stores_showing(&subject)? {
            if site_of_store(self.world, &store)? == Some(self.site) {
                return Ok(Ok(()));
            }
        }
        Ok(Err(Refusal::NotVisible { patient: subject.id }))
    }

    fn message(&mut self, facts: &Facts, version: Version) -> Answer<W::Error> {
        let side = if version == Version::New { &facts.from_store } else { &facts.store };
        let site = match side {
            Some(store) => site_of_store(self.world, store)?,
            None => Some(SiteId::CENTRAL),
        };
        Ok(match (site, side) {
            (Some(site), _) if site == self.site => Ok(()),
            (None, Some(store)) => Err(Refusal::Waits(RecordKey::new("store", store.clone()))),
            (_, store) => Err(Refusal::NotYourMessage { store: store.clone() }),
        })
    }
}

#[cfg(test)]
mod tests;
