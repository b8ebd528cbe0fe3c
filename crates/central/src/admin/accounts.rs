//! Accounts of people.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_store::Txn;
use sitesync_web::accounts::{self, AccountError, AccountView, HashedPassword, Role, generated_password};
use sitesync_web::basic::Who;
use sitesync_web::{ApiError, Body, Path, blocking};
use utoipa::ToSchema;

use super::guard::change;
use crate::audit;
use crate::server::Central;
use crate::sites::{By, rows};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AccountRole {
    /// May do everything.
    Administrator,
    /// May look only.
    Reader,
}

impl From<AccountRole> for Role {
    fn from(role: AccountRole) -> Self {
        match role {
            AccountRole::Administrator => Role::Administrator,
            AccountRole::Reader => Role::Reader,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountLine {
    name: String,
    role: AccountRole,
    created: i64,
}

impl From<AccountView> for AccountLine {
    fn from(view: AccountView) -> Self {
        let role = match view.role {
            Role::Administrator => AccountRole::Administrator,
            Role::Reader => AccountRole::Reader,
        };
        Self { name: view.name, role, created: view.created }
    }
}

/// An account, and its password if one was made up. It is not told again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountWithPassword {
    account: AccountLine,
    password: Option<String>,
}

/// All accounts, by name.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", responses((status = 200, body = Vec<AccountLine>)))]
pub(super) async fn list(State(central): State<Arc<Central>>) -> Result<Json<Vec<AccountLine>>, ApiError> {
    let found = blocking(move || accounts::list(&*central.store().snapshot()?)).await?;
    Ok(Json(found.iter().map(|account| account.view().into()).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    name: String,
    role: AccountRole,
    /// At least 8 characters; made up and returned if none is given.
    password: Option<String>,
}

/// Make an account.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = NewAccount,
    responses((status = 201, body = AccountWithPassword)))]
pub(super) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<AccountWithPassword>), ApiError> {
    let (hashed, password) = hashed(&central, new.password).await?;
    let (name, role) = (new.name, Role::from(new.role));
    let account = change(&central, who, move |_, txn, by| {
        rows::lock_directory(txn)?;
        let account = accounts::create(txn, &name, role, &hashed, by.at)?;
        let to = if role == Role::Administrator { "administrator" } else { "reader" };
        note(txn, by, "account.create", &account.name, to)?;
        Ok::<_, AccountError>(account)
    });
    let account = account.await?.view().into();
    Ok((StatusCode::CREATED, Json(AccountWithPassword { account, password })))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// At least 8 characters; made up and returned if none is given.
    password: Option<String>,
}

/// Set the password of an account.
#[utoipa::path(post, path = "/api/accounts/{name}/password", tag = "accounts", params(("name" = String, Path)),
    request_body = NewPassword, responses((status = 200, body = AccountWithPassword)))]
pub(super) async fn set_password(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    Body(new): Body<NewPassword>,
) -> Result<Json<AccountWithPassword>, ApiError> {
    let (hashed, password) = hashed(&central, new.password).await?;
    let account = change(&central, who, move |_, txn, by| {
        rows::lock_directory(txn)?;
        let account = accounts::set_password(txn, &name, &hashed)?;
        note(txn, by, "account.set_password", &account.name, "")?;
        Ok::<_, AccountError>(account)
    });
    Ok(Json(AccountWithPassword { account: account.await?.view().into(), password }))
}

/// Remove an account.
#[utoipa::path(delete, path = "/api/accounts/{name}", tag = "accounts", params(("name" = String, Path)),
    responses((status = 204)))]
pub(super) async fn remove(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let removed = change(&central, who, move |_, txn, by| {
        rows::lock_directory(txn)?;
        let account = accounts::remove(txn, &name)?;
        note(txn, by, "account.remove", &account.name, "")
    });
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The password as it is stored, and the password itself if it was made up.
async fn hashed(
    central: &Arc<Central>,
    password: Option<String>,
) -> Result<(HashedPassword, Option<String>), ApiError> {
    let central = central.clone();
    blocking(move || {
        let made_up = password.is_none().then(|| generated_password(central.random()));
        let password = made_up.clone().or(password).unwrap_or_default();
        let hashed = HashedPassword::new(&password, central.limits().password_cost, central.random())?;
        Ok::<_, AccountError>((hashed, made_up))
    })
    .await
}

fn note(txn: &mut dyn Txn, by: By<'_>, what: &str, name: &str, to: &str) -> Result<(), AccountError> {
    audit::append(txn, by.at, audit::Change { who: by.who, what, subject: name, from: "", to })?;
    Ok(())
}
