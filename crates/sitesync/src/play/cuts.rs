//! When a site is cut off, and for how long: counted in pieces of work, so that it fits every pace.

/// Each site in turn, with quiet times between.
#[derive(Clone, Debug, Default)]
pub(super) struct Cuts {
    turn: u64,
    next: usize,
    /// The site that is cut off now.
    now: Option<usize>,
    since: u64,
}

/// What changes with a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Cut(usize),
    Mend(usize),
}

const FIRST: u64 = 14;
const LENGTH: u64 = 12;
const QUIET: u64 = 25;

impl Cuts {
    /// The next turn, in a country with so many sites.
    pub(super) fn turn(&mut self, sites: usize) -> Option<Change> {
        self.turn += 1;
        let (waited, first) = (self.turn - self.since, self.since == 0);
        match self.now {
            Some(site) if waited >= LENGTH => {
                self.now = None;
                self.since = self.turn;
                Some(Change::Mend(site))
            }
            None if sites > 0 && waited >= if first { FIRST } else { QUIET } => {
                // The last one first: the mobile site, which is the one that is offline most.
                let site = sites - 1 - self.next % sites;
                self.next += 1;
                self.now = Some(site);
                self.since = self.turn;
                Some(Change::Cut(site))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_site_is_cut_off_in_turn_and_mended() {
        let mut cuts = Cuts::default();
        let changes: Vec<Change> = (0..198).filter_map(|_| cuts.turn(3)).collect();
        let expected = [2, 1, 0, 2, 1].into_iter().flat_map(|site| [Change::Cut(site), Change::Mend(site)]);
        assert_eq!(changes, expected.collect::<Vec<_>>());
        assert_eq!((0..100).filter_map(|_| Cuts::default().turn(0)).count(), 0);
    }
}
