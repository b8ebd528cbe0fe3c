//! The suite: looking through tables, and what records are called.

use sitesync_core::catalogue::Catalogue;
use sitesync_core::ids::{Feed, RecordKey};

use super::{HEX, deleted, key, live, write};
use crate::api::Store;
use crate::names::Names;
use crate::search::{Effort, Found, Sought, search};

fn items(store: &dyn Store) {
    let item = |id: &str, body: &str| live("item", id, &Feed::Central, body);
    let records = [
        live("unit", "U1", &Feed::Central, "{\"units\":\"Tablet\"}"),
        item("1", "{\"code\":\"AMX\",\"item_name\":\"Amoxicillin \\\"250\\\"\",\"unit_ID\":\"U1\"}"),
        item("2", "{\"code\":\"PCM\",\"description\":\"amoxicillin is not this\",\"default_pack_size\":100}"),
        item("3", "{\"code\":\"\u{c9}TH\",\"unit_ID\":\"U2\"}"),
        item(HEX, "{\"code\":\"amx2\"}"),
        deleted("item", "4", &Feed::Central),
    ];
    write(store, |txn| txn.put_records(&records));
}

fn found(store: &dyn Store, sought: &Sought, page: (Option<&str>, usize), records: usize) -> Found {
    let snapshot = store.snapshot().unwrap();
    let effort = Effort { records, ..Effort::default() };
    search(&*snapshot, Catalogue::embedded(), "item", sought, page, effort).unwrap()
}

fn ids(found: &Found) -> Vec<&str> {
    found.records.iter().map(|record| &*record.key.id).collect()
}

pub fn what_people_see_is_found(store: &dyn Store) {
    items(store);
    let all = |text: &str| {
        let found = found(store, &Sought::text(text), (None, 99), 99);
        assert_eq!(found.next, None);
        ids(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(all(""), [HEX, "1", "2", "3"].map(str::to_owned).into_iter().collect::<Vec<_>>());
    assert_eq!(all(" Amx "), [HEX, "1"], "in any case, of letters and of blanks around it");
    assert_eq!(all("amoxicillin"), ["1"], "in columns that people use, and in no others");
    assert_eq!(all("\"250"), ["1"], "quotes as they are");
    assert_eq!(all("tablet"), ["1"], "what a reference is shown as");
    assert_eq!(all("u2"), ["3"], "what it names, where that is not there");
    assert_eq!(all("\u{e9}th"), ["3"]);
    assert_eq!(all("100"), ["2"]);
    assert_eq!(all("2"), ["2", HEX, "1"], "the very id first");
    assert_eq!(all("4"), [""; 0], "what was deleted is not there");
    assert_eq!(all("nothing"), [""; 0]);
}

pub fn references_to_a_record_are_found(store: &dyn Store) {
    items(store);
    let of = |id: &str| found(store, &Sought::default().referring("unit_ID", id), (None, 99), 99);
    assert_eq!(ids(&of("U1")), ["1"]);
    assert_eq!(ids(&of("U")), [""; 0], "the whole id counts");
    assert_eq!(ids(&of("\"250")), [""; 0]);
    let both = found(store, &Sought::text("pcm").referring("unit_ID", "U1"), (None, 99), 99);
    assert_eq!(ids(&both), [""; 0]);
}

/// However small the pieces, each record is found once, and the end is told.
pub fn a_search_goes_on_where_it_stopped(store: &dyn Store) {
    let record = |n: usize| {
        let body = if n.is_multiple_of(7) { "{\"code\":\"seven\"}" } else { "{}" };
        live("item", &format!("{n:04}"), &Feed::Central, body)
    };
    let records: Vec<_> = (0..600).map(record).collect();
    write(store, |txn| txn.put_records(&records));
    for (limit, effort) in [(99, 10), (1, 600), (3, 40), (1_000, 599), (1_000, 600)] {
        let (mut seen, mut looked, mut after) = (Vec::new(), 0, None::<Box<str>>);
        loop {
            let piece = found(store, &Sought::text("seven"), (after.as_deref(), limit), effort);
            assert!(piece.records.len() <= limit && piece.looked <= effort);
            looked += piece.looked;
            seen.extend(piece.records.iter().map(|record| record.key.id.to_string()));
            let Some(next) = piece.next else { break };
            after = Some(next);
        }
        assert_eq!((seen.len(), looked), (86, 600), "{limit} {effort}");
        assert!(seen.is_sorted());
    }
}

pub fn records_are_called_by_what_tells_them_apart(store: &dyn Store) {
    items(store);
    let link = live("item_warning_link", "L", &Feed::Central, "{\"item_ID\":\"1\",\"warning_ID\":\"W\"}");
    let secret = live("user_account", "A", &Feed::Central, "{\"user_ID\":\"A\",\"permissions\":\"all\"}");
    write(store, |txn| txn.put_records(&[link.clone(), secret.clone(), live("item", "5", &Feed::Central, "{}")]));
    let snapshot = store.snapshot().unwrap();
    let mut names = Names::new(&*snapshot, Catalogue::embedded());
    let keys = [key("item", "1"), key("item", "5"), key("item", "4"), key("item", "none"), link.key.clone()];
    names.learn(keys.clone()).unwrap();
    let name = |key: &RecordKey| names.of(key).map(str::to_owned);
    assert_eq!(name(&keys[0]).unwrap(), "AMX Amoxicillin \"250\"");
    assert_eq!(name(&keys[1]).unwrap(), "5", "its id, if it has nothing else");
    assert_eq!((name(&keys[2]), name(&keys[3])), (None, None), "deleted, or never there");
    assert_eq!(name(&keys[4]).unwrap(), "AMX Amoxicillin \"250\" W", "by what it names");
    assert_eq!(names.called(&link).unwrap(), "AMX Amoxicillin \"250\" W");
}
