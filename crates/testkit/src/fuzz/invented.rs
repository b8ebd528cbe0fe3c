//! Messages that are nearly right, built from choices: known tables, columns and ids, with values that need not fit.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Table};
use sitesync_core::hash::Hash;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::protocol::{
    Change, CommitId, CommitOutcome, CompareItem, DoubtfulFeed, EpochCommit, ExchangeReply, FeedEntry, FeedPage,
    FeedPosition, SiteInfo, SiteReport,
};

use super::choices::Choices;

/// The tables on which most depends.
const TABLES: [&str; 12] = [
    "transact",
    "trans_line",
    "item_line",
    "name",
    "name_store_join",
    "store",
    "item",
    "message",
    "requisition",
    "requisition_line",
    "om_document",
    "future",
];

/// Ids that are there in the beginning, and some that are not.
const IDS: [&str; 20] = [
    "D2", "D2_0", "D2_1", "D3", "D3_0", "D3_1", "L2", "L3", "P", "J2", "J3", "S2", "S3", "name_S2", "name_S3", "item",
    "gone", "new", "other", "",
];

/// Columns that decide where a record belongs.
const COLUMNS: [&str; 12] = [
    "store_ID",
    "name_ID",
    "transaction_ID",
    "requisition_ID",
    "sync_id_remote_site",
    "type",
    "toStoreID",
    "fromStoreID",
    "owner_name_ID",
    "patient_ID",
    "linked_transaction_id",
    "into",
];

pub(crate) fn table_name(choices: &mut Choices<'_>) -> Box<str> {
    match choices.below(8) {
        0 => choices.text().into(),
        1 => any_table(choices).name.clone(),
        _ => choices.pick(&TABLES).into(),
    }
}

