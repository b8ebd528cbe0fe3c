//! Random lives of a small country. `SITESYNC_SEEDS=first..last` runs other seeds than the usual ones.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sitesync_testkit::simulation::{Hazards, Simulation};

const STEPS: u32 = 60;

fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("SITESYNC_SEEDS").ok();
    let parse = |text: String| {
        let (first, last) = text.split_once("..")?;
        Some(first.parse().ok()?..last.parse().ok()?)
    };
    given.and_then(parse).unwrap_or(0..150)
}

/// Seeds that once showed a fault that is mended.
const FOUND: [u64; 17] =
    [272, 350, 486, 488, 1093, 1429, 3769, 4221, 11011, 11834, 13449, 16203, 16684, 16796, 19874, 22996, 38512];

fn live(hazards: Hazards) {
    for seed in seeds().chain(FOUND) {
        let mut simulation = Simulation::new(seed, hazards);
        let result = catch_unwind(AssertUnwindSafe(|| simulation.run(STEPS)));
        if result.is_err() {
            let history: Vec<_> = simulation.history.iter().map(String::as_str).collect();
            panic!("seed {seed} with {hazards:?} fails; what happened:\n{}", history.join("\n"));
        }
    }
}

#[test]
fn work_over_good_links() {
    live(Hazards::default());
}

#[test]
fn work_over_bad_links() {
    live(Hazards { outages: true, ..Hazards::default() });
}

#[test]
fn stores_that_move() {
    live(Hazards { outages: true, moves: true, ..Hazards::default() });
}

#[test]
fn data_files_that_are_put_back() {
    live(Hazards { outages: true, site_rewinds: true, ..Hazards::default() });
}

#[test]
fn a_central_server_that_is_restored() {
    live(Hazards { outages: true, central_rewinds: true, ..Hazards::default() });
}

#[test]
fn everything_at_once() {
    live(Hazards { outages: true, site_rewinds: true, central_rewinds: true, moves: true });
}
