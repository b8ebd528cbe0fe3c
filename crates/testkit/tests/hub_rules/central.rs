//! A hub over a store in memory, and sites that are nothing but their last commit and their positions.
//!
//! After every write the whole database is audited: each live record is in the feeds of its route and in no other, each feed's
//! sum and count are those of its records, numbers only grow, and whoever read along holds just that.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sitesync_central::hub::{HeldDocument, Hub, HubError};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::{
    Change, Commit, CommitId, CommitOutcome, ExchangeReply, ExchangeRequest, FeedEntry, FeedPosition, SiteInfo,
    commit_hash,
};
use sitesync_core::record::{EntryKind, FeedState};
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;
use sitesync_testkit::audit::{self, ALL};
use sitesync_testkit::records::{delete, put, store};
use sitesync_testkit::{FixedClock, SeededRandom};

pub(crate) struct Central {
    pub(crate) hub: Hub,
    store: Arc<MemoryStore>,
    last: RefCell<BTreeMap<u32, CommitId>>,
    positions: RefCell<BTreeMap<u32, Vec<FeedPosition>>>,
    feeds: RefCell<BTreeMap<Feed, FeedState>>,
    readers: RefCell<BTreeMap<Feed, Reader>>,
}

/// Has read a feed from its beginning, entry by entry, as it grew.
#[derive(Default)]
struct Reader {
    position: u64,
    holds: BTreeMap<RecordKey, Hash>,
}

impl Central {
    /// Stores S2, S3, S4 on the sites of these numbers, T2 on site 2 as well, and an item.
    pub(crate) fn new() -> Self {
        // Every transaction runs twice, so that work that cannot be repeated shows.
        let store_in_memory = Arc::new(MemoryStore::repeating());
        let clock = Arc::new(FixedClock::default());
        let hub = Hub::open(store_in_memory.clone(), clock, Arc::new(SeededRandom::new(1))).expect("in memory");
        let central = Self {
            hub,
            store: store_in_memory,
            last: RefCell::default(),
            positions: RefCell::default(),
            feeds: RefCell::default(),
            readers: RefCell::default(),
        };
        for (id, site) in [("S2", 2), ("T2", 2), ("S3", 3), ("S4", 4)] {
            central.edit(store(id, site));
        }
        central.edit(vec![put("item", "item", json!({ "item_name": "Paracetamol" }))]);
        central
    }

    /// An edit on the central server that is allowed, and the work that follows.
    pub(crate) fn edit(&self, changes: Vec<Change>) {
        self.try_edit(changes).expect("the edit is allowed");
    }

    pub(crate) fn try_edit(&self, changes: Vec<Change>) -> Result<(), HubError> {
        let done = self.hub.edit(Actor::Site(SiteId::CENTRAL), changes).map(|_| ());
        self.settle();
        done
    }

    pub(crate) fn repair(&self, changes: Vec<Change>) {
        self.hub.edit(Actor::Repair, changes).expect("a repair asks nobody");
        self.settle();
    }

    /// A commit of a site, and the work that follows.
    pub(crate) fn push(&self, site: u32, changes: Vec<Change>) {
        self.push_only(site, changes);
        self.settle();
    }

    /// A commit of a site; what it caused is still to be done.
    pub(crate) fn push_only(&self, site: u32, changes: Vec<Change>) {
        let previous = self.last.borrow().get(&site).copied().unwrap_or_default();
        let id = commit_hash(previous, &changes);
        let commit = Commit { id, previous, push: String::new(), staged: 0, changes };
        let request = ExchangeRequest { last: previous, commit: Some(commit), ..self.request(site) };
        let reply = self.exchange(site, &request);
        assert_eq!(reply.outcome, CommitOutcome::Applied);
        self.last.borrow_mut().insert(site, id);
        self.audit();
    }

    /// Jobs, then the audit.
    pub(crate) fn settle(&self) {
        self.hub.work_off().expect("in memory");
        self.audit();
    }

    /// What a site has not read yet, in all its feeds, as `table id what`; the positions move on.
    pub(crate) fn read(&self, site: u32) -> Vec<String> {
        let reply = self.exchange(site, &self.request(site));
        assert!(reply.complete);
        let position = |page: &sitesync_core::protocol::FeedPage| FeedPosition {
            feed: page.feed.clone(),
            cursor: page.cursor.clone(),
        };
        self.positions.borrow_mut().insert(site, reply.pages.iter().map(position).collect());
        reply.pages.iter().flat_map(|page| &page.entries).map(told).collect()
    }

