//! The catalogue for people to read: the page docs/tables.md and a list for the terminal. What the rules mean in full is said in
//! the documentation; here they are only named.

use std::fmt::Write;

use super::{Catalogue, Class, Kind, Reference, Table};

const INTRODUCTION: &str = "\
# The tables

This page is made from `crates/core/catalogue.toml`; do not edit it. Make it again with
`cargo run -p sitesync -- tables --markdown > docs/tables.md`.

The tables stand in the order of dependency: what a record refers to comes first. A record is stored without its id and
without the columns that have their default value; columns that are not listed are kept as they came.

## Classes

| class | who edits its records | who receives them |
| --- | --- | --- |
";

const KINDS: [Kind; 9] = [
    Kind::Text,
    Kind::Number,
    Kind::NumberOrNull,
    Kind::Bool,
    Kind::Date,
    Kind::Time,
    Kind::Datetime,
    Kind::Object,
    Kind::Json,
];

const CLASSES: [Class; 7] =
    [Class::Central, Class::Store, Class::Child, Class::Transfer, Class::Patient, Class::Shared, Class::Message];

/// A class in words: its name, who edits, who receives.
fn in_words(class: Class) -> (&'static str, &'static str, &'static str) {
    match class {
        Class::Central => ("central", "the central server", "everybody; a record that names a store, that store"),
        Class::Store => ("store", "the site where the store is active", "the store"),
        Class::Child => ("child", "whoever edits its header", "whoever receives its header"),
        Class::Transfer => {
            ("transfer", "the site where the store is active", "the store and the store of the other party")
        }
        Class::Patient => {
            ("patient", "every site where the patient is visible", "the stores where the patient is visible")
        }
        Class::Shared => ("shared", "any site", "everybody; where joins show it, the stores of the joins"),
        Class::Message => ("message", "the store it is sent to", "the store it is sent to; everybody if it names none"),
    }
}

/// A kind in words: its name in the catalogue, and its default.
fn kind_words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Text => ("text", "the empty text"),
        Kind::Number => ("number", "0"),
        Kind::NumberOrNull => ("number or null", "null"),
        Kind::Bool => ("bool", "false"),
        Kind::Date => ("date", "`0000-00-00`"),
        Kind::Time => ("time", "0"),
        Kind::Datetime => ("date and time", "the empty text"),
        Kind::Object => ("object", "null"),
        Kind::Json => ("JSON", "null"),
    }
}

/// The page docs/tables.md.
pub fn markdown(catalogue: &Catalogue) -> String {
    let mut page = INTRODUCTION.to_owned();
    for class in CLASSES {
        let (name, edits, receives) = in_words(class);
        line(&mut page, format_args!("| {name} | {edits} | {receives} |"));
    }
    page.push_str("\n## Kinds of column\n\n| kind | a value | default |\n| --- | --- | --- |\n");
    for kind in KINDS {
        let (name, default) = kind_words(kind);
        line(&mut page, format_args!("| {name} | {} | {default} |", kind.described()));
    }
    line(&mut page, format_args!("\n## All tables (revision {})\n", catalogue.revision));
    page.push_str("| table | what it holds | class | door |\n| --- | --- | --- | --- |\n");
    for table in catalogue.tables() {
        let (name, title, door) = (&table.name, &table.title, &table.door);
        let (class, ..) = in_words(table.class);
        line(&mut page, format_args!("| [`{name}`](#{}) | {title} | {class} | {door} |", name.to_lowercase()));
    }
    for table in catalogue.tables() {
        section(&mut page, table);
    }
    page
}

fn section(page: &mut String, table: &Table) {
    line(page, format_args!("\n## {}\n\n{}.\n", table.name, table.title));
    for rule in rules(table) {
        line(page, format_args!("- {rule}"));
    }
    page.push('\n');
    for kind in KINDS {
        let of_kind = table.columns.iter().filter(|column| column.kind == kind);
        let names: Vec<String> = of_kind.map(|column| format!("`{}`", column.name)).collect();
        if !names.is_empty() {
            line(page, format_args!("- **{}** {}", kind_words(kind).0, names.join(", ")));
        }
    }
}

/// What the catalogue says of a table, one short sentence a rule.
fn rules(table: &Table) -> Vec<String> {
    let (class, ..) = in_words(table.class);
    let mut rules = vec![format!("class {class}, key `{}`, door {}", table.key, table.door)];
    let to = |reference: &Reference| format!("`{}` (`{}`)", reference.column, reference.table);
    let named = [
        ("store", table.store.as_ref().map(|column| format!("`{column}`"))),
        ("sent by", table.from_store.as_ref().map(|column| format!("`{column}`"))),
        ("header", table.parent.as_ref().map(to)),
        ("other party", table.other_party.as_ref().map(|column| format!("`{column}`"))),
        ("shown where joins name", table.subject.as_ref().map(to)),
        (
            "that, and class patient, only when",
            table.patient_when.as_ref().map(|when| format!("`{}` is `{}`", when.column, when.value)),
        ),
        ("a join that shows", table.makes_visible.as_ref().map(to)),
        ("does not count while", table.unless.as_ref().map(|column| format!("`{column}`"))),
    ];
    rules.extend(named.into_iter().filter_map(|(rule, what)| Some(format!("{rule} {}", what?))));
    let flags = [
        (table.central_may_edit, "the central server may edit it too, and the lines below it"),
        (table.open, "other columns belong to it too; values are kept as they come"),
        (table.up_only, "taken from mSupply sites, never sent to one"),
        (table.private, "holds secrets: no list, form or import shows or takes its records"),
        (table.deletes, "deletes are sent to mSupply sites"),
    ];
    rules.extend(flags.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule.to_owned()));
    if !table.references.is_empty() {
        let references: Vec<String> = table.references.iter().map(to).collect();
        rules.push(format!("refers to: {}", references.join(", ")));
    }
    rules
}

/// The tables in the order of dependency, for the terminal.
pub fn listing(catalogue: &Catalogue) -> String {
    let widest = catalogue.tables().iter().map(|table| table.name.len()).max().unwrap_or(0);
    let mut list = String::new();
    for table in catalogue.tables() {
        let (class, ..) = in_words(table.class);
        let (name, door, count, title) = (&table.name, &table.door, table.columns.len(), &table.title);
        let more = if table.open { "+" } else { " " };
        line(&mut list, format_args!("{name:widest$}  {class:8}  {door:6}  {count:3}{more} {title}"));
    }
    list
}

/// Writing to a text cannot fail.
fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_that_of_the_catalogue() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tables.md");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == markdown(Catalogue::embedded()),
            "docs/tables.md is not that of the catalogue; make it again: cargo run -p sitesync -- tables --markdown > docs/tables.md"
        );
    }

    #[test]
    fn the_list_has_a_line_for_each_table() {
        let list = listing(Catalogue::embedded());
        assert_eq!(list.lines().count(), Catalogue::embedded().tables().len());
        assert!(list.lines().any(|line| line.starts_with("trans_line ") && line.ends_with("Lines of shipments")));
    }
}
