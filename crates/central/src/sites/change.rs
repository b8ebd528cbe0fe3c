//! What administrators do to sites. Every change is checked, counted in the site's version and noted in the audit, in the caller's
//! transaction. What devices do by logging in is in [`crate::auth`].

use sitesync_core::given::{Millis, Random};
use sitesync_core::ids::SiteId;
use sitesync_store::{Snapshot, Space, Txn};

use super::error::SiteError;
use super::model::{Blocks, DeviceType, FormerDevice, Initialisation, Site};
use super::{fields, rows};
use crate::audit::{self, Change};
use crate::auth::HashedSecret;

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub who: &'a str,
    pub at: Millis,
}

/// The fields of a site that people fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteForm {
    pub code: String,
    pub name: String,
    /// What the site is meant to be. Once a device is bound, its own report stands instead, and this is passed over.
    pub device_type: Option<DeviceType>,
    pub is_open_msupply_central: bool,
    /// Empty for none.
    pub open_msupply_central_uri: String,
}

impl SiteForm {
    /// The form as it stands now, to be edited.
    pub fn of(site: &Site) -> Self {
        Self {
            code: site.code.clone(),
            name: site.name.clone(),
            device_type: site.device_type.clone(),
            is_open_msupply_central: site.is_open_msupply_central,
            open_msupply_central_uri: site.open_msupply_central_uri.clone().unwrap_or_default(),
        }
    }

    fn checked(&self) -> Result<Self, SiteError> {
        Ok(Self {
            code: fields::text("site code", &self.code)?,
            name: fields::name(&self.name)?,
            device_type: fields::device_type(self.device_type.as_ref())?,
            is_open_msupply_central: self.is_open_msupply_central,
            open_msupply_central_uri: fields::uri(&self.open_msupply_central_uri)?.unwrap_or_default(),
        })
    }
}

/// Makes a site. Its number is one above the highest ever given. Without a secret nobody can log in yet.
pub fn create(
    txn: &mut dyn Txn,
    random: &dyn Random,
    by: By<'_>,
    form: &SiteForm,
    secret: Option<HashedSecret>,
) -> Result<Site, SiteError> {
    rows::lock_directory(txn)?;
    let form = form.checked()?;
    check_unique(txn, &form, None)?;
    let number = rows::last_number(txn)?.max(SiteId::CENTRAL.0) + 1;
    if number > rows::HIGHEST {
        return Err(SiteError::NoNumbersLeft);
    }
    rows::set_last_number(txn, number)?;
    let site = fresh(SiteId(number), random.record_id(), by.at, form, secret);
    rows::put_name(txn, &site.name, site.id)?;
    rows::write(txn, &site)?;
    let others = rows::count(txn)?;
    rows::set_count(txn, others + 1)?;
    note(txn, by, "site.create", site.id, "", &site.name)?;
    Ok(site)
}

/// Makes the central server's own site, if it is not there yet, and counts the sites. For the start of the server.
pub fn ensure_central(txn: &mut dyn Txn, random: &dyn Random, now: Millis) -> Result<Site, SiteError> {
    rows::lock_directory(txn)?;
    if let Some(site) = rows::read(txn, SiteId::CENTRAL)? {
        rows::recount(txn)?;
        return Ok(site);
    }
    let form = SiteForm { code: "1".to_owned(), name: "Central Server".to_owned(), ..SiteForm::default() };
    check_unique(txn, &form, None)?;
    let mut site = fresh(SiteId::CENTRAL, random.record_id(), now, form, None);
    site.initialisation = Initialisation::Completed;
    let number = rows::last_number(txn)?.max(SiteId::CENTRAL.0);
    rows::set_last_number(txn, number)?;
    rows::put_name(txn, &site.name, site.id)?;
    rows::write(txn, &site)?;
    rows::recount(txn)?;
    Ok(site)
}

