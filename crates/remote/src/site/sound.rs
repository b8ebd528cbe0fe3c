//! Looks over what a central server answers before anything of it is stored. What no honest server says would not be understood
//! later, or would reach what is the site's own: its list of changes, numbers that must go on growing, rows named by ids.

use std::collections::HashSet;

use sitesync_core::ids::{Feed, RecordKey};
use sitesync_core::normal::check_id;
use sitesync_core::protocol::{
    CompareReply, CompareRequest, ExchangeReply, FeedEntry, FeedPage, LoginReply, NUMBER_MAX, SiteInfo,
};

use super::SiteError;

/// The longest cursor, token, and text about the site itself, in bytes.
const CURSOR_MAX: usize = 100;
const TOKEN_MAX: usize = 4_096;
const TEXT_MAX: usize = 1_000;

type Sound = Result<(), SiteError>;

fn wrong(what: &str) -> Sound {
    Err(SiteError::Answer(what.to_owned()))
}

pub(super) fn login(reply: &LoginReply) -> Sound {
    // It travels in a header.
    let fits = reply.token.len() <= TOKEN_MAX && reply.token.bytes().all(|byte| byte.is_ascii_graphic());
    if reply.token.is_empty() || !fits {
        return wrong("its token cannot be sent back");
    }
    info(&reply.site)
}

fn info(site: &SiteInfo) -> Sound {
    let texts = [&site.uuid, &site.code, &site.name];
    if texts.iter().any(|text| text.len() > TEXT_MAX) { wrong("what it calls this site is too long") } else { Ok(()) }
}

pub(super) fn exchange(reply: &ExchangeReply) -> Sound {
    info(&reply.site)?;
    numbers(&[reply.epoch, reply.last.number])?;
    reply.rests_on.iter().try_for_each(|commit| numbers(&[commit.epoch, commit.number]))?;
    let pages = reply.pages.iter().map(|page| &page.feed);
    let doubtful = reply.doubtful.iter().map(|doubtful| &doubtful.feed);
    let subscribed = each_once(reply.subscribed.iter())?;
    each_once(doubtful)?;
    if !each_once(pages)?.is_subset(&subscribed) {
        return wrong("it sends a feed that this site does not read");
    }
    let leaving: Vec<_> = reply.leaving.iter().map(|leaving| Feed::Store(leaving.store.clone())).collect();
    if !each_once(leaving.iter())?.is_subset(&subscribed)
        || reply.leaving.iter().any(|leaving| leaving.to.len() > TEXT_MAX)
    {
        return wrong("it speaks of a store leaving that this site does not have, or in too many words");
    }
    numbers(&reply.leaving.iter().map(|leaving| leaving.hand_over).collect::<Vec<_>>())?;
    numbers(&reply.doubtful.iter().map(|doubtful| doubtful.above).collect::<Vec<_>>())?;
    reply.pages.iter().try_for_each(page)
}

fn page(page: &FeedPage) -> Sound {
    if page.cursor.is_empty() || page.cursor.len() > CURSOR_MAX {
        return wrong("it gives no position that can be kept");
    }
    numbers(&[page.live, page.behind])?;
    if page.entries.iter().any(|entry| entry.n == 0) {
        return wrong("it sends an entry without a number");
    }
    page.entries.iter().try_for_each(entry)
}

pub(super) fn compare(question: &CompareRequest, reply: &CompareReply) -> Sound {
    if reply.lost {
        return Ok(());
    }
    let same = |(item, entry): (&sitesync_core::protocol::CompareItem, &FeedEntry)| {
        item.table == entry.table && item.id == entry.id
    };
    if question.items.len() != reply.entries.len() || !question.items.iter().zip(&reply.entries).all(same) {
        return wrong("it compares other records than those that were asked for");
    }
    reply.entries.iter().try_for_each(entry)
}

/// Exactly one thing is said of a record that may have such a name.
fn entry(entry: &FeedEntry) -> Sound {
    let key = RecordKey { table: entry.table.clone(), id: entry.id.clone() };
    if let Err(malformed) = check_id(&entry.table).and(check_id(&entry.id)) {
        return wrong(&format!("{malformed}"));
    }
    let said = [entry.put.is_some(), entry.same.is_some(), entry.delete, entry.withdraw];
    if said.iter().filter(|said| **said).count() != 1 {
        return wrong(&format!("it says not exactly one thing of {key}"));
    }
    // What a feed does not hold is withdrawn, and has no number.
    if entry.n == 0 && !entry.withdraw {
        return wrong(&format!("its entry of {key} has no number"));
    }
    numbers(&[entry.n])
}

/// The feeds are those that a site may read, and none is named twice.
fn each_once<'f>(feeds: impl Iterator<Item = &'f Feed>) -> Result<HashSet<&'f Feed>, SiteError> {
    let mut seen = HashSet::new();
    for feed in feeds {
        let fits = match feed {
            Feed::Central => true,
            Feed::Store(id) => check_id(id).is_ok(),
            Feed::Changes | Feed::Unread => false,
        };
        if !fits || !seen.insert(feed) {
            wrong("it names feeds that no site reads, or one of them twice")?;
        }
    }
    Ok(seen)
}

fn numbers(numbers: &[u64]) -> Sound {
    if numbers.iter().any(|number| *number > NUMBER_MAX) { wrong("it counts beyond all numbers") } else { Ok(()) }
}
