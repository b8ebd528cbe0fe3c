//! What a site remembers of itself and of the central server. One row, changed in the transaction that makes it true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::protocol::{CommitId, DoubtfulFeed, ErrorText, Leaving, SiteInfo};
use sitesync_store::{Snapshot, Space, StoreError, Txn};

use super::SiteError;
use super::pace::{BYTES_MOST, PUSH_FIRST};

/// What kind of installation this is; reported as device type at every sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// This machine only, one person at a time.
    #[default]
    SingleUser,
    /// A local network, many people at once.
    ClientServer,
    /// One store.
    Mobile,
}

impl DeviceKind {
    /// As it is reported and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleUser => "single user",
            Self::ClientServer => "client/server",
            Self::Mobile => "mobile",
        }
    }
}

/// How to reach the central server, and as whom.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    pub server_url: String,
    pub site_name: String,
    /// The SHA-256 of the password, as 64 lower-case hex digits.
    pub secret: String,
    pub kind: DeviceKind,
    pub hardware_id: String,
    pub app_version: String,
    /// Minutes between syncs; at least 1.
    pub interval_minutes: u32,
    /// Synchronisation is not paused.
    pub enabled: bool,
    /// Records in one request at most; 0 for as many as the link carries.
    #[serde(default)]
    pub request_size: u32,
    /// For networks whose machines in the middle break what is usual: requests are small, not packed, and none is held open.
    #[serde(default)]
    pub plain_requests: bool,
}

/// A commit that was sent, or is about to be: noted before it is sent (EXCHANGE A1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: CommitId,
    /// Changes up to this number are in it.
    pub upto: u64,
}

/// The data file was found to be older than what the central server has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewound {
    pub at: Millis,
    /// The central server was restored too: every difference is put aside.
    pub both: bool,
}

/// A feed of which entries are in doubt after a restore of the central server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    pub feed: Feed,
    /// Entries above this number and up to `upto` are still to be compared; if there are none, the answers wait for the end of a pull.
    pub above: u64,
    pub upto: u64,
    /// What the central server had when it was restored.
    pub restored: u64,
}

impl Doubt {
    pub(crate) fn is_open(&self) -> bool {
        self.above < self.upto
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The random id of this data file.
    pub data_file: String,
    pub configuration: Option<Configuration>,
    pub token: Option<String>,
    pub site: Option<SiteInfo>,
    /// The epoch of the central server.
    pub epoch: u64,
    /// The last commit that the central server is known to have.
    pub last: CommitId,
    pub attempt: Option<Attempt>,
    /// For each epoch the number of the highest commit of the site that this file has made, or has read all of.
    #[serde(default)]
    pub met: BTreeMap<u64, u64>,
    /// Changes up to this number are on the central server.
    pub sent_upto: u64,
    /// A complete pull was applied at least once.
    pub initialised: bool,
    pub rewound: Option<Rewound>,
    /// The central server was restored, and the site has not come to rest since: what it has to send again may meet another file's.
    #[serde(default)]
    pub restored: bool,
    /// The next exchange asks for a new generation.
    pub renew: bool,
    pub doubts: Vec<Doubt>,
    /// Versions that the site should hold and does not.
    pub wanted: Vec<(Feed, RecordKey)>,
    /// Feeds whose sum differs from the central server's after a complete pull.
    pub unequal: Vec<Feed>,
    /// Documents of this site that are held on the central server.
    pub held: u64,
    /// Stores that are being handed over to another site: they are read-only here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaving: Vec<Leaving>,
    /// Stores that are no longer, as far as the central server says: they are read-only until all is read that it has of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staying: Vec<Box<str>>,
    /// Entries per request, as the link allows (see `pace`).
    pub entries_max: u32,
    /// Bytes of records in a reply, and of changes in a request, as the link allows.
    #[serde(default = "bytes_first")]
    pub bytes_max: u32,
    #[serde(default = "push_first")]
    pub push_bytes: u32,
    pub first_success: Option<Millis>,
    pub last_success: Option<Millis>,
    pub last_attempt: Option<Millis>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<ErrorText>,
    /// The central server's clock less ours at the last contact, in milliseconds.
    pub clock_off: i64,
    /// What happened to this data file, in plain words, oldest first.
    pub events: Vec<Event>,
}

/// Something that people should know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Millis,
    pub text: String,
}

/// Requests begin with this many entries; see [`State::entries_max`].
const ENTRIES_FIRST: u32 = 500;
const EVENTS_MAX: usize = 100;

fn bytes_first() -> u32 {
    BYTES_MOST
}

fn push_first() -> u32 {
    PUSH_FIRST
}

impl State {
    pub(crate) fn new(data_file: String) -> Self {
        let (bytes_max, push_bytes) = (BYTES_MOST, PUSH_FIRST);
        Self { data_file, entries_max: ENTRIES_FIRST, bytes_max, push_bytes, ..Self::default() }
    }

    pub(crate) fn tell(&mut self, at: Millis, text: impl Into<String>) {
        self.events.push(Event { at, text: text.into() });
        let surplus = self.events.len().saturating_sub(EVENTS_MAX);
        self.events.drain(..surplus);
    }

    /// Notes that a feed is in doubt up to its present head; it is compared before anything is sent. What an earlier restore put in
    /// doubt, and no pull has settled, is compared again.
    pub(crate) fn doubt(&mut self, doubtful: &DoubtfulFeed, head: u64) {
        let before = self.doubts.iter().find(|doubt| doubt.feed == doubtful.feed).map(|doubt| doubt.restored);
        let restored = before.map_or(doubtful.above, |before| before.min(doubtful.above));
        self.doubts.retain(|doubt| doubt.feed != doubtful.feed);
        if head > restored {
            self.doubts.push(Doubt { feed: doubtful.feed.clone(), above: restored, upto: head, restored });
        }
    }

    /// What is to be compared next.
    pub(crate) fn open_doubt(&self) -> Option<&Doubt> {
        self.doubts.iter().find(|doubt| doubt.is_open())
    }
}

const KEY: &[u8] = b"site";

pub(crate) fn stored(snapshot: &dyn Snapshot) -> Result<Option<State>, SiteError> {
    get(snapshot, Space::Meta, KEY)
}

/// The state, which exists since the data file was opened first.
pub(crate) fn state(snapshot: &dyn Snapshot) -> Result<State, SiteError> {
    stored(snapshot)?.ok_or_else(|| StoreError::Damaged("the data file does not say whose it is".to_owned()).into())
}

pub(crate) fn put(txn: &mut dyn Txn, state: &State) -> Result<(), SiteError> {
    put_row(txn, Space::Meta, KEY, state)
}

pub(crate) fn get<T: serde::de::DeserializeOwned>(
    snapshot: &dyn Snapshot,
    space: Space,
    key: &[u8],
) -> Result<Option<T>, SiteError> {
    snapshot.row(space, key)?.map(|bytes| decode(&bytes)).transpose()
}

pub(crate) fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, SiteError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Damaged(error.to_string()).into())
}

pub(crate) fn put_row<T: Serialize>(txn: &mut dyn Txn, space: Space, key: &[u8], value: &T) -> Result<(), SiteError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Other(error.to_string()))?;
    Ok(txn.put_row(space, key, &bytes)?)
}
