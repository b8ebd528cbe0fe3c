//! Requests and replies.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::CommitId;
use super::bounded::{CHANGES_MAX, ENTRIES_MAX, EPOCHS_MAX, FEEDS_MAX, ITEMS_MAX, VERSIONS_MAX, at_most, some_at_most};
use crate::given::Millis;
use crate::hash::Hash;
use crate::ids::{Feed, SiteId};

fn is_false(value: &bool) -> bool {
    !value
}

/// One change that a site sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    pub table: Box<str>,
    pub id: Box<str>,
    /// The record, whole unless `partial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub delete: bool,
    /// `put` holds the changed columns only (shared and patient records, EXCHANGE B4).
    #[serde(default, skip_serializing_if = "is_false")]
    pub partial: bool,
    /// Not to be applied: what the site put aside after a rewind, for a person to look at, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
}

/// A site's first word: who it is, on which machine. Also what Check connection sends.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginRequest {
    pub name: String,
    /// The SHA-256 of the password, as 64 lower-case hex digits.
    pub secret: String,
    pub hardware_id: String,
    /// The random id of the site's data file.
    pub data_file: String,
    pub device_type: String,
    pub app_name: String,
    pub app_version: String,
    /// The protocol versions that the site speaks.
    #[serde(deserialize_with = "at_most::<_, _, VERSIONS_MAX>")]
    pub versions: Vec<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoginReply {
    pub token: String,
    pub site: SiteInfo,
    /// The protocol version chosen.
    pub version: u32,
}

/// What a site may know of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    pub id: SiteId,
    pub uuid: String,
    pub code: String,
    pub name: String,
}

/// A part of a push that is too large for one request. A 2xx means that it is on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageRequest {
    /// The random id of this push; another one abandons what was staged before.
    pub push: String,
    pub index: u32,
    #[serde(deserialize_with = "at_most::<_, _, CHANGES_MAX>")]
    pub changes: Vec<Change>,
}

/// The end of a push: everything staged under `push`, then `changes`, become visible at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Commit {
    pub id: CommitId,
    pub previous: CommitId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub push: String,
    /// The number of batches staged before.
    #[serde(default)]
    pub staged: u32,
    #[serde(deserialize_with = "at_most::<_, _, CHANGES_MAX>")]
    pub changes: Vec<Change>,
}

/// A site's position in one feed, as it was given; empty to read from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPosition {
    pub feed: Feed,
    pub cursor: String,
}

/// What a request asks for that does not say how much.
pub const ENTRIES_USUAL: u32 = 500;
pub const BYTES_USUAL: u32 = 4 << 20;

fn entries_usual() -> u32 {
    ENTRIES_USUAL
}

fn is_entries_usual(number: &u32) -> bool {
    *number == ENTRIES_USUAL
}

fn bytes_usual() -> u32 {
    BYTES_USUAL
}

fn is_bytes_usual(number: &u32) -> bool {
    *number == BYTES_USUAL
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A whole routine sync in one request: what happened to my last attempt, here is my next commit, what is there for me.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeRequest {
    /// The epoch of the central server as the site knows it; 0 if it never met one.
    pub epoch: u64,
    /// The last commit that the site knows to be on the central server.
    pub last: CommitId,
    /// A commit that was sent and whose answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<CommitId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    #[serde(deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub positions: Vec<FeedPosition>,
    /// The data file is new and holds nothing: marks of what was deleted need not be sent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub empty: bool,
    /// Begin a new generation: send own entries too (after a rewind).
    #[serde(default, skip_serializing_if = "is_false")]
    pub renew: bool,
    /// At most so many entries, and bytes of records.
    #[serde(default = "entries_usual", skip_serializing_if = "is_entries_usual")]
    pub entries_max: u32,
    #[serde(default = "bytes_usual", skip_serializing_if = "is_bytes_usual")]
    pub bytes_max: u32,
    /// What the site has to say of each store that is leaving it, as far as it was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub leaving: Vec<LeavingReport>,
    pub report: SiteReport,
}

/// A site has heard that a store is leaving it: from then on, nobody can write there to what belongs to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingReport {
    /// The number of the hand-over that it was told.
    pub hand_over: u64,
    /// Once the commit of this request is stored, or the one that it names as the last: all that the data file ever recorded is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all_sent: bool,
}

impl Default for ExchangeRequest {
    /// Of a site that never met a central server and has nothing to send.
    fn default() -> Self {
        Self {
            epoch: 0,
            last: CommitId::default(),
            attempt: None,
            commit: None,
            positions: Vec::new(),
            empty: false,
            renew: false,
            entries_max: ENTRIES_USUAL,
            bytes_max: BYTES_USUAL,
            leaving: Vec::new(),
            report: SiteReport::default(),
        }
    }
}

/// What a site tells about itself at each sync. What is empty is as it was told before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteReport {
    pub clock: Millis,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    /// Records that are not on the central server yet, and since when.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unsent: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent_since: Option<Millis>,
    /// Versions that were put aside after a rewind.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub aside: u64,
}

