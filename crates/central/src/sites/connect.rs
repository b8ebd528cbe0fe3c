//! Check connection, as seen from the central server: could this site connect now, and if not, what is to be done?
//!
//! It looks only at what is stored, and changes nothing. Whether the network carries is for the site to find out ([`crate::auth`]).

use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_store::Snapshot;

use serde::Serialize;
use utoipa::ToSchema;

use super::error::SiteError;
use super::model::Site;
use super::rows;
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
    pub text: String,
    /// Empty if there is nothing to do.
    pub next_step: String,
}

/// Could this site connect at `now`? `stores` is the number of stores active on it.
pub fn connectable(snapshot: &dyn Snapshot, id: SiteId, stores: u64, now: Millis) -> Result<Vec<CheckLine>, SiteError> {
    let settings = settings::get(snapshot)?;
    let site = rows::read(snapshot, id)?.ok_or(SiteError::NotFound(id))?;
    if id == SiteId::CENTRAL {
        let text = "This is the central server's own site; it does not connect to itself.";
        return Ok(vec![line("site", Level::Notice, text, "")]);
    }
    let mut lines = vec![accepted(&settings), password(&site)];
    lines.extend(blocks(&site, &settings, now));
    lines.push(device(&site));
    lines.extend(former_devices(&site));
    lines.push(attached(stores));
    lines.extend(refusal(&site));
    lines.extend(uri(&site));
    Ok(lines)
}

fn line(what: &'static str, level: Level, text: impl Into<String>, next_step: impl Into<String>) -> CheckLine {
    CheckLine { what, level, text: text.into(), next_step: next_step.into() }
}

fn accepted(settings: &AuthSettings) -> CheckLine {
    if settings.accept_sync {
        return line("accept_sync", Level::Good, "The central server accepts synchronisation.", "");
    }
    line(
        "accept_sync",
        Level::Problem,
        "Synchronisation is switched off on the central server; all sites are told to try later.",
        "Switch it on in the settings of the central server.",
    )
}

fn password(site: &Site) -> CheckLine {
    if site.has_password() {
        return line("password", Level::Good, format!("It logs in as \"{}\" and has a password.", site.name), "");
    }
    line("password", Level::Problem, "No password is set, so nobody can log in as this site.", "Set a password.")
}

fn blocks(site: &Site, settings: &AuthSettings, now: Millis) -> Vec<CheckLine> {
    let device = settings.block_in_force(site.blocks.device, now);
    let strangers = settings.block_in_force(site.blocks.strangers, now);
    let mut lines = Vec::new();
    if let Some(until) = device {
        let text = format!("The device is blocked after wrong passwords, for {} more.", minutes(until - now));
        lines.push(line("blocked", Level::Problem, text, "Correct the password on the device and press Unblock site."));
    }
    if let Some(until) = strangers {
        // A bound device is not touched by this one.
        let level = if site.hardware_id.is_some() { Level::Notice } else { Level::Problem };
        let text = format!(
            "Devices that are not bound to the site are blocked after wrong passwords, for {} more.",
            minutes(until - now)
        );
        lines.push(line("blocked_strangers", level, text, "If a new device is to be bound, press Unblock site."));
    }
    if lines.is_empty() {
        lines.push(line("blocked", Level::Good, "It is not blocked.", ""));
    }
    lines
}

fn minutes(duration: Millis) -> String {
    match (duration + 59_999) / 60_000 {
        1 => "1 minute".to_owned(),
        count => format!("{count} minutes"),
    }
}

fn device(site: &Site) -> CheckLine {
    match &site.hardware_id {
        None => line("hardware_id", Level::Good, "No device is bound: the next one that logs in will be.", ""),
        Some(hardware_id) => line(
            "hardware_id",
            Level::Good,
            format!("It is bound to the device {hardware_id}; any other device is refused."),
            "",
        ),
    }
}

fn former_devices(site: &Site) -> Option<CheckLine> {
    let refused: Vec<&str> = site.former_devices.iter().map(|former| former.hardware_id.as_str()).collect();
    if refused.is_empty() {
        return None;
    }
    let text = format!("Refused since a reset: {}.", refused.join(", "));
    Some(line("former_devices", Level::Notice, text, "If one of them is to be used again, allow it."))
}

fn attached(stores: u64) -> CheckLine {
    match stores {
        0 => line(
            "stores",
            Level::Problem,
            "No store is active on this site.",
            "Add the store that this site is to work with.",
        ),
        1 => line("stores", Level::Good, "1 store is active on this site.", ""),
        count => line("stores", Level::Good, format!("{count} stores are active on this site."), ""),
    }
}

fn refusal(site: &Site) -> Option<CheckLine> {
    let last = site.last_refusal.as_ref()?;
    // What came before the last good connection is history.
    if site.last_connection.is_some_and(|connected| connected >= last.at) {
        return None;
    }
    let text = format!("It was turned away the last time: {} ({}).", last.detail, last.code);
    Some(line("last_refusal", Level::Notice, text, ""))
}

fn uri(site: &Site) -> Option<CheckLine> {
    if !site.is_open_msupply_central || site.open_msupply_central_uri.is_some() {
        return None;
    }
    Some(line(
        "uri",
        Level::Notice,
        "It is the Open mSupply central server, but its uri is not set: Open mSupply sites cannot find it.",
        "Enter the address at which sites reach it.",
    ))
}
