//! What people see of a sync while it runs.

use serde::Serialize;
use sitesync_core::protocol::ErrorText;

use super::sync::{Moved, moved};
use crate::site::{Run, Step};

/// What is being done at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[default]
    Idle,
    Connecting,
    Sending,
    Receiving,
    /// The last sync failed; the next one is tried by itself.
    Failed,
}

impl Phase {
    pub(super) fn of(step: &Step) -> Self {
        match step {
            Step::Login(_) => Self::Connecting,
            Step::Stage(_) => Self::Sending,
            Step::Exchange(request) if request.commit.is_some() => Self::Sending,
            Step::Exchange(_) | Step::Compare(_) => Self::Receiving,
            Step::Done => Self::Idle,
        }
    }

    /// A sync is running.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Connecting | Self::Sending | Self::Receiving)
    }
}

/// How far the sync is that runs, or how the last one ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub phase: Phase,
    #[serde(flatten)]
    pub moved: Moved,
    /// Entries that are still to be received.
    pub left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorText>,
}

impl Progress {
    pub(super) fn of(phase: Phase) -> Self {
        Self { phase, ..Self::default() }
    }

    pub(super) fn count(&mut self, run: &Run, left: u64) {
        self.moved = moved(run);
        self.left = left;
    }
}
