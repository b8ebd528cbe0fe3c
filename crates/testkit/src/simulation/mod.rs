//! Random lives of a small country, each from one seed: people work, links fail, programs are killed, devices are lost and copied,
//! backups are put back on either side. At every moment nobody may see half a document; at the end all is healed, and nothing may
//! be lost or unequal.
//!
//! A seed is drawn into a list of actions (`plan`), which the `world` carries out. A life that fails is shortened to the few
//! actions that matter ([`shrink`]).

mod action;
mod broken;
mod documents;
mod exchange;
mod hand_overs;
mod heal;
mod kind;
mod ledger;
mod manage;
mod numbers;
mod packs;
mod plain;
mod plan;
mod rewind;
mod shrink;
mod work;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use action::{Action, Made, Manage, Party, Planned, Slot, Weather, Work};
pub use broken::Broken;
pub use kind::{KINDS, Kind};
pub use plan::{Plan, draw};
pub use shrink::shrink;
pub use world::World;

/// Actions of a usual life.
pub const STEPS: usize = 60;

/// A life that ended badly.
#[derive(Clone, Debug)]
pub struct Failure {
    pub broken: Broken,
    /// What happened, an action a line.
    pub history: Vec<String>,
}

/// Lives a life to its end.
///
/// # Errors
/// What did not hold, and what had happened.
pub fn live(plan: &Plan) -> Result<(), Failure> {
    let mut world = World::new(plan);
    let lived = catch_unwind(AssertUnwindSafe(|| world.live(plan)));
    let broken = match lived {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(broken)) => broken,
        Err(panic) => panicked(panic.as_ref()),
    };
    Err(Failure { broken, history: std::mem::take(&mut world.history) })
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Broken {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    let rule: String = text.chars().filter(|char| !char.is_ascii_digit()).take(50).collect();
    Broken::new(format!("no panic: {rule}"), text)
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}: {}", self.broken.rule, self.broken.text)?;
        self.history.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
