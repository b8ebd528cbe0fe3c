//! A reply without what its request said already: most syncs move nothing, and a site may pay for each byte.
//!
//! For the wire alone. Neither the hub nor a site knows this form; [`ShortReply::whole`] gives the reply that it was made of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    CommitId, CommitOutcome, DoubtfulFeed, EpochCommit, ExchangeReply, ExchangeRequest, FeedPage, FeedPosition,
    Leaving, SiteInfo,
};
use crate::given::Millis;
use crate::hash::Hash;
use crate::ids::Feed;

/// What an [`ExchangeReply`] says beyond its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShortReply {
    /// Left out: the epoch of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    clock: Millis,
    /// Left out: as the site knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<SiteInfo>,
    /// Left out: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<CommitOutcome>,
    /// Left out: the commit of the request, or the one that it named as the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<CommitId>,
    /// Left out: the present epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_epoch: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rests_on: Vec<EpochCommit>,
    /// Left out: the feeds of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subscribed: Option<Vec<Feed>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pages: Vec<FeedPage>,
    /// For each position of the request: sum and live entries of a feed in which nothing is new; null if it has a page, or is not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unmoved: Vec<Option<(Hash, u64)>>,
    #[serde(default, skip_serializing_if = "is_false")]
    complete: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    held: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    doubtful: Vec<DoubtfulFeed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leaving: Vec<Leaving>,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Eight hex digits that are others when anything of the site is.
pub fn mark(site: &SiteInfo) -> String {
    let id = site.id.0.to_le_bytes();
    let hash = Hash::of_parts(&[&id, site.uuid.as_bytes(), site.code.as_bytes(), site.name.as_bytes()]);
    format!("{hash}")[..8].to_owned()
}

impl ShortReply {
    /// `known` is the [`mark`] of the site as it knows itself.
    pub fn of(reply: ExchangeReply, request: &ExchangeRequest, known: &str) -> Self {
        let ExchangeReply {
            epoch,
            clock,
            site,
            outcome,
            last,
            last_epoch,
            rests_on,
            subscribed,
            mut pages,
            complete,
            held,
            doubtful,
            leaving,
        } = reply;
        let same_feeds = subscribed.iter().collect::<BTreeSet<_>>() == feeds(request).collect();
        let mut unmoved: Vec<_> = request.positions.iter().map(|position| take_unmoved(&mut pages, position)).collect();
        if unmoved.iter().all(Option::is_none) {
            unmoved.clear();
        }
        Self {
            epoch: (epoch != request.epoch).then_some(epoch),
            clock,
            site: (mark(&site) != known).then_some(site),
            outcome: (outcome != CommitOutcome::None).then_some(outcome),
            last: (last != expected(request)).then_some(last),
            last_epoch: (last_epoch != epoch).then_some(last_epoch),
            rests_on,
            subscribed: (!same_feeds).then_some(subscribed),
            pages,
            unmoved,
            complete,
            held,
            doubtful,
            leaving,
        }
    }

    /// The whole reply; none if it lacks the site, and `site` is not known either.
    pub fn whole(self, request: &ExchangeRequest, site: Option<SiteInfo>) -> Option<ExchangeReply> {
        let unmoved = request.positions.iter().zip(self.unmoved);
        let unmoved = unmoved.filter_map(|(position, unmoved)| unmoved.map(|(sum, live)| page(position, sum, live)));
        let epoch = self.epoch.unwrap_or(request.epoch);
        Some(ExchangeReply {
            epoch,
            clock: self.clock,
            site: self.site.or(site)?,
            outcome: self.outcome.unwrap_or(CommitOutcome::None),
            last: self.last.unwrap_or_else(|| expected(request)),
            last_epoch: self.last_epoch.unwrap_or(epoch),
            rests_on: self.rests_on,
            subscribed: self.subscribed.unwrap_or_else(|| feeds(request).cloned().collect()),
            pages: self.pages.into_iter().chain(unmoved).collect(),
            complete: self.complete,
            held: self.held,
            doubtful: self.doubtful,
            leaving: self.leaving,
        })
    }
}

fn feeds(request: &ExchangeRequest) -> impl Iterator<Item = &Feed> {
    request.positions.iter().map(|position| &position.feed)
}

/// The last commit that the central server has if all goes well.
fn expected(request: &ExchangeRequest) -> CommitId {
    request.commit.as_ref().map_or(request.last, |commit| commit.id)
}

fn page(position: &FeedPosition, sum: Hash, live: u64) -> FeedPage {
    FeedPage {
        feed: position.feed.clone(),
        cursor: position.cursor.clone(),
        entries: Vec::new(),
        at_head: true,
        sum,
        live,
        behind: 0,
        again: false,
        first: false,
    }
}