fn fresh(id: SiteId, uuid: String, now: Millis, form: SiteForm, secret: Option<HashedSecret>) -> Site {
    Site {
        id,
        uuid,
        code: if form.code.is_empty() { id.to_string() } else { form.code },
        name: form.name,
        version: 1,
        created: now,
        secret: secret.map(HashedSecret::into_hidden),
        secret_used: false,
        former_secret: None,
        secret_version: 1,
        token: None,
        hardware_id: None,
        data_file: None,
        former_devices: Vec::new(),
        blocks: Blocks::default(),
        lock_generation: 0,
        device_type: form.device_type,
        app_name: None,
        app_version: None,
        protocol: None,
        is_open_msupply_central: form.is_open_msupply_central,
        open_msupply_central_uri: Some(form.open_msupply_central_uri).filter(|uri| !uri.is_empty()),
        initialisation: Initialisation::New,
        first_sync: None,
        last_sync: None,
        last_attempt: None,
        last_connection: None,
        last_refusal: None,
    }
}

/// Saves the form. `version` is the one the form was filled from. A new name ends the token: the site stops until it logs in by the
/// new name, or until the old one is put back.
pub fn edit(txn: &mut dyn Txn, by: By<'_>, id: SiteId, version: u64, form: &SiteForm) -> Result<Site, SiteError> {
    let mut site = open(txn, id, Some(version))?;
    let mut form = form.checked()?;
    let before = SiteForm::of(&site);
    if site.hardware_id.is_some() {
        // What the device reports counts, and may be newer than the form.
        form.device_type = before.device_type.clone();
    }
    if form == before {
        return Ok(site);
    }
    check_unique(txn, &form, Some(id))?;
    if form.name != site.name {
        txn.delete_row(Space::SiteName, site.name.as_bytes())?;
        rows::put_name(txn, &form.name, id)?;
        rows::end_token(txn, &mut site)?;
    }
    let (from, to) = difference(&before, &form);
    site.code = form.code;
    site.name = form.name;
    site.device_type = form.device_type;
    site.is_open_msupply_central = form.is_open_msupply_central;
    site.open_msupply_central_uri = Some(form.open_msupply_central_uri).filter(|uri| !uri.is_empty());
    close(txn, by, site, "site.edit", &from, &to)
}

/// Sets the password. The token ends, and so do blocks: what was guessed at is no longer the password. A site that uses the old one
/// stops until it is given the new one, or until the old one is set again.
pub fn set_password(
    txn: &mut dyn Txn,
    by: By<'_>,
    id: SiteId,
    version: u64,
    secret: HashedSecret,
) -> Result<Site, SiteError> {
    let mut site = open(txn, id, Some(version))?;
    if id == SiteId::CENTRAL {
        return Err(SiteError::IsCentralServer);
    }
    let before = site.secret.replace(secret.into_hidden());
    if site.secret_used {
        site.former_secret = before;
    }
    site.secret_used = false;
    site.secret_version += 1;
    lift_blocks(&mut site);
    rows::end_token(txn, &mut site)?;
    close(txn, by, site, "site.set_password", "", "")
}

/// Lets another device take over the site. The token ends, and the former device is refused until [`allow_former_device`]:
/// it may be stolen, still knows the password, and would bind itself again before its successor is unpacked.
pub fn reset_hardware(txn: &mut dyn Txn, by: By<'_>, id: SiteId) -> Result<Site, SiteError> {
    let mut site = open(txn, id, None)?;
    rows::end_token(txn, &mut site)?;
    let data_file = site.data_file.take();
    let Some(hardware_id) = site.hardware_id.take() else {
        return Ok(site);
    };
    site.former_devices.retain(|former| former.hardware_id != hardware_id);
    site.former_devices.push(FormerDevice { hardware_id: hardware_id.clone(), data_file, since: by.at });
    close(txn, by, site, "site.reset_hardware", &hardware_id, "")
}

/// Allows a former device again. It still must find the site unbound to bind itself.
pub fn allow_former_device(txn: &mut dyn Txn, by: By<'_>, id: SiteId, hardware_id: &str) -> Result<Site, SiteError> {
    let mut site = open(txn, id, None)?;
    let before = site.former_devices.len();
    site.former_devices.retain(|former| former.hardware_id != hardware_id);
    if site.former_devices.len() == before {
        return Err(SiteError::NotAFormerDevice);
    }
    close(txn, by, site, "site.allow_former_device", "", hardware_id)
}

/// Lifts both blocks and forgets the failures that were counted.
pub fn unblock(txn: &mut dyn Txn, by: By<'_>, id: SiteId) -> Result<Site, SiteError> {
    let mut site = open(txn, id, None)?;
    lift_blocks(&mut site);
    close(txn, by, site, "site.unblock", "", "")
}

