//! What a person of the site should look into. Said in the reader's language by the page, in English by the API.

use sitesync_core::given::Millis;
use sitesync_pages::{Say, Words};

use crate::site::{DeviceKind, Status};

/// A clock that is off by more confuses people who compare times.
const CLOCK_OFF_MAX: Millis = 10 * 60_000;

pub(crate) fn of(status: &Status) -> Vec<Words> {
    let mut warnings = Vec::new();
    let live = status.stores.iter().filter(|store| !store.lost).count();
    if status.kind == Some(DeviceKind::Mobile) && live > 1 {
        warnings.push(Words::new("warn-mobile-stores").with("n", live));
    }
    if status.clock_off.abs() > CLOCK_OFF_MAX {
        warnings.push(Words::new("warn-clock").with("by", Say::Length(status.clock_off.abs())));
    }
    if status.held > 0 {
        warnings.push(Words::new("warn-held").with("n", status.held));
    }
    if status.aside > 0 {
        warnings.push(Words::new("warn-aside").with("n", status.aside));
    }
    warnings
}
