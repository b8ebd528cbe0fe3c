//! What stands above each tab of the window: the name of the site, how it is, and the way to the other tabs.

use sitesync_pages::{Texts, Time};

use crate::admin::overview::SiteLine;
use crate::console::sites::dot;

/// A tab of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    General,
    Details,
    Log,
}

pub(super) struct Head {
    /// None for a new site, which has nothing to show in the other tabs.
    pub(super) id: Option<u32>,
    pub(super) name: String,
    pub(super) dot: &'static str,
    pub(super) state: String,
    pub(super) synced: Option<Time>,
    tab: Tab,
}

impl Head {
    pub(super) fn of(site: &SiteLine, tab: Tab, t: &Texts) -> Self {
        Self {
            id: Some(site.id),
            name: site.name.clone(),
            dot: dot(site.state.kind),
            state: t.say(&site.state.words),
            synced: site.last_sync.map(|at| t.time(at)),
            tab,
        }
    }

    pub(super) fn new(t: &Texts) -> Self {
        let name = t.get("sites-new");
        Self { id: None, name, dot: "", state: String::new(), synced: None, tab: Tab::General }
    }

    /// The tabs: the address, the name, and whether it is this one.
    pub(super) fn tabs(&self, t: &Texts) -> Vec<(String, String, bool)> {
        let tabs = [
            (Tab::General, "", t.get("site-general")),
            (Tab::Details, "/details", t.get("site-details")),
            (Tab::Log, "/log", t.get("site-log")),
        ];
        let id = self.id.unwrap_or_default();
        tabs.into_iter().map(|(tab, end, label)| (format!("/sites/{id}{end}"), label, tab == self.tab)).collect()
    }
}
