//! The last days at a glance: a bar for each, as high as it had exchanges. Drawn here, so that it needs no script and no image.

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Say, Texts, Words};

use super::DAY;
use super::rows::Entry;

pub(super) const DAYS: i64 = 14;
const WIDTH: u64 = 40;
const HEIGHT: u64 = 56;

/// A bar. Its parts stand upon each other: failed, moved, idle.
pub(super) struct Bar {
    pub(super) x: u64,
    /// For each part its class, top and height.
    pub(super) parts: Vec<(&'static str, u64, u64)>,
    pub(super) words: String,
    /// The log of that day.
    pub(super) href: String,
    pub(super) day: String,
}

pub(super) struct Picture {
    pub(super) bars: Vec<Bar>,
    pub(super) width: u64,
    pub(super) height: u64,
    /// What it shows, for who does not see it.
    pub(super) words: String,
}

/// Of one day.
#[derive(Clone, Copy, Default)]
struct Counts {
    failed: u64,
    moved: u64,
    idle: u64,
}

impl Counts {
    fn all(self) -> u64 {
        self.failed + self.moved + self.idle
    }
}

pub(super) fn draw(entries: &[Entry], site: SiteId, now: Millis, t: &Texts) -> Picture {
    let today = now.div_euclid(DAY);
    let first = today - DAYS + 1;
    let mut days = [Counts::default(); DAYS as usize];
    for entry in entries {
        let day = usize::try_from(entry.at().div_euclid(DAY) - first).ok();
        let Some(counts) = day.and_then(|day| days.get_mut(day)) else { continue };
        match entry {
            Entry::Idle(_, count) => counts.idle += count,
            Entry::Moved(moved) if entry.has_failed() => counts.failed += moved.times.max(1),
            Entry::Moved(_) => counts.moved += 1,
        }
    }
    let most = days.iter().map(|counts| counts.all()).max().unwrap_or(0).max(1);
    let bars = (first..).zip(&days).enumerate();
    let bars = bars.map(|(at, (day, counts))| bar(at as u64, day, *counts, most, site, t)).collect();
    let sum = |of: fn(&Counts) -> u64| days.iter().map(of).sum::<u64>();
    let words = Words::new("site-log-picture")
        .with("moved", sum(|counts| counts.moved))
        .with("idle", sum(|counts| counts.idle))
        .with("failed", sum(|counts| counts.failed));
    Picture { bars, width: WIDTH * DAYS.unsigned_abs(), height: HEIGHT, words: t.say(&words) }
}

fn bar(at: u64, day: i64, counts: Counts, most: u64, site: SiteId, t: &Texts) -> Bar {
    let date = jiff::Timestamp::from_millisecond(day * DAY).map(|day| day.strftime("%Y-%m-%d").to_string());
    let date = date.unwrap_or_default();
    let mut top = HEIGHT;
    let mut parts = Vec::new();
    for (class, count) in [("failed", counts.failed), ("moved", counts.moved), ("idle", counts.idle)] {
        if count > 0 {
            // However few, they are seen.
            let height = (count * (HEIGHT - 8) / most).max(2);
            top -= height;
            parts.push((class, top, height));
        }
    }
    let words = Words::new("site-log-day")
        .with("day", Say::Text(date.clone()))
        .with("moved", counts.moved)
        .with("idle", counts.idle)
        .with("failed", counts.failed);
    Bar {
        x: at * WIDTH + 4,
        parts,
        words: t.say(&words),
        href: format!("/sites/{site}/log?day={date}"),
        day: date.get(8..).unwrap_or_default().to_owned(),
    }
}
