//! Letting a site in by name and password: log in, check connection, and the check of every call at doors without tokens.
//!
//! The order of the steps is the point (see [`super`]); the password is proved in [`super::prove`].

use sitesync_core::given::{Clock, Random};
use sitesync_core::ids::{SiteId, is_device_id};
use sitesync_core::protocol::{self, VERSIONS};
use sitesync_store::{Store, Txn, write};

use super::contacts::Reported;
use super::gate::Gate;
use super::lockout::address_key;
use super::prove::{Proved, note, told};
use super::refusal::{AuthError, Refusal};
use super::secret::Secret;
use super::token::{self, Token};
use crate::sites::{DeviceType, Site, rows};

/// Somebody who wants to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub name: &'a str,
    pub secret: &'a Secret,
    pub hardware_id: &'a str,
    /// None at doors whose sites do not tell.
    pub data_file: Option<&'a str>,
    /// Where it comes from: the peer, or what a configured proxy says.
    pub address: &'a str,
}

/// A native site that logs in, or checks whether it could.
#[derive(Clone, Debug)]
pub struct LoginRequest<'a> {
    pub attempt: Attempt<'a>,
    pub app_name: &'a str,
    pub app_version: &'a str,
    pub device_type: Option<DeviceType>,
    /// Versions of the native protocol that the site speaks.
    pub versions: &'a [u32],
}

impl<'a> LoginRequest<'a> {
    /// The request that a native message makes. The secret is parsed before, as one that is none needs no further look.
    pub fn of(message: &'a protocol::LoginRequest, secret: &'a Secret, address: &'a str) -> Self {
        Self {
            attempt: Attempt {
                name: &message.name,
                secret,
                hardware_id: &message.hardware_id,
                data_file: Some(&message.data_file),
                address,
            },
            app_name: &message.app_name,
            app_version: &message.app_version,
            device_type: DeviceType::of_text(&message.device_type),
            versions: &message.versions,
        }
    }
}

/// A site that was let in.
#[derive(Debug)]
pub struct LoggedIn {
    pub site: Site,
    /// Replaces the former one, which has ended.
    pub token: Token,
    pub protocol: u32,
    /// The site was free and is now bound to this device.
    pub newly_bound: bool,
    /// The same device, but another data file than the last time: what it reads begins a new generation.
    pub data_file_changed: bool,
}

/// What Check connection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub site: SiteId,
    pub uuid: String,
    /// False: the site is free, and logging in would bind this device.
    pub bound: bool,
    pub protocol: u32,
}

/// What letting in works with.
#[derive(Clone, Copy)]
pub struct Auth<'a> {
    pub gate: &'a Gate,
    pub store: &'a dyn Store,
    pub clock: &'a dyn Clock,
    pub random: &'a dyn Random,
}

/// What became of the device in [`Auth::bind`].
pub(super) struct Binding {
    newly_bound: bool,
    data_file_changed: bool,
}

