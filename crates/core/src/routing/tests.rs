//! Where records go, as a table of cases over one small country ([`country`]).

use serde_json::{Value, json};

use super::*;
use crate::world::table::{Row, TableWorld, country, line_of, row};

/// What a record of the country is told: `A B` are the feeds of stores, `*` is central, `-` nobody, `?table id` waits.
fn told(record: &Row) -> String {
    let Ok(route) = route(&record.known.facts, &mut world());
    match route {
        Route::Waits(key) => format!("?{key}"),
        Route::Feeds(feeds) if feeds.is_empty() => "-".to_owned(),
        Route::Feeds(feeds) => feeds.iter().map(short).collect::<Vec<_>>().join(" "),
    }
}

fn home_of(record: &Row) -> String {
    let Ok(home) = home(&record.known.facts, &mut world());
    short(&home)
}

fn short(feed: &Feed) -> String {
    match feed {
        Feed::Central => "*".to_owned(),
        Feed::Store(id) => id.to_string(),
        Feed::Unread => "unread".to_owned(),
        Feed::Changes => "changes".to_owned(),
    }
}

fn world() -> TableWorld {
    let mut rows = country();
    rows.push(row("transact", "T", json!({ "store_ID": "A", "name_ID": "name of B" })));
    rows.push(row("transact", "T deleted", json!({ "store_ID": "A", "name_ID": "name of B" })).deleted());
    rows.push(row("Stock_take", "S", json!({ "store_ID": "A2" })));
    let line = line_of("T line", &RecordKey::new("transact", "T"));
    rows.push(line_of("T line of line", &line.key));
    rows.push(line);
    TableWorld::of(rows)
}

fn check(cases: &[(&str, &str, Value, &str, &str)]) {
    for (case, table, body, feeds, home) in cases {
        let record = row(table, "new", body.clone());
        assert_eq!((told(&record), home_of(&record)), ((*feeds).to_owned(), (*home).to_owned()), "{case}");
    }
}

#[test]
fn master_data_go_to_everybody_or_to_the_store_they_name() {
    check(&[
        ("an item", "item", json!({}), "*", "*"),
        ("a store", "store", json!({ "name_ID": "name of A" }), "*", "*"),
        ("a facility", "name", json!({ "type": "facility" }), "*", "*"),
        ("a barcode", "barcode", json!({}), "*", "*"),
        ("what a store does with an item", "item_store_join", json!({ "store_ID": "A" }), "A", "A"),
        ("a preference of a store", "pref", json!({ "store_ID": "B" }), "B", "B"),
        ("a preference of everybody", "pref", json!({}), "*", "*"),
        ("a permission", "om_user_permission", json!({ "store_ID": "B", "user_ID": "U" }), "B", "B"),
        ("of a store that is not known", "item_store_join", json!({ "store_ID": "X" }), "?store X", "X"),
    ]);
}

#[test]
fn a_store_has_its_own_records_and_nobody_else() {
    check(&[
        ("stock", "item_line", json!({ "store_ID": "A" }), "A", "A"),
        ("of the central server's own store", "item_line", json!({ "store_ID": "C" }), "C", "C"),
        ("a sensor has another column", "sensor", json!({ "storeID": "A" }), "A", "A"),
        ("without a store", "item_line", json!({}), "-", "unread"),
        ("an empty text is no store", "item_line", json!({ "store_ID": "" }), "-", "unread"),
        ("a number is no store", "item_line", json!({ "store_ID": 7 }), "-", "unread"),
        ("the store is not known", "item_line", json!({ "store_ID": "X" }), "?store X", "X"),
        ("the store was deleted", "item_line", json!({ "store_ID": "GONE" }), "GONE", "GONE"),
        ("a join is its store's", "name_store_join", json!({ "store_ID": "B", "name_ID": "P" }), "B", "B"),
    ]);
}

#[test]
fn a_line_goes_where_its_header_goes() {
    check(&[
        ("of a transfer", "trans_line", json!({ "transaction_ID": "T" }), "A B", "A"),
        ("of a stock take", "Stock_take_lines", json!({ "stock_take_ID": "S" }), "A2", "A2"),
        ("its own store says nothing", "trans_line", json!({ "transaction_ID": "T", "store_ID": "TWIN1" }), "A B", "A"),
        ("of a deleted header", "trans_line", json!({ "transaction_ID": "T deleted" }), "A B", "A"),
        ("before its header", "trans_line", json!({ "transaction_ID": "X" }), "?transact X", "unread"),
        ("of the right id in another table", "trans_line", json!({ "transaction_ID": "S" }), "?transact S", "unread"),
        ("naming no header", "trans_line", json!({}), "? ", "unread"),
    ]);
    let of = |parent: &str| line_of("new", &RecordKey::new("trans_line", parent));
    assert_eq!(told(&of("T line")), "A B", "a line of a line");
    assert_eq!(home_of(&of("T line of line")), "A", "a line of a line of a line");
    assert_eq!(told(&of("X")), "?trans_line X", "a line of a line that is missing");
}

