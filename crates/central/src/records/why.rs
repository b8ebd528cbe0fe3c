//! Why a record is where it is: the rule, the feeds it stands in, who reads them, and how far each reader is.

use sitesync_core::catalogue::{Catalogue, Class, Facts};
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::record::{Entry, EntryKind, Record};
use sitesync_pages::Words;
use sitesync_store::Snapshot;
use sitesync_store::names::Names;
use sitesync_store::world::StoreWorld;

use super::may::name_of;
use crate::hub::HubError;
use crate::server::Central;
use crate::sites::{self, Site};

/// So many readers of a feed are named; of more, how many there are.
const NAMED_MAX: usize = 20;

pub(crate) struct Why {
    pub(crate) class: Class,
    /// Who edits it and who receives it.
    pub(crate) rule: Words,
    pub(crate) feeds: Vec<FeedWhy>,
}

/// A feed in which the record stands.
pub(crate) struct FeedWhy {
    pub(crate) feed: Feed,
    /// The store of the feed by name.
    pub(crate) store: Option<String>,
    pub(crate) number: u64,
    pub(crate) kind: EntryKind,
    /// By which rule it is here.
    pub(crate) because: Words,
    /// How many sites read it, and how many of them have not read this yet.
    pub(crate) sites: u64,
    pub(crate) waiting: u64,
    /// Some of them, those that have not read it first.
    pub(crate) named: Vec<Reader>,
}

/// A site that reads a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    pub(crate) site: SiteId,
    pub(crate) name: String,
    /// It has read so far as the record stands.
    pub(crate) has: bool,
}

pub(crate) fn why(central: &Central, snapshot: &dyn Snapshot, record: &Record) -> Result<Why, HubError> {
    let catalogue = central.hub().catalogue();
    let facts = Facts::read(catalogue.table(&record.key.table), &record.key, &StoreWorld::body(record)?);
    let mut rules = Rules { catalogue, facts: &facts, names: Names::new(snapshot, catalogue) };
    let mut feeds = Vec::new();
    for entry in snapshot.entries_of(std::slice::from_ref(&record.key))?.into_iter().flatten() {
        feeds.push(feed_why(central, snapshot, &mut rules, entry)?);
    }
    Ok(Why { class: facts.class, rule: rules.rule(&record.key)?, feeds })
}

fn feed_why(
    central: &Central,
    snapshot: &dyn Snapshot,
    rules: &mut Rules<'_>,
    entry: Entry,
) -> Result<FeedWhy, HubError> {
    let store = match &entry.feed {
        Feed::Store(store) => Some(rules.store(store)?),
        _ => None,
    };
    let because = rules.because(&entry.feed, entry.kind)?;
    let mut readers = readers(central, snapshot, &entry)?;
    readers.sort_by(|one, other| (one.has, &one.name).cmp(&(other.has, &other.name)));
    let waiting = readers.iter().filter(|reader| !reader.has).count() as u64;
    let sites = readers.len() as u64;
    readers.truncate(NAMED_MAX);
    let Entry { feed, number, kind, .. } = entry;
    Ok(FeedWhy { feed, store, number, kind, because, sites, waiting, named: readers })
}

/// The sites that read a feed: all but this server's own, or the one where the store is active.
fn readers(central: &Central, snapshot: &dyn Snapshot, entry: &Entry) -> Result<Vec<Reader>, HubError> {
    let sites: Vec<Site> = match &entry.feed {
        Feed::Central => {
            let all = sites::list(snapshot, None, usize::MAX)?;
            all.into_iter().filter(|site| site.id != SiteId::CENTRAL).collect()
        }
        Feed::Store(store) => active_on(central.hub().catalogue(), snapshot, store)?.into_iter().collect(),
        _ => Vec::new(),
    };
    let reader = |site: Site| {
        let reached = central.hub().contact(site.id)?.reached.get(&entry.feed).copied().unwrap_or(0);
        Ok(Reader { has: site.id == SiteId::CENTRAL || reached >= entry.number, site: site.id, name: site.name })
    };
    sites.into_iter().map(reader).collect()
}

