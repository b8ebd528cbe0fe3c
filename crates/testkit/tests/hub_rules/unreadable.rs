//! Bytes that nobody can store hold their own record and nothing else (EXCHANGE B9).

use serde_json::json;
use sitesync_core::protocol::Change;

use crate::central::{Central, join, patient, stock, text, whole};

fn bombs() -> Vec<(&'static str, Change)> {
    let nested = format!(r#"{{"custom_data":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    vec![
        ("half a character", text("item_line", "X", r#"{"store_ID":"S2","batch":"\ud800"}"#)),
        ("half a character in a name", text("item_line", "X", r#"{"store_ID":"S2","\udc00":1}"#)),
        ("a bomb of nesting", text("item_line", "X", &nested)),
        ("a huge number", text("item_line", "X", r#"{"store_ID":"S2","quantity":1e999}"#)),
        ("a number that cannot be kept", text("item_line", "X", r#"{"store_ID":"S2","quantity":9007199254740993}"#)),
        ("a list", text("item_line", "X", "[1]")),
        ("another's id", whole("item_line", "X", json!({ "ID": "Y", "store_ID": "S2" }))),
        ("an endless id", stock(&"x".repeat(1_000), "S2", 1)),
        ("an empty id", stock("", "S2", 1)),
        ("an id with the mark between table and id", stock("X\u{1f}Y", "S2", 1)),
        ("an endless table", whole(&"x".repeat(1_000), "X", json!({}))),
        ("neither put nor delete", Change { put: None, ..stock("X", "S2", 1) }),
        ("a record of endless values", whole("item_line", "X", json!({ "store_ID": "S2", "x": vec![1; 100_002] }))),
        ("a merge into itself", sitesync_testkit::records::merge("item", "item", "item")),
        ("a merge into nothing", Change { delete: true, ..whole("item", "item", json!({ "into": 7 })) }),
    ]
}

#[test]
fn what_cannot_be_read_holds_its_record_and_not_the_batch() {
    for (case, bomb) in bombs() {
        let central = Central::new();
        central.push(2, vec![stock("before", "S2", 1), bomb.clone(), stock("after", "S2", 1)]);
        assert_eq!(central.one_held(), ("malformed".into(), 1), "{case}");
        assert_eq!(
            (central.seen_in("item_line", "before"), central.seen_in("item_line", "after")),
            ("S2".into(), "S2".into()),
            "{case}"
        );
        central.push(2, vec![bomb]);
        assert_eq!(central.held().len(), 1, "{case}: sent again, it is held once");
        central.hub.send_back(central.held()[0].id).unwrap();
        central.settle();
    }
}

#[test]
fn a_readable_version_clears_an_unreadable_one() {
    let central = Central::new();
    central.push(2, vec![text("item_line", "X", r#"{"store_ID":"S2","batch":"\ud800"}"#)]);
    central.push(2, vec![stock("X", "S2", 1)]);
    assert!(central.held().is_empty());
    assert_eq!(central.column("item_line", "X", "quantity"), json!(1));
}

#[test]
fn odd_but_readable_records_are_stored() {
    let central = Central::new();
    central.push(
        2,
        vec![
            text("item_line", "NUL", r#"{"store_ID":"S2","batch":"a\u0000b","unknown":{"x":[1,2.50,1e2]}}"#),
            text("item_line", "TWICE", r#"{"store_ID":"S3","store_ID":"S2"}"#),
            whole("item_line", "\u{1F600} 'id' %", json!({ "store_ID": "S2" })),
        ],
    );
    assert!(central.held().is_empty());
    assert_eq!(central.column("item_line", "NUL", "batch"), json!("ab"));
    assert_eq!(central.column("item_line", "NUL", "unknown"), json!({ "x": [1, 2.5, 100] }));
    assert_eq!(central.seen_in("item_line", "TWICE"), "S2");
    assert_eq!(central.seen_in("item_line", "\u{1F600} 'id' %"), "S2");
}

#[test]
fn a_record_does_not_grow_without_end_by_parts() {
    let central = Central::new();
    let part = |column: &str| Change { partial: true, ..whole("name", "P", json!({ column: "x".repeat(9 << 20) })) };
    central.push(2, vec![patient("P"), join("J", "P", "S2")]);
    central.read(2);
    central.push(2, vec![part("one")]);
    assert!(central.held().is_empty(), "{:?}", central.held()[0].reason);
    central.read(2);
    central.push(2, vec![part("two")]);
    assert_eq!(central.one_held(), ("malformed".into(), 1));
}
