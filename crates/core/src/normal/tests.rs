//! Every rule of the normal form as a case: what it is, what comes in, what is stored.

use serde_json::json;

use super::*;
use crate::catalogue::Facts;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is not an object"),
    }
}

fn key(table: &str) -> RecordKey {
    RecordKey::new(table, "r1")
}

fn stored(table: &str, incoming: Value) -> Result<Value, Malformed> {
    normalise(Catalogue::embedded(), &key(table), &map(incoming), None).map(Value::Object)
}

#[test]
fn values_are_converted_by_kind() {
    let cases = [
        ("text", "unit", json!({"units": "box"}), json!({"units": "box"})),
        ("empty text is the default", "unit", json!({"units": ""}), json!({})),
        ("null text is the default", "unit", json!({"units": null}), json!({})),
        ("U+0000 goes", "unit", json!({"units": "b\u{0}ox"}), json!({"units": "box"})),
        ("text of nothing but U+0000", "unit", json!({"units": "\u{0}"}), json!({})),
        ("case is kept", "unit", json!({"units": "BoX"}), json!({"units": "BoX"})),
        ("whole numbers lose .0", "unit", json!({"order_number": 5.0}), json!({"order_number": 5})),
        ("full precision", "unit", json!({"order_number": 110.393939}), json!({"order_number": 110.393939})),
        ("zero is the default", "unit", json!({"order_number": 0.0}), json!({})),
        ("minus zero too", "unit", json!({"order_number": -0.0}), json!({})),
        ("null for a number", "transact", json!({"insuranceDiscountAmount": null}), json!({})),
        ("prescribedQuantity null is 0", "trans_line", json!({"prescribedQuantity": null}), json!({})),
        ("om_tax 0 is not null", "trans_line", json!({"om_tax": 0, "om_total_after_tax": null}), json!({"om_tax": 0})),
        ("bool", "store", json!({"disabled": true}), json!({"disabled": true})),
        ("false is the default", "list_master", json!({"inactive": false}), json!({})),
        ("date", "period", json!({"startDate": "2026-02-28"}), json!({"startDate": "2026-02-28"})),
        ("date as pushed", "period", json!({"startDate": "2026-02-28T00:00:00"}), json!({"startDate": "2026-02-28"})),
        ("date with time", "period", json!({"startDate": "2026-02-28T10:11:12.5"}), json!({"startDate": "2026-02-28"})),
        ("no date, 0000", "period", json!({"startDate": "0000-00-00"}), json!({})),
        ("no date, 0000 as pushed", "period", json!({"startDate": "0000-00-00T00:00:00"}), json!({})),
        ("no date, empty", "period", json!({"startDate": "", "endDate": null}), json!({})),
        ("leap day", "period", json!({"startDate": "2024-02-29"}), json!({"startDate": "2024-02-29"})),
        ("time as pushed", "transact", json!({"entry_time": "02:03:04"}), json!({"entry_time": 7384})),
        ("time with fraction", "transact", json!({"entry_time": "23:59:59.999"}), json!({"entry_time": 86399})),
        ("time in seconds", "transact", json!({"entry_time": 7384.0}), json!({"entry_time": 7384})),
        ("midnight", "transact", json!({"entry_time": "00:00:00", "confirm_time": null}), json!({})),
        (
            "datetime",
            "transact",
            json!({"om_created_datetime": "2026-01-02T03:04:05.678"}),
            json!({"om_created_datetime": "2026-01-02T03:04:05.678"}),
        ),
        ("no datetime", "transact", json!({"om_created_datetime": "", "om_picked_datetime": null}), json!({})),
        ("object", "transact", json!({"oms_fields": {"b": 1.0, "a": []}}), json!({"oms_fields": {"a": [], "b": 1}})),
        ("no object", "transact", json!({"oms_fields": null, "custom_data": ""}), json!({})),
        ("an empty object is one", "transact", json!({"oms_fields": {}}), json!({"oms_fields": {}})),
        (
            "JSON text for an object",
            "form_schema",
            json!({"json_schema": "{\"type\":\"object\"}", "ui_schema": " [1] "}),
            json!({"json_schema": {"type": "object"}, "ui_schema": [1]}),
        ),
        ("JSON text null", "om_document_registry", json!({"config": "null"}), json!({})),
        ("a message of an object", "message", json!({"body": {"k": "v"}}), json!({"body": {"k": "v"}})),
        ("a message of text", "message", json!({"body": "hello"}), json!({"body": "hello"})),
        ("parent_IDs stays a text", "om_document", json!({"parent_IDs": "[]"}), json!({"parent_IDs": "[]"})),
        ("unknown columns stay", "unit", json!({"extra": null, "more": [1.0]}), json!({"extra": null, "more": [1]})),
        ("a column with a space", "name", json!({"charge code": "x"}), json!({"charge code": "x"})),
        ("the id is left out", "unit", json!({"ID": "r1", "units": "box"}), json!({"units": "box"})),
        ("a pref may have its own id", "pref", json!({"ID": "p1", "item": "i"}), json!({"ID": "p1", "item": "i"})),
        ("unknown table", "robots", json!({"ID": "x", "n": 1.0, "t": ""}), json!({"ID": "x", "n": 1, "t": ""})),
        (
            "an open table keeps what came",
            "asset",
            json!({"id": "r1", "store_id": "s", "notes": null, "serial_number": "", "locked": false}),
            json!({"store_id": "s", "notes": null, "serial_number": "", "locked": false}),
        ),
    ];
    for (what, table, incoming, expected) in cases {
        assert_eq!(stored(table, incoming).as_ref(), Ok(&expected), "{what}");
    }
}

