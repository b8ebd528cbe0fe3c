//! The lines of the demo as its pages show them: every server of it has the same list, and the switch of each line.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sitesync_pages::{Line, Lines};
use sitesync_remote::runner::Runner;
use sitesync_remote::site::Site;
use sitesync_web::ApiError;

use super::relay::Relay;

/// The line of one site.
pub(super) struct SiteLine {
    pub(super) name: &'static str,
    pub(super) url: String,
    pub(super) site: Arc<Site>,
    pub(super) runner: Runner,
    pub(super) relay: Relay,
    /// A person cut it: the demo does not mend it.
    by_hand: AtomicBool,
}

impl SiteLine {
    pub(super) fn new(name: &'static str, url: String, site: Arc<Site>, runner: Runner, relay: Relay) -> Self {
        Self { name, url, site, runner, relay, by_hand: AtomicBool::new(false) }
    }

    /// The demo cuts it.
    pub(super) fn cut(&self) {
        self.relay.set_open(false);
    }

    /// The demo mends it, unless a person cut it.
    pub(super) fn mend(&self) {
        if !self.by_hand.load(Ordering::Relaxed) {
            self.restore();
        }
    }

    /// Mends it, whoever cut it. The site would find out by itself, in a while; a person who watches wants to see it.
    pub(super) fn restore(&self) {
        self.by_hand.store(false, Ordering::Relaxed);
        if !self.relay.is_open() {
            self.relay.set_open(true);
            self.runner.ask();
        }
    }

    fn cut_by_hand(&self) {
        self.by_hand.store(true, Ordering::Relaxed);
        self.cut();
    }
}

/// All lines, as far as their sites have started.
#[derive(Default)]
pub(super) struct AllLines(RwLock<Vec<Arc<SiteLine>>>);

impl AllLines {
    pub(super) fn add(&self, line: Arc<SiteLine>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn now(&self) -> Vec<Arc<SiteLine>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for AllLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.now().iter().map(|line| line.name)).finish()
    }
}

impl Lines for AllLines {
    fn all(&self) -> Result<Vec<Line>, ApiError> {
        let shown = |line: &Arc<SiteLine>| {
            let (site, url, is_open) = (line.name.to_owned(), line.url.clone(), line.relay.is_open());
            Ok(Line { site, url, is_open, unsent: line.site.unsent()? })
        };
        self.now().iter().map(shown).collect()
    }

    fn set(&self, site: &str, open: bool) -> bool {
        let lines = self.now();
        let Some(line) = lines.iter().find(|line| line.name == site) else { return false };
        if open {
            line.restore()
        } else {
            line.cut_by_hand()
        }
        true
    }
}