    fn exchange(&self, site: u32, request: &ExchangeRequest) -> ExchangeReply {
        let info =
            SiteInfo { id: SiteId(site), uuid: site.to_string(), code: site.to_string(), name: site.to_string() };
        self.hub.exchange(&info, request).expect("the request can be served")
    }

    fn request(&self, site: u32) -> ExchangeRequest {
        let last = self.last.borrow().get(&site).copied().unwrap_or_default();
        ExchangeRequest {
            epoch: 1,
            last,
            positions: self.positions.borrow().get(&site).cloned().unwrap_or_default(),
            entries_max: u32::MAX,
            bytes_max: u32::MAX,
            ..ExchangeRequest::default()
        }
    }

    /// The feeds in which a record is, without the words: `S2 S3`, `*` for central, empty for none.
    pub(crate) fn seen_in(&self, table: &str, id: &str) -> String {
        let entries = self.entries(table, id);
        let puts = entries.iter().filter(|(_, kind)| *kind == EntryKind::Put);
        puts.map(|(feed, _)| short(feed)).collect::<Vec<_>>().join(" ")
    }

    /// What the feed of a store says last of a record.
    pub(crate) fn says(&self, store: &str, table: &str, id: &str) -> Option<EntryKind> {
        let feed = Feed::store(store);
        self.entries(table, id).into_iter().find(|(of, _)| *of == feed).map(|(_, kind)| kind)
    }

    fn entries(&self, table: &str, id: &str) -> Vec<(Feed, EntryKind)> {
        let snapshot = self.store.snapshot().expect("in memory");
        let entries = snapshot.entries_of(&[RecordKey::new(table, id)]).expect("in memory").pop().unwrap_or_default();
        entries.into_iter().map(|entry| (entry.feed, entry.kind)).collect()
    }

    /// The stored columns of a live record.
    pub(crate) fn body(&self, table: &str, id: &str) -> Option<Value> {
        let snapshot = self.store.snapshot().expect("in memory");
        let record = snapshot.records(&[RecordKey::new(table, id)]).expect("in memory").pop().flatten()?;
        record.is_live().then(|| serde_json::from_str(&record.body).expect("stored JSON"))
    }

    /// One column of a live record; null where the record or the column is missing.
    pub(crate) fn column(&self, table: &str, id: &str, column: &str) -> Value {
        self.body(table, id).and_then(|body| body.get(column).cloned()).unwrap_or_default()
    }

    pub(crate) fn held(&self) -> Vec<HeldDocument> {
        self.hub.held(None, usize::MAX).expect("in memory")
    }

    /// The one held document; its reason's code and the number of its changes.
    pub(crate) fn one_held(&self) -> (String, usize) {
        let held = self.held();
        assert_eq!(held.len(), 1, "{held:?}");
        (held[0].reason.code.to_string(), held[0].changes.len())
    }

    /// Heads and sums of all feeds.
    pub(crate) fn feeds(&self) -> BTreeMap<Feed, FeedState> {
        let snapshot = self.store.snapshot().expect("in memory");
        let feeds = snapshot.feeds().expect("in memory");
        feeds.into_iter().map(|feed| (feed.clone(), snapshot.feed(&feed).expect("in memory"))).collect()
    }

    /// Looks at everything; see the head of this file.
    pub(crate) fn audit(&self) {
        let feeds = self.feeds();
        for (feed, before) in self.feeds.replace(feeds.clone()) {
            assert!(feeds[&feed].head >= before.head, "the numbers of {feed} went back");
        }
        audit::central(&*self.store);
        self.audit_heads(&feeds);
        self.audit_readers(&feeds);
        self.audit_held();
    }

    /// Without a restore, the head of a feed is the number of its last entry.
    fn audit_heads(&self, feeds: &BTreeMap<Feed, FeedState>) {
        let snapshot = self.store.snapshot().expect("in memory");
        for (feed, state) in feeds {
            let page = snapshot.page(feed, 0, ALL).expect("in memory");
            assert!(page.last().is_none_or(|last| last.entry.number == state.head), "the head of {feed}");
        }
    }

