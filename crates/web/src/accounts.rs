//! Accounts of people: who may look, and who may change things. Kept in the store of the program, one row each.
//!
//! Changes run in the caller's transaction, so that they are noted in the same one. Signing in is [`crate::basic`].

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sitesync_core::given::{Millis, Random};
use sitesync_store::{Snapshot, Space, StoreError, Txn};

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// Looking only.
    Reader,
}

/// An account as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    pub name: String,
    pub role: Role,
    pub created: Millis,
    /// argon2id, as a PHC string.
    pub(crate) secret: String,
}

/// An account as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub name: String,
    pub role: Role,
    pub created: Millis,
}

impl Account {
    pub fn view(&self) -> AccountView {
        AccountView { name: self.name.clone(), role: self.role, created: self.created }
    }
}

/// Why an account is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    #[error("there is no account \"{0}\"")]
    NotFound(String),
    #[error("there already is an account \"{0}\"")]
    Exists(String),
    #[error("the name of an account has 1 to 100 characters, without a colon and control characters")]
    BadName,
    #[error("the password is too short: take at least {PASSWORD_MIN} characters")]
    ShortPassword,
    #[error("\"{0}\" is the last administrator; make another one first")]
    LastAdministrator(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "account_not_found",
            Self::Exists(_) => "account_exists",
            Self::BadName => "account_name_refused",
            Self::ShortPassword => "password_too_short",
            Self::LastAdministrator(_) => "last_administrator",
            Self::Store(_) => "store_failed",
        }
    }
}

pub const PASSWORD_MIN: usize = 8;

/// What argon2id costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Default for Cost {
    /// About 20 ms on a small server.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// A password in the form in which it is stored.
#[derive(Clone)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// Takes its time, so it is done before the transaction that stores it.
    pub fn new(password: &str, cost: Cost, random: &dyn Random) -> Result<Self, AccountError> {
        if password.chars().count() < PASSWORD_MIN {
            return Err(AccountError::ShortPassword);
        }
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let hash = argon2(cost)?.hash_password_with_salt(password.as_bytes(), &salt);
        Ok(Self(hash.map_err(failed)?.to_string()))
    }
}

/// A password that is made up: letters and digits that are not mistaken for one another, in groups.
pub fn generated_password(random: &dyn Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let groups = bytes.chunks(4).map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])));
    groups.map(Iterator::collect::<String>).collect::<Vec<_>>().join("-")
}

/// Whether `password` is the account's. Without an account it is never right, which takes as long as being wrong.
pub(crate) fn is_right(password: &str, account: Option<&Account>, cost: Cost) -> Result<bool, StoreError> {
    match account {
        Some(account) => Ok(Argon2::default().verify_password(password.as_bytes(), account.secret.as_str()).is_ok()),
        None => {
            argon2(cost)?.hash_password_with_salt(password.as_bytes(), &[0; 16]).map_err(failed)?;
            Ok(false)
        }
    }
}

fn argon2(cost: Cost) -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Other(format!("argon2: {error}"))
}

const PREFIX: &str = "account/";

fn key(name: &str) -> Vec<u8> {
    format!("{PREFIX}{name}").into_bytes()
}

pub fn get(snapshot: &dyn Snapshot, name: &str) -> Result<Option<Account>, StoreError> {
    snapshot.row(Space::Meta, &key(name))?.map(|row| parse(&row)).transpose()
}

/// All accounts, by name.
pub fn list(snapshot: &dyn Snapshot) -> Result<Vec<Account>, StoreError> {
    let rows = snapshot.rows(Space::Meta, PREFIX.as_bytes(), None, usize::MAX)?;
    rows.iter().map(|(_, row)| parse(row)).collect()
}

fn parse(row: &[u8]) -> Result<Account, StoreError> {
    serde_json::from_slice(row).map_err(|error| StoreError::Damaged(format!("the row of an account: {error}")))
}

fn put(txn: &mut dyn Txn, account: &Account) -> Result<(), StoreError> {
    let row = serde_json::to_vec(account).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Meta, &key(&account.name), &row)
}

/// Makes an account.
pub fn create(
    txn: &mut dyn Txn,
    name: &str,
    role: Role,
    password: &HashedPassword,
    now: Millis,
) -> Result<Account, AccountError> {
    let name = name.trim();
    // A colon would end the name in HTTP Basic authentication.
    let fits = (1..=100).contains(&name.chars().count()) && !name.contains(':') && !name.chars().any(char::is_control);
    if !fits {
        return Err(AccountError::BadName);
    }
    if get(txn, name)?.is_some() {
        return Err(AccountError::Exists(name.to_owned()));
    }
    let account = Account { name: name.to_owned(), role, created: now, secret: password.0.clone() };
    put(txn, &account)?;
    Ok(account)
}

pub fn set_password(txn: &mut dyn Txn, name: &str, password: &HashedPassword) -> Result<Account, AccountError> {
    let mut account = get(txn, name)?.ok_or_else(|| AccountError::NotFound(name.to_owned()))?;
    account.secret.clone_from(&password.0);
    put(txn, &account)?;
    Ok(account)
}

/// Removes an account, though never the last administrator: nobody could make another one.
pub fn remove(txn: &mut dyn Txn, name: &str) -> Result<Account, AccountError> {
    let account = get(txn, name)?.ok_or_else(|| AccountError::NotFound(name.to_owned()))?;
    let administrators = list(txn)?.iter().filter(|account| account.role == Role::Administrator).count();
    if account.role == Role::Administrator && administrators == 1 {
        return Err(AccountError::LastAdministrator(name.to_owned()));
    }
    txn.delete_row(Space::Meta, &key(name))?;
    Ok(account)
}
