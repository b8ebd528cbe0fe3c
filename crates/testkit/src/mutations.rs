//! The rules of the exchange, broken on purpose: the list in `mutations.toml`, read and checked. Breaks nothing by itself; that is
//! what `cargo mutate` does.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::simulation::Kind;

/// One rule, broken in one place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// The rule and a number: "A1.2".
    pub name: String,
    /// What no longer holds, in a sentence.
    pub broken: String,
    /// The file that is changed, from the root of the workspace.
    pub file: PathBuf,
    /// A text that stands once in that file.
    pub find: String,
    pub replace: String,
    /// `PACKAGE --test FILE NAME`, `PACKAGE --lib NAME`, or `simulate KIND FIRST..LAST`.
    pub caught_by: String,
    /// Whether what it is caught by does not end; otherwise that is not taken for a catch.
    #[serde(default)]
    pub hangs: bool,
}

/// What is to notice a mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Catcher {
    /// A test, by its whole name; without a file it is one inside the library.
    Test { package: String, file: Option<String>, name: String },
    /// Lives of a kind, the first seed and the one after the last.
    Lives { kind: &'static str, first: u64, last: u64 },
}

/// A rule that cannot be broken, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unbroken {
    pub rule: String,
    pub because: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutations {
    pub mutation: Vec<Mutation>,
    pub unbroken: Vec<Unbroken>,
}

impl Mutations {
    /// # Errors
    /// If the list cannot be read.
    pub fn listed() -> Result<Self, String> {
        toml::from_str(include_str!("../mutations.toml")).map_err(|error| format!("mutations.toml: {error}"))
    }
}

/// The root of the workspace that this was built from.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Mutation {
    pub fn rule(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// The text of the file with the rule broken.
    ///
    /// # Errors
    /// If the text to be replaced does not stand there exactly once.
    pub fn applied(&self, text: &str) -> Result<String, String> {
        match text.matches(&self.find).count() {
            1 => Ok(text.replacen(&self.find, &self.replace, 1)),
            count => Err(format!(
                "{}: the text to be replaced stands {count} times in {}, not once",
                self.name,
                self.file.display()
            )),
        }
    }

    /// # Errors
    /// If [`Mutation::caught_by`] names nothing that can be run.
    pub fn catcher(&self) -> Result<Catcher, String> {
        let words: Vec<_> = self.caught_by.split(' ').collect();
        let read = match words[..] {
            ["simulate", kind, seeds] => lives(kind, seeds),
            [package, "--test", file, name] => Some(test(package, Some(file), name)),
            [package, "--lib", name] => Some(test(package, None, name)),
            _ => None,
        };
        read.ok_or_else(|| format!("{}: \"{}\" is neither a test nor lives", self.name, self.caught_by))
    }
}

fn test(package: &str, file: Option<&str>, name: &str) -> Catcher {
    Catcher::Test { package: package.to_owned(), file: file.map(str::to_owned), name: name.to_owned() }
}

fn lives(kind: &str, seeds: &str) -> Option<Catcher> {
    let kind = Kind::named(kind)?.name;
    let (first, last) = seeds.split_once("..")?;
    Some(Catcher::Lives { kind, first: first.parse().ok()?, last: last.parse().ok()? })
}
