//! The device of a site: which it is, what a reset would leave behind on it, and which ones were replaced.

use sitesync_pages::{Say, Texts, Words};

use super::draft::Draft;
use crate::admin::overview::SiteLine;

/// A device that was replaced.
pub(super) struct Former {
    pub(super) hardware_id: String,
    pub(super) since: String,
    /// Whether it is to be allowed again.
    pub(super) allowed: bool,
}

pub(super) fn former(site: &SiteLine, draft: &Draft, t: &Texts) -> Vec<Former> {
    let one = |device: &crate::admin::overview::FormerDeviceLine| Former {
        hardware_id: device.hardware_id.clone(),
        since: t.one("site-former-since", "time", Say::Time(device.since)),
        allowed: draft.allowed.contains(&device.hardware_id),
    };
    site.former_devices.iter().map(one).collect()
}

/// What exists only on the device, as far as it has told.
pub(super) fn left_behind(site: &SiteLine, t: &Texts) -> String {
    let Some(heard) = site.last_connection else { return t.get("site-reset-never-heard") };
    let heard = Say::Time(heard);
    match (site.unsent, site.unsent_since) {
        (0, _) => t.one("site-reset-all-here", "time", heard),
        (unsent, Some(since)) => t.say(
            &Words::new("site-reset-unsent-since")
                .with("n", unsent)
                .with("since", Say::Time(since))
                .with("time", heard),
        ),
        (unsent, None) => t.say(&Words::new("site-reset-unsent").with("n", unsent).with("time", heard)),
    }
}
