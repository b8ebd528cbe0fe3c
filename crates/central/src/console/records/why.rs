//! Why a record is where it is, as its window shows it.

use sitesync_core::ids::Feed;
use sitesync_core::record::EntryKind;
use sitesync_pages::{Texts, Words};

use crate::records::{FeedWhy, Why};

/// How a record stands in one feed.
pub(super) struct FeedRow {
    pub(super) name: String,
    pub(super) because: String,
    /// What became of the record there, unless it simply stands there.
    pub(super) says: Option<String>,
    pub(super) readers: Vec<ReaderRow>,
    /// Sites that read it and are not named.
    pub(super) others: Option<String>,
    pub(super) summary: String,
    pub(super) dot: &'static str,
}

pub(super) struct ReaderRow {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) dot: &'static str,
    pub(super) state: String,
}

pub(super) fn rows(why: &Why, t: &Texts) -> Vec<FeedRow> {
    why.feeds.iter().map(|feed| row(feed, t)).collect()
}

fn row(feed: &FeedWhy, t: &Texts) -> FeedRow {
    let has = feed.sites - feed.waiting;
    let summary = match (feed.sites, feed.waiting) {
        (0, _) => t.get("why-nobody"),
        (_, 0) => t.one("why-all-have", "n", feed.sites),
        _ => t.say(&Words::new("why-some-have").with("n", has).with("sites", feed.sites)),
    };
    let others = feed.sites.saturating_sub(feed.named.len() as u64);
    FeedRow {
        name: match (&feed.feed, &feed.store) {
            (Feed::Central, _) => t.get("why-everybody"),
            (_, Some(store)) => store.clone(),
            (other, None) => other.to_string(),
        },
        because: t.say(&feed.because),
        says: match feed.kind {
            EntryKind::Put => None,
            EntryKind::Delete => Some(t.get("why-deleted")),
            EntryKind::Withdraw => Some(t.get("why-withdrawn")),
        },
        readers: feed.named.iter().map(|reader| reader_row(reader.site.0, &reader.name, reader.has, t)).collect(),
        others: (others > 0).then(|| t.one("why-others", "n", others)),
        summary,
        dot: if feed.waiting == 0 { "good" } else { "late" },
    }
}

fn reader_row(site: u32, name: &str, has: bool, t: &Texts) -> ReaderRow {
    let (dot, state) = if has { ("good", "why-has") } else { ("late", "why-waits") };
    ReaderRow { href: format!("/sites/{site}"), name: name.to_owned(), dot, state: t.get(state) }
}
