//! Accounts of people, as both programs read them: the record `user`, with its secret and permissions in `user_account` and its
//! stores in `user_store`. They are made on the central server and travel to the sites where the user has a store, and only there.
//!
//! Nothing is written here but a site's own account ([`local`]); signing in is [`crate::sign_in`].

pub mod local;
mod password;
mod permission;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sitesync_core::ids::RecordKey;
use sitesync_core::record::{Record, Role, link_target};
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};

pub(crate) use password::is_right;
pub use password::{Cost, HashedPassword, PASSWORD_MIN, generated_password};
pub use permission::{Permission, Permissions};

/// The tables of users.
pub const USER: &str = "user";
/// Of the same id as its user.
pub const USER_ACCOUNT: &str = "user_account";
pub const USER_STORE: &str = "user_store";

/// How many users are read at a time.
const SLICE: usize = 500;

/// Where somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    CentralServer,
    /// Only who may log in to one of its stores, and the site's own account.
    RemoteSite,
}

/// Which account it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountId {
    /// The id of the record `user`.
    User(String),
    /// The name of a site's own account.
    Local(String),
}

/// Somebody who may sign in.
#[derive(Clone)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub permissions: Permissions,
    /// argon2id, as a PHC string.
    pub(crate) secret: String,
    /// Raised to end all sessions.
    pub(crate) sessions: u64,
}

impl Account {
    /// Another one after each change that ends sessions. It tells nothing of the password.
    pub(crate) fn mark(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.sessions.to_le_bytes());
        hasher.update(self.secret.as_bytes());
        hasher.finalize().to_hex().to_string()
    }
}

/// Why an account is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    #[error("the name of a user has 1 to 100 characters, without a colon and control characters")]
    BadName,
    #[error("the password is too short: take at least {PASSWORD_MIN} characters")]
    ShortPassword,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName => "account_name_refused",
            Self::ShortPassword => "password_too_short",
            Self::Store(_) => "store_failed",
        }
    }
}

/// The name without blanks around it, if it can be one. A colon would end it in HTTP Basic authentication.
pub fn checked_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.contains(':') && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(AccountError::BadName) }
}

/// The account of this name that may sign in at this place. Upper and lower case of users are the same.
pub fn find(snapshot: &dyn Snapshot, place: Place, name: &str) -> Result<Option<Account>, StoreError> {
    let name = name.trim();
    let user = match user_named(snapshot, name)? {
        Some(user) => of_user(snapshot, place, &user)?,
        None => None,
    };
    match (user, place) {
        (None, Place::RemoteSite) => local::get(snapshot, name),
        (user, _) => Ok(user),
    }
}

/// The account of this id, if it may still sign in at this place.
pub fn by_id(snapshot: &dyn Snapshot, place: Place, id: &AccountId) -> Result<Option<Account>, StoreError> {
    match (id, place) {
        (AccountId::User(id), _) => match live(snapshot, &RecordKey::new(USER, id.as_str()))? {
            Some(user) => of_user(snapshot, place, &user),
            None => Ok(None),
        },
        (AccountId::Local(name), Place::RemoteSite) => local::get(snapshot, name),
        (AccountId::Local(_), Place::CentralServer) => Ok(None),
    }
}

/// The live record of a user of this name, active or not.
pub fn user_named(snapshot: &dyn Snapshot, name: &str) -> Result<Option<Record>, StoreError> {
    let wanted = name.to_lowercase();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table(USER, after.as_deref(), SLICE)?;
        let Some(last) = slice.last().map(|user| user.key.id.clone()) else { return Ok(None) };
        for user in slice {
            if text(&StoreWorld::body(&user)?, "name").to_lowercase() == wanted {
                return Ok(Some(user));
            }
        }
        after = Some(last);
    }
}

fn of_user(snapshot: &dyn Snapshot, place: Place, user: &Record) -> Result<Option<Account>, StoreError> {
    let body = StoreWorld::body(user)?;
    let account = live(snapshot, &RecordKey::new(USER_ACCOUNT, user.key.id.clone()))?;
    let account = account.map(|account| StoreWorld::body(&account)).transpose()?.unwrap_or_default();
    let secret = text(&account, "password_hash");
    if secret.is_empty() || !is_true(&body, "active") {
        return Ok(None);
    }
    if place == Place::RemoteSite && !may_log_in(snapshot, &user.key)? {
        return Ok(None);
    }
    Ok(Some(Account {
        id: AccountId::User(user.key.id.to_string()),
        name: text(&body, "name").to_owned(),
        permissions: Permissions::parse(text(&account, "permissions")),
        secret: secret.to_owned(),
        sessions: account.get("sessions").and_then(Value::as_u64).unwrap_or(0),
    }))
}

/// The live records of a user's stores: `user_store`.
pub fn stores_of(snapshot: &dyn Snapshot, user: &RecordKey) -> Result<Vec<Record>, StoreError> {
    let joins = snapshot.linked(Role::Subject, &link_target(user), None, usize::MAX)?;
    let joins: Vec<_> = joins.into_iter().filter(|key| &*key.table == USER_STORE).collect();
    Ok(snapshot.records(&joins)?.into_iter().flatten().filter(Record::is_live).collect())
}

/// Whether the user may log in to a store that is here.
fn may_log_in(snapshot: &dyn Snapshot, user: &RecordKey) -> Result<bool, StoreError> {
    for join in stores_of(snapshot, user)? {
        if is_true(&StoreWorld::body(&join)?, "can_login") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn live(snapshot: &dyn Snapshot, key: &RecordKey) -> Result<Option<Record>, StoreError> {
    Ok(snapshot.records(std::slice::from_ref(key))?.pop().flatten().filter(Record::is_live))
}

fn text<'a>(body: &'a Map<String, Value>, column: &str) -> &'a str {
    body.get(column).and_then(Value::as_str).unwrap_or("")
}

fn is_true(body: &Map<String, Value>, column: &str) -> bool {
    body.get(column).and_then(Value::as_bool).unwrap_or(false)
}
