//! What may be done to users, and by whom. Nothing is written here.

use sitesync_core::ids::RecordKey;
use sitesync_core::record::Record;
use sitesync_store::{Snapshot, StoreError};
use sitesync_web::accounts::{Permission, Permissions, checked_name};

use super::error::UserError;
use super::model::{User, UserForm};
use crate::users;

const TEXT_MAX: usize = 200;
/// mSupply's highest number, with room for those of newer versions.
const NUMBER_MAX: u16 = 400;

/// The form without blanks around its texts, if it can be one.
pub(super) fn checked(snapshot: &dyn Snapshot, form: &UserForm) -> Result<UserForm, UserError> {
    let mut form = form.clone();
    form.name = checked_name(&form.name)?.to_owned();
    let texts = [
        ("the first name", &mut form.first_name),
        ("the last name", &mut form.last_name),
        ("the e-mail address", &mut form.e_mail),
        ("the job title", &mut form.job_title),
    ];
    for (what, text) in texts {
        *text = text.trim().to_owned();
        if text.chars().count() > TEXT_MAX {
            return Err(UserError::TooLong(what, TEXT_MAX));
        }
    }
    form.stores.sort();
    form.stores.dedup_by(|one, other| one.store == other.store);
    if form.stores.iter().filter(|right| right.default).count() > 1 {
        return Err(UserError::TwoDefaults);
    }
    for right in &form.stores {
        if let Some(number) = right.permissions.iter().find(|number| !(1..=NUMBER_MAX).contains(*number)) {
            return Err(UserError::BadNumber(*number));
        }
        let store = snapshot.records(&[RecordKey::new("store", right.store.as_str())])?.pop().flatten();
        if !store.is_some_and(|store| store.is_live()) {
            return Err(UserError::NoStore(right.store.clone()));
        }
    }
    Ok(form)
}

/// Nobody gives more than they have, and nobody touches who has more.
pub(super) fn within(may: Permissions, before: Option<&User>, after: Permissions) -> Result<(), UserError> {
    let had = before.map_or(Permissions::NONE, |user| user.form.permissions);
    if let Some(user) = before.filter(|_| !may.cover(had)) {
        return Err(UserError::AboveYou(user.form.name.clone()));
    }
    let beyond: Permissions = after.iter().filter(|permission| !may.has(*permission)).collect();
    if beyond == Permissions::NONE { Ok(()) } else { Err(UserError::BeyondYours(beyond.to_string())) }
}

/// Whether somebody who can make users could not any more.
pub(super) fn takes_a_manager(before: &User, after: &UserForm) -> bool {
    let manages = |form: &UserForm| form.active && form.permissions.has(Permission::ManageUsers);
    manages(&before.form) && !manages(after)
}

/// Somebody else must be left who can make users.
pub(super) fn leaves_a_manager(snapshot: &dyn Snapshot, before: &User) -> Result<(), UserError> {
    if others_manage(snapshot, &before.id)? {
        return Ok(());
    }
    Err(UserError::LastManager(before.form.name.clone()))
}

/// Whether somebody but this user can sign in and make users.
pub(super) fn others_manage(snapshot: &dyn Snapshot, id: &str) -> Result<bool, StoreError> {
    let mut lines = users::list(snapshot)?.into_iter();
    Ok(lines.any(|line| {
        line.id != id && line.active && line.has_password && line.permissions.contains(&Permission::ManageUsers.name())
    }))
}

pub(super) fn name_is_free(snapshot: &dyn Snapshot, name: &str, id: &str) -> Result<(), UserError> {
    let other: Option<Record> = sitesync_web::accounts::user_named(snapshot, name)?;
    match other.filter(|other| &*other.key.id != id) {
        Some(_) => Err(UserError::Exists(name.to_owned())),
        None => Ok(()),
    }
}
