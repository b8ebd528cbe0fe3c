//! Bytes read as a row of choices. When they are used up, every choice is the first one, so any row ends.

use serde_json::{Map, Number, Value};

/// Numbers at which programs break.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "255",
    "2147483647",
    "4294967295",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "1e308",
    "-0.0",
    "0.1",
    "1e-320",
];

/// Texts at which programs break.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "a",
    "\0",
    "\u{1f}",
    "é",
    "\u{202e}",
    "😀",
    "0000-00-00",
    "2024-02-30",
    "24:00:00",
    "{\"a\":[1.0]}",
    "null",
    "store:S2",
    "../../etc/passwd",
    "%00%ff%",
];

pub(crate) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = if bound > 256 { usize::from(self.byte()) << 8 } else { 0 };
        (wide | usize::from(self.byte())) % bound.max(1)
    }

    /// True once in so many times, and never when the bytes are used up.
    pub(crate) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    pub(crate) fn pick<'c, T: ?Sized>(&mut self, choices: &'c [&'c T]) -> &'c T {
        choices[self.below(choices.len())]
    }

    /// The next bytes, as many as their own first one says.
    pub(crate) fn some_bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(24) {
            at @ 0..16 => TEXTS[at].to_owned(),
            16 => "x".repeat(300),
            17 => "\u{e9}".repeat(70),
            _ => String::from_utf8_lossy(self.some_bytes()).into_owned(),
        }
    }

    pub(crate) fn number(&mut self) -> Number {
        let text = NUMBERS[self.below(NUMBERS.len())];
        serde_json::from_str(text).expect("they are JSON")
    }

    pub(crate) fn whole(&mut self) -> u64 {
        match self.below(8) {
            0..=4 => self.below(8) as u64,
            5 => u64::from(self.byte()),
            6 => 1 << self.below(64),
            _ => u64::MAX - self.below(3) as u64,
        }
    }

    /// Any JSON, nested at most `depth` deep.
    pub(crate) fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => Value::from(self.one_in(2)),
            2 => Value::Number(self.number()),
            3 | 4 => Value::from(self.text()),
            5 => (0..self.below(4)).map(|_| self.json(depth - 1)).collect(),
            6 => Value::Object((0..self.below(4)).map(|_| (self.text(), self.json(depth - 1))).collect::<Map<_, _>>()),
            _ => self.deep(),
        }
    }

    /// Lists in lists, about as deep as is allowed.
    fn deep(&mut self) -> Value {
        (0..50 + self.below(80)).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
    }
}