#[test]
fn what_does_not_fit_is_refused_and_named() {
    let cases = [
        (
            "text for a number",
            "unit",
            json!({"order_number": "5"}),
            "column order_number: \"5\" was found where a number",
        ),
        ("number for a text", "unit", json!({"units": 5}), "column units: 5 was found where a text is due"),
        ("1 is no bool", "store", json!({"disabled": 1}), "column disabled: 1 was found where true or false"),
        ("no such day", "period", json!({"startDate": "2026-02-30"}), "column startDate"),
        ("a short year", "period", json!({"startDate": "226-02-030"}), "a date like \"2026-01-31\""),
        ("a date with rubbish", "period", json!({"startDate": "2026-02-28 noon"}), "column startDate"),
        ("no such time", "transact", json!({"entry_time": "24:00:00"}), "seconds since midnight"),
        ("too many seconds", "transact", json!({"entry_time": 86400}), "column entry_time"),
        ("part of a second", "transact", json!({"entry_time": 0.5}), "column entry_time"),
        ("a zone", "transact", json!({"om_picked_datetime": "2026-01-02T03:04:05Z"}), "without a zone"),
        ("text for an object", "transact", json!({"oms_fields": "text"}), "an object or a list, or null"),
        ("a number for an object", "transact", json!({"oms_fields": 1}), "column oms_fields"),
        ("another id", "unit", json!({"ID": "r2"}), "column ID says \"r2\", but the record is \"r1\""),
        ("no text for an id", "unit", json!({"ID": 1}), "column ID says 1"),
        ("beyond 2^53", "unit", json!({"order_number": 9_007_199_254_740_993_u64}), "the number 9007199254740993"),
        ("beyond -2^53", "unit", json!({"order_number": -9_007_199_254_740_993_i64}), "cannot be kept exactly"),
        (
            "beyond, in an object",
            "transact",
            json!({"oms_fields": {"n": 1e300}}),
            "column oms_fields: the number 1e+300",
        ),
        ("a number for a store of an open table", "asset", json!({"store_id": 1}), "column store_id"),
    ];
    for (what, table, incoming, expected) in cases {
        let error = stored(table, incoming).expect_err(what);
        assert!(error.to_string().contains(expected), "{what}: {error}");
        assert!(error.column().is_some(), "{what}");
    }
}

#[test]
fn what_was_found_is_shortened() {
    let message = stored("unit", json!({"order_number": "é".repeat(5000)})).unwrap_err().to_string();
    assert!(message.len() < 300, "{message}");
}

#[test]
fn two_to_the_53rd_is_the_last() {
    let most = json!({"order_number": 9_007_199_254_740_992_u64});
    assert_eq!(stored("unit", most.clone()), Ok(most));
}

