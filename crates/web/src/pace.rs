//! The slowest that the other end of a connection may be. How long a body takes in all is not limited: a slow link arrives too.

use std::time::Duration;

use tokio::time::Instant;

/// In each such time at least so many bytes move: about 1,100 bit/s. A link may be silent for all of it but a moment.
const WINDOW: Duration = Duration::from_secs(120);
const LEAST: usize = 16 << 10;

/// Counts what moves in the present window.
pub(crate) struct Pace {
    began: Instant,
    moved: usize,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), moved: 0 }
    }

    pub(crate) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes);
    }

    /// When the window ends.
    pub(crate) fn deadline(&self) -> Instant {
        self.began + WINDOW
    }

    /// At the end of the window: whether enough moved. Then the next one begins.
    pub(crate) fn is_kept(&mut self) -> bool {
        let kept = self.moved >= LEAST;
        *self = Self::new();
        kept
    }
}
