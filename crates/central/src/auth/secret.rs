//! The secret of a site: the SHA-256 of its password as hex digits, as every kind of site sends it, and argon2id over that to be stored.
//!
//! Nothing here prints a secret, and nothing decides who may try one.

use std::fmt;
use std::fmt::Write as _;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use sitesync_core::given::Random;
use sitesync_store::StoreError;

use super::settings::HashCost;
use crate::sites::Hidden;

/// What a site sends to prove that it knows the password: 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret of a password that a person typed. None if it is empty. Blanks count: people cannot see what we would remove.
    pub fn of_password(password: &str) -> Option<Self> {
        (!password.is_empty()).then(|| Self(hex(&Sha256::digest(password.as_bytes()))))
    }

    /// A secret as it was sent. None if it is not 64 hex digits, and so cannot be right.
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        right.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The digits, for who must send them: never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A secret in the form in which it is stored.
#[derive(Clone, Debug)]
pub struct HashedSecret(Hidden);

impl HashedSecret {
    /// Takes as long as checking one, so it is done before the transaction that stores it.
    pub fn new(secret: &Secret, cost: HashCost, random: &dyn Random) -> Result<Self, StoreError> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let hash = argon2(cost)?.hash_password_with_salt(secret.0.as_bytes(), &salt);
        Ok(Self(Hidden::new(hash.map_err(failed)?.to_string())))
    }

    pub(crate) fn into_hidden(self) -> Hidden {
        self.0
    }
}

/// Whether `secret` is the stored one. Without a stored one it is never right, which takes as long as being wrong.
pub(super) fn is_right(secret: &Secret, stored: Option<&Hidden>, cost: HashCost) -> Result<bool, StoreError> {
    match stored {
        // The cost is read from the stored text, so a changed setting locks nobody out.
        Some(stored) => Ok(Argon2::default().verify_password(secret.0.as_bytes(), stored.reveal()).is_ok()),
        None => {
            argon2(cost)?.hash_password_with_salt(secret.0.as_bytes(), &[0; 16]).map_err(failed)?;
            Ok(false)
        }
    }
}

fn argon2(cost: HashCost) -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Out of memory, or costs that argon2 does not take: a fault of the machine, not of who asks.
fn failed(error: impl fmt::Display) -> StoreError {
    StoreError::Other(format!("argon2: {error}"))
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
