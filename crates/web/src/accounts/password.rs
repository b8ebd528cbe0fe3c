//! Passwords of people: argon2id to store them, and made-up ones. Who may try one is decided in [`crate::sign_in`].

use std::fmt;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sitesync_core::given::Random;
use sitesync_store::StoreError;

use super::{Account, AccountError};

/// In characters.
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

/// A password in the form in which it is stored. It never shows itself in a log.
#[derive(Clone)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// Takes its time, so it is done before the transaction that stores it.
    ///
    /// # Errors
    /// [`AccountError::ShortPassword`] if it has less than [`PASSWORD_MIN`] characters.
    pub fn new(password: &str, cost: Cost, random: &dyn Random) -> Result<Self, AccountError> {
        if password.chars().count() < PASSWORD_MIN {
            return Err(AccountError::ShortPassword);
        }
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let hash = argon2(cost)?.hash_password_with_salt(password.as_bytes(), &salt);
        Ok(Self(hash.map_err(failed)?.to_string()))
    }

    /// The text to be stored: an argon2id PHC string.
    pub fn to_store(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
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

fn failed(error: impl fmt::Display) -> StoreError {
    StoreError::Other(format!("argon2: {error}"))
}
