//! Sessions of people in a browser: begun by signing in, kept in rows of the data file so that a restart signs nobody out, and ended
//! by signing out, by time, and by a change of the account.
//!
//! The browser holds a random token in a cookie; here only its hash is kept. Every form carries a second word that another page
//! cannot know (`csrf`), made from the token.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HOST};
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_store::{Snapshot, Space, StoreError, Txn, write};

use crate::accounts::{self, Account, AccountId};
use crate::sign_in::{SignIn, Who};

/// Without a request for so long, a session ends.
const IDLE_MS: Millis = 12 * 3_600_000;
/// So long after signing in it ends in any case.
const LONGEST_MS: Millis = 7 * 24 * 3_600_000;
/// A request is written down only so often.
const NOTED_EVERY_MS: Millis = 10 * 60_000;
const PREFIX: &[u8] = b"session/";
/// So many are looked through for old ones when somebody signs in.
const LOOKED_THROUGH: usize = 10_000;

/// A session that is in force.
#[derive(Clone, Debug)]
pub struct Session {
    pub who: Who,
    /// The word that each form of this session carries.
    pub csrf: String,
}

#[derive(Serialize, Deserialize)]
struct Row {
    account: AccountId,
    /// [`Account::mark`] at the beginning.
    mark: String,
    began: Millis,
    seen: Millis,
}

impl Row {
    fn is_over(&self, now: Millis) -> bool {
        // A clock that was set back makes no session longer.
        !(0..LONGEST_MS).contains(&(now - self.began).max(0)) || now - self.seen >= IDLE_MS
    }
}

/// Marks a request that came encrypted, to us or to a proxy of ours.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// Whether a request came encrypted.
pub fn is_encrypted(parts: &Parts) -> bool {
    parts.extensions.get::<Encrypted>().is_some()
}

/// Cookies know no ports: several sites on one machine each need a name of their own.
fn cookie_name(headers: &HeaderMap, encrypted: bool) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let port: String = port.chars().filter(char::is_ascii_digit).take(5).collect();
    let prefix = if encrypted { "__Host-" } else { "" };
    format!("{prefix}sitesync{port}")
}

/// What sets the cookie of a session; with an empty token, what removes it.
pub fn cookie(parts: &Parts, token: &str) -> String {
    let encrypted = is_encrypted(parts);
    let name = cookie_name(&parts.headers, encrypted);
    let secure = if encrypted { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { LONGEST_MS / 1000 };
    format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

fn token(parts: &Parts) -> Option<&str> {
    let name = cookie_name(&parts.headers, is_encrypted(parts));
    let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, token)| token).filter(|token| token.len() == 64)
}

fn key(token: &str) -> Vec<u8> {
    [PREFIX, blake3::hash(token.as_bytes()).to_hex().as_bytes()].concat()
}

fn csrf(token: &str) -> String {
    blake3::derive_key("sitesync forms of a session", token.as_bytes()).iter().take(16).fold(
        String::with_capacity(32),
        |mut text, byte| {
            use std::fmt::Write;
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        },
    )
}

impl SignIn {
    /// Begins a session, and returns its token for the cookie.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn begin(&self, account: &Account) -> Result<String, StoreError> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        let token = blake3::Hash::from_bytes(bytes).to_hex().to_string();
        let now = self.clock.now();
        let row = Row { account: account.id.clone(), mark: account.mark(), began: now, seen: now };
        write(&*self.store, |txn| {
            sweep(txn, now)?;
            put(txn, &key(&token), &row)
        })?;
        Ok(token)
    }

    /// The session of a request, if it has one that is in force.
    ///
    /// # Errors
    /// If the data file cannot be read or written.
    pub fn session(&self, parts: &Parts) -> Result<Option<Session>, StoreError> {
        let Some(token) = token(parts) else { return Ok(None) };
        let (key, now) = (key(token), self.clock.now());
        let (mut row, account) = {
            let snapshot = self.store.snapshot()?;
            let Some(row) = get(&*snapshot, &key)?.filter(|row| !row.is_over(now)) else { return Ok(None) };
            let account = accounts::by_id(&*snapshot, self.place, &row.account)?;
            let Some(account) = account.filter(|account| account.mark() == row.mark) else { return Ok(None) };
            (row, account)
        };
        if now - row.seen >= NOTED_EVERY_MS {
            row.seen = now;
            write(&*self.store, |txn| if get(txn, &key)?.is_some() { put(txn, &key, &row) } else { Ok(()) })?;
        }
        Ok(Some(Session { who: Who::of(&account), csrf: csrf(token) }))
    }

    /// Ends the session of a request.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn end(&self, parts: &Parts) -> Result<(), StoreError> {
        let Some(token) = token(parts) else { return Ok(()) };
        write(&*self.store, |txn| txn.delete_row(Space::Meta, &key(token)))
    }

    /// Ends all sessions of an account on this server.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn end_all(&self, account: &AccountId) -> Result<(), StoreError> {
        write(&*self.store, |txn| {
            for (key, row) in txn.rows(Space::Meta, PREFIX, None, usize::MAX)? {
                if parse(&row)?.account == *account {
                    txn.delete_row(Space::Meta, &key)?;
                }
            }
            Ok(())
        })
    }
}

fn sweep(txn: &mut dyn Txn, now: Millis) -> Result<(), StoreError> {
    for (key, row) in txn.rows(Space::Meta, PREFIX, None, LOOKED_THROUGH)? {
        if parse(&row)?.is_over(now) {
            txn.delete_row(Space::Meta, &key)?;
        }
    }
    Ok(())
}

fn get(snapshot: &dyn Snapshot, key: &[u8]) -> Result<Option<Row>, StoreError> {
    snapshot.row(Space::Meta, key)?.map(|row| parse(&row)).transpose()
}

fn put(txn: &mut dyn Txn, key: &[u8], row: &Row) -> Result<(), StoreError> {
    let text = serde_json::to_vec(row).map_err(|error| StoreError::Other(error.to_string()))?;
    txn.put_row(Space::Meta, key, &text)
}

fn parse(row: &[u8]) -> Result<Row, StoreError> {
    serde_json::from_slice(row).map_err(|error| StoreError::Damaged(format!("the row of a session: {error}")))
}
