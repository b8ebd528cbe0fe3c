use std::collections::BTreeMap;
use std::path::Path;

use fluent_syntax::ast::{Entry, Pattern, PatternElement};
use fluent_syntax::parser::parse;

use super::*;

/// The messages of a language: the id, and which values go into it.
fn messages(language: Language) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for file in files(language) {
        let resource = parse(*file).unwrap_or_else(|(_, faults)| panic!("{}: {faults:?}", language.tag()));
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let pattern = message.value.unwrap_or_else(|| panic!("{} is empty", message.id.name));
            let mut names = values(&pattern);
            names.sort();
            names.dedup();
            let twice = all.insert(message.id.name.to_owned(), names);
            assert!(twice.is_none(), "{} is there twice in {}", message.id.name, language.tag());
        }
    }
    all
}

/// The names of values in a pattern, from its text: `$name`.
fn values(pattern: &Pattern<&str>) -> Vec<String> {
    let placed = pattern.elements.iter().filter(|element| matches!(element, PatternElement::Placeable { .. }));
    let text = placed.map(|element| format!("{element:?}")).collect::<String>();
    let named = text.split("VariableReference { id: Identifier { name: \"").skip(1);
    named.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn every_language_has_the_same_messages_with_the_same_values() {
    let english = messages(Language::English);
    assert!(english.len() > 50);
    for language in Language::ALL {
        let other = messages(language);
        for (id, values) in &english {
            assert_eq!(other.get(id), Some(values), "{id} in {}", language.tag());
        }
        let more: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(more.is_empty(), "only in {}: {more:?}", language.tag());
    }
}

/// Every file that may name a message.
fn sources(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_message_that_a_page_names_is_there_and_no_message_is_left_over() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for program in ["pages", "central", "remote"] {
        sources(&crates.join(program).join("src"), &mut files);
        sources(&crates.join(program).join("templates"), &mut files);
    }
    let all = files.concat();
    let known = messages(Language::English);
    for call in ["t.get(\"", "t.one(\"", "texts.get(\"", "texts.one(\"", "Words::new(\""] {
        for (at, _) in all.match_indices(call) {
            let whole_word = !all[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            let id = all[at + call.len()..].split('"').next().filter(|_| whole_word);
            let Some(id) = id else { continue };
            assert!(known.contains_key(id), "a page names {id}, and there is no such message");
        }
    }
    let named = |id: &String| all.contains(&format!("\"{id}\"")) || id.starts_with("error-");
    let left: Vec<_> = known.keys().filter(|id| !named(id)).collect();
    assert!(left.is_empty(), "no page names {left:?}");
}

#[test]
fn numbers_times_and_lengths_are_written_as_the_readers_write_them() {
    let (en, fr) = (Texts::of(Language::English), Texts::of(Language::French));
    assert_eq!(
        [0, 999, 1_000, 48_210, 1_234_567].map(|n: u64| en.number(n)),
        ["0", "999", "1,000", "48,210", "1,234,567"]
    );
    assert_eq!(fr.number(48_210_u64), "48\u{202f}210");
    let at = 1_747_389_720_000;
    assert_eq!((en.time(at).words.as_str(), fr.time(at).words.as_str()), ("16 May 2025 10:02", "16 mai 2025 10:02"));
    assert_eq!(en.time(at).exact, "2025-05-16T10:02:00Z");
    assert_eq!(en.time(i64::MAX).words, "?");
    let lengths =
        [200, 5_000, 10 * MINUTE, 3 * HOUR + 40 * MINUTE, 26 * HOUR, 1100 * DAY].map(|length| en.length(length));
    assert_eq!(lengths, ["1 s", "5 s", "10 min", "3 h", "1 d", "3 years"]);
    assert_eq!(fr.length(26 * HOUR), "1 j");
    let sizes = [0, 999, 1_500, 12_345, 3_400_000, 52_000_000_000].map(|bytes| en.bytes(bytes));
    assert_eq!(sizes, ["0 bytes", "999 bytes", "1.5 KB", "12 KB", "3.4 MB", "52 GB"]);
    assert_eq!(fr.bytes(1_500), "1,5 Ko");
}

#[test]
fn a_name_that_runs_the_other_way_turns_nothing_round() {
    let en = Texts::of(Language::English);
    let said = |name: &str| en.one("lines-do-cut-of", "site", name);
    assert_eq!(said("Opua"), "Cut the line of Opua");
    assert_eq!(said("Ōtūtahi"), "Cut the line of Ōtūtahi");
    assert_eq!(said("a\u{2069}\u{202e}b"), "Cut the line of \u{2068}a\u{202e}b\u{2069}");
    for name in ["شحنة", "a\u{202e}b", "שלום"] {
        assert_eq!(said(name), format!("Cut the line of \u{2068}{name}\u{2069}"));
    }
}