#[test]
fn a_transfer_goes_also_to_the_stores_of_the_other_party() {
    let to = |name: &str| json!({ "store_ID": "A", "name_ID": name });
    check(&[
        ("to a store", "transact", to("name of B"), "A B", "A"),
        ("to a store of the same site", "requisition", to("name of A2"), "A A2", "A"),
        ("to itself", "transact", to("name of A"), "A", "A"),
        ("to the central server's own store", "transact", to("name of C"), "A C", "A"),
        ("to a plain facility", "transact", to("plain"), "A", "A"),
        ("to nobody", "transact", json!({ "store_ID": "A" }), "A", "A"),
        ("to a name that is not known yet", "transact", to("X"), "A", "A"),
        ("to a name of two stores", "transact", to("twins"), "A TWIN1 TWIN2", "A"),
        ("to a name that was merged", "transact", to("old name of B"), "A B", "A"),
        ("to a store that was deleted", "transact", to("name of GONE"), "A", "A"),
        (
            "from a store that was deleted",
            "transact",
            json!({ "store_ID": "GONE", "name_ID": "name of B" }),
            "B GONE",
            "GONE",
        ),
        ("to a patient", "transact", to("P2"), "A B", "A"),
        ("to a patient that was merged", "transact", to("old P"), "A TWIN2", "A"),
        ("to a patient that is seen nowhere", "transact", to("hidden"), "A", "A"),
        ("a facility's joins show no documents", "transact", json!({ "store_ID": "B", "name_ID": "plain" }), "B", "B"),
        (
            "the values of an indicator",
            "indicator_value",
            json!({ "store_ID": "A", "facility_ID": "name of B" }),
            "A B",
            "A",
        ),
    ]);
}

#[test]
fn a_patient_goes_where_active_joins_show_it() {
    let name = |id: &str, kind: &str| row("name", id, json!({ "type": kind }));
    let cases = [
        ("one active, one inactive join, one of a merged name", name("P", "patient"), "A TWIN2"),
        ("one join", name("P2", "patient"), "B"),
        ("no join", name("hidden", "patient"), "-"),
        ("a patient that turned facility", name("P", "facility"), "*"),
    ];
    let turned = row("name", "plain", json!({ "type": "patient" }));
    let facts = turned.known.facts.clone();
    let mut turned = TableWorld::of(country().into_iter().chain([turned]).collect());
    let Ok(found) = route(&facts, &mut turned);
    assert_eq!(found, Route::Feeds(BTreeSet::from([Feed::store("A")])), "a facility that turned patient");
    for (case, record, feeds) in cases {
        assert_eq!(told(&record), feeds, "{case}");
        let home = if feeds == "*" { "*" } else { "unread" };
        assert_eq!(home_of(&record), home, "{case}");
    }
    check(&[
        ("a document", "om_document", json!({ "owner_name_ID": "P" }), "A TWIN2", "unread"),
        ("of a merged patient", "om_document", json!({ "owner_name_ID": "old P" }), "A TWIN2", "unread"),
        ("of a patient not known yet", "om_document", json!({ "owner_name_ID": "X" }), "-", "unread"),
        ("of a facility with joins", "om_document", json!({ "owner_name_ID": "plain" }), "-", "unread"),
        ("without owner", "om_document", json!({}), "*", "*"),
        ("an insurance", "nameInsuranceJoin", json!({ "nameID": "P2" }), "B", "unread"),
        ("an encounter", "encounter", json!({ "patient_id": "P2", "store_id": "A" }), "B", "unread"),
    ]);
}

#[test]
fn clinicians_and_users_go_where_joins_show_them() {
    let cases = [
        ("a clinician", row("clinician", "K", json!({})), "B"),
        ("a clinician without join", row("clinician", "K9", json!({})), "-"),
        ("a user, by a right to log in and by a permission", row("user", "U", json!({})), "A C"),
        ("a user without either", row("user", "U9", json!({})), "-"),
        ("what goes up only", row("system_log", "L", json!({ "message": "m" })), "-"),
    ];
    for (case, record, feeds) in cases {
        assert_eq!((told(&record), home_of(&record)), (feeds.to_owned(), "unread".to_owned()), "{case}");
    }
}

#[test]
fn a_message_goes_to_its_store_or_to_everybody() {
    check(&[
        ("to a store", "message", json!({ "toStoreID": "B", "fromStoreID": "A" }), "A B", "B"),
        ("of a sender that is not known", "message", json!({ "toStoreID": "B", "fromStoreID": "X" }), "B", "B"),
        ("to all", "message", json!({ "fromStoreID": "A" }), "*", "*"),
        ("to a store not known yet", "message", json!({ "toStoreID": "X" }), "?store X", "X"),
    ]);
}

#[test]
fn a_table_that_is_not_known_is_its_stores_or_nobodys() {
    check(&[
        ("with a store", "future", json!({ "store_ID": "A" }), "A", "A"),
        ("with a store not known yet", "future", json!({ "store_ID": "X" }), "?store X", "X"),
        ("without a store", "future", json!({ "name_ID": "name of B" }), "-", "unread"),
    ]);
}

#[test]
fn a_circle_of_merges_or_lines_comes_to_an_end() {
    let mut rows = country();
    rows.push(row("name", "one", json!({})).merged_into("two"));
    rows.push(row("name", "two", json!({})).merged_into("one"));
    let [one, two] = ["one", "two"].map(|id| RecordKey::new("trans_line", id));
    rows.push(line_of("one", &two));
    rows.push(line_of("two", &one));
    let mut world = TableWorld::of(rows);
    let Ok(found) = route(&row("transact", "T", json!({ "store_ID": "A", "name_ID": "one" })).known.facts, &mut world);
    assert_eq!(found, Route::Feeds(BTreeSet::from([Feed::store("A")])));
    let Ok(found) = route(&line_of("three", &one).known.facts, &mut world);
    assert_eq!(found, Route::Feeds(BTreeSet::new()), "nobody needs a line that has no header");
}
