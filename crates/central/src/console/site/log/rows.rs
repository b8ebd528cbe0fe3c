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
    /// How long which phase took, if that is worth telling.
    pub(super) phases: Option<String>,
}

impl Row {
    pub(super) fn of(entry: &Entry, t: &Texts) -> Self {
        let at = t.time(entry.at());
        match entry {
            Entry::Idle(_, count) => Self {
                at,
                dot: "never",
                what: t.one("site-log-idle", "n", *count),
                next: None,
                numbers: None,
                phases: None,
            },
            Entry::Moved(moved) => {
                let dot = match (entry.has_failed(), moved.held) {
                    (true, _) => "bad",
                    (false, 1..) => "late",
                    (false, 0) => "good",
                };
                let numbers = moved.refusal.is_none().then(|| numbers(moved, t));
                Self { at, dot, what: what(moved, t), next: next(moved, t), numbers, phases: phases(moved, t) }
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

/// What took longer than this is told by phase.
const MOMENT: Millis = 20;

/// The phases of an exchange that took more than a moment, in order.
fn phases(moved: &Moved, t: &Texts) -> Option<String> {
    if moved.took < MOMENT {
        return None;
    }
    let label = |name| match name {
        "received" => "site-log-phase-received",
        "waited" => "site-log-phase-waited",
        "stored" => "site-log-phase-stored",
        "prepared" => "site-log-phase-prepared",
        _ => "site-log-phase-packed",
    };
    let told = moved.phases.all().into_iter().filter(|(_, took)| *took > 0);
    let told: Vec<_> = told.map(|(name, took)| format!("{} {}", t.get(label(name)), length(took, t))).collect();
    Some(told.join(" · "))
}

fn length(took: Millis, t: &Texts) -> String {
    if took < 1000 { t.one("site-log-ms", "n", took.unsigned_abs()) } else { t.length(took) }
}

fn numbers(moved: &Moved, t: &Texts) -> [String; 6] {
    let size = |bytes: u64| if bytes > 0 { t.bytes(bytes) } else { "–".to_owned() };
    let took = length(moved.took, t);
    let of = |number: u64| t.number(number);
    let sizes = format!("{} / {}", size(moved.bytes_in), size(moved.bytes_out));
    [of(moved.received), of(moved.unchanged), of(moved.held), of(moved.sent), sizes, took]
}

/// What the file tells of an exchange in numbers, in the order of its columns.
fn figures(moved: &Moved) -> Vec<i64> {
    let times = moved.times.max(1);
    let counts = [times, moved.received, moved.unchanged, moved.held, moved.sent, moved.bytes_in, moved.bytes_out];
    let phases = moved.phases.all().map(|(_, took)| took);
    counts.map(|number| number as i64).into_iter().chain([moved.took]).chain(phases).collect()
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
        "site-log-received-ms",
        "site-log-waited-ms",
        "site-log-stored-ms",
        "site-log-prepared-ms",
        "site-log-packed-ms",
    ];
    file.write_record(heads.map(|id| t.get(id)))?;
    for entry in entries {
        let row = Row::of(entry, t);
        let counts = match entry {
            Entry::Idle(_, count) => [*count as i64].into_iter().chain([0; 12]).collect(),
            Entry::Moved(moved) => figures(moved),
        };
        let counts: Vec<_> = counts.iter().map(i64::to_string).collect();
        file.write_record([row.at.exact, harmless(&row.what)].iter().chain(&counts))?;
    }
    let bytes = file.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use sitesync_core::ids::SiteId;
    use sitesync_pages::Language;

    use super::*;
    use crate::hub::Phases;

    fn moved(phases: Phases) -> Moved {
        Moved {
            site: SiteId(2),
            at: 0,
            received: 3,
            unchanged: 0,
            held: 0,
            sent: 1,
            outcome: "applied".to_owned(),
            took: phases.all().iter().map(|(_, took)| took).sum(),
            phases,
            bytes_in: 10,
            bytes_out: 0,
            refusal: None,
            times: 0,
        }
    }

    #[test]
    fn phases_are_told_where_an_exchange_took_more_than_a_moment() {
        let (en, fr) = (Texts::of(Language::English), Texts::of(Language::French));
        let slow = moved(Phases { received: 4_200, waited: 0, stored: 51, prepared: 3, packed: 1 });
        let told = "received in 4 s · stored in 51 ms · reply read in 3 ms · packed in 1 ms";
        assert_eq!(Row::of(&Entry::Moved(slow.clone()), en).phases.as_deref(), Some(told));
        assert!(
            Row::of(&Entry::Moved(slow.clone()), fr).phases.unwrap().starts_with("reçu en 4 s · enregistré en 51 ms")
        );
        assert_eq!(Row::of(&Entry::Moved(moved(Phases { stored: 19, ..Phases::default() })), en).phases, None);
        assert_eq!(Row::of(&Entry::Idle(0, 7), en).phases, None);
        let file = csv([Entry::Moved(slow), Entry::Idle(0, 7)].iter(), en).unwrap();
        let lines: Vec<_> = file.lines().collect();
        assert!(
            lines[0]
                .ends_with("Took (ms),Received in (ms),Waited (ms),Stored in (ms),Reply read in (ms),Packed in (ms)")
        );
        assert!(lines[1].ends_with(",10,0,4255,4200,0,51,3,1"), "{file}");
        assert!(lines[2].ends_with(",7,0,0,0,0,0,0,0,0,0,0,0,0"), "{file}");
    }
}
