//! The embedded catalogue is sound, and each fault of a catalogue is found and named.

use super::*;

/// A small sound catalogue with one line replaced.
fn with(line: &str, replacement: &str) -> String {
    let text = r#"revision = 1
[[table]]
name = "head"
title = "Heads"
class = "store"
store = "store_ID"
used = ["code"]
shown = "{code}"
text = ["code", "store_ID"]
bool = ["off"]

[[table]]
name = "line"
title = "Lines"
class = "child"
parent = { column = "head_ID", table = "head" }
after = ["head"]
used = []
shown = "{ID}"
text = ["head_ID"]
"#;
    assert!(text.contains(line), "{line}");
    text.replacen(line, replacement, 1)
}

#[test]
fn the_embedded_catalogue_is_sound() {
    let catalogue = Catalogue::embedded();
    assert!(catalogue.tables().len() > 90);
    for (at, table) in catalogue.tables().iter().enumerate() {
        assert_eq!(table.order, at);
        for name in before(table) {
            let other = catalogue.table(name).unwrap();
            assert!(other.order < at, "{} comes before {name}, which it needs", table.name);
        }
    }
}

#[test]
fn the_columns_are_those_of_the_wire() {
    let counts = [("item", 72), ("transact", 90), ("trans_line", 57), ("name", 94), ("store", 38), ("requisition", 37)];
    for (table, count) in counts {
        assert_eq!(Catalogue::embedded().table(table).unwrap().columns.len(), count, "{table}");
    }
    let name = Catalogue::embedded().table("name").unwrap();
    assert_eq!(name.column("charge code").unwrap().kind, Kind::Text);
    assert!(name.column("ID").is_none(), "the key is not a column");
    let item = Catalogue::embedded().table("item").unwrap();
    assert_eq!(item.column("ddd factor").unwrap().kind, Kind::Number);
}

#[test]
fn a_line_comes_after_its_header_even_if_the_file_says_it_first() {
    let text = with("class = \"store\"", "class = \"store\"\nafter = [\"line\"]");
    let text =
        text.replace("after = [\"head\"]\n", "").replace("parent = { column = \"head_ID\", table = \"head\" }", "");
    let text = text.replace("class = \"child\"", "class = \"store\"");
    let names: Vec<_> = parse(&text).unwrap().tables().iter().map(|table| table.name.clone()).collect();
    assert_eq!(names, ["line".into(), "head".into()]);
}

#[test]
fn faults_are_found_and_named() {
    let cases = [
        ("a misspelt rule", "store = \"store_ID\"", "stroe = \"store_ID\"", "unknown field `stroe`"),
        ("a table twice", "name = \"line\"", "name = \"head\"", "table head is declared twice"),
        ("a column twice", "bool = [\"off\"]", "bool = [\"code\"]", "head: column code is declared twice"),
        ("the key as a column", "bool = [\"off\"]", "bool = [\"ID\"]", "head: column ID is declared twice"),
        ("used", "used = [\"code\"]", "used = [\"cod\"]", "`used` names the column cod"),
        ("shown", "shown = \"{code}\"", "shown = \"{cod}\"", "`shown` names the column cod"),
        ("a brace", "shown = \"{code}\"", "shown = \"{code\"", "brace without its pair"),
        ("a column of a rule", "store = \"store_ID\"", "store = \"stor\"", "`store` names the column stor"),
        ("a kind of a rule", "store = \"store_ID\"", "store = \"off\"", "off, which is not a text column"),
        ("the kind of unless", "store = \"store_ID\"", "unless = \"code\"", "code, which is not a bool column"),
        ("a parent", "table = \"head\" }", "table = \"hat\" }", "`parent` names the table hat"),
        ("after", "after = [\"head\"]", "after = [\"hat\"]", "`after` names the table hat"),
        ("a child without parent", "class = \"store\"", "class = \"child\"", "class child and a `parent`"),
        ("a door", "store = \"store_ID\"", "door = \"v9\"", "not v9"),
        ("a circle", "store = \"store_ID\"", "after = [\"line\"]", "in a circle: head, line"),
        ("a reference", "bool = [\"off\"]", "[table.references]\ncode = \"hat\"", "`references` names the table hat"),
    ];
    for (what, line, replacement, expected) in cases {
        let message = parse(&with(line, replacement)).unwrap_err().to_string();
        assert!(message.contains(expected), "{what}: {message}");
    }
}