/// Deletes a site that has no store any more. Its number is never given again.
/// `stores` is the number of stores active on it, read by the caller in this transaction.
pub fn delete(txn: &mut dyn Txn, by: By<'_>, id: SiteId, stores: u64) -> Result<(), SiteError> {
    let mut site = open(txn, id, None)?;
    if id == SiteId::CENTRAL {
        return Err(SiteError::IsCentralServer);
    }
    if stores > 0 {
        return Err(SiteError::HasStores(stores));
    }
    rows::end_token(txn, &mut site)?;
    txn.delete_row(Space::SiteName, site.name.as_bytes())?;
    txn.delete_row(Space::Site, &id.0.to_be_bytes())?;
    let count = rows::count(txn)?;
    rows::set_count(txn, count.saturating_sub(1))?;
    note(txn, by, "site.delete", id, &site.name, "")
}

/// Leaves out `margin` numbers: sites that were made after the backup that was restored may still use them (EXCHANGE A11).
pub fn raise_numbers(txn: &mut dyn Txn, margin: u32) -> Result<u32, SiteError> {
    rows::lock_directory(txn)?;
    let raised = rows::last_number(txn)?.saturating_add(margin).min(rows::HIGHEST);
    rows::set_last_number(txn, raised)?;
    Ok(raised)
}

/// Forgets failures of both kinds. The generation reaches those that are only counted in memory.
fn lift_blocks(site: &mut Site) {
    site.blocks = Blocks::default();
    site.lock_generation += 1;
}

fn open(txn: &mut dyn Txn, id: SiteId, version: Option<u64>) -> Result<Site, SiteError> {
    rows::lock_directory_and(txn, id)?;
    let site = rows::read(txn, id)?.ok_or(SiteError::NotFound(id))?;
    match version {
        Some(expected) if expected != site.version => Err(SiteError::Conflict { expected, found: site.version }),
        _ => Ok(site),
    }
}

fn close(txn: &mut dyn Txn, by: By<'_>, mut site: Site, what: &str, from: &str, to: &str) -> Result<Site, SiteError> {
    site.version += 1;
    rows::write(txn, &site)?;
    note(txn, by, what, site.id, from, to)?;
    Ok(site)
}

fn note(txn: &mut dyn Txn, by: By<'_>, what: &str, id: SiteId, from: &str, to: &str) -> Result<(), SiteError> {
    let subject = format!("site {id}");
    audit::append(txn, by.at, Change { who: by.who, what, subject: &subject, from, to })?;
    Ok(())
}

fn check_unique(snapshot: &dyn Snapshot, form: &SiteForm, this: Option<SiteId>) -> Result<(), SiteError> {
    if let Some(other) = rows::id_of(snapshot, &form.name)?.filter(|id| Some(*id) != this) {
        return Err(SiteError::NameTaken(other));
    }
    if !form.is_open_msupply_central {
        return Ok(());
    }
    match super::open_msupply_central(snapshot)? {
        Some(other) if Some(other.id) != this => Err(SiteError::SecondOpenMsupplyCentral(other.id)),
        _ => Ok(()),
    }
}

/// The fields that differ, before and after, for the audit.
fn difference(before: &SiteForm, after: &SiteForm) -> (String, String) {
    let tick = |ticked: bool| if ticked { "yes" } else { "no" };
    let kind = |form: &SiteForm| form.device_type.as_ref().map_or(String::new(), ToString::to_string);
    let fields = [
        ("code", before.code.as_str(), after.code.as_str()),
        ("name", &before.name, &after.name),
        ("type", &kind(before), &kind(after)),
        ("Open mSupply central server", tick(before.is_open_msupply_central), tick(after.is_open_msupply_central)),
        ("uri", &before.open_msupply_central_uri, &after.open_msupply_central_uri),
    ];
    let changed = fields.iter().filter(|(_, from, to)| from != to);
    let (from, to): (Vec<_>, Vec<_>) =
        changed.map(|(field, from, to)| (format!("{field}: {from}"), format!("{field}: {to}"))).unzip();
    (from.join("; "), to.join("; "))
}