pub(crate) fn any_table(choices: &mut Choices<'_>) -> &'static Table {
    let tables = Catalogue::embedded().tables();
    &tables[choices.below(tables.len())]
}

pub(crate) fn id(choices: &mut Choices<'_>) -> Box<str> {
    if choices.one_in(10) { choices.text().into() } else { choices.pick(&IDS).into() }
}

/// Some columns of a table, and some that decide.
pub(crate) fn columns(choices: &mut Choices<'_>, table: &str) -> Map<String, Value> {
    let known = Catalogue::embedded().table(table).map_or(&[][..], |table| &table.columns);
    let mut columns = Map::new();
    for _ in 0..choices.below(6) {
        let name = match choices.below(4) {
            0 => choices.text(),
            1 if !known.is_empty() => known[choices.below(known.len())].name.to_string(),
            _ => choices.pick(&COLUMNS).to_owned(),
        };
        let value = match choices.below(4) {
            0 => choices.json(3),
            1 => Value::from(choices.below(5)),
            _ => Value::from(&*id(choices)),
        };
        columns.insert(name, value);
    }
    columns
}

pub(crate) fn raw(value: &impl serde::Serialize) -> Box<RawValue> {
    to_raw_value(value).expect("a value of JSON is JSON")
}

pub(crate) fn change(choices: &mut Choices<'_>) -> Change {
    let (table, id) = (table_name(choices), id(choices));
    let kind = choices.below(10);
    let put = (kind != 1).then(|| match choices.one_in(12) {
        true => raw(&choices.json(4)),
        false => raw(&columns(choices, &table)),
    });
    let aside = (kind == 3).then(|| choices.text());
    Change { table, id, put, delete: matches!(kind, 1 | 2), partial: kind > 6, aside }
}

pub(crate) fn changes(choices: &mut Choices<'_>) -> Vec<Change> {
    (0..choices.below(6)).map(|_| change(choices)).collect()
}

pub(crate) fn feed(choices: &mut Choices<'_>) -> Feed {
    match choices.below(8) {
        0 => Feed::Changes,
        1 => Feed::Unread,
        2 => Feed::Store(choices.text().into()),
        3 => Feed::store("S3"),
        4 | 5 => Feed::store("S2"),
        _ => Feed::Central,
    }
}

pub(crate) fn cursor(choices: &mut Choices<'_>) -> String {
    match choices.below(6) {
        0 => String::new(),
        1 => choices.text(),
        2 => format!("1.1.{}", choices.whole()),
        _ => format!("{}.{}.{}", choices.whole(), choices.whole(), choices.whole()),
    }
}

pub(crate) fn positions(choices: &mut Choices<'_>) -> Vec<FeedPosition> {
    (0..choices.below(4)).map(|_| FeedPosition { feed: feed(choices), cursor: cursor(choices) }).collect()
}

pub(crate) fn commit_id(choices: &mut Choices<'_>) -> CommitId {
    CommitId { number: choices.whole(), hash: hash(choices) }
}

pub(crate) fn hash(choices: &mut Choices<'_>) -> Hash {
    Hash(if choices.one_in(4) { u128::MAX } else { choices.below(3) as u128 })
}

pub(crate) fn time(choices: &mut Choices<'_>) -> i64 {
    choices.whole() as i64
}

pub(crate) fn report(choices: &mut Choices<'_>) -> SiteReport {
    SiteReport {
        clock: time(choices),
        device_type: choices.text(),
        app_name: choices.text(),
        app_version: choices.text(),
        unsent: choices.whole(),
        unsent_since: Some(time(choices)),
        aside: choices.whole(),
    }
}

pub(crate) fn item(choices: &mut Choices<'_>) -> CompareItem {
    CompareItem { table: table_name(choices), id: id(choices), hash: hash(choices) }
}

pub(crate) fn entry(choices: &mut Choices<'_>) -> FeedEntry {
    let (table, id) = (table_name(choices), id(choices));
    let kind = choices.below(9);
    let put = matches!(kind, 0..=3).then(|| match choices.one_in(10) {
        true => raw(&choices.json(3)),
        false => raw(&columns(choices, &table)),
    });
    FeedEntry {
        n: choices.whole(),
        put,
        same: matches!(kind, 3 | 4).then(|| hash(choices)),
        delete: matches!(kind, 5 | 6),
        withdraw: matches!(kind, 6 | 7),
        taken: choices.one_in(4),
        into: (kind == 5).then(|| self::id(choices)),
        table,
        id,
    }
}

pub(crate) fn page(choices: &mut Choices<'_>) -> FeedPage {
    FeedPage {
        feed: feed(choices),
        cursor: cursor(choices),
        entries: (0..choices.below(5)).map(|_| entry(choices)).collect(),
        at_head: !choices.one_in(4),
        sum: hash(choices),
        live: choices.whole(),
        behind: choices.whole(),
        again: choices.one_in(4),
        first: choices.one_in(4),
    }
}

pub(crate) fn outcome(choices: &mut Choices<'_>) -> CommitOutcome {
    match choices.below(4) {
        0 => CommitOutcome::None,
        1 => CommitOutcome::Applied,
        2 => CommitOutcome::Behind,
        _ => CommitOutcome::Diverged,
    }
}

pub(crate) fn info(choices: &mut Choices<'_>, known: &SiteInfo) -> SiteInfo {
    match choices.below(6) {
        0 => SiteInfo {
            id: SiteId(choices.whole() as u32),
            uuid: choices.text(),
            code: choices.text(),
            name: choices.text(),
        },
        1 => SiteInfo { id: SiteId(u32::MAX), ..known.clone() },
        _ => known.clone(),
    }
}

pub(crate) fn exchange_reply(choices: &mut Choices<'_>, known: &SiteInfo) -> ExchangeReply {
    let pages: Vec<_> = (0..choices.below(4)).map(|_| page(choices)).collect();
    let mut subscribed: Vec<_> = (0..choices.below(3)).map(|_| feed(choices)).collect();
    if !choices.one_in(4) {
        subscribed.extend(pages.iter().map(|page| page.feed.clone()));
    }
    ExchangeReply {
        epoch: if choices.one_in(3) { choices.whole() } else { 1 },
        clock: time(choices),
        site: info(choices, known),
        outcome: outcome(choices),
        last: commit_id(choices),
        last_epoch: choices.whole(),
        rests_on: (0..choices.below(3))
            .map(|_| EpochCommit { epoch: choices.whole(), number: choices.whole() })
            .collect(),
        subscribed,
        pages,
        complete: !choices.one_in(3),
        held: choices.whole(),
        doubtful: doubtful(choices),
        leaving: Vec::new(),
    }
}

pub(crate) fn doubtful(choices: &mut Choices<'_>) -> Vec<DoubtfulFeed> {
    (0..choices.below(3)).map(|_| DoubtfulFeed { feed: feed(choices), above: choices.whole() }).collect()
}
