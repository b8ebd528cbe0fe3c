//! Tokens: 256 random bits, of which only the hash is stored, so that a copy of the data file lets nobody in.
//!
//! A site has one at most. It is good for one site, name, secret version, hardware id and data file: if any of these changes, it ends,
//! and the site logs in again by itself. A block after wrong passwords does not end it: who holds it has proved the password.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sitesync_core::given::Random;
use sitesync_core::ids::SiteId;
use sitesync_store::{Result, Snapshot, Space, StoreError, Txn};

use super::refusal::{AuthError, Refusal};
use super::secret::hex;
use super::settings;
use crate::sites::{Hidden, Site, rows};

/// A token as the site keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub(super) fn new(random: &dyn Random) -> Self {
        Self(random.secret())
    }

    /// The 64 hex digits, to be sent to the site once: never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// What a token is good for; the row stands under the token's hash.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct TokenRow {
    site: SiteId,
    name: String,
    secret_version: u64,
    hardware_id: String,
    data_file: Option<String>,
}

impl TokenRow {
    fn of(site: &Site) -> Self {
        Self {
            site: site.id,
            name: site.name.clone(),
            secret_version: site.secret_version,
            hardware_id: site.hardware_id.clone().unwrap_or_default(),
            data_file: site.data_file.clone(),
        }
    }
}

/// Makes this the token of the site as it is now; the former one ends. The caller stores the site.
pub(super) fn replace(txn: &mut dyn Txn, site: &mut Site, token: &Token) -> Result<()> {
    rows::end_token(txn, site)?;
    let hash = hash_of(&token.0);
    let row = serde_json::to_vec(&TokenRow::of(site)).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Token, hash.as_bytes(), &row)?;
    site.token = Some(Hidden::new(hash));
    Ok(())
}

/// The site that this token lets in. Three rows are read, and nothing is written.
pub fn check_token(
    snapshot: &dyn Snapshot,
    token: &str,
    hardware_id: &str,
    data_file: &str,
) -> Result<Site, AuthError> {
    let hash = hash_of(token);
    let ended = || AuthError::Refused(Refusal::TokenEnded);
    let row = snapshot.row(Space::Token, hash.as_bytes())?.ok_or_else(ended)?;
    let row: TokenRow =
        serde_json::from_slice(&row).map_err(|error| StoreError::Damaged(format!("the row of a token: {error}")))?;
    let site = rows::read(snapshot, row.site)?.ok_or_else(ended)?;
    let in_force = site.token.as_ref().is_some_and(|token| token.reveal() == hash);
    if !in_force || row != TokenRow::of(&site) {
        return Err(ended());
    }
    if row.hardware_id != hardware_id {
        return Err(Refusal::WrongDevice.into());
    }
    if row.data_file.as_deref() != Some(data_file) {
        return Err(ended());
    }
    // Last, so that a stranger is not told about it in place of the truth.
    if !settings::get(snapshot)?.accept_sync {
        return Err(Refusal::SyncOff.into());
    }
    Ok(site)
}

fn hash_of(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}