/// Takes the page of a feed in which nothing is new.
fn take_unmoved(pages: &mut Vec<FeedPage>, position: &FeedPosition) -> Option<(Hash, u64)> {
    let at = pages.iter().position(|page| {
        let still = page.entries.is_empty() && page.at_head && page.behind == 0 && !page.again && !page.first;
        still && page.feed == position.feed && page.cursor == position.cursor
    })?;
    let page = pages.remove(at);
    Some((page.sum, page.live))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::protocol::Commit;

    fn site() -> SiteInfo {
        SiteInfo { id: SiteId(2), uuid: "u".to_owned(), code: "2".to_owned(), name: "Opua".to_owned() }
    }

    fn request() -> ExchangeRequest {
        let position = |feed: Feed, cursor: &str| FeedPosition { feed, cursor: cursor.to_owned() };
        ExchangeRequest {
            epoch: 1,
            last: CommitId { number: 3, hash: Hash(7) },
            attempt: None,
            commit: None,
            positions: vec![position(Feed::Central, "1.1.20"), position(Feed::store("S1"), "1.2.5")],
            empty: false,
            renew: false,
            entries_max: 500,
            bytes_max: 32 << 20,
            leaving: Vec::new(),
            report: Default::default(),
        }
    }

    /// What answers a request with which nothing changed.
    fn idle() -> ExchangeReply {
        let request = request();
        let pages = request.positions.iter().map(|position| page(position, Hash(9), 4)).collect();
        ExchangeReply {
            epoch: 1,
            clock: 1_790_000_000_000,
            site: site(),
            outcome: CommitOutcome::None,
            last: request.last,
            last_epoch: 1,
            rests_on: Vec::new(),
            subscribed: feeds(&request).cloned().collect(),
            pages,
            complete: true,
            held: 0,
            doubtful: Vec::new(),
            leaving: Vec::new(),
        }
    }

    fn json(reply: &impl Serialize) -> String {
        serde_json::to_string(reply).unwrap()
    }

    #[track_caller]
    fn comes_back(reply: &ExchangeReply, request: &ExchangeRequest) -> String {
        let short = json(&ShortReply::of(reply.clone(), request, &mark(&site())));
        let read: ShortReply = serde_json::from_str(&short).unwrap();
        assert_eq!(json(&read.whole(request, Some(site())).unwrap()), json(reply), "{short}");
        short
    }

    #[test]
    fn a_reply_that_says_nothing_new_is_short() {
        let short = comes_back(&idle(), &request());
        assert!(short.len() < 160, "{short}");
    }

    #[test]
    fn whatever_differs_is_said() {
        let changes: [fn(&mut ExchangeReply); 11] = [
            |reply| reply.epoch = 2,
            |reply| reply.outcome = CommitOutcome::Behind,
            |reply| reply.last = CommitId::default(),
            |reply| reply.subscribed.push(Feed::store("S2")),
            |reply| reply.subscribed.truncate(1),
            |reply| reply.complete = false,
            |reply| reply.held = 3,
            |reply| reply.doubtful = vec![DoubtfulFeed { feed: Feed::Central, above: 7 }],
            |reply| reply.leaving = vec![Leaving { store: "S1".into(), hand_over: 4, to: "Koru".to_owned() }],
            |reply| reply.site.code = "two".to_owned(),
            |reply| reply.pages.clear(),
        ];
        for change in changes {
            let mut reply = idle();
            change(&mut reply);
            comes_back(&reply, &request());
        }
    }

    #[test]
    fn a_page_that_says_anything_goes_whole() {
        let changes: [fn(&mut FeedPage); 4] = [
            |page| page.cursor = "1.3.5".to_owned(),
            |page| page.at_head = false,
            |page| page.behind = 2,
            |page| page.again = true,
        ];
        for change in changes {
            let mut reply = idle();
            change(&mut reply.pages[0]);
            // Pages with something new come first; their order says nothing.
            comes_back(&reply, &request());
        }
    }

    #[test]
    fn a_commit_that_was_taken_need_not_be_named() {
        let id = CommitId { number: 4, hash: Hash(8) };
        let commit = Commit { id, previous: request().last, push: String::new(), staged: 0, changes: Vec::new() };
        let request = ExchangeRequest { commit: Some(commit), ..request() };
        let reply = ExchangeReply { outcome: CommitOutcome::Applied, last: id, ..idle() };
        assert!(!comes_back(&reply, &request).contains("last"));
        let lost = ExchangeReply { last: request.last, outcome: CommitOutcome::Diverged, ..idle() };
        assert!(comes_back(&lost, &request).contains("last"));
    }

    #[test]
    fn a_site_that_does_not_know_itself_is_told() {
        let short = ShortReply::of(idle(), &request(), "");
        assert_eq!(short.whole(&request(), None).unwrap().site, site());
        assert!(ShortReply::of(idle(), &request(), &mark(&site())).whole(&request(), None).is_none());
    }
}
