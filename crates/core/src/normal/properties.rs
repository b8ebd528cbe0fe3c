//! What holds for any record: the normal form is stable, and canonical JSON is read back as what was written.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::*;

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-9_007_199_254_740_992_i64..=9_007_199_254_740_992).prop_map(Value::from),
        (-1e15_f64..1e15).prop_map(Value::from),
        (-10_000..10_000_i32).prop_map(|n| Value::from(f64::from(n) / 4.0)),
        (-1e-300_f64..1e-300).prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,8}",
        any::<String>(),
        select(vec!["", "\0", "\u{1f}\"\\", "😀\u{fb33}", "{\"a\":[1.0]}", "null", "7"]).prop_map(str::to_owned)
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number(), text().prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A value that fits the kind, in one of the ways in which it may be sent.
fn fitting(kind: Kind) -> BoxedStrategy<Value> {
    let clock = (0..24_u32, 0..60_u32, 0..60_u32);
    let fits = match kind {
        Kind::Text => text().prop_map(Value::from).boxed(),
        Kind::Number | Kind::NumberOrNull => number().boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Date => prop_oneof![
            (0..10_000_u32, 1..=12_u32, 1..=28_u32, any::<bool>()).prop_map(|(y, m, d, long)| json!(format!(
                "{y:04}-{m:02}-{d:02}{}",
                if long { "T00:00:00" } else { "" }
            ))),
            Just(json!("0000-00-00")),
        ]
        .boxed(),
        Kind::Time => prop_oneof![
            (0..86_400_u32).prop_map(Value::from),
            clock.prop_map(|(h, m, s)| json!(format!("{h:02}:{m:02}:{s:02}.25"))),
        ]
        .boxed(),
        Kind::Datetime => clock.prop_map(|(h, m, s)| json!(format!("2026-01-31T{h:02}:{m:02}:{s:02}"))).boxed(),
        Kind::Object => prop_oneof![vec(any_json(), 0..3).prop_map(Value::from), Just(json!("{\"a\":[1.0]}"))].boxed(),
        Kind::Json => any_json().boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 1 => Just(default_value(kind)), 6 => fits].boxed()
}

fn table_and_record() -> impl Strategy<Value = (RecordKey, Map<String, Value>)> {
    let tables = Catalogue::embedded().tables();
    any::<Index>().prop_flat_map(move |at| {
        let table = at.get(tables);
        let columns: Vec<_> = table.columns.iter().map(|column| fitting(column.kind)).collect();
        let present = vec(any::<bool>(), columns.len());
        let unknown = btree_map("[u][a-z\u{0}]{1,3}", any_json(), 0..3);
        (columns, present, unknown).prop_map(move |(values, present, unknown)| {
            let named = table.columns.iter().zip(values).zip(present).filter(|(_, present)| *present);
            let named = named.map(|((column, value), _)| (column.name.to_string(), value));
            (RecordKey::new(table.name.clone(), "r1"), named.chain(unknown).collect())
        })
    })
}

proptest! {
    #[test]
    fn a_whole_record_is_normalised_as_any_other((key, record) in table_and_record()) {
        let catalogue = Catalogue::embedded();
        let normal = normalise(catalogue, &key, &record, None);
        prop_assert_eq!(&normalise_whole(catalogue, &key, &record).map(Cow::into_owned), &normal);
        if let Ok(normal) = normal {
            prop_assert_eq!(normalise_whole(catalogue, &key, &normal).map(Cow::into_owned), normalise(catalogue, &key, &normal, None));
        }
    }

    #[test]
    fn what_is_tidy_is_what_tidying_leaves(map in btree_map(text(), any_json(), 0..4)) {
        let map: Map<String, Value> = map.into_iter().collect();
        prop_assert_eq!(are_tidy(&map, 1), tidy_columns(&map) == Ok(map));
    }

    #[test]
    fn the_normal_form_is_stable((key, incoming) in table_and_record()) {
        let catalogue = Catalogue::embedded();
        let stored = normalise(catalogue, &key, &incoming, None).unwrap();
        prop_assert_eq!(&normalise(catalogue, &key, &stored, None).unwrap(), &stored);
        prop_assert_eq!(&normalise(catalogue, &key, &incoming, Some(&stored)).unwrap(), &stored);
        prop_assert_eq!(&normalise(catalogue, &key, &complete(catalogue, &key, &stored), None).unwrap(), &stored);
        prop_assert_eq!(&parse(&canonical(&stored)).unwrap(), &stored);
    }

    #[test]
    fn canonical_json_is_read_back(map in btree_map(text(), any_json(), 0..6)) {
        let map = tidy_columns(&map.into_iter().collect()).unwrap();
        let text = canonical(&map);
        let read = parse(&text).unwrap();
        prop_assert_eq!(&read, &map);
        prop_assert_eq!(canonical(&read), text);
    }

    #[test]
    fn nothing_from_outside_panics(text in ".{0,60}", table in select(vec!["transact", "message", "asset", "robots"])) {
        if let Ok(map) = parse(&text) {
            let _ = normalise(Catalogue::embedded(), &RecordKey::new(table, "r1"), &map, None);
        }
    }

    #[test]
    fn no_value_panics(value in any_json(), at in any::<Index>()) {
        let table = Catalogue::embedded().table("transact").unwrap();
        let incoming = Map::from_iter([(at.get(&table.columns).name.to_string(), value)]);
        let _ = normalise(Catalogue::embedded(), &RecordKey::new("transact", "r1"), &incoming, None);
    }
}
