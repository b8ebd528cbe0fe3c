//! Records of every table into normal form: what is taken is stable, can be read back, and is the same however it comes.

use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Facts, Table};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal::{canonical, check_id, complete, normalise, parse, routing_columns};

use super::choices::Choices;
use super::invented;

/// The first byte tells how the others are read: odd, as a number of a table and the text of a record; even, as choices.
pub fn target(bytes: &[u8]) {
    let Some((mode, rest)) = bytes.split_first() else { return };
    let mut choices = Choices::new(rest);
    let table = invented::any_table(&mut choices);
    let key = RecordKey::new(if mode & 2 == 0 { &table.name } else { "robots" }, "r1");
    if mode & 1 == 1 {
        if let Ok(Ok(incoming)) = std::str::from_utf8(choices.rest()).map(parse) {
            whole(&key, &incoming, None);
        }
        return;
    }
    let incoming = columns(&mut choices, table);
    let first = whole(&key, &incoming, None);
    let more = columns(&mut choices, table);
    whole(&key, &more, first.as_ref());
    let id = choices.text();
    assert_eq!(check_id(&id).is_ok(), !id.is_empty() && id.len() <= 255 && !id.chars().any(char::is_control));
}

/// Columns of one table, most of them known.
fn columns(choices: &mut Choices<'_>, table: &Table) -> Map<String, Value> {
    let mut columns = Map::new();
    for _ in 0..1 + choices.below(6) {
        let name = match choices.below(8) {
            0 => choices.text(),
            1 => table.key.to_string(),
            _ if table.columns.is_empty() => choices.text(),
            _ => table.columns[choices.below(table.columns.len())].name.to_string(),
        };
        columns.insert(name, choices.json(4));
    }
    columns
}

/// Brings a record into normal form and checks what must hold of it. Nothing, if it is refused.
fn whole(
    key: &RecordKey,
    incoming: &Map<String, Value>,
    base: Option<&Map<String, Value>>,
) -> Option<Map<String, Value>> {
    let catalogue = Catalogue::embedded();
    let stored = match normalise(catalogue, key, incoming, base) {
        Ok(stored) => stored,
        Err(malformed) => {
            assert!(malformed.to_string().len() < 4_096 + 4 * longest_name(incoming), "a refusal stays readable");
            return None;
        }
    };
    let text = canonical(&stored);
    assert_eq!(parse(&text).as_ref(), Ok(&stored), "it is read back");
    assert_eq!(normalise(catalogue, key, &stored, None).as_ref(), Ok(&stored), "it is stable");
    assert_eq!(normalise(catalogue, key, incoming, Some(&stored)).as_ref(), Ok(&stored), "twice is once");
    let shown = complete(catalogue, key, &stored);
    assert_eq!(normalise(catalogue, key, &shown, None).as_ref(), Ok(&stored), "shown and sent back, it is the same");
    let table = catalogue.table(&key.table);
    let mark = routing_columns(table, &stored);
    let (whole, marked) = (Facts::read(table, key, &stored), Facts::read(table, key, &mark));
    assert_eq!(whole.links(key), marked.links(key), "a mark is routed as the record was");
    Some(stored)
}

fn longest_name(columns: &Map<String, Value>) -> usize {
    columns.keys().map(String::len).max().unwrap_or(0)
}
