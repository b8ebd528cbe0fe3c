//! The state of a site: the one thing that somebody should know about it now, to be said in the reader's language.

use serde::Serialize;
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Language, Say, Texts, Words};
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
const PATIENCE: Millis = HOUR;
/// Late is who misses so many of its usual syncs.
const MISSED: Millis = 3;
/// The version of the programs; sites with an older one should be brought up to it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

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
    /// In English.
    pub text: String,
    /// Of an initialisation: how far it is.
    pub percent: Option<u64>,
    /// The same for readers of any language.
    #[serde(skip)]
    #[schema(ignore)]
    pub words: Words,
}

fn state(kind: StateKind, words: Words) -> SiteState {
    SiteState { kind, text: Texts::of(Language::English).say(&words), percent: None, words }
}

/// What a state is read from.
pub(super) struct Known<'a> {
    pub(super) site: &'a Site,
    pub(super) contact: &'a Contact,
    pub(super) settings: &'a AuthSettings,
    /// The last time that everything was read.
    pub(super) last_sync: Option<Millis>,
    pub(super) last_connection: Option<Millis>,
    pub(super) now: Millis,
}

impl Default for SiteState {
    fn default() -> Self {
        state(StateKind::Never, Words::new("state-never"))
    }
}

/// What stops it comes first, then what is wrong with it, then how far it is.
pub(super) fn of(known: &Known<'_>) -> SiteState {
    if known.site.id == SiteId::CENTRAL {
        return state(StateKind::Good, Words::new("state-this-server"));
    }
    let found = stopped(known).or_else(|| damaged(known)).or_else(|| initialising(known)).or_else(|| late(known));
    found.or_else(|| outdated(known)).unwrap_or_else(|| match known.contact.behind {
        0 => state(StateKind::Good, Words::new("state-up-to-date")),
        _ => state(StateKind::Initialising, Words::new("state-reading")),
    })
}

fn stopped(known: &Known<'_>) -> Option<SiteState> {
    let site = known.site;
    let in_force = |until| known.settings.block_in_force(until, known.now).is_some();
    // Strangers do not touch a bound device (EXCHANGE A16).
    if in_force(site.blocks.device) || (site.hardware_id.is_none() && in_force(site.blocks.strangers)) {
        let failures = known.settings.failures_before_block;
        return Some(state(StateKind::Bad, Words::new("state-blocked").with("n", failures)));
    }
    let last = site.last_refusal.as_ref()?;
    // What came before the last good connection is history.
    if known.last_connection.is_some_and(|connected| connected >= last.at) {
        return None;
    }
    let words = match last.code.as_str() {
        "site_incorrect_hardware_id" => Words::new("state-other-device"),
        "site_former_device" => Words::new("state-former-device"),
        "site_incorrect_password" => Words::new("state-wrong-password"),
        "api_version_incompatible" => Words::new("state-versions-differ"),
        "site_has_no_store" => Words::new("state-no-store"),
        // A site that is told to wait, or whose request was cut, comes back by itself.
        _ => return None,
    };
    Some(state(StateKind::Bad, words))
}

fn damaged(known: &Known<'_>) -> Option<SiteState> {
    let off = known.contact.clock_off;
    if known.contact.last_connection > 0 && off.abs() > CLOCK_OFF_MAX {
        let words = Words::new(if off > 0 { "state-clock-ahead" } else { "state-clock-behind" });
        return Some(state(StateKind::Late, words.with("by", Say::Length(off.abs()))));
    }
    let diverged = known.contact.diverged?;
    let since_then = known.last_sync.is_some_and(|synced| synced > diverged);
    (!since_then).then(|| state(StateKind::Late, Words::new("state-put-back")))
}

fn initialising(known: &Known<'_>) -> Option<SiteState> {
    if known.last_sync.is_some() {
        return None;
    }
    let Some(all) = known.contact.initialising_of.filter(|all| *all > 0) else {
        return Some(SiteState::default());
    };
    // What is left is counted more often than all, and may have grown.
    let percent = 100 * all.saturating_sub(known.contact.behind) / all;
    let words = Words::new("state-initialising").with("percent", percent);
    Some(SiteState { percent: Some(percent), ..state(StateKind::Initialising, words) })
}

/// No completed sync for three times as long as usual. One that is reading at this moment is on its way.
fn late(known: &Known<'_>) -> Option<SiteState> {
    let silent = known.now - known.last_sync?;
    let usual = known.contact.rhythm.usual();
    let allowed = usual.map_or(DAY, |usual| (usual * MISSED).max(PATIENCE));
    let heard = known.now - known.last_connection.unwrap_or(0);
    if silent <= allowed || (known.contact.behind > 0 && heard < 5 * MINUTE) {
        return None;
    }
    let silent = Say::Length(silent);
    let words = match (failed_since(known), usual) {
        (Some(code), _) => Words::new("state-late-refused").with("code", code).with("silent", silent),
        (None, Some(usual)) => {
            Words::new("state-late-usually").with("usual", Say::Length(usual)).with("silent", silent)
        }
        (None, None) => Words::new("state-late").with("silent", silent),
    };
    Some(state(StateKind::Late, words))
}

/// Why the site was turned away since its last sync, if it was.
fn failed_since<'a>(known: &Known<'a>) -> Option<&'a str> {
    let last = known.site.last_refusal.as_ref()?;
    known.last_sync.is_some_and(|synced| last.at > synced).then_some(last.code.as_str())
}

/// Our own program in an older version than the server's. Of other programs we know no newest version.
fn outdated(known: &Known<'_>) -> Option<SiteState> {
    let site = known.site;
    let ours = site.app_name.as_deref().is_some_and(|name| name.starts_with("sitesync"));
    let version = site.app_version.as_deref().filter(|_| ours)?;
    (numbers(version)? < numbers(VERSION)?)
        .then(|| state(StateKind::Late, Words::new("state-old-version").with("version", version).with("ours", VERSION)))
}

/// The first two numbers of a version; the third one changes nothing that matters to a site.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("0.9.3") < numbers("0.10.0"));
        assert_eq!(numbers("1.2.9"), numbers("1.2"));
        assert_eq!(numbers("dev"), None);
    }
}
