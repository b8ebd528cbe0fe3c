//! Signing in with a name and a password: the limits first, then the password behind a narrow gate, as for sites (EXCHANGE A16).
//!
//! Programs send name and password with every request ([`crate::basic`]), so what was verified is remembered for a while, as a keyed
//! hash. People sign in once, and a [`crate::session`] begins.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use sitesync_core::given::{Clock, Millis, Random};
use sitesync_store::Store;
use tokio::sync::Semaphore;

use crate::accounts::{self, Account, AccountId, Cost, Permission, Permissions, Place};
use crate::backoff::{self, Backoff};
use crate::{ApiError, blocking};

const REMEMBERED_MS: Millis = 15 * 60_000;
const REMEMBERED_MAX: usize = 1000;
const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 32;

/// What signing in works with. One lives as long as the program.
pub struct SignIn {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) place: Place,
    cost: Cost,
    key: [u8; 32],
    verified: Mutex<HashMap<[u8; 32], Millis>>,
    backoff: Backoff,
    turns: Semaphore,
    queue: Semaphore,
}

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub id: AccountId,
    pub name: String,
    pub permissions: Permissions,
}

impl Who {
    pub(crate) fn of(account: &Account) -> Self {
        Self { id: account.id.clone(), name: account.name.clone(), permissions: account.permissions }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// # Errors
    /// A refusal that names the permission, if it is missing.
    pub fn need(&self, permission: Permission) -> Result<(), ApiError> {
        if self.may(permission) {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "permission_missing",
            format!("\"{}\" does not have the permission {}.", self.name, permission.name()),
            "Ask somebody who manages users for it, or sign in with another account.",
        )
        .with("permission", &permission))
    }
}

impl SignIn {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        place: Place,
        cost: Cost,
    ) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self {
            store,
            clock,
            random,
            place,
            cost,
            key,
            verified: Mutex::default(),
            backoff: Backoff::default(),
            turns: Semaphore::new(AT_ONCE),
            queue: Semaphore::new(WAITING_MAX),
        }
    }

    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// The account of this name and password, for a request from `address`.
    ///
    /// # Errors
    /// The refusal: a wrong name or password, too many of them, or a server that checks too many at this moment.
    pub async fn check(self: &Arc<Self>, name: String, password: String, address: String) -> Result<Account, ApiError> {
        let waiting = backoff::key(&name.to_lowercase(), &address);
        self.respect_backoff(waiting)?;
        let this = self.clone();
        let found = blocking(move || {
            let account = accounts::find(&*this.store.snapshot()?, this.place, &name)?;
            Ok::<_, ApiError>((account, password))
        });
        let (account, password) = found.await?;
        if let Some(account) = account.as_ref().filter(|account| self.remembers(account, &password)) {
            return Ok(account.clone());
        }
        let _place = self.queue.try_acquire().map_err(|_| busy())?;
        let _turn = self.turns.acquire().await.map_err(ApiError::unexpected)?;
        // Others failed while this one waited for its turn.
        self.respect_backoff(waiting)?;
        let cost = self.cost;
        let checked = blocking(move || {
            let right = accounts::is_right(&password, account.as_ref(), cost)?;
            Ok::<_, ApiError>((account.filter(|_| right), password))
        });
        let (account, password) = checked.await?;
        let Some(account) = account else {
            self.backoff.failed(waiting, self.clock.now());
            return Err(refused("The name or the password is wrong."));
        };
        self.backoff.succeeded(waiting);
        self.remember(&account, &password);
        Ok(account)
    }

    fn respect_backoff(&self, key: sitesync_core::hash::Hash) -> Result<(), ApiError> {
        let Some(left) = self.backoff.wait(key, self.clock.now()) else { return Ok(()) };
        let seconds = left.unsigned_abs().div_ceil(1000);
        Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_failures",
            "Too many wrong passwords for this name from this address.",
            format!("Wait {seconds} s, then try again."),
        )
        .retry_after(seconds))
    }

    fn remembers(&self, account: &Account, password: &str) -> bool {
        let mark = self.mark(account, password);
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&mark).is_some_and(|at| (0..REMEMBERED_MS).contains(&(self.clock.now() - at)))
    }

    fn remember(&self, account: &Account, password: &str) {
        let mark = self.mark(account, password);
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= REMEMBERED_MAX {
            verified.clear();
        }
        verified.insert(mark, self.clock.now());
    }

    /// The mark of the stored secret is part of it: a changed password or another account of the same name forgets by itself.
    fn mark(&self, account: &Account, password: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [&account.mark(), &account.name, password] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

pub(crate) fn refused(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "sign_in", message, "Sign in with the name and password of an account.")
}

fn busy() -> ApiError {
    let message = "Too many passwords are being checked at this moment.";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", message, "Try again in a minute.").retry_after(10)
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
