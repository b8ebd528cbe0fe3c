//! What people see of tables and records: how a column is called, what a record is called, which tables belong together.

use super::{Catalogue, Reference, Table};

/// The name of a column as people read it: `item_name` is "Item name", `unit_ID`, where it leads to a record, "Unit".
pub fn label(column: &str, leads_on: bool) -> String {
    let mut words: Vec<String> = words(column);
    if leads_on && words.len() > 1 && words.last().is_some_and(|last| last.eq_ignore_ascii_case("id")) {
        words.pop();
    }
    for (at, word) in words.iter_mut().enumerate() {
        *word = shown_word(word, at == 0);
    }
    words.join(" ")
}

/// At each blank and underscore, and where small letters end.
fn words(column: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in column.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if letter == '_' || letter == ' ' || begins {
            words.push(String::new());
        }
        if letter != '_' && letter != ' ' {
            words.last_mut().into_iter().for_each(|word| word.push(letter));
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Abbreviations stay as they are.
fn shown_word(word: &str, first: bool) -> String {
    let abbreviation = word.chars().all(|letter| letter.is_uppercase() || letter.is_ascii_digit()) && word.len() > 1;
    if abbreviation || word.eq_ignore_ascii_case("id") {
        return word.to_uppercase();
    }
    let mut letters = word.chars();
    match letters.next() {
        Some(letter) if first => letter.to_uppercase().chain(letters).collect(),
        _ => word.to_lowercase(),
    }
}

impl Table {
    /// The table that a column leads to.
    pub fn leads_to(&self, column: &str) -> Option<&str> {
        let named = self.references.iter().chain(&self.parent);
        named.into_iter().find(|reference| *reference.column == *column).map(|reference| &*reference.table)
    }

    /// The columns of which [`Table::called`] is made.
    pub fn shown_columns(&self) -> impl Iterator<Item = &str> {
        self.shown.split('{').skip(1).filter_map(|rest| rest.split('}').next())
    }

    /// What a record is called; `text` gives a column as text. Empty if it has nothing that tells it apart.
    pub fn called(&self, mut text: impl FnMut(&str) -> String) -> String {
        let mut called = String::new();
        for (at, part) in self.shown.split('{').enumerate() {
            match part.split_once('}') {
                Some((column, rest)) if at > 0 => {
                    called.push_str(&text(column));
                    called.push_str(rest);
                }
                _ => called.push_str(part),
            }
        }
        called.trim().to_owned()
    }
}

impl Catalogue {
    /// The tables whose records are lines of this one's.
    pub fn lines_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a Table, &'a Reference)> {
        let parent = move |child: &'a Table| child.parent.as_ref().filter(|parent| *parent.table == *table);
        self.tables().iter().filter_map(move |child| Some((child, parent(child)?))).filter(|(child, _)| !child.private)
    }

    /// The columns by which records of other tables, and its own, refer to a table; lines are left out.
    pub fn referring_to<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a Table, &'a Reference)> {
        let all = self.tables().iter().filter(|other| !other.private);
        let pairs = all.flat_map(|other| other.references.iter().map(move |reference| (other, reference)));
        pairs.filter(move |(other, reference)| {
            let line = other.parent.as_ref().is_some_and(|parent| parent.column == reference.column);
            *reference.table == *table && !line
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_people_read_them() {
        let cases = [
            ("item_name", false, "Item name"),
            ("unit_ID", true, "Unit"),
            ("unit_ID", false, "Unit ID"),
            ("periodScheduleID", true, "Period schedule"),
            ("VEN_category", false, "VEN category"),
            ("charge code", false, "Charge code"),
            ("HSH_code", false, "HSH code"),
            ("original_PO_ID", true, "Original PO"),
            ("id", true, "ID"),
            ("Volume", false, "Volume"),
            ("item_Name", false, "Item name"),
        ];
        for (column, leads_on, expected) in cases {
            assert_eq!(label(column, leads_on), expected);
        }
    }

    #[test]
    fn a_record_is_called_by_its_columns() {
        let catalogue = Catalogue::embedded();
        let item = catalogue.table("item").unwrap();
        assert_eq!(item.shown_columns().collect::<Vec<_>>(), ["code", "item_name"]);
        assert_eq!(item.called(|column| format!("<{column}>")), "<code> <item_name>");
        assert_eq!(item.called(|_| String::new()), "");
        assert_eq!((item.leads_to("unit_ID"), item.leads_to("code")), (Some("unit"), None));
    }

    #[test]
    fn lines_and_what_refers_are_apart_and_private_tables_are_neither() {
        let catalogue = Catalogue::embedded();
        let lines: Vec<_> = catalogue.lines_of("transact").map(|(table, _)| &*table.name).collect();
        assert_eq!(lines, ["trans_line"]);
        assert_eq!(catalogue.lines_of("user").count(), 0, "accounts are private");
        let referring: Vec<_> =
            catalogue.referring_to("transact").map(|(table, by)| format!("{}.{}", table.name, by.column)).collect();
        assert!(referring.contains(&"trans_line.linked_transact_id".to_owned()), "{referring:?}");
        assert!(!referring.contains(&"trans_line.transaction_ID".to_owned()), "{referring:?}");
        assert!(catalogue.referring_to("user").all(|(table, _)| !table.private));
    }
}
