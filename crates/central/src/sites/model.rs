//! What a site is: the stored row, and the view of it that leaves the server.
//!
//! There is no rule here about who may change what; that is in [`super::change`] and [`crate::auth`].

use std::fmt;

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::SiteInfo;

/// A stored secret or the hash of a token. It can be stored and compared, and never shows itself in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The kind of installation, as the site itself reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceType {
    SingleUser,
    ClientServer,
    /// May have one store only.
    Mobile,
    Other(String),
}

impl DeviceType {
    /// The type that a site's report names, if it names one. Unknown words are kept.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.to_ascii_lowercase().as_str() {
            "" => None,
            "single user" | "single_user" => Some(DeviceType::SingleUser),
            "client/server" | "client_server" => Some(DeviceType::ClientServer),
            "mobile" => Some(DeviceType::Mobile),
            _ => Some(DeviceType::Other(text.to_owned())),
        }
    }
}

impl fmt::Display for DeviceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DeviceType::SingleUser => "single user",
            DeviceType::ClientServer => "client/server",
            DeviceType::Mobile => "mobile",
            DeviceType::Other(other) => other,
        })
    }
}

/// How far a site has got with its first filling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initialisation {
    #[default]
    New,
    Started,
    Completed,
    Error,
}

/// A device that was bound to the site before a reset, and is refused until an administrator allows it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerDevice {
    pub hardware_id: String,
    pub data_file: Option<String>,
    /// When it was reset.
    pub since: Millis,
}

/// Why the site was turned away the last time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRefusal {
    /// [`crate::auth::Refusal::exact_code`].
    pub code: String,
    pub at: Millis,
    pub detail: String,
}

/// Until when wrong passwords keep somebody out. Kept apart, so that strangers cannot shut out the bound device (EXCHANGE A16), nor
/// a device that was replaced its successor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    /// The bound device, after its own failures.
    pub device: Option<Millis>,
    /// Devices that were replaced. They are refused anyhow; this only keeps them from guessing.
    #[serde(default)]
    pub former: Option<Millis>,
    /// Everybody else, and with them a new binding.
    pub strangers: Option<Millis>,
}

/// A synchronisation site, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    pub id: SiteId,
    /// Never changes; sites recognise their own account by it.
    pub uuid: String,
    pub code: String,
    pub name: String,
    /// Counts administrators' changes, so that two of them never overwrite each other silently.
    pub version: u64,
    pub created: Millis,
    /// argon2id over the SHA-256 hex of the password, as a PHC string. None: no password was set, nobody can log in.
    pub(crate) secret: Option<Hidden>,
    /// Whether a device has proved `secret` since it was set.
    #[serde(default)]
    pub(crate) secret_used: bool,
    /// The secret that the device used before the password was changed. It opens nothing; but the bound device that still sends it
    /// every few minutes is not guessing, and does not block itself before both sides agree again.
    pub(crate) former_secret: Option<Hidden>,
    /// Raised whenever the password is set; what was proved with an older one no longer counts.
    pub secret_version: u64,
    /// The hash of the one token in force.
    pub(crate) token: Option<Hidden>,
    pub hardware_id: Option<String>,
    /// Which data file the device works on.
    pub data_file: Option<String>,
    #[serde(default)]
    pub former_devices: Vec<FormerDevice>,
    #[serde(default)]
    pub blocks: Blocks,
    /// Raised when blocks are lifted by hand. Failures that are counted in memory belong to one value of it, so lifting a block
    /// forgets them on every machine without having to reach it.
    #[serde(default)]
    pub lock_generation: u64,
    pub device_type: Option<DeviceType>,
    pub app_name: Option<String>,
    pub app_version: Option<String>,
    /// The protocol in use, such as `native 1` or `v5 14`.
    pub protocol: Option<String>,
    #[serde(default)]
    pub is_open_msupply_central: bool,
    pub open_msupply_central_uri: Option<String>,
    #[serde(default)]
    pub initialisation: Initialisation,
    pub first_sync: Option<Millis>,
    pub last_sync: Option<Millis>,
    /// The last time somebody tried to log in as this site.
    pub last_attempt: Option<Millis>,
    /// The last request that was let in.
    pub last_connection: Option<Millis>,
    pub last_refusal: Option<LastRefusal>,
}

impl Site {
    pub fn has_password(&self) -> bool {
        self.secret.is_some()
    }

    /// Whether a request with this hardware id comes from the bound device, as far as can be told without a password.
    pub fn is_bound_to(&self, hardware_id: &str) -> bool {
        self.hardware_id.as_deref() == Some(hardware_id)
    }

    /// The entry that keeps this device out. Either mark is enough: a copied data file is refused on other hardware too,
    /// and a new data file does not let the old hardware in.
    pub fn former_device(&self, hardware_id: &str, data_file: Option<&str>) -> Option<&FormerDevice> {
        self.former_devices.iter().find(|former| {
            former.hardware_id == hardware_id || (data_file.is_some() && former.data_file.as_deref() == data_file)
        })
    }

    /// What the site itself is told.
    pub fn info(&self) -> SiteInfo {
        SiteInfo { id: self.id, uuid: self.uuid.clone(), code: self.code.clone(), name: self.name.clone() }
    }

    pub fn view(&self) -> SiteView {
        SiteView {
            id: self.id,
            uuid: self.uuid.clone(),
            code: self.code.clone(),
            name: self.name.clone(),
            version: self.version,
            created: self.created,
            has_password: self.has_password(),
            logged_in: self.token.is_some(),
            hardware_id: self.hardware_id.clone(),
            data_file: self.data_file.clone(),
            former_devices: self.former_devices.clone(),
            blocks: self.blocks,
            device_type: self.device_type.clone(),
            app_name: self.app_name.clone(),
            app_version: self.app_version.clone(),
            protocol: self.protocol.clone(),
            is_open_msupply_central: self.is_open_msupply_central,
            open_msupply_central_uri: self.open_msupply_central_uri.clone(),
            initialisation: self.initialisation,
            first_sync: self.first_sync,
            last_sync: self.last_sync,
            last_attempt: self.last_attempt,
            last_connection: self.last_connection,
            last_refusal: self.last_refusal.clone(),
        }
    }
}

/// A site without its secrets: what API and pages show. A new field of [`Site`] is shown only once it is named here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteView {
    pub id: SiteId,
    pub uuid: String,
    pub code: String,
    pub name: String,
    pub version: u64,
    pub created: Millis,
    pub has_password: bool,
    /// Whether a token is in force.
    pub logged_in: bool,
    pub hardware_id: Option<String>,
    pub data_file: Option<String>,
    pub former_devices: Vec<FormerDevice>,
    pub blocks: Blocks,
    pub device_type: Option<DeviceType>,
    pub app_name: Option<String>,
    pub app_version: Option<String>,
    pub protocol: Option<String>,
    pub is_open_msupply_central: bool,
    pub open_msupply_central_uri: Option<String>,
    pub initialisation: Initialisation,
    pub first_sync: Option<Millis>,
    pub last_sync: Option<Millis>,
    pub last_attempt: Option<Millis>,
    pub last_connection: Option<Millis>,
    pub last_refusal: Option<LastRefusal>,
}
