//! How often a site usually synchronises: the lengths between its completed syncs, counted by size, with the last two weeks weighing
//! most. A few numbers for each site, however often it comes.

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// The lengths that are told apart: as people say them.
const LENGTHS: [Millis; 26] = [
    MINUTE,
    2 * MINUTE,
    3 * MINUTE,
    4 * MINUTE,
    5 * MINUTE,
    7 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    45 * MINUTE,
    HOUR,
    90 * MINUTE,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    18 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
];

/// What is older weighs half after so long.
const HALVED_EVERY: Millis = 7 * DAY;
/// From so many on there is something usual.
const ENOUGH: u32 = 3;

/// The counted lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// For each of [`LENGTHS`]; shorter if the last ones never occurred.
    counts: Vec<u32>,
    halved: Millis,
}

impl Rhythm {
    /// Counts the time from one completed sync to the next.
    pub(super) fn count(&mut self, from: Millis, to: Millis) {
        // A clock that was set back tells nothing.
        let gap = to - from;
        if gap <= 0 {
            return;
        }
        self.age(to);
        let at = nearest(gap);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] = self.counts[at].saturating_add(1);
    }

    fn age(&mut self, now: Millis) {
        if self.halved == 0 {
            self.halved = now;
        }
        while now - self.halved >= HALVED_EVERY && self.counts.iter().any(|count| *count > 0) {
            self.counts.iter_mut().for_each(|count| *count /= 2);
            self.halved += HALVED_EVERY;
        }
        self.halved = self.halved.max(now - HALVED_EVERY).min(now);
    }

    /// The middle one of the lengths, if there are enough of them.
    pub fn usual(&self) -> Option<Millis> {
        let all: u32 = self.counts.iter().sum();
        if all < ENOUGH {
            return None;
        }
        let mut left = all / 2;
        for (count, length) in self.counts.iter().zip(LENGTHS) {
            if left < *count {
                return Some(length);
            }
            left -= count;
        }
        None
    }
}

/// The length that is nearest by proportion.
fn nearest(gap: Millis) -> usize {
    let next = LENGTHS.iter().position(|length| *length >= gap).unwrap_or(LENGTHS.len() - 1);
    let Some(before) = next.checked_sub(1) else { return next };
    // gap / before < next / gap, in whole numbers.
    let lower = i128::from(gap) * i128::from(gap) < i128::from(LENGTHS[before]) * i128::from(LENGTHS[next]);
    if lower { before } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(gaps: &[Millis]) -> Rhythm {
        let mut rhythm = Rhythm::default();
        let mut at = 1;
        for gap in gaps {
            rhythm.count(at, at + gap);
            at += gap;
        }
        rhythm
    }

    #[test]
    fn the_middle_length_counts_and_one_weekend_does_not() {
        assert_eq!(of(&[]).usual(), None);
        assert_eq!(of(&[10 * MINUTE; 2]).usual(), None, "twice is not usual yet");
        assert_eq!(of(&[10 * MINUTE; 3]).usual(), Some(10 * MINUTE));
        let weekend = [vec![10 * MINUTE; 50], vec![62 * HOUR], vec![11 * MINUTE; 50]].concat();
        assert_eq!(of(&weekend).usual(), Some(10 * MINUTE));
        assert_eq!(of(&[1, 1, 1]).usual(), Some(MINUTE), "no shorter one is told apart");
        assert_eq!(LENGTHS[nearest(40 * DAY)], 14 * DAY, "and no longer one");
    }

    #[test]
    fn a_new_habit_replaces_the_old_one_within_weeks() {
        let changed = [vec![10 * MINUTE; 2016], vec![DAY; 60]].concat();
        assert_eq!(of(&changed).usual(), Some(DAY));
    }

    #[test]
    fn clocks_that_jump_do_no_harm() {
        let mut rhythm = of(&[HOUR; 5]);
        rhythm.count(Millis::MAX, 0);
        rhythm.count(0, -5);
        rhythm.count(0, 400 * 365 * DAY);
        rhythm.count(0, HOUR);
        rhythm.count(0, HOUR);
        rhythm.count(0, HOUR);
        assert_eq!(rhythm.usual(), Some(HOUR));
    }
}