#[test]
fn an_upsert_changes_only_what_it_names() {
    let base = map(json!({"item_name": "Amoxicillin", "code": "amo", "doses": 3, "later": 1}));
    let incoming = map(json!({"ID": "r1", "code": "AMO", "doses": 0, "type_of": "general"}));
    let merged = normalise(Catalogue::embedded(), &key("item"), &incoming, Some(&base)).unwrap();
    assert_eq!(
        Value::Object(merged),
        json!({"item_name": "Amoxicillin", "code": "AMO", "type_of": "general", "later": 1})
    );
}

#[test]
fn a_complete_record_has_every_column_and_comes_back() {
    let catalogue = Catalogue::embedded();
    let body = map(json!({"type_of": "general", "unknown": "x"}));
    let whole = complete(catalogue, &key("item"), &body);
    assert_eq!(whole.len(), 74, "73 columns of an item and the unknown one");
    assert_eq!(whole["ID"], "r1");
    assert_eq!(whole["start_of_year_date"], "0000-00-00");
    assert_eq!(whole["is_vaccine"], false);
    assert_eq!(whole["doses"], 0);
    assert_eq!(whole["kit_data"], Value::Null);
    assert_eq!(whole["type_of"], "general");
    assert_eq!(normalise(catalogue, &key("item"), &whole, None), Ok(body));
}

#[test]
fn a_pref_keeps_its_own_id_when_completed() {
    let body = map(json!({"ID": "p1", "item": "store_preferences"}));
    assert_eq!(complete(Catalogue::embedded(), &key("pref"), &body)["ID"], "p1");
    assert_eq!(complete(Catalogue::embedded(), &key("pref"), &Map::new())["ID"], "r1");
}

