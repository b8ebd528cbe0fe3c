//! The real program is killed at any instant, over and over, while people work: what it had told them holds.
//!
//! `KILLS=1000 SEED=7 cargo test -p sitesync --release --test kills -- --nocapture` kills more often, and otherwise.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod country;
mod gate;
mod inspect;
mod ledger;
mod rounds;

#[path = "../common/mod.rs"]
mod common;

use country::Country;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn whatever_is_killed_whenever_what_was_told_holds() {
    let (kills, seed) = (number("KILLS", 50), number("SEED", 1));
    println!("seed {seed}");
    let mut country = Country::found(seed);
    while country.counts.kills() < kills {
        country.round();
    }
    println!("{}", country.counts);
    country.heal();
}
