//! What was read, held against the catalogue: values that no table would take, and names that it does not know.

use std::collections::BTreeSet;

use sitesync_core::catalogue::Catalogue;
use sitesync_core::normal::{check_id, normalise};

use super::fault::{CellFault, Faults, shortened};
use super::nearest::nearest;
use super::{Change, ImportRecord};

/// Finds every record that could not be stored, by line, before anything is written.
pub fn check(catalogue: &Catalogue, records: &[ImportRecord]) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for record in records {
        let stored = match &record.change {
            Change::Put(data) => normalise(catalogue, &record.key, data, None).map(drop),
            Change::Delete => Ok(()),
        };
        if let Err(malformed) = check_id(&record.key.id).and(stored) {
            faults.push(CellFault::line(record.line, format!("{}: {malformed}", record.key.table)));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Tables and columns that the catalogue does not know, each once. They are stored all the same, but a misspelt name looks just
/// like this, so whoever imports should see them.
pub fn unknown_names(catalogue: &Catalogue, records: &[ImportRecord]) -> Vec<String> {
    let mut unknown = BTreeSet::new();
    for record in records {
        let name = &*record.key.table;
        match (catalogue.table(name), &record.change) {
            (None, _) => drop(unknown.insert((name, None))),
            (Some(table), Change::Put(data)) if !table.open => {
                let columns = data.keys().filter(|column| **column != *table.key && table.column(column).is_none());
                unknown.extend(columns.map(|column| (name, Some(column))));
            }
            (Some(_), _) => {}
        }
    }
    let mut lines: Vec<_> =
        unknown.iter().take(SHOWN_MAX).map(|(table, column)| line(catalogue, table, *column)).collect();
    if unknown.len() > SHOWN_MAX {
        lines.push(format!("{} more names are not known", unknown.len() - SHOWN_MAX));
    }
    lines
}

/// So many names are shown; with more of them, the file is of another kind.
const SHOWN_MAX: usize = 100;

fn line(catalogue: &Catalogue, table: &str, column: Option<&String>) -> String {
    match (catalogue.table(table), column) {
        (Some(known), Some(column)) => {
            let known = known.columns.iter().map(|column| &*column.name);
            told(&format!("column of {table}"), column, known)
        }
        _ => told("table", table, catalogue.tables().iter().map(|table| &*table.name)),
    }
}

fn told<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(name, known);
    let name = shortened(name);
    match near {
        Some(near) => format!("\"{name}\" is no {what} that is known; is \"{near}\" meant?"),
        None => format!("\"{name}\" is no {what} that is known"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_json_lines;
    use super::*;

    fn read(text: &str) -> Vec<ImportRecord> {
        read_json_lines(text.as_bytes(), &mut |_| {}).unwrap()
    }

    #[test]
    fn values_that_do_not_fit_are_told_by_line() {
        let records = read(
            "{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"code\":\"x\"}}\n\
             {\"table\":\"item\",\"id\":\"I2\",\"data\":{\"default_pack_size\":\"many\"}}\n\
             {\"table\":\"item\",\"id\":\"I\\u0007\",\"delete\":true}",
        );
        let faults = check(Catalogue::embedded(), &records).unwrap_err().to_string();
        let lines: Vec<&str> = faults.lines().collect();
        assert_eq!(lines.len(), 2, "{faults}");
        assert!(lines[0].starts_with("line 2: item: column default_pack_size: "), "{faults}");
        assert!(lines[1].starts_with("line 3: item: the id "), "{faults}");
    }

    #[test]
    fn misspelt_names_are_told_with_the_nearest() {
        let records = read(
            "{\"table\":\"itme\",\"id\":\"I1\",\"data\":{}}\n{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"item_nam\":\"x\"}}\n",
        );
        let unknown = unknown_names(Catalogue::embedded(), &records);
        assert_eq!(unknown.len(), 2);
        assert!(
            unknown[0].contains("is \"item_name\" meant?") && unknown[1].contains("is \"item\" meant?"),
            "{unknown:?}"
        );
    }

    #[test]
    fn names_without_end_are_counted() {
        let line = |at: usize| format!("{{\"table\":\"robots{at}\",\"id\":\"I1\",\"data\":{{}}}}\n");
        let unknown = unknown_names(Catalogue::embedded(), &read(&(0..1_000).map(line).collect::<String>()));
        assert_eq!((unknown.len(), unknown[100].as_str()), (101, "900 more names are not known"));
    }
}
