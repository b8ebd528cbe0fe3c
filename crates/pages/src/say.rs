//! A sentence that is said later, in the reader's language: the id of a message and what goes into it.

use fluent_bundle::{FluentArgs, FluentValue};

/// Something that can stand in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    Number(u64),
    Text(String),
    /// A length of time in milliseconds.
    Length(i64),
    /// A time in milliseconds since 1970.
    Time(i64),
    /// Another sentence.
    Words(Words),
}

/// The id of a message, and what goes into it by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub id: &'static str,
    pub values: Vec<(&'static str, Say)>,
}

impl Words {
    pub fn new(id: &'static str) -> Self {
        Self { id, values: Vec::new() }
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Say>) -> Self {
        self.values.push((name, value.into()));
        self
    }
}

impl From<u64> for Say {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Say {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Say {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<&str> for Say {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&&str> for Say {
    fn from(text: &&str) -> Self {
        Self::Text((*text).to_owned())
    }
}

impl From<&String> for Say {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Say {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&usize> for Say {
    fn from(number: &usize) -> Self {
        Self::Number(*number as u64)
    }
}

impl From<&u64> for Say {
    fn from(number: &u64) -> Self {
        Self::Number(*number)
    }
}

impl From<Words> for Say {
    fn from(words: Words) -> Self {
        Self::Words(words)
    }
}

/// A text that runs from right to left, or turns round what follows, kept apart from the sentence that it stands in.
fn kept_apart(text: &str) -> String {
    const BEGIN: char = '\u{2068}';
    const END: char = '\u{2069}';
    if !text.chars().any(turns) {
        return text.to_owned();
    }
    // Marks of its own could end it before its end.
    let marks = '\u{2066}'..='\u{2069}';
    let inside: String = text.chars().filter(|letter| !marks.contains(letter)).collect();
    format!("{BEGIN}{inside}{END}")
}

/// Letters of scripts that run from right to left, and marks of direction.
fn turns(letter: char) -> bool {
    matches!(letter,
        '\u{0590}'..='\u{08ff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

impl super::Texts {
    /// The sentence in this language.
    pub fn say(&self, words: &Words) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in &words.values {
            args.set(*name, self.argument(value));
        }
        self.format(words.id, Some(&args))
    }

    fn argument(&self, value: &Say) -> FluentValue<'static> {
        match value {
            Say::Number(number) => FluentValue::from(*number),
            Say::Text(text) => FluentValue::from(kept_apart(text)),
            Say::Length(length) => FluentValue::from(self.length(*length)),
            Say::Time(at) => FluentValue::from(self.time(*at).words),
            Say::Words(words) => FluentValue::from(self.say(words)),
        }
    }
}
