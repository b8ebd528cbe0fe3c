//! Users over the API: the list, one of them, making, editing, passwords, signing out everywhere.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_web::accounts::{HashedPassword, Permission, Permissions, generated_password};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Path, blocking};
use utoipa::ToSchema;

use super::guard::{change, refuse};
use crate::server::Central;
use crate::users::{self, Editor, StoreRight, User, UserError, UserForm, UserLine};

/// A user with everything that people fill in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
    id: String,
    /// To be sent back when the user is edited.
    version: String,
    name: String,
    first_name: String,
    last_name: String,
    e_mail: String,
    job_title: String,
    language: u32,
    active: bool,
    has_password: bool,
    permissions: Vec<&'static str>,
    stores: Vec<StoreRight>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let permissions = user.form.permissions.iter().map(Permission::name).collect();
        let User { id, form, has_password, version, .. } = user;
        let UserForm { name, first_name, last_name, e_mail, job_title, language, active, stores, .. } = form;
        Self {
            id,
            version,
            name,
            first_name,
            last_name,
            e_mail,
            job_title,
            language,
            active,
            has_password,
            permissions,
            stores,
        }
    }
}

/// A user, and the password if one was made up. It is not told again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserWithPassword {
    user: UserView,
    password: Option<String>,
}

/// Columns of a user; in a change, what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserFields {
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    e_mail: Option<String>,
    job_title: Option<String>,
    /// mSupply's number: 0 English, 1 French.
    language: Option<u32>,
    /// Whether the user may sign in at all.
    active: Option<bool>,
    /// Names of permissions on the central server.
    permissions: Option<Vec<String>>,
    /// Stores that the user may log in to.
    stores: Option<Vec<StoreRight>>,
}

impl UserFields {
    fn over(self, before: UserForm) -> Result<UserForm, ApiError> {
        Ok(UserForm {
            name: self.name.unwrap_or(before.name),
            first_name: self.first_name.unwrap_or(before.first_name),
            last_name: self.last_name.unwrap_or(before.last_name),
            e_mail: self.e_mail.unwrap_or(before.e_mail),
            job_title: self.job_title.unwrap_or(before.job_title),
            language: self.language.unwrap_or(before.language),
            active: self.active.unwrap_or(before.active),
            permissions: self.permissions.map_or(Ok(before.permissions), |names| named(&names))?,
            stores: self.stores.unwrap_or(before.stores),
        })
    }
}

fn named(names: &[String]) -> Result<Permissions, ApiError> {
    let known = |name: &String| {
        Permission::of_name(name).ok_or_else(|| {
            let all = Permissions::all().to_string();
            let message = format!("There is no permission \"{name}\".");
            refuse(StatusCode::BAD_REQUEST, "permission_unknown", message, &format!("Take some of: {all}."))
        })
    };
    names.iter().map(known).collect()
}

/// All users, by name.
#[utoipa::path(get, path = "/api/users", tag = "users", responses((status = 200, body = Vec<UserLine>)))]
pub(super) async fn list(State(central): State<Arc<Central>>) -> Result<Json<Vec<UserLine>>, ApiError> {
    blocking(move || users::list(&*central.store().snapshot()?)).await.map(Json)
}

/// One user.
#[utoipa::path(get, path = "/api/users/{user}", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = UserView)))]
pub(super) async fn one(
    State(central): State<Arc<Central>>,
    Path(id): Path<String>,
) -> Result<Json<UserView>, ApiError> {
    let found = blocking(move || users::get(&*central.store().snapshot()?, &id)?.ok_or(UserError::NotFound(id)));
    Ok(Json(found.await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewUser {
    #[serde(flatten)]
    fields: UserFields,
    /// At least 8 characters; made up and returned if none is given.
    password: Option<String>,
}

/// Make a user.
#[utoipa::path(post, path = "/api/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = UserWithPassword)))]
pub(super) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, Json<UserWithPassword>), ApiError> {
    let (hashed, password) = given_or_made_up(&central, new.password).await?;
    let form = new.fields.over(UserForm { active: true, ..UserForm::default() })?;
    let may = who.permissions;
    let user = change(&central, who, move |central, txn, by| {
        users::create(txn, Editor { hub: central.hub(), by, may }, &form, Some(&hashed))
    });
    let user = woken(&central, user.await?);
    Ok((StatusCode::CREATED, Json(UserWithPassword { user, password })))
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UserChange {
    /// The version that the change was made from.
    version: String,
    #[serde(flatten)]
    fields: UserFields,
}

/// Change a user.
#[utoipa::path(put, path = "/api/users/{user}", tag = "users", params(("user" = String, Path)),
    request_body = UserChange, responses((status = 200, body = UserView)))]
pub(super) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(wanted): Body<UserChange>,
) -> Result<Json<UserView>, ApiError> {
    let may = who.permissions;
    let user = change(&central, who, move |central, txn, by| {
        let before = users::get(txn, &id)?.ok_or_else(|| UserError::NotFound(id.clone()))?;
        let form = wanted.fields.clone().over(before.form)?;
        users::edit(txn, Editor { hub: central.hub(), by, may }, &id, &wanted.version, &form).map_err(ApiError::from)
    });
    Ok(Json(woken(&central, user.await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// At least 8 characters; made up and returned if none is given.
    password: Option<String>,
}

/// Set the password of a user, and end all their sessions.
#[utoipa::path(post, path = "/api/users/{user}/password", tag = "users", params(("user" = String, Path)),
    request_body = NewPassword, responses((status = 200, body = UserWithPassword)))]
pub(super) async fn set_password(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(new): Body<NewPassword>,
) -> Result<Json<UserWithPassword>, ApiError> {
    let (hashed, password) = given_or_made_up(&central, new.password).await?;
    let may = who.permissions;
    let user = change(&central, who, move |central, txn, by| {
        users::set_password(txn, Editor { hub: central.hub(), by, may }, &id, &hashed)
    });
    Ok(Json(UserWithPassword { user: woken(&central, user.await?), password }))
}

/// End all sessions of a user: here at once, on sites at their next sync.
#[utoipa::path(post, path = "/api/users/{user}/sign-out", tag = "users", params(("user" = String, Path)),
    responses((status = 204)))]
pub(super) async fn sign_out(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let may = who.permissions;
    let ended = change(&central, who, move |central, txn, by| {
        users::end_sessions(txn, Editor { hub: central.hub(), by, may }, &id)
    });
    central.hub().wake(&ended.await?);
    Ok(StatusCode::NO_CONTENT)
}

fn woken(central: &Central, (user, grown): (User, users::Grown)) -> UserView {
    central.hub().wake(&grown);
    user.into()
}

/// The password as it is stored, and the password itself if it was made up.
async fn given_or_made_up(
    central: &Arc<Central>,
    password: Option<String>,
) -> Result<(HashedPassword, Option<String>), ApiError> {
    let made_up = password.is_none().then(|| generated_password(central.random()));
    let password = made_up.clone().or(password).unwrap_or_default();
    Ok((hashed(central, password).await?, made_up))
}

/// A password as it is stored.
pub(crate) async fn hashed(central: &Arc<Central>, password: String) -> Result<HashedPassword, ApiError> {
    let central = central.clone();
    let hashing = move || HashedPassword::new(&password, central.limits().password_cost, central.random());
    blocking(move || hashing().map_err(UserError::from)).await
}
