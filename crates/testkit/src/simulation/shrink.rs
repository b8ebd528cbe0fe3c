//! Shortens a life that fails: fewer actions, better weather, so long as it still fails in the same way.

use super::action::{Action, Weather};
use super::plan::Plan;
use super::{Failure, live};

/// The shortest life found that breaks the same rule, and its end. Nothing if the life is a good one.
pub fn shrink(plan: &Plan) -> Option<(Plan, Failure)> {
    let failure = live(plan).err()?;
    let mut best = Best { plan: plan.clone(), failure };
    loop {
        let before = best.plan.actions.clone();
        best.leave_out();
        best.calm();
        if best.plan.actions == before {
            return Some((best.plan, best.failure));
        }
    }
}

struct Best {
    plan: Plan,
    failure: Failure,
}

impl Best {
    /// Takes the other life if it fails in the same way.
    fn offer(&mut self, plan: Plan) -> bool {
        match live(&plan) {
            Err(failure) if failure.broken.rule == self.failure.broken.rule => {
                *self = Self { plan, failure };
                true
            }
            _ => false,
        }
    }

    /// Leaves out pieces of half the length, then of a quarter, and at last single actions.
    fn leave_out(&mut self) {
        let mut piece = self.plan.actions.len().div_ceil(2);
        while piece > 0 {
            let mut from = 0;
            while from < self.plan.actions.len() {
                let mut plan = self.plan.clone();
                plan.actions.drain(from..(from + piece).min(plan.actions.len()));
                if !self.offer(plan) {
                    from += piece;
                }
            }
            piece /= 2;
        }
    }

    /// Makes syncs whole and links good, pages large, and does at once what waits.
    fn calm(&mut self) {
        for at in 0..self.plan.actions.len() {
            for (whole, good) in [(true, true), (false, true), (true, false)] {
                let mut plan = self.plan.clone();
                let Action::Sync { moves, weather, .. } = &mut plan.actions[at].action else { break };
                let before = (*moves, *weather);
                if whole {
                    *moves = u32::MAX;
                }
                if good {
                    *weather = Weather(None);
                }
                if before != (*moves, *weather) && self.offer(plan) {
                    break;
                }
            }
        }
        for (page, lazy) in [(1_000, false), (1_000, self.plan.lazy), (self.plan.page, false)] {
            if (page, lazy) != (self.plan.page, self.plan.lazy) && self.offer(Plan { page, lazy, ..self.plan.clone() })
            {
                break;
            }
        }
    }
}
