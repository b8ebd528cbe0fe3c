//! Random lives of a small country. `cargo simulate` lives more of them, and shortens those that fail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sitesync_testkit::simulation::{Kind, STEPS, draw, live, shrink};

/// A few; `cargo simulate`, which is optimised, lives the 20,000 that every change has to pass.
const SEEDS: u64 = 210;

#[test]
fn every_life_ends_well() {
    let (next, failed) = (AtomicU64::new(0), Mutex::new(None));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while failed.lock().unwrap().is_none() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    let plan = draw(seed, Kind::of_seed(seed), STEPS);
                    if live(&plan).is_err() {
                        *failed.lock().unwrap() = Some(plan);
                    }
                }
            });
        }
    });
    if let Some((plan, failure)) = failed.into_inner().unwrap().and_then(|plan| shrink(&plan)) {
        panic!("seed {} of kind {} fails: {failure}", plan.seed, plan.kind.name);
    }
}

/// The central server stored a commit and was killed, told the site later, and was put back after the store had left the site: the
/// version is gone, and nobody promised it.
#[test]
fn what_had_left_its_site_before_a_restore_is_not_asked_for() {
    for seed in [9_500, 30_449, 36_905] {
        let plan = draw(seed, Kind::named("everything").unwrap(), STEPS);
        assert!(live(&plan).is_ok(), "seed {seed} fails");
    }
}
