//! The rows of the log: exchanges that moved something, what failed, and hours in which nothing moved.

use std::collections::HashMap;

use sitesync_core::given::Millis;
use sitesync_pages::{Texts, Time, Words};

use super::{Asked, DAY};
use crate::console::sites::harmless;
use crate::hub::Moved;
use crate::sites::refusals;

const HOUR: Millis = 3_600_000;

/// Something in the log.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Moved(Moved),
    /// An hour, and how many of its exchanges moved nothing.
    Idle(Millis, u64),
}

impl Entry {
    pub(super) fn at(&self) -> Millis {
        match self {
            Self::Moved(moved) => moved.at,
            Self::Idle(hour, _) => *hour,
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self, Self::Moved(moved) if moved.refusal.is_some() || is_setback(moved))
    }
}

/// One of the sides was put back: both go on by themselves.
fn is_setback(moved: &Moved) -> bool {
    matches!(moved.outcome.as_str(), "behind" | "diverged")
}

/// The log, oldest first, and the exchanges of each hour in one list, newest first.
pub(super) fn joined(moved: Vec<Moved>, hours: &[(Millis, u64)]) -> Vec<Entry> {
    let mut busy: HashMap<Millis, u64> = HashMap::new();
    for exchange in moved.iter().filter(|moved| moved.refusal.is_none()) {
        *busy.entry(exchange.at.div_euclid(HOUR) * HOUR).or_default() += 1;
    }
    let idle = hours.iter().filter_map(|(hour, all)| {
        let idle = all.saturating_sub(busy.get(hour).copied().unwrap_or(0));
        (idle > 0).then_some(Entry::Idle(*hour, idle))
    });
    let mut entries: Vec<_> = idle.chain(moved.into_iter().map(Entry::Moved)).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at()));
    entries
}

pub(super) fn found<'a>(entries: &'a [Entry], asked: &Asked) -> impl Iterator<Item = &'a Entry> {
    let (begin, show) = (asked.begin(), asked.show.clone());
    entries.iter().filter(move |entry| {
        let in_time = begin.is_none_or(|begin| (begin..begin + DAY).contains(&entry.at()));
        in_time
            && match show.as_str() {
                "moved" => matches!(entry, Entry::Moved(_)) && !entry.has_failed(),
                "failed" => entry.has_failed(),
                _ => true,
            }
    })
}

/// A row of the table.
pub(super) struct Row {
    pub(super) at: Time,
    pub(super) dot: &'static str,
    pub(super) what: String,
    pub(super) next: Option<String>,
    /// Received, unchanged, held, sent, sizes in and out, and how long it took; none for what was no exchange, or nothing.
    pub(super) numbers: Option<[String; 6]>,
}

impl Row {
    pub(super) fn of(entry: &Entry, t: &Texts) -> Self {
        let at = t.time(entry.at());
        match entry {
            Entry::Idle(_, count) => {
                Self { at, dot: "never", what: t.one("site-log-idle", "n", *count), next: None, numbers: None }
            }
            Entry::Moved(moved) => {
                let dot = match (entry.has_failed(), moved.held) {
                    (true, _) => "bad",
                    (false, 1..) => "late",
                    (false, 0) => "good",
                };
                let numbers = moved.refusal.is_none().then(|| numbers(moved, t));
                Self { at, dot, what: what(moved, t), next: next(moved, t), numbers }
            }
        }
    }
}

fn what(moved: &Moved, t: &Texts) -> String {
    if let Some(code) = &moved.refusal {
        let words = Words::new("site-log-refused").with("cause", refusals::cause(code)).with("n", moved.times);
        return t.say(&words);
    }
    // Of what it sent itself, a site is only told how it was stored; that is nothing to speak of.
    let sent = if moved.received > 0 { moved.bytes_out } else { moved.sent };
    t.get(match (moved.outcome.as_str(), moved.held, moved.received, sent) {
        ("behind", ..) => "site-log-behind",
        ("diverged", ..) => "site-log-diverged",
        (_, 1.., ..) => "site-log-held",
        (_, _, 1.., 1..) => "site-log-both",
        (_, _, 1.., 0) => "site-log-received",
        _ => "site-log-sent",
    })
}

fn next(moved: &Moved, t: &Texts) -> Option<String> {
    let words = match (&moved.refusal, moved.outcome.as_str(), moved.held) {
        (Some(code), ..) => refusals::next_step(code),
        (None, "behind", _) => Words::new("site-log-behind-next"),
        (None, "diverged", _) => Words::new("site-log-diverged-next"),
        (None, _, 1..) => Words::new("site-log-held-next"),
        _ => return None,
    };
    Some(t.say(&words))
}

fn numbers(moved: &Moved, t: &Texts) -> [String; 6] {
    let size = |bytes: u64| if bytes > 0 { t.bytes(bytes) } else { "–".to_owned() };
    let took =
        if moved.took < 1000 { t.one("site-log-ms", "n", moved.took.unsigned_abs()) } else { t.length(moved.took) };
    let of = |number: u64| t.number(number);
    let sizes = format!("{} / {}", size(moved.bytes_in), size(moved.bytes_out));
    [of(moved.received), of(moved.unchanged), of(moved.held), of(moved.sent), sizes, took]
}

pub(super) fn csv<'a>(entries: impl Iterator<Item = &'a Entry>, t: &Texts) -> Result<String, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    let heads = [
        "site-log-time",
        "site-log-what",
        "site-log-count",
        "site-log-in",
        "site-log-unchanged",
        "site-log-held-count",
        "site-log-out",
        "site-log-bytes-in",
        "site-log-bytes-out",
        "site-log-took-ms",
    ];
    file.write_record(heads.map(|id| t.get(id)))?;
    for entry in entries {
        let row = Row::of(entry, t);
        let counts = match entry {
            Entry::Idle(_, count) => [*count as i64, 0, 0, 0, 0, 0, 0, 0],
            Entry::Moved(moved) => {
                let times = moved.times.max(1);
                let all =
                    [times, moved.received, moved.unchanged, moved.held, moved.sent, moved.bytes_in, moved.bytes_out];
                let [a, b, c, d, e, f, g] = all.map(|number| number as i64);
                [a, b, c, d, e, f, g, moved.took]
            }
        };
        let counts = counts.map(|count| count.to_string());
        file.write_record([row.at.exact, harmless(&row.what)].iter().chain(&counts))?;
    }
    let bytes = file.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