impl SiteReport {
    /// Goes on with what an earlier report told and this one does not repeat.
    pub fn keep(&mut self, earlier: Self) {
        for (now, before) in [
            (&mut self.device_type, earlier.device_type),
            (&mut self.app_name, earlier.app_name),
            (&mut self.app_version, earlier.app_version),
        ] {
            if now.is_empty() {
                *now = before;
            }
        }
    }
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitOutcome {
    /// None was sent.
    None,
    /// It is stored.
    Applied,
    /// The central server lacks commits that it once had: `last` is the last it has. Send again what came after.
    Behind,
    /// The central server has commits that this data file does not know: it was rolled back or copied. Read first.
    Diverged,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeReply {
    pub epoch: u64,
    pub clock: Millis,
    pub site: SiteInfo,
    pub outcome: CommitOutcome,
    /// The last commit of this site that the central server has.
    pub last: CommitId,
    /// The epoch that took it; 0 if that is not known. Within an epoch each commit follows the one before.
    #[serde(default)]
    pub last_epoch: u64,
    /// Told to a data file that is being filled, also anew: the commits on which that one rests, the last of each earlier epoch.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "at_most::<_, _, EPOCHS_MAX>")]
    pub rests_on: Vec<EpochCommit>,
    /// The feeds that the site reads, whether or not they stand in `pages`.
    #[serde(deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub subscribed: Vec<Feed>,
    #[serde(deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub pages: Vec<FeedPage>,
    /// Every feed was read to its head in one snapshot: what was staged may be applied.
    pub complete: bool,
    /// Documents of this site that are held on the central server.
    pub held: u64,
    /// After a restore of the central server: in these feeds, the entries above the number are in doubt; compare them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub doubtful: Vec<DoubtfulFeed>,
    /// The stores of the site that are being handed over to another one. None that is not named here is.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub leaving: Vec<Leaving>,
}

/// A store that is being handed over: still active on the site that is told, which must not write to it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    pub store: Box<str>,
    /// The number of the hand-over, in this epoch. No other one ever has it.
    pub hand_over: u64,
    /// The name of the site that gets the store.
    pub to: String,
}

/// The last commit of a site in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochCommit {
    pub epoch: u64,
    pub number: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubtfulFeed {
    pub feed: Feed,
    pub above: u64,
}

/// A piece of one feed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FeedPage {
    pub feed: Feed,
    /// The position after this page.
    pub cursor: String,
    #[serde(deserialize_with = "at_most::<_, _, ENTRIES_MAX>")]
    pub entries: Vec<FeedEntry>,
    /// The page reaches the head of the feed.
    pub at_head: bool,
    /// The sum of the feed in this snapshot, and the number of live entries.
    pub sum: Hash,
    pub live: u64,
    /// Entries that are left after this page.
    pub behind: u64,
    /// The store went away and came back, or its feed is read anew: others may have written what the site wrote too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
    /// The reader began with nothing, and the page lies below the head of that moment: no other such page of this feed names the
    /// same record, so it may be loaded without looking.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first: bool,
}

/// An entry as a site receives it: exactly one of put, same, delete, withdraw.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FeedEntry {
    pub n: u64,
    pub table: Box<str>,
    pub id: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Box<RawValue>>,
    /// The version with this hash: the site sent it, or it stands elsewhere in this reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<Hash>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub delete: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub withdraw: bool,
    /// The site itself sent this very version. With `withdraw`: it was taken, and is only not for this site. Of others it is said
    /// where a generation begins that the site did not know of: nobody has written over the version since.
    #[serde(default, skip_serializing_if = "is_false")]
    pub taken: bool,
    /// With `delete`: the record it was merged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Box<str>>,
}

/// Asks what a feed says of these records; used after a restore, and where a version is missing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareRequest {
    pub feed: Feed,
    #[serde(deserialize_with = "at_most::<_, _, ITEMS_MAX>")]
    pub items: Vec<CompareItem>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareItem {
    pub table: Box<str>,
    pub id: Box<str>,
    /// The version the site holds from this feed.
    pub hash: Hash,
}

/// One entry for each item, in order. What the feed does not hold is a withdrawal of number 0.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareReply {
    #[serde(deserialize_with = "at_most::<_, _, ITEMS_MAX>")]
    pub entries: Vec<FeedEntry>,
    /// The site no longer reads this feed, so it is told nothing of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lost: bool,
}

/// Waits until there is something new above these positions, or the time is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WaitRequest {
    #[serde(deserialize_with = "at_most::<_, _, FEEDS_MAX>")]
    pub positions: Vec<FeedPosition>,
    /// The hand-overs that the site was told. Left out by programs that know of none: they are not woken for one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some_at_most::<_, _, FEEDS_MAX>")]
    pub leaving: Option<Vec<u64>>,
    pub seconds: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WaitReply {
    pub changed: bool,
}

/// A refusal, at every door of the native protocol and the API: what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    pub error: ErrorText,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} {next}")]
pub struct ErrorText {
    /// Stable, for programs.
    pub code: String,
    pub message: String,
    /// What to do next.
    pub next: String,
}
