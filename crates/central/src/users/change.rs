//! Making and changing users, noted in the audit in the caller's transaction. Passwords come hashed, and are never noted.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sitesync_core::given::Random;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_store::{Snapshot, Txn};
use sitesync_web::accounts::{HashedPassword, Permissions, USER, USER_ACCOUNT, USER_STORE};

use super::error::UserError;
use super::model::{User, UserForm};
use super::rules;
use crate::audit;
use crate::hub::{Hub, HubError};
use crate::sites::{By, rows};
use crate::users;

/// Who changes users, and what they may.
#[derive(Clone, Copy)]
pub struct Editor<'a> {
    pub hub: &'a Hub,
    pub by: By<'a>,
    pub may: Permissions,
}

/// The feeds that have grown, to be woken after the transaction.
pub type Grown = BTreeSet<Feed>;

/// What is to be written of one user, and how the audit tells it.
pub(crate) struct Planned {
    id: String,
    changes: Vec<Change>,
    what: &'static str,
    name: String,
    from: String,
    to: String,
    /// Somebody who could manage users cannot any more.
    takes_a_manager: bool,
}

/// Makes a user. Without a password nobody signs in as them yet.
pub fn create(
    txn: &mut dyn Txn,
    editor: Editor<'_>,
    form: &UserForm,
    password: Option<&HashedPassword>,
) -> Result<(User, Grown), UserError> {
    rows::lock_directory(txn)?;
    let planned = plan_new(txn, editor.hub.random(), editor.may, form, password)?;
    rules::name_is_free(txn, &planned.name, "")?;
    let id = planned.id.clone();
    let grown = write(txn, editor, vec![planned])?;
    Ok((read(txn, &id)?, grown))
}

/// Saves the form. `version` is the one that the form was filled from.
pub fn edit(
    txn: &mut dyn Txn,
    editor: Editor<'_>,
    id: &str,
    version: &str,
    form: &UserForm,
) -> Result<(User, Grown), UserError> {
    let before = open(txn, editor, id)?;
    if before.version != version {
        return Err(UserError::Conflict);
    }
    let Some(planned) = plan_edit(txn, editor.hub.random(), editor.may, &before, form)? else {
        return Ok((before, Grown::new()));
    };
    rules::name_is_free(txn, form.name.trim(), id)?;
    let grown = write(txn, editor, vec![planned])?;
    Ok((read(txn, id)?, grown))
}

/// A new user. That the name is free, the caller knows.
pub(crate) fn plan_new(
    snapshot: &dyn Snapshot,
    random: &dyn Random,
    may: Permissions,
    form: &UserForm,
    password: Option<&HashedPassword>,
) -> Result<Planned, UserError> {
    let form = rules::checked(snapshot, form)?;
    rules::within(may, None, form.permissions)?;
    let id = random.record_id();
    let mut account = json!({ "user_ID": id, "permissions": form.permissions.to_string() });
    if let Some(password) = password {
        account["password_hash"] = password.to_store().into();
    }
    let mut changes = vec![put(USER, &id, &columns(&form))?, put(USER_ACCOUNT, &id, &account)?];
    changes.extend(store_changes(&id, &[], &form, random)?);
    let (from, to) = (String::new(), summary(&form));
    Ok(Planned { id, changes, what: "user.create", name: form.name, from, to, takes_a_manager: false })
}

/// Another form of a user, if it is another one. That the name is free, the caller knows.
pub(crate) fn plan_edit(
    snapshot: &dyn Snapshot,
    random: &dyn Random,
    may: Permissions,
    before: &User,
    form: &UserForm,
) -> Result<Option<Planned>, UserError> {
    let form = rules::checked(snapshot, form)?;
    if form == before.form {
        return Ok(None);
    }
    rules::within(may, Some(before), form.permissions)?;
    let takes_a_manager = rules::takes_a_manager(before, &form);
    if takes_a_manager {
        rules::leaves_a_manager(snapshot, before)?;
    }
    let id = before.id.clone();
    let account = json!({ "user_ID": id, "permissions": form.permissions.to_string() });
    let mut changes = vec![put(USER, &id, &columns(&form))?, put(USER_ACCOUNT, &id, &account)?];
    changes.extend(store_changes(&id, &before.joins, &form, random)?);
    let (name, from, to) = (before.form.name.clone(), summary(&before.form), summary(&form));
    Ok(Some(Planned { id, changes, what: "user.edit", name, from, to, takes_a_manager }))
}

/// Writes what is planned, each noted in the audit.
pub(crate) fn write(txn: &mut dyn Txn, editor: Editor<'_>, planned: Vec<Planned>) -> Result<Grown, UserError> {
    let mut changes = Vec::new();
    let mut last = None;
    for one in planned {
        changes.extend(one.changes);
        note(txn, editor.by, one.what, &one.name, &one.from, &one.to)?;
        last = last.or(one.takes_a_manager.then_some(one.name));
    }
    let grown = send(txn, editor, changes)?;
    // One by one each left somebody; all of them together may not.
    match last {
        Some(name) if !users::is_managed(txn)? => Err(UserError::LastManager(name)),
        _ => Ok(grown),
    }
}

