//! The texts of one language, from its message files, with numbers, times and lengths of time as its readers write them.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::MINUTE;
use crate::language::Language;
use crate::say::{Say, Words};

/// The files of each language, one for each part of the pages.
macro_rules! files {
    ($language:literal) => {
        &[
            include_str!(concat!("../messages/", $language, "/common.ftl")),
            include_str!(concat!("../messages/", $language, "/errors.ftl")),
            include_str!(concat!("../messages/", $language, "/sites.ftl")),
            include_str!(concat!("../messages/", $language, "/site.ftl")),
            include_str!(concat!("../messages/", $language, "/users.ftl")),
            include_str!(concat!("../messages/", $language, "/records.ftl")),
            include_str!(concat!("../messages/", $language, "/central_data.ftl")),
            include_str!(concat!("../messages/", $language, "/browse.ftl")),
            include_str!(concat!("../messages/", $language, "/import.ftl")),
            include_str!(concat!("../messages/", $language, "/remote.ftl")),
        ]
    };
}

fn files(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => files!("en"),
        Language::French => files!("fr"),
    }
}

/// The texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

/// A time as it stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// For programs.
    pub exact: String,
    /// For people, in UTC; a script shows it in the reader's own zone.
    pub words: String,
}

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const SECOND: i64 = 1000;

impl Texts {
    pub fn of(language: Language) -> &'static Self {
        static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::English));
        static FRENCH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::French));
        match language {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        }
    }

    fn read(language: Language) -> Self {
        // The tags are those of `Language`; a test reads all files.
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match language {
            Language::English => |value, _| number_in(value, ','),
            Language::French => |value, _| number_in(value, '\u{202f}'),
        }));
        for file in files(language) {
            let (resource, faults) = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) => (resource, Vec::new()),
                Err((resource, faults)) => (resource, faults),
            };
            debug_assert!(faults.is_empty(), "{}: {faults:?}", language.tag());
            let added = bundle.add_resource(resource);
            debug_assert!(added.is_ok(), "{}: {added:?}", language.tag());
        }
        Self { language, bundle }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The message of this id.
    pub fn get(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// The message of this id with one value in it.
    pub fn one(&self, id: &'static str, name: &'static str, value: impl Into<Say>) -> String {
        self.say(&Words::new(id).with(name, value))
    }

    /// Whether there is a message of this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    pub(crate) fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            debug_assert!(false, "there is no message {id}");
            return id.to_owned();
        };
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut faults).into_owned();
        debug_assert!(faults.is_empty(), "{id}: {faults:?}");
        text
    }

    /// A number in groups of three digits.
    pub fn number(&self, number: impl Into<u64>) -> String {
        grouped(number.into(), self.separator())
    }

    /// A number as people type it: with the mark of this language, and no groups.
    pub fn typed(&self, number: f64) -> String {
        number.to_string().replace('.', &self.get("decimal-mark"))
    }

    fn separator(&self) -> char {
        match self.language {
            Language::English => ',',
            Language::French => '\u{202f}',
        }
    }

    /// A number of bytes in its largest unit.
    pub fn bytes(&self, bytes: u64) -> String {
        let (unit, size) = match bytes {
            ..1_000 => ("size-bytes", 1),
            1_000..1_000_000 => ("size-kilobytes", 1_000),
            1_000_000..1_000_000_000 => ("size-megabytes", 1_000_000),
            1_000_000_000.. => ("size-gigabytes", 1_000_000_000),
        };
        let tenths = bytes.saturating_mul(10) / size;
        let number = match tenths {
            ..100 if size > 1 => format!("{}{}{}", tenths / 10, self.get("decimal-mark"), tenths % 10),
            _ => self.number(tenths / 10),
        };
        self.one(unit, "n", number)
    }

    /// A length of time in its largest unit, from a second on.
    pub fn length(&self, length: i64) -> String {
        let (id, number) = match length {
            ..MINUTE => ("length-seconds", (length / SECOND).max(1)),
            MINUTE..HOUR => ("length-minutes", length / MINUTE),
            HOUR..DAY => ("length-hours", length / HOUR),
            _ if length / DAY > 730 => ("length-years", length / DAY / 365),
            _ => ("length-days", length / DAY),
        };
        self.one(id, "n", number.unsigned_abs())
    }

    /// A time in milliseconds since 1970, to the minute.
    pub fn time(&self, at: i64) -> Time {
        let Ok(at) = jiff::Timestamp::from_millisecond(at) else {
            return Time { exact: String::new(), words: "?".to_owned() };
        };
        let day = jiff::tz::Offset::UTC.to_datetime(at).date();
        let month = self.get(MONTHS.get(day.month().unsigned_abs() as usize - 1).copied().unwrap_or("month-1"));
        let words = Words::new("date-time")
            .with("day", Say::Text(day.day().to_string()))
            .with("month", month)
            .with("year", Say::Text(day.year().to_string()))
            .with("time", at.strftime("%H:%M").to_string());
        Time { exact: at.to_string(), words: self.say(&words) }
    }
}

pub(crate) const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

fn number_in(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    // All numbers in our messages are whole and not negative.
    let whole = number.value.max(0.0).round();
    Some(grouped(whole as u64, separator))
}

fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
