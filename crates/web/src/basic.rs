//! Signing in with HTTP Basic: the limits first, then the password behind a narrow gate, as for sites (EXCHANGE A16).
//!
//! Browsers send name and password with every request, so what was verified is remembered for a while, as a keyed hash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use base64ct::{Base64, Encoding};
use sitesync_core::given::{Clock, Millis, Random};
use sitesync_store::Store;
use tokio::sync::Semaphore;

use crate::accounts::{self, Account, Cost, Role};
use crate::backoff::{self, Backoff};
use crate::{ApiError, blocking, peer_of};

const REMEMBERED_MS: Millis = 15 * 60_000;
const REMEMBERED_MAX: usize = 1000;
const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 32;
const CHALLENGE: &str = "Basic realm=\"sitesync\", charset=\"UTF-8\"";

/// What signing in works with. One lives as long as the program.
pub struct SignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
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
    pub name: String,
    pub role: Role,
}

impl SignIn {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: &dyn Random, cost: Cost) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self {
            store,
            clock,
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

    /// Who sends this request, and whether the account may do what the method does.
    pub async fn who(self: &Arc<Self>, parts: &Parts) -> Result<Who, ApiError> {
        let changes = !matches!(parts.method, Method::GET | Method::HEAD);
        if changes {
            refuse_other_pages(parts)?;
        }
        let (name, password) = credentials(parts)?;
        let who = self.verify(name, password, peer_of(parts).address()).await?;
        if changes && who.role != Role::Administrator {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "administrators_only",
                format!("The account \"{}\" may look but not change anything.", who.name),
                "Sign in with an administrator's account.",
            ));
        }
        Ok(who)
    }

    async fn verify(self: &Arc<Self>, name: String, password: String, address: String) -> Result<Who, ApiError> {
        let waiting = backoff::key(&name, &address);
        self.respect_backoff(waiting)?;
        let this = self.clone();
        let found = blocking(move || {
            let account = accounts::get(&*this.store.snapshot()?, &name)?;
            Ok::<_, ApiError>((account, password))
        });
        let (account, password) = found.await?;
        if let Some(account) = account.as_ref().filter(|account| self.remembers(account, &password)) {
            return Ok(who(account));
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
        Ok(who(&account))
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

    /// The stored secret is part of it: a changed password or another account of the same name forgets by itself.
    fn mark(&self, account: &Account, password: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [&account.name, &account.secret, password] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

fn who(account: &Account) -> Who {
    Who { name: account.name.clone(), role: account.role }
}

fn credentials(parts: &Parts) -> Result<(String, String), ApiError> {
    let header = parts.headers.get(AUTHORIZATION).ok_or_else(|| refused("Nobody is signed in."))?;
    let unreadable = || refused("The sign-in cannot be read.");
    let (scheme, coded) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused("People sign in here with name and password."));
    }
    let plain = Base64::decode_vec(coded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let plain = plain.ok_or_else(unreadable)?;
    let (name, password) = plain.split_once(':').ok_or_else(unreadable)?;
    Ok((name.to_owned(), password.to_owned()))
}

/// A browser sends the sign-in along with whatever another page makes it ask for; such requests may change nothing.
fn refuse_other_pages(parts: &Parts) -> Result<(), ApiError> {
    if is_own_page(parts) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "other_page",
        "The request comes from a page of another server.",
        "Do it on this server's own pages or with a program.",
    ))
}

/// Programs say nothing of a page. Browsers say where theirs is from; without TLS, and old ones, by `Origin` alone.
fn is_own_page(parts: &Parts) -> bool {
    let header = |name| parts.headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    match (header(HeaderName::from_static("sec-fetch-site")), header(ORIGIN)) {
        (Some(from), _) => matches!(from, "same-origin" | "none"),
        // Without the scheme, which a proxy with TLS hides.
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == header(HOST),
        (None, None) => true,
    }
}

fn refused(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "sign_in", message, "Sign in with the name and password of an account.")
        .challenge(CHALLENGE)
}

fn busy() -> ApiError {
    let message = "Too many passwords are being checked at this moment.";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", message, "Try again in a minute.").retry_after(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::HashedPassword;
    use axum::http::Request;
    use sitesync_store::memory::MemoryStore;
    use sitesync_store::write;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

    /// Time and randomness of no interest.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Millis {
            0
        }
    }

    impl Random for Still {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn sign_in() -> Arc<SignIn> {
        let store = Arc::new(MemoryStore::new());
        let hashed = HashedPassword::new("right password", CHEAP, &Still).unwrap();
        write(&*store, |txn| accounts::create(txn, "ana", Role::Administrator, &hashed, 0)).unwrap();
        Arc::new(SignIn::new(store, Arc::new(Still), &Still, CHEAP))
    }

    fn request(name: &str, password: &str) -> Parts {
        let coded = Base64::encode_string(format!("{name}:{password}").as_bytes());
        Request::get("/").header(AUTHORIZATION, format!("Basic {coded}")).body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn a_flood_of_passwords_fills_a_short_queue_and_not_the_machine() {
        let sign_in = sign_in();
        sign_in.who(&request("ana", "right password")).await.unwrap();
        let all = sign_in.turns.acquire_many(AT_ONCE as u32).await.unwrap();
        let guess = |number: usize| {
            let sign_in = sign_in.clone();
            tokio::spawn(async move { sign_in.who(&request(&format!("guess {number}"), "wrong")).await })
        };
        let waiting: Vec<_> = (0..WAITING_MAX).map(guess).collect();
        while sign_in.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let one_more = sign_in.who(&request("ben", "wrong")).await.unwrap_err();
        assert_eq!((one_more.status(), &*one_more.text().code), (StatusCode::SERVICE_UNAVAILABLE, "server_busy"));
        sign_in.who(&request("ana", "right password")).await.expect("who has signed in before needs no turn");
        drop(all);
        for one in waiting {
            assert_eq!(one.await.unwrap().unwrap_err().status(), StatusCode::UNAUTHORIZED);
        }
    }
}
