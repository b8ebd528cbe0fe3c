//! The instant of a kill: after so many answers and a moment more. And the word to stop, for those who work meanwhile.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::common::PATIENCE;

#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    answers: u64,
    workers: u64,
    stopped: bool,
}

/// Somebody works; says so when it ends, however it ends.
pub(crate) struct Worker<'a>(&'a Gate);

impl Gate {
    pub(crate) fn enter(&self) -> Worker<'_> {
        self.state.lock().unwrap().workers += 1;
        Worker(self)
    }

    pub(crate) fn stop(&self) {
        self.state.lock().unwrap().stopped = true;
    }

    /// Waits for so many answers, as long as anybody works, and then for a moment.
    pub(crate) fn wait(&self, answers: u64, moment: Duration) {
        let state = self.state.lock().unwrap();
        let early = |state: &mut State| state.answers < answers && state.workers > 0;
        let (state, late) = self.changed.wait_timeout_while(state, PATIENCE, early).unwrap();
        assert!(!late.timed_out(), "no {answers} answers in time");
        let end = Instant::now() + moment;
        drop(state);
        // Shorter than any wait of the system.
        while Instant::now() < end {
            std::thread::yield_now();
        }
    }
}

impl Worker<'_> {
    pub(crate) fn answered(&self) {
        self.0.state.lock().unwrap().answers += 1;
        self.0.changed.notify_all();
    }

    pub(crate) fn is_told_to_stop(&self) -> bool {
        self.0.state.lock().unwrap().stopped
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.workers -= 1;
        }
        self.0.changed.notify_all();
    }
}