/// Sets the password. All sessions of the user end with it.
pub fn set_password(
    txn: &mut dyn Txn,
    editor: Editor<'_>,
    id: &str,
    password: &HashedPassword,
) -> Result<(User, Grown), UserError> {
    let before = open(txn, editor, id)?;
    let account = json!({ "user_ID": id, "password_hash": password.to_store() });
    let grown = send(txn, editor, vec![put(USER_ACCOUNT, id, &account)?])?;
    note(txn, editor.by, "user.set_password", &before.form.name, "", "")?;
    Ok((read(txn, id)?, grown))
}

/// Ends all sessions of the user here, and on sites at their next sync. One may do so to oneself.
pub fn end_sessions(txn: &mut dyn Txn, editor: Editor<'_>, id: &str) -> Result<Grown, UserError> {
    let before = open(txn, editor, id)?;
    let account = json!({ "user_ID": id, "sessions": before.sessions + 1 });
    let grown = send(txn, editor, vec![put(USER_ACCOUNT, id, &account)?])?;
    note(txn, editor.by, "user.sign_out_everywhere", &before.form.name, "", "")?;
    Ok(grown)
}

/// Makes sure that there is an active user of this name with these permissions and this password: the first one of a server, and those
/// of a demonstration.
pub fn ensure(
    hub: &Hub,
    who: &str,
    name: &str,
    permissions: Permissions,
    password: &HashedPassword,
) -> Result<(), UserError> {
    let at = hub.clock().now();
    let grown =
        sitesync_store::write(hub.store(), |txn| ensure_in(txn, hub, By { who, at }, name, permissions, password))?;
    hub.wake(&grown);
    Ok(())
}

fn ensure_in(
    txn: &mut dyn Txn,
    hub: &Hub,
    by: By<'_>,
    name: &str,
    permissions: Permissions,
    password: &HashedPassword,
) -> Result<Grown, UserError> {
    let editor = Editor { hub, by, may: Permissions::all() };
    let Some(known) = users::by_name(txn, name)? else {
        let form = UserForm { name: name.to_owned(), active: true, permissions, ..UserForm::default() };
        return create(txn, editor, &form, Some(password)).map(|(_, grown)| grown);
    };
    let form = UserForm { active: true, permissions, ..known.form.clone() };
    let (_, mut grown) = edit(txn, editor, &known.id, &known.version, &form)?;
    grown.extend(set_password(txn, editor, &known.id, password)?.1);
    Ok(grown)
}

fn open(txn: &mut dyn Txn, editor: Editor<'_>, id: &str) -> Result<User, UserError> {
    rows::lock_directory(txn)?;
    let user = read(txn, id)?;
    rules::within(editor.may, Some(&user), Permissions::NONE)?;
    Ok(user)
}

fn read(txn: &dyn Txn, id: &str) -> Result<User, UserError> {
    users::get(txn, id)?.ok_or_else(|| UserError::NotFound(id.to_owned()))
}

fn send(txn: &mut dyn Txn, editor: Editor<'_>, changes: Vec<Change>) -> Result<Grown, UserError> {
    let incoming = editor.hub.parse(changes);
    Ok(editor.hub.edit_in(txn, Actor::Site(SiteId::CENTRAL), &incoming)?.grown)
}

fn columns(form: &UserForm) -> Value {
    json!({
        "name": form.name, "first_name": form.first_name, "last_name": form.last_name, "e_mail": form.e_mail,
        "job_title": form.job_title, "Language": form.language, "active": form.active,
    })
}

/// Joins for the stores of the form, and none for the others. A join keeps its id.
fn store_changes(
    user: &str,
    joins: &[(String, String)],
    form: &UserForm,
    random: &dyn Random,
) -> Result<Vec<Change>, UserError> {
    let mut changes = Vec::new();
    for right in &form.stores {
        let known = joins.iter().find(|(store, _)| *store == right.store).map(|(_, join)| join.clone());
        let body = json!({
            "user_ID": user, "store_ID": right.store, "can_login": true, "store_default": right.default,
            "permissions": right.permissions,
        });
        changes.push(put(USER_STORE, &known.unwrap_or_else(|| random.record_id()), &body)?);
    }
    let gone = joins.iter().filter(|(store, _)| !form.stores.iter().any(|right| right.store == *store));
    changes.extend(gone.map(|(_, join)| delete(USER_STORE, join)));
    Ok(changes)
}

fn put(table: &str, id: &str, columns: &Value) -> Result<Change, UserError> {
    let body = serde_json::value::to_raw_value(columns).map_err(|error| HubError::Stored(error.to_string()))?;
    Ok(Change { table: table.into(), id: id.into(), put: Some(body), delete: false, partial: true, aside: None })
}

fn delete(table: &str, id: &str) -> Change {
    Change { table: table.into(), id: id.into(), put: None, delete: true, partial: false, aside: None }
}

/// For the audit: what decides what somebody may do.
fn summary(form: &UserForm) -> String {
    let active = if form.active { "active" } else { "not active" };
    let stores: Vec<_> = form.stores.iter().map(|right| format!("{} {:?}", right.store, right.permissions)).collect();
    format!("{}; {active}; permissions: {}; stores: {}", form.name, form.permissions, stores.join(", "))
}

fn note(txn: &mut dyn Txn, by: By<'_>, what: &str, name: &str, from: &str, to: &str) -> Result<(), UserError> {
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: name, from, to })?;
    Ok(())
}
