//! The list of rules broken on purpose keeps up with the code: every text to be replaced stands once where the list says, and what
//! is to notice it exists. `cargo mutate` breaks them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sitesync_testkit::mutations::{Catcher, Mutations, workspace};

#[test]
fn every_text_stands_once_in_its_file() {
    for mutation in Mutations::listed().unwrap().mutation {
        let text = fs::read_to_string(workspace().join(&mutation.file)).unwrap();
        assert_ne!(mutation.applied(&text).unwrap(), text, "{} changes nothing", mutation.name);
    }
}

#[test]
fn every_test_that_is_named_exists() {
    for mutation in Mutations::listed().unwrap().mutation {
        let Catcher::Test { package, file, name } = mutation.catcher().unwrap() else { continue };
        let folder = workspace().join("crates").join(package.trim_start_matches("sitesync-"));
        // The library too has tests: its own, and the suite that every store passes.
        let mut sources = vec![folder.join("src")];
        if let Some(file) = file {
            sources.extend([folder.join(format!("tests/{file}.rs")), folder.join("tests").join(file)]);
        }
        let head = format!("fn {}(", name.rsplit("::").next().unwrap());
        let there = sources.iter().flat_map(|path| below(path)).any(|path| read(&path).contains(&head));
        assert!(there, "{} names a test that does not exist: {}", mutation.name, mutation.caught_by);
    }
}

#[test]
fn the_table_in_the_docs_has_them_all() {
    let trust = read(&workspace().join("docs/trust.md"));
    let (_, section) = trust.split_once("## Rules broken on purpose").unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| A")).collect();
    let listed = Mutations::listed().unwrap().mutation;
    assert_eq!(rows.len(), listed.len());
    for (row, mutation) in rows.into_iter().zip(listed) {
        let head = format!("| {} | {} | ", mutation.name, mutation.broken);
        let by = match mutation.catcher().unwrap() {
            Catcher::Test { name, .. } => format!("`{name}` |"),
            Catcher::Lives { kind, first, last } => format!("`cargo simulate {first}..{last} --kind {kind}` |"),
        };
        assert!(row.starts_with(&head) && row.contains(&by), "{row} is not {head}... {by}");
    }
}

#[test]
fn every_rule_is_broken_or_it_is_said_why_not() {
    let listed = Mutations::listed().unwrap();
    let names: BTreeSet<_> = listed.mutation.iter().map(|mutation| &mutation.name).collect();
    assert_eq!(names.len(), listed.mutation.len(), "a name is there twice");
    let broken: BTreeSet<_> = listed.mutation.iter().map(|mutation| mutation.rule().to_owned()).collect();
    let unbroken: BTreeSet<_> = listed.unbroken.iter().map(|unbroken| unbroken.rule.clone()).collect();
    for rule in (1..=20).map(|number| format!("A{number}")) {
        assert!(broken.contains(&rule) != unbroken.contains(&rule), "{rule} is either broken or not");
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The files at and below a path.
fn below(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().flat_map(|entry| below(&entry.path())).collect(),
        Err(_) => vec![path.to_owned()],
    }
}
