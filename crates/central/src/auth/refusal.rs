//! Why somebody is not let in: a stable code for programs, and for people what it means and what to do next.
//!
//! The codes are those of the mSupply v5 protocol where it has one. Status numbers of HTTP are the doors' business.

use std::fmt;

use sitesync_core::given::Millis;
use sitesync_store::StoreError;

/// What goes wrong when somebody is to be let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Accepting synchronisation is switched off on the central server.
    SyncOff,
    /// Too many passwords are being checked at this moment.
    Busy,
    /// This address failed too often with this site name.
    TooManyFailures { until: Millis },
    /// No password is tried for this site name until then.
    Blocked { until: Millis },
    /// Told like [`Refusal::WrongPassword`].
    UnknownName,
    /// Also if no password is set.
    WrongPassword,
    /// The site is bound to another device.
    WrongDevice,
    /// The device was bound to this site before a reset.
    FormerDevice,
    /// No device is bound, and this call does not bind one.
    NoDeviceBound,
    /// The token ended, or never was one.
    TokenEnded,
    /// Neither side knows a protocol version of the other.
    Version { offered: Vec<u32>, supported: &'static [u32] },
    /// For doors that do not let in a site without a store.
    NoStore,
    /// Something is missing from the request or cannot be.
    Malformed(&'static str),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// A stable word for programs. An unknown name and a wrong password have the same one, so that nobody can find out names.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UnknownName | Refusal::WrongPassword => "site_credentials_refused",
            Refusal::SyncOff => "sync_switched_off",
            Refusal::Busy => "server_busy",
            Refusal::TooManyFailures { .. } => "too_many_failures",
            Refusal::Blocked { .. } => "site_auth_timeout",
            Refusal::WrongDevice => "site_incorrect_hardware_id",
            Refusal::FormerDevice => "site_former_device",
            Refusal::NoDeviceBound => "site_not_bound",
            Refusal::TokenEnded => "token_ended",
            Refusal::Version { .. } => "api_version_incompatible",
            Refusal::NoStore => "site_has_no_store",
            Refusal::Malformed(_) => "request_malformed",
        }
    }

    /// The code for the administrator, who may know whether the name or the password was wrong.
    pub fn exact_code(&self) -> &'static str {
        match self {
            Refusal::UnknownName => "site_name_not_found",
            Refusal::WrongPassword => "site_incorrect_password",
            other => other.code(),
        }
    }

    /// The code for Open mSupply sites, which know only a few and are told which of name and password is wrong.
    pub fn v5_code(&self) -> &'static str {
        match self {
            Refusal::TooManyFailures { .. } => "site_auth_timeout",
            Refusal::FormerDevice | Refusal::NoDeviceBound => "site_incorrect_hardware_id",
            Refusal::Busy => "sync_is_running",
            other => other.exact_code(),
        }
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Refusal::SyncOff | Refusal::Busy | Refusal::TooManyFailures { .. } | Refusal::Blocked { .. })
    }

    /// When it is worth trying again, if that is known.
    pub fn retry_at(&self) -> Option<Millis> {
        match self {
            Refusal::TooManyFailures { until } | Refusal::Blocked { until } => Some(*until),
            _ => None,
        }
    }

    /// What happened, in plain words.
    pub fn message(&self) -> String {
        match self {
            Refusal::SyncOff => "Synchronisation is switched off on the central server.".to_owned(),
            Refusal::Busy => "The central server is checking many passwords at this moment.".to_owned(),
            Refusal::TooManyFailures { .. } => {
                "There were too many failed attempts with this site name from this network.".to_owned()
            }
            Refusal::Blocked { .. } => {
                "There were too many wrong passwords for this site name; no password is tried for a while.".to_owned()
            }
            Refusal::UnknownName | Refusal::WrongPassword => {
                "The central server does not accept this site name with this password.".to_owned()
            }
            Refusal::WrongDevice => "This site is bound to another device.".to_owned(),
            Refusal::FormerDevice => {
                "This device was replaced: it was bound to this site before its hardware id was reset.".to_owned()
            }
            Refusal::NoDeviceBound => "No device is bound to this site yet.".to_owned(),
            Refusal::TokenEnded => "The session with the central server has ended.".to_owned(),
            Refusal::Version { offered, supported } => format!(
                "The protocol versions do not match: the site offers {}, the central server knows {}.",
                versions(offered),
                versions(supported)
            ),
            Refusal::NoStore => "No store is active on this site.".to_owned(),
            Refusal::Malformed(what) => format!("The request is not complete: {what}."),
        }
    }

    /// What to do next, and who does it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Refusal::SyncOff => "Go on working; the site tries again by itself. An administrator can switch it on.",
            Refusal::Busy => "Try again in a minute.",
            Refusal::TooManyFailures { .. } => "Check site name and password, wait a minute, then try again.",
            Refusal::Blocked { .. } => {
                "Check site name and password. Wait until the block is over, or ask an administrator to press Unblock site."
            }
            Refusal::UnknownName | Refusal::WrongPassword => {
                "Enter site name and password as they are on the central server. If they were changed there, enter the new ones here or have the old ones put back."
            }
            Refusal::WrongDevice => {
                "If this device is to replace the other one, ask an administrator to reset the hardware id of the site."
            }
            Refusal::FormerDevice => "If this device is to be used again, ask an administrator to allow it.",
            Refusal::NoDeviceBound | Refusal::TokenEnded => "Log in with site name and password.",
            Refusal::Version { .. } => "Update the older of the two programs.",
            Refusal::NoStore => "Ask an administrator to add the store to this site.",
            Refusal::Malformed(_) => "Update the program on this site, or report this as a fault.",
        }
    }
}

fn versions(list: &[u32]) -> String {
    if list.is_empty() {
        return "none".to_owned();
    }
    list.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
