//! The state of a site in words: the one thing that somebody should know about it now.

use serde::Serialize;
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use utoipa::ToSchema;

use crate::auth::AuthSettings;
use crate::hub::Contact;
use crate::sites::Site;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// A clock that is further off gives dates that mislead people.
const CLOCK_OFF_MAX: Millis = 10 * MINUTE;
/// Nobody is late before this, however often it usually comes.
pub(super) const PATIENCE: Millis = 30 * MINUTE;
/// Late is who misses so many of its usual intervals.
const MISSED: Millis = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// Nothing to do.
    Good,
    Initialising,
    /// Somebody should look at it.
    Late,
    /// It cannot synchronise.
    Bad,
    /// It never did.
    Never,
}

/// How a site is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SiteState {
    pub kind: StateKind,
    pub text: String,
    /// Of an initialisation: how far it is.
    pub percent: Option<u64>,
}

fn state(kind: StateKind, text: impl Into<String>) -> SiteState {
    SiteState { kind, text: text.into(), percent: None }
}

/// What a state is read from.
pub(super) struct Known<'a> {
    pub(super) site: &'a Site,
    pub(super) contact: &'a Contact,
    pub(super) settings: &'a AuthSettings,
    /// The last time that everything was read.
    pub(super) last_sync: Option<Millis>,
    pub(super) last_connection: Option<Millis>,
    /// How many exchanges it had in each of its last hours with any.
    pub(super) by_hour: &'a [u64],
    pub(super) now: Millis,
}

/// What stops it comes first, then what is wrong with it, then how far it is.
pub(super) fn of(known: &Known<'_>) -> SiteState {
    if known.site.id == SiteId::CENTRAL {
        return state(StateKind::Good, "This server");
    }
    stopped(known).or_else(|| damaged(known)).or_else(|| initialising(known)).or_else(|| late(known)).unwrap_or_else(
        || match known.contact.behind {
            0 => state(StateKind::Good, "Up to date"),
            _ => state(StateKind::Initialising, "Reading"),
        },
    )
}

fn stopped(known: &Known<'_>) -> Option<SiteState> {
    let site = known.site;
    let in_force = |until| known.settings.block_in_force(until, known.now).is_some();
    // Strangers do not touch a bound device (EXCHANGE A16).
    if in_force(site.blocks.device) || (site.hardware_id.is_none() && in_force(site.blocks.strangers)) {
        let failures = known.settings.failures_before_block;
        return Some(state(StateKind::Bad, format!("Blocked: {failures} failed sign-ins")));
    }
    let last = site.last_refusal.as_ref()?;
    // What came before the last good connection is history.
    if known.last_connection.is_some_and(|connected| connected >= last.at) {
        return None;
    }
    let text = match last.code.as_str() {
        "site_incorrect_hardware_id" => "Other device (hardware ID)",
        "site_former_device" => "Replaced device still tries",
        "site_incorrect_password" => "Wrong password",
        "api_version_incompatible" => "Program versions do not match",
        "site_has_no_store" => "No store on this site",
        _ => return None,
    };
    Some(state(StateKind::Bad, text))
}

fn damaged(known: &Known<'_>) -> Option<SiteState> {
    let off = known.contact.clock_off;
    if known.contact.last_connection > 0 && off.abs() > CLOCK_OFF_MAX {
        let direction = if off > 0 { "ahead" } else { "behind" };
        return Some(state(StateKind::Late, format!("Clock {} {direction}", duration(off.abs()))));
    }
    let diverged = known.contact.diverged?;
    let since_then = known.last_sync.is_some_and(|synced| synced > diverged);
    (!since_then).then(|| state(StateKind::Late, "Data file was put back or copied"))
}

fn initialising(known: &Known<'_>) -> Option<SiteState> {
    if known.last_sync.is_some() {
        return None;
    }
    let Some(all) = known.contact.initialising_of.filter(|all| *all > 0) else {
        return Some(state(StateKind::Never, "Never synced"));
    };
    // What is left is counted more often than all, and may have grown.
    let percent = 100 * all.saturating_sub(known.contact.behind) / all;
    Some(SiteState { percent: Some(percent), ..state(StateKind::Initialising, format!("Initialising {percent}%")) })
}

fn late(known: &Known<'_>) -> Option<SiteState> {
    let silent = known.now - known.last_connection?;
    let usual = usual_interval(known.by_hour);
    let allowed = usual.map_or(DAY, |usual| (usual * MISSED).max(PATIENCE));
    if silent <= allowed {
        return None;
    }
    let silent = duration(silent);
    let text = match usual {
        Some(usual) => format!("Late: usually every {}, silent {silent}", duration(usual)),
        None => format!("Late: silent {silent}"),
    };
    Some(state(StateKind::Late, text))
}

/// From the middle one of the hours in which it came at all; the first and the last of them are only parts of hours.
fn usual_interval(by_hour: &[u64]) -> Option<Millis> {
    let mut whole = by_hour.get(1..by_hour.len().checked_sub(1)?)?.to_vec();
    whole.sort_unstable();
    let middle = whole.get(whole.len() / 2).copied().filter(|count| *count > 0)?;
    Some(HOUR / Millis::try_from(middle).ok()?)
}

/// A length of time as people say it, in its largest unit.
pub(crate) fn duration(length: Millis) -> String {
    let (number, unit) = match length {
        ..HOUR => ((length / MINUTE).max(1), "min"),
        HOUR..DAY => (length / HOUR, "h"),
        DAY.. => (length / DAY, "d"),
    };
    match (unit, number) {
        ("d", 731..) => format!("{} years", number / 365),
        _ => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_their_largest_unit() {
        let said = [5_000, 10 * MINUTE, 3 * HOUR + 40 * MINUTE, 26 * HOUR, 1100 * DAY].map(duration);
        assert_eq!(said, ["1 min", "10 min", "3 h", "1 d", "3 years"]);
    }

    #[test]
    fn how_often_a_site_comes_is_read_from_whole_hours() {
        assert_eq!(usual_interval(&[]), None);
        assert_eq!(usual_interval(&[6, 1]), None);
        assert_eq!(usual_interval(&[1, 6, 6, 5, 60, 2]), Some(10 * MINUTE));
    }
}
