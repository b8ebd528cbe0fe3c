//! How long to wait: between syncs, after failures, between questions. Pure, given its random numbers.

use std::time::Duration;

use sitesync_core::given::Random;

/// The first wait after a failure; it doubles with each further one.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(3600);

/// The time between two syncs. Spread a little, so that a country's sites do not all come at the same second.
pub(super) fn interval(minutes: u32, random: &dyn Random) -> Duration {
    spread(Duration::from_secs(60 * u64::from(minutes.max(1))), 10, random)
}

/// The wait after the `failures`-th failure in a row: doubling, never longer than the interval.
pub(super) fn back_off(failures: u32, interval: Duration, random: &dyn Random) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(10));
    spread(doubled.min(interval).min(LONGEST), 50, random)
}

/// A little before another try of a request for which no connection came about.
pub(super) fn retry(tries: u32, random: &dyn Random) -> Duration {
    spread(Duration::from_secs(1 << tries.min(4)), 50, random)
}

/// Shortened by up to so many per cent.
fn spread(time: Duration, percent: u32, random: &dyn Random) -> Duration {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let share = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    time.mul_f64(1.0 - share * f64::from(percent) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn waits_double_and_stay_within_the_interval() {
        let hour = Duration::from_secs(3600);
        let cases = [(1, 5), (2, 10), (3, 20), (8, 640), (30, 3600)];
        for (failures, seconds) in cases {
            assert_eq!(back_off(failures, hour, &Fixed(0)).as_secs(), seconds, "{failures} failures");
            let short = back_off(failures, hour, &Fixed(0xff));
            assert_eq!(short.as_millis() as u64, seconds * 500, "{failures} failures, shortest");
        }
        assert_eq!(back_off(9, Duration::from_secs(60), &Fixed(0)).as_secs(), 60);
    }

    #[test]
    fn an_interval_is_at_least_a_minute_and_a_little_spread() {
        assert_eq!(interval(0, &Fixed(0)).as_secs(), 60);
        assert_eq!(interval(10, &Fixed(0)).as_secs(), 600);
        assert_eq!(interval(10, &Fixed(0xff)).as_secs(), 540);
    }
}