impl Auth<'_> {
    /// Logs a site in. Repeatable: after a lost reply the bound device logs in again, and the token that got lost has ended.
    pub fn login(&self, request: &LoginRequest<'_>) -> Result<LoggedIn, AuthError> {
        let attempt = trimmed(&request.attempt)?;
        need_data_file(&attempt)?;
        let proved = self.prove(&attempt)?;
        let outcome = common_version(request.versions).map_err(AuthError::from).and_then(|protocol| {
            let (site, token, binding) = self.enter(&proved, &attempt, request, protocol)?;
            let Binding { newly_bound, data_file_changed } = binding;
            Ok(LoggedIn { site, token, protocol, newly_bound, data_file_changed })
        });
        self.after(&attempt, &proved, outcome)
    }

    /// What a login would say now, without binding a device or giving a token. Failures count as they do there.
    pub fn check(&self, request: &LoginRequest<'_>) -> Result<Checked, AuthError> {
        let attempt = trimmed(&request.attempt)?;
        need_data_file(&attempt)?;
        let proved = self.prove(&attempt)?;
        let site = &proved.site;
        let outcome = common_version(request.versions).and_then(|protocol| {
            let bound = standing(site, &attempt)?;
            Ok(Checked { site: site.id, uuid: site.uuid.clone(), bound, protocol })
        });
        match outcome {
            Ok(checked) => Ok(checked),
            refused => self.after(&attempt, &proved, refused.map_err(AuthError::from)),
        }
    }

    /// Lets in a call that carries name and secret. With `bind`, a free site is bound to the device; without, it is refused.
    pub fn verify_secret(&self, attempt: &Attempt<'_>, bind: bool) -> Result<Site, AuthError> {
        let attempt = trimmed(attempt)?;
        let proved = self.prove(&attempt)?;
        let outcome = match standing(&proved.site, &attempt) {
            Err(refusal) => Err(refusal.into()),
            Ok(true) if proved.site.secret_used => Ok(proved.site.clone()),
            Ok(false) if !bind => Err(Refusal::NoDeviceBound.into()),
            Ok(_) => write(self.store, |txn| {
                let mut site = self.bind(txn, &proved, &attempt)?.0;
                site.last_connection = Some(self.clock.now());
                rows::write(txn, &site)?;
                Ok::<_, AuthError>(site)
            }),
        };
        self.after(&attempt, &proved, outcome)
    }

    pub(super) fn enter(
        &self,
        proved: &Proved,
        attempt: &Attempt<'_>,
        request: &LoginRequest<'_>,
        protocol: u32,
    ) -> Result<(Site, Token, Binding), AuthError> {
        let token = Token::new(self.random);
        write(self.store, |txn| {
            let (mut site, binding) = self.bind(txn, proved, attempt)?;
            token::replace(txn, &mut site, &token)?;
            site.last_connection = Some(self.clock.now());
            let reported = Reported {
                device_type: request.device_type.clone(),
                app_name: Some(request.app_name.to_owned()),
                app_version: Some(request.app_version.to_owned()),
                protocol: Some(format!("native {protocol}")),
            };
            reported.apply(&mut site);
            rows::write(txn, &site)?;
            Ok((site, token.clone(), binding))
        })
    }

    /// Compares and sets: everything is looked at again in the transaction, since a password is checked outside of one. The caller
    /// stores the site.
    fn bind(&self, txn: &mut dyn Txn, proved: &Proved, attempt: &Attempt<'_>) -> Result<(Site, Binding), AuthError> {
        rows::lock_directory_and(txn, proved.site.id)?;
        let mut site = rows::read(txn, proved.site.id)?.ok_or(Refusal::UnknownName)?;
        if site.secret_version != proved.site.secret_version || site.name != proved.site.name {
            return Err(Refusal::WrongPassword.into());
        }
        let newly_bound = !standing(&site, attempt)?;
        let now = self.clock.now();
        if newly_bound {
            site.hardware_id = Some(attempt.hardware_id.to_owned());
            site.data_file = None;
            note(txn, now, "site.bind", &site, attempt.hardware_id)?;
        }
        let data_file_changed = !newly_bound
            && attempt.data_file.is_some()
            && site.data_file.is_some()
            && site.data_file.as_deref() != attempt.data_file;
        if let Some(data_file) = attempt.data_file {
            site.data_file = Some(data_file.to_owned());
        }
        site.secret_used = true;
        site.former_secret = None;
        // A block that was in force would have ended this request; what is left is over.
        *proved.bucket.block(&mut site.blocks) = None;
        Ok((site, Binding { newly_bound, data_file_changed }))
    }

    /// Notes how it ended for somebody who proved the password.
    fn after<T>(&self, attempt: &Attempt<'_>, proved: &Proved, outcome: Result<T, AuthError>) -> Result<T, AuthError> {
        let now = self.clock.now();
        let site = &proved.site;
        match &outcome {
            Ok(_) => {
                self.gate.contacts.connected(site.id, now, None);
                let for_ms = proved.settings.remember_ms;
                self.gate.remembered.remember(site, attempt.hardware_id, attempt.secret, for_ms, now);
            }
            Err(AuthError::Refused(refusal)) => {
                let key = address_key(attempt.address, attempt.name, proved.bucket);
                self.gate.failures.address_failed(key, now);
                self.gate.contacts.refused(site.id, now, refusal, told(refusal, attempt));
            }
            Err(AuthError::Store(_)) => {}
        }
        outcome
    }
}

/// Whether the device is bound (true) or would be (false), or why it may not come in.
fn standing(site: &Site, attempt: &Attempt<'_>) -> Result<bool, Refusal> {
    if site.former_device(attempt.hardware_id, attempt.data_file).is_some() {
        return Err(Refusal::FormerDevice);
    }
    match &site.hardware_id {
        None => Ok(false),
        Some(bound) if bound == attempt.hardware_id => Ok(true),
        Some(_) => Err(Refusal::WrongDevice),
    }
}

fn common_version(offered: &[u32]) -> Result<u32, Refusal> {
    let common = VERSIONS.iter().copied().filter(|version| offered.contains(version)).max();
    common.ok_or_else(|| Refusal::Version { offered: offered.to_vec(), supported: VERSIONS })
}

/// The attempt with blanks around the name removed, if it can be one at all. What people paste is not counted as a guess.
fn trimmed<'a>(attempt: &Attempt<'a>) -> Result<Attempt<'a>, Refusal> {
    if !is_device_id(attempt.hardware_id) {
        return Err(Refusal::Malformed("the hardware id is missing, too long or not plain ASCII"));
    }
    if !attempt.data_file.is_none_or(is_device_id) {
        return Err(Refusal::Malformed("the id of the data file is missing, too long or not plain ASCII"));
    }
    Ok(Attempt { name: attempt.name.trim(), ..*attempt })
}

fn need_data_file(attempt: &Attempt<'_>) -> Result<(), Refusal> {
    match attempt.data_file {
        Some(_) => Ok(()),
        None => Err(Refusal::Malformed("the id of the data file is missing, too long or not plain ASCII")),
    }
}