    /// Reading on from where one was gives what the feed holds now.
    fn audit_readers(&self, feeds: &BTreeMap<Feed, FeedState>) {
        let snapshot = self.store.snapshot().expect("in memory");
        let mut readers = self.readers.borrow_mut();
        for (feed, state) in feeds {
            let reader = readers.entry(feed.clone()).or_default();
            for page in snapshot.page(feed, reader.position, ALL).expect("in memory") {
                reader.position = page.entry.number;
                match page.entry.kind {
                    EntryKind::Put => reader.holds.insert(page.entry.key, page.entry.hash),
                    EntryKind::Delete | EntryKind::Withdraw => reader.holds.remove(&page.entry.key),
                };
            }
            let sum = reader.holds.values().fold(Hash::default(), |sum, hash| sum.plus(*hash));
            assert_eq!(sum, state.sum, "a reader of {feed}");
        }
    }

    fn audit_held(&self) {
        let mut counts: BTreeMap<SiteId, u64> = BTreeMap::new();
        for document in self.held() {
            *counts.entry(document.site).or_default() += 1;
        }
        assert_eq!(self.hub.held_count(None).unwrap(), counts.values().sum::<u64>(), "held documents are counted");
        for site in (1..6).map(SiteId) {
            assert_eq!(
                self.hub.held_count(Some(site)).unwrap(),
                counts.get(&site).copied().unwrap_or(0),
                "of site {site}"
            );
        }
    }
}

fn short(feed: &Feed) -> String {
    match feed {
        Feed::Central => "*".to_owned(),
        Feed::Store(id) => id.to_string(),
        other => other.to_string(),
    }
}

fn told(entry: &FeedEntry) -> String {
    let what = match entry {
        FeedEntry { put: Some(_), .. } => "put",
        FeedEntry { same: Some(_), .. } => "same",
        FeedEntry { delete: true, .. } => "delete",
        _ => "withdraw",
    };
    format!("{} {} {what}", entry.table, entry.id)
}

/// A whole record, as a site sends its own.
pub(crate) fn whole(table: &str, id: &str, body: Value) -> Change {
    Change { partial: false, ..put(table, id, body) }
}

/// A whole record of which the text may be anything.
pub(crate) fn text(table: &str, id: &str, body: &str) -> Change {
    let body: Box<RawValue> = serde_json::from_str(body).expect("it travels as JSON");
    Change { put: Some(body), ..whole(table, id, json!({})) }
}

/// A version that a site put aside.
pub(crate) fn aside(change: Change) -> Change {
    Change { aside: Some("put aside by the site".to_owned()), ..change }
}

/// A delivery's header.
pub(crate) fn header(id: &str, from: &str, to: &str) -> Change {
    let to = sitesync_testkit::records::name_of(to);
    whole("transact", id, json!({ "store_ID": from, "name_ID": to, "type": "ci" }))
}

pub(crate) fn line(id: &str, header: &str, quantity: impl Into<Value>) -> Change {
    whole("trans_line", id, json!({ "transaction_ID": header, "item_ID": "item", "quantity": quantity.into() }))
}

/// A delivery with lines `<id>_0`, `<id>_1`, ...
pub(crate) fn delivery(id: &str, from: &str, to: &str, lines: usize) -> Vec<Change> {
    let lines = (0..lines).map(|at| line(&format!("{id}_{at}"), id, at + 1));
    std::iter::once(header(id, from, to)).chain(lines).collect()
}

pub(crate) fn patient(id: &str) -> Change {
    whole("name", id, json!({ "name": id, "type": "patient" }))
}

pub(crate) fn join(id: &str, name: &str, store: &str) -> Change {
    whole("name_store_join", id, json!({ "name_ID": name, "store_ID": store }))
}

pub(crate) fn stock(id: &str, store: &str, quantity: u64) -> Change {
    whole("item_line", id, json!({ "store_ID": store, "item_ID": "item", "quantity": quantity }))
}

/// The delete of a header and of its first lines.
pub(crate) fn deleted(id: &str, lines: usize) -> Vec<Change> {
    let lines = (0..lines).map(|at| delete("trans_line", &format!("{id}_{at}")));
    std::iter::once(delete("transact", id)).chain(lines).collect()
}