#[test]
fn text_from_outside_is_read_or_refused_with_a_reason() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(&deep(MAX_DEPTH - 1)).is_ok());
    let cases = [
        ("too deep", deep(MAX_DEPTH), "deeper than 64 levels"),
        ("deeper than the parser goes", deep(5000), "deeper than 64 levels"),
        ("brackets that never close", "[".repeat(5000), "deeper than 64 levels"),
        ("a high half alone", r#"{"a":"\ud83d"}"#.to_owned(), "half a character"),
        ("a high half before text", r#"{"a":"\ud83dx"}"#.to_owned(), "half a character"),
        ("a low half alone", r#"{"a":"\ude00"}"#.to_owned(), "half a character"),
        ("two high halves", r#"{"a":"\ud83d\ud83d"}"#.to_owned(), "half a character"),
        ("a half in a name", r#"{"\ud83d":1}"#.to_owned(), "half a character"),
        ("a list", "[1]".to_owned(), "the record is [1]; send a JSON object"),
        ("nothing", String::new(), "not readable as JSON"),
        ("half of it", r#"{"a":1"#.to_owned(), "not readable as JSON"),
        ("more than one", "{}{}".to_owned(), "not readable as JSON"),
        ("not a double", r#"{"a":1e400}"#.to_owned(), "not readable as JSON (number out of range"),
        ("a large whole number", r#"{"a":[18446744073709551615]}"#.to_owned(), "column a: the number"),
        ("a larger one", r#"{"a":36893488147419103232}"#.to_owned(), "column a: the number"),
    ];
    for (what, text, expected) in cases {
        let error = parse(&text).expect_err(what);
        assert!(error.to_string().contains(expected), "{what}: {error}");
    }
}

#[test]
fn reading_cleans_names_and_values() {
    let read = parse(r#"{"a\u0000b":"x\u0000y","c":[{"d\u0000":1.0}],"e":1,"e":2,"f":"\ud83d\ude00"}"#).unwrap();
    assert_eq!(Value::Object(read), json!({"ab": "xy", "c": [{"d": 1}], "e": 2, "f": "😀"}));
}

#[test]
fn an_escaped_backslash_is_no_half_character() {
    let error = parse(r#"{"a":"\\ud83d""#).unwrap_err();
    assert!(matches!(error, Malformed::NotJson { .. }), "{error}");
}

#[test]
fn an_object_in_a_text_obeys_the_limits() {
    for levels in [MAX_DEPTH, 5000] {
        let text = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let error = stored("form_schema", json!({"json_schema": text})).unwrap_err();
        assert_eq!(error, Malformed::TooDeep { column: Some("json_schema".into()) });
    }
}

#[test]
fn ids() {
    for id in ["some context", "currency_a", "4E27CEB263354EB7B1B33CEA8F7884D8", "é", &"x".repeat(255)] {
        assert_eq!(check_id(id), Ok(()), "{id}");
    }
    for id in ["", "a\u{0}b", "a\u{1f}b", "a\nb", &"x".repeat(256), &"é".repeat(128)] {
        assert!(check_id(id).is_err(), "{id:?}");
    }
}

#[test]
fn canonical_json_is_that_of_the_standard() {
    let cases = [
        ("nothing", json!({}), "{}"),
        (
            "order and nesting",
            json!({"b": [1, {"d": null, "c": true}], "a": false}),
            r#"{"a":false,"b":[1,{"c":true,"d":null}]}"#,
        ),
        (
            "escapes",
            json!({"a": "\u{8}\t\n\u{c}\r\"\\/\u{1f}\u{7f}é\u{2028}"}),
            "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u001f\u{7f}é\u{2028}\"}",
        ),
        (
            "a pair sorts before U+FB33",
            json!({"\u{fb33}": 1, "😀": 2, "é": 3, "1": 4}),
            "{\"1\":4,\"é\":3,\"😀\":2,\"\u{fb33}\":1}",
        ),
        ("whole", json!({"a": [5.0, -0.0, 1e3, -7]}), r#"{"a":[5,0,1000,-7]}"#),
        ("fractions", json!({"a": [0.1, 100.13, 110.393939, -1.5]}), r#"{"a":[0.1,100.13,110.393939,-1.5]}"#),
        (
            "exponents",
            json!({"a": [1e-7, 0.000001, 1e21, 1.5e300, 5e-324]}),
            r#"{"a":[1e-7,0.000001,1e+21,1.5e+300,5e-324]}"#,
        ),
        ("2^53", json!({"a": 9_007_199_254_740_992_u64}), r#"{"a":9007199254740992}"#),
    ];
    for (what, value, expected) in cases {
        assert_eq!(canonical(&map(value)), expected, "{what}");
    }
}

#[test]
fn a_tombstone_keeps_what_routes_it() {
    let bodies = [
        (
            "transact",
            json!({"store_ID": "s", "name_ID": "n", "comment": "c"}),
            json!({"store_ID": "s", "name_ID": "n"}),
        ),
        ("trans_line", json!({"transaction_ID": "t", "quantity": 1}), json!({"transaction_ID": "t"})),
        ("name", json!({"type": "patient", "code": "c"}), json!({"type": "patient"})),
        (
            "name_store_join",
            json!({"store_ID": "s", "name_ID": "n", "inactive": true, "x": 1}),
            json!({"store_ID": "s", "name_ID": "n", "inactive": true}),
        ),
        (
            "store",
            json!({"name_ID": "n", "sync_id_remote_site": 3, "code": "c"}),
            json!({"name_ID": "n", "sync_id_remote_site": 3}),
        ),
        (
            "message",
            json!({"toStoreID": "a", "fromStoreID": "b", "type": "t"}),
            json!({"toStoreID": "a", "fromStoreID": "b"}),
        ),
        ("robots", json!({"store_ID": "s", "arms": 2}), json!({"store_ID": "s"})),
        ("unit", json!({"units": "box"}), json!({})),
    ];
    for (name, body, expected) in bodies {
        let table = Catalogue::embedded().table(name);
        let kept = routing_columns(table, &map(body.clone()));
        assert_eq!(Value::Object(kept.clone()), expected, "{name}");
        assert_eq!(Facts::read(table, &key(name), &kept), Facts::read(table, &key(name), &map(body)), "{name}");
    }
}

#[test]
fn a_record_is_neither_too_long_nor_of_too_many_values() {
    let text = |values: &str| format!("{{\"a\":[{values}]}}");
    assert_eq!(check_size(&text("\"a picture\"")), Ok(()));
    assert_eq!(check_size(&text(&format!("\"{}\"", "a,".repeat(1_000_000)))), Ok(()));
    let many = check_size(&text(&"1,".repeat(MAX_VALUES + 1))).unwrap_err();
    assert!(many.to_string().contains("more than 100,000 values"), "{many}");
    let long = check_size(&text(&format!("\"{}\"", "x".repeat(MAX_BYTES)))).unwrap_err();
    assert!(long.to_string().contains("longer than 16 MiB"), "{long}");
}
