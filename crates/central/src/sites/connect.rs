//! Check connection, as seen from the central server: could this site connect now, and if not, what is to be done?
//!
//! It looks only at what is stored, and changes nothing. Whether the network carries is for the site to find out ([`crate::auth`]).

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::VERSIONS;
use sitesync_pages::{Language, Say, Texts, Words};
use sitesync_store::Snapshot;

use serde::Serialize;
use utoipa::ToSchema;

use super::error::SiteError;
use super::model::Site;
use super::{refusals, rows};
use crate::auth::{AuthSettings, settings};

/// What a line of the check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Good,
    /// It can connect, but somebody should know this.
    Notice,
    /// It cannot connect.
    Problem,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckLine {
    /// A stable word for what was looked at.
    pub what: &'static str,
    pub level: Level,
    /// In English.
    pub text: String,
    /// Empty if there is nothing to do.
    pub next_step: String,
    /// The same for readers of any language.
    #[serde(skip)]
    #[schema(ignore)]
    pub words: Words,
    #[serde(skip)]
    #[schema(ignore)]
    pub next_words: Option<Words>,
}

impl CheckLine {
    pub(crate) fn new(what: &'static str, level: Level, words: Words) -> Self {
        let text = Texts::of(Language::English).say(&words);
        Self { what, level, text, next_step: String::new(), words, next_words: None }
    }

    /// The same with what is to be done.
    pub(crate) fn next(self, words: Words) -> Self {
        let next_step = Texts::of(Language::English).say(&words);
        Self { next_step, next_words: Some(words), ..self }
    }
}

fn good(what: &'static str, words: Words) -> CheckLine {
    CheckLine::new(what, Level::Good, words)
}

fn notice(what: &'static str, words: Words) -> CheckLine {
    CheckLine::new(what, Level::Notice, words)
}

fn problem(what: &'static str, words: Words, next: &'static str) -> CheckLine {
    CheckLine::new(what, Level::Problem, words).next(Words::new(next))
}

/// Could this site connect at `now`? `stores` is the number of stores active on it.
pub fn connectable(snapshot: &dyn Snapshot, id: SiteId, stores: u64, now: Millis) -> Result<Vec<CheckLine>, SiteError> {
    let settings = settings::get(snapshot)?;
    let site = rows::read(snapshot, id)?.ok_or(SiteError::NotFound(id))?;
    if id == SiteId::CENTRAL {
        return Ok(vec![notice("site", Words::new("connection-own"))]);
    }
    let mut lines = vec![accepted(&settings), password(&site)];
    lines.extend(blocks(&site, &settings, now));
    lines.push(device(&site));
    lines.extend(former_devices(&site));
    lines.push(version(&site));
    lines.push(attached(stores));
    lines.extend(refusal(&site));
    lines.extend(uri(&site));
    Ok(lines)
}

fn accepted(settings: &AuthSettings) -> CheckLine {
    if settings.accept_sync {
        return good("accept_sync", Words::new("connection-sync-on"));
    }
    problem("accept_sync", Words::new("connection-sync-off"), "connection-sync-off-next")
}

fn password(site: &Site) -> CheckLine {
    if site.has_password() {
        return good("password", Words::new("connection-password").with("name", site.name.as_str()));
    }
    problem("password", Words::new("connection-no-password"), "connection-no-password-next")
}

fn blocks(site: &Site, settings: &AuthSettings, now: Millis) -> Vec<CheckLine> {
    let device = settings.block_in_force(site.blocks.device, now);
    let strangers = settings.block_in_force(site.blocks.strangers, now);
    // In whole minutes, and never less than is left.
    let left = |until: Millis| Say::Length((until - now + 59_999) / 60_000 * 60_000);
    let mut lines = Vec::new();
    if let Some(until) = device {
        let words = Words::new("connection-blocked").with("left", left(until));
        lines.push(problem("blocked", words, "connection-blocked-next"));
    }
    if let Some(until) = strangers {
        // A bound device is not touched by this one.
        let level = if site.hardware_id.is_some() { Level::Notice } else { Level::Problem };
        let words = Words::new("connection-strangers-blocked").with("left", left(until));
        let line = CheckLine::new("blocked_strangers", level, words);
        lines.push(line.next(Words::new("connection-strangers-blocked-next")));
    }
    if lines.is_empty() {
        lines.push(good("blocked", Words::new("connection-not-blocked")));
    }
    lines
}

fn device(site: &Site) -> CheckLine {
    match &site.hardware_id {
        None => good("hardware_id", Words::new("connection-no-device")),
        Some(hardware_id) => good("hardware_id", Words::new("connection-device").with("device", hardware_id.as_str())),
    }
}

fn former_devices(site: &Site) -> Option<CheckLine> {
    let refused: Vec<&str> = site.former_devices.iter().map(|former| former.hardware_id.as_str()).collect();
    if refused.is_empty() {
        return None;
    }
    let words = Words::new("connection-former-devices").with("devices", refused.join(", "));
    Some(notice("former_devices", words).next(Words::new("connection-former-devices-next")))
}

/// What the site spoke when it was last let in; whether it still does, its next attempt shows.
fn version(site: &Site) -> CheckLine {
    let ours = VERSIONS.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    match &site.protocol {
        Some(protocol) => good("version", Words::new("connection-version").with("version", protocol.as_str())),
        None => notice("version", Words::new("connection-version-unknown").with("versions", ours)),
    }
}

fn attached(stores: u64) -> CheckLine {
    match stores {
        0 => problem("stores", Words::new("connection-no-store"), "connection-no-store-next"),
        count => good("stores", Words::new("connection-stores").with("n", count)),
    }
}

fn refusal(site: &Site) -> Option<CheckLine> {
    let last = site.last_refusal.as_ref()?;
    // What came before the last good connection is history.
    if site.last_connection.is_some_and(|connected| connected >= last.at) {
        return None;
    }
    let words = Words::new("connection-refusal")
        .with("time", Say::Time(last.at))
        .with("cause", refusals::cause(&last.code))
        .with("detail", last.detail.as_str());
    Some(notice("last_refusal", words).next(refusals::next_step(&last.code)))
}

fn uri(site: &Site) -> Option<CheckLine> {
    if !site.is_open_msupply_central || site.open_msupply_central_uri.is_some() {
        return None;
    }
    Some(notice("uri", Words::new("connection-no-uri")).next(Words::new("connection-no-uri-next")))
}
