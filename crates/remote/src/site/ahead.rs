//! While a site fills itself, what it asks next is known as soon as a reply is there: it is asked while the reply is still being
//! stored, so that link, central server and disk work at the same time. Nothing depends on it: an answer that turns out not to be
//! the one that is needed is thrown away.

use sitesync_core::ids::Feed;
use sitesync_core::protocol::{ExchangeReply, ExchangeRequest, FeedPosition};

use super::step::{Reply, Step};

impl Step {
    /// The step that follows this one and its reply, if that can be told before the reply is stored.
    pub(crate) fn ahead(&self, reply: &Reply) -> Option<Step> {
        match (self, reply) {
            (Step::Exchange(request), Reply::Exchange(reply)) => {
                following(request, reply).map(|next| Step::Exchange(Box::new(next)))
            }
            _ => None,
        }
    }

    /// Whether an answer to `other` is one to this step too.
    pub(crate) fn asks_the_same(&self, other: &Step) -> bool {
        let (Step::Exchange(one), Step::Exchange(other)) = (self, other) else { return false };
        let sorted = |positions: &[FeedPosition]| {
            let mut positions = positions.to_vec();
            positions.sort_by(|one, other| one.feed.cmp(&other.feed));
            positions
        };
        one.commit.is_none()
            && other.commit.is_none()
            && (one.epoch, one.last, one.attempt) == (other.epoch, other.last, other.attempt)
            && (one.empty, one.renew) == (other.empty, other.renew)
            && sorted(&one.positions) == sorted(&other.positions)
    }
}

fn following(request: &ExchangeRequest, reply: &ExchangeReply) -> Option<ExchangeRequest> {
    let filling = request.empty && request.commit.is_none() && !request.renew && reply.doubtful.is_empty();
    if !filling || reply.complete {
        return None;
    }
    let position = |feed: &Feed| {
        let page = reply.pages.iter().find(|page| page.feed == *feed).map(|page| &page.cursor);
        let before = request.positions.iter().find(|position| position.feed == *feed).map(|position| &position.cursor);
        FeedPosition { feed: feed.clone(), cursor: page.or(before).cloned().unwrap_or_default() }
    };
    let positions = reply.subscribed.iter().map(position).collect();
    Some(ExchangeRequest { epoch: reply.epoch, last: reply.last, attempt: None, positions, ..request.clone() })
}