fn active_on(catalogue: &Catalogue, snapshot: &dyn Snapshot, store: &str) -> Result<Option<Site>, HubError> {
    let key = RecordKey::new("store", store);
    let record = snapshot.records(std::slice::from_ref(&key))?.pop().flatten();
    let Some(record) = record.filter(Record::is_live) else { return Ok(None) };
    let facts = Facts::read(catalogue.table("store"), &key, &StoreWorld::body(&record)?);
    Ok(sites::get(snapshot, facts.active_on.unwrap_or(SiteId::CENTRAL))?)
}

/// The rules that send one record somewhere, in sentences.
struct Rules<'a> {
    catalogue: &'static Catalogue,
    facts: &'a Facts,
    names: Names<'a>,
}

impl Rules<'_> {
    fn store(&mut self, id: &str) -> Result<String, HubError> {
        name_of(&mut self.names, &RecordKey::new("store", id))
    }

    /// A record with the title of its table, such as "Requisitions 12".
    fn record(&mut self, key: &RecordKey) -> Result<String, HubError> {
        let title = self.catalogue.table(&key.table).map_or(&*key.table, |table| &*table.title);
        Ok(format!("{title} {}", name_of(&mut self.names, key)?))
    }

    fn rule(&mut self, key: &RecordKey) -> Result<Words, HubError> {
        if self.catalogue.table(&key.table).is_none() {
            return Ok(Words::new("rule-unknown"));
        }
        let facts = self.facts;
        let store = facts.store.as_deref().map(|store| self.store(store)).transpose()?;
        Ok(match (facts.class, store) {
            (Class::Central, None) if facts.subject.is_some() => Words::new("rule-central-shown"),
            (Class::Central, None) => Words::new("rule-central"),
            (Class::Central, Some(store)) => Words::new("rule-central-store").with("store", store),
            (Class::Child, _) => {
                let parent = facts.parent.as_ref().map(|parent| self.record(parent)).transpose()?;
                Words::new("rule-child").with("parent", parent.unwrap_or_default())
            }
            (Class::Patient, _) => Words::new("rule-patient"),
            (Class::Shared, None) if facts.subject.is_some() => Words::new("rule-shared-shown"),
            (Class::Shared, None) => Words::new("rule-shared"),
            (Class::Shared, Some(store)) => Words::new("rule-shared-store").with("store", store),
            (Class::Message, None) => Words::new("rule-message-all"),
            (Class::Message, Some(store)) => Words::new("rule-message").with("store", store),
            (Class::Store | Class::Transfer, None) => Words::new("rule-no-store"),
            (Class::Store, Some(store)) if facts.central_may_edit => {
                Words::new("rule-store-central").with("store", store)
            }
            (Class::Store, Some(store)) => Words::new("rule-store").with("store", store),
            (Class::Transfer, Some(store)) => self.transfer(store)?,
        })
    }

    fn transfer(&mut self, store: String) -> Result<Words, HubError> {
        let Some(party) = self.facts.other_party.clone() else {
            return Ok(Words::new("rule-store").with("store", store));
        };
        let party = name_of(&mut self.names, &RecordKey::new("name", party))?;
        Ok(Words::new("rule-transfer").with("store", store).with("party", party))
    }

    /// Why it stands in this feed.
    fn because(&mut self, feed: &Feed, kind: EntryKind) -> Result<Words, HubError> {
        if kind == EntryKind::Withdraw {
            return Ok(Words::new("because-before"));
        }
        let Feed::Store(id) = feed else { return Ok(Words::new("because-everybody")) };
        let facts = self.facts;
        let own = facts.store.as_ref() == Some(id);
        let words = match (facts.class, &facts.parent, own) {
            (Class::Message, _, true) => Words::new("because-sent-to"),
            (Class::Central, _, true) => Words::new("because-about"),
            (_, _, true) => Words::new("because-owns"),
            (_, Some(parent), false) => return Ok(Words::new("because-parent").with("parent", self.record(parent)?)),
            (Class::Transfer, None, false) => Words::new("because-party"),
            (Class::Patient, None, false) => Words::new("because-patient"),
            (Class::Message, None, false) => Words::new("because-sent"),
            (_, None, false) => Words::new("because-join"),
        };
        Ok(words.with("store", self.store(id)?))
    }
}
