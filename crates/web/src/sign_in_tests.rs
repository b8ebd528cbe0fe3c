use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use axum::extract::FromRequest;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST};
use axum::http::request::Parts;
use base64ct::{Base64, Encoding};
use sitesync_store::memory::MemoryStore;
use sitesync_store::write;

use super::*;
use crate::accounts::{HashedPassword, local};
use crate::session::{self, Encrypted};
use crate::{Form, basic};

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// Time that is set, and bytes that differ from call to call.
#[derive(Default)]
struct Given {
    now: AtomicI64,
    calls: AtomicU8,
}

impl Clock for Given {
    fn now(&self) -> Millis {
        self.now.load(Ordering::Relaxed)
    }
}

impl Random for Given {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.calls.fetch_add(1, Ordering::Relaxed));
    }
}

fn sign_in() -> (Arc<SignIn>, Arc<Given>) {
    let (store, given) = (Arc::new(MemoryStore::new()), Arc::new(Given::default()));
    set_password(&*store, "right password");
    let sign_in = SignIn::new(store, given.clone(), given.clone(), Place::RemoteSite, CHEAP);
    (Arc::new(sign_in), given)
}

fn set_password(store: &dyn Store, password: &str) {
    let hashed = HashedPassword::new(password, CHEAP, &Given::default()).unwrap();
    write(store, |txn| local::put(txn, "ana", Permissions::all(), &hashed)).unwrap();
}

fn request(name: &str, password: &str) -> Parts {
    let coded = Base64::encode_string(format!("{name}:{password}").as_bytes());
    Request::get("/").header(AUTHORIZATION, format!("Basic {coded}")).body(()).unwrap().into_parts().0
}

fn with_cookie(host: &str, cookie: &str) -> Parts {
    Request::get("/").header(HOST, host).header(COOKIE, cookie).body(()).unwrap().into_parts().0
}

#[tokio::test]
async fn a_flood_of_passwords_fills_a_short_queue_and_not_the_machine() {
    let (sign_in, _) = sign_in();
    basic::who(&sign_in, &request("ana", "right password")).await.unwrap();
    let all = sign_in.turns.acquire_many(AT_ONCE as u32).await.unwrap();
    let guess = |number: usize| {
        let sign_in = sign_in.clone();
        tokio::spawn(async move { basic::who(&sign_in, &request(&format!("guess {number}"), "wrong")).await })
    };
    let waiting: Vec<_> = (0..WAITING_MAX).map(guess).collect();
    while sign_in.queue.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let one_more = basic::who(&sign_in, &request("ben", "wrong")).await.unwrap_err();
    assert_eq!((one_more.status(), &*one_more.text().code), (StatusCode::SERVICE_UNAVAILABLE, "server_busy"));
    basic::who(&sign_in, &request("ana", "right password")).await.expect("who has signed in before needs no turn");
    drop(all);
    for one in waiting {
        assert_eq!(one.await.unwrap().unwrap_err().status(), StatusCode::UNAUTHORIZED);
    }
}

async fn begin(sign_in: &Arc<SignIn>) -> String {
    let account = sign_in.check("ana".into(), "right password".into(), "here".into()).await.unwrap();
    sign_in.begin(&account).unwrap()
}

#[tokio::test]
async fn a_session_is_found_by_its_cookie_and_ends_by_time_by_signing_out_and_by_another_password() {
    let (sign_in, given) = sign_in();
    let is_in = |token: &str| {
        let parts = with_cookie("site:8081", &format!("other=1; sitesync8081={token}"));
        sign_in.session(&parts).unwrap().map(|session| session.who.name)
    };
    let token = begin(&sign_in).await;
    assert_eq!(is_in(&token).as_deref(), Some("ana"));
    assert_eq!(is_in(&"0".repeat(64)), None, "a guess");
    assert_eq!(is_in(""), None);
    // Used within half a day it lives on, though not beyond a week.
    for hours in (0..7 * 24).step_by(11) {
        given.now.store(hours * 3_600_000, Ordering::Relaxed);
        assert!(is_in(&token).is_some(), "after {hours} h");
    }
    given.now.store(7 * 24 * 3_600_000, Ordering::Relaxed);
    assert_eq!(is_in(&token), None, "a week is over");
    let token = begin(&sign_in).await;
    given.now.fetch_add(12 * 3_600_000, Ordering::Relaxed);
    assert_eq!(is_in(&token), None, "left alone for half a day");
    let (token, other) = (begin(&sign_in).await, begin(&sign_in).await);
    sign_in.end(&with_cookie("site:8081", &format!("sitesync8081={token}"))).unwrap();
    assert_eq!((is_in(&token), is_in(&other).as_deref()), (None, Some("ana")));
    sign_in.end_all(&AccountId::Local("ana".into())).unwrap();
    assert_eq!(is_in(&other), None, "signed out everywhere");
    let token = begin(&sign_in).await;
    set_password(&*sign_in.store, "another password");
    assert_eq!(is_in(&token), None, "the password was changed");
}

#[test]
fn cookies_of_several_servers_on_one_machine_are_apart_and_secure_where_they_can_be() {
    let mut parts = with_cookie("127.0.0.1:8080", "");
    let plain = session::cookie(&parts, "t");
    assert!(plain.starts_with("sitesync8080=t; Path=/; ") && !plain.contains("Secure"), "{plain}");
    assert!(plain.contains("; HttpOnly") && plain.contains("; SameSite=Strict"), "{plain}");
    parts.extensions.insert(Encrypted);
    let secure = session::cookie(&parts, "t");
    assert!(secure.starts_with("__Host-sitesync8080=t; Path=/; ") && secure.ends_with("; Secure"), "{secure}");
    assert!(session::cookie(&parts, "").contains("Max-Age=0"), "signing out removes it");
}

#[tokio::test]
async fn a_form_counts_only_if_it_comes_from_a_page_of_the_session() {
    let (sign_in, _) = sign_in();
    let token = begin(&sign_in).await;
    let session = sign_in.session(&with_cookie("h", &format!("sitesync={token}"))).unwrap().unwrap();
    let send = async |body: String, from: &str| {
        let request = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", from).extension(session.clone()).body(body.into()).unwrap();
        Form::from_request(request, &()).await.map_err(|error| error.text().code.clone())
    };
    let word = &session.csrf;
    let form = send(format!("store=a+b&csrf={word}&store=%C3%A9"), "same-origin").await.unwrap();
    assert_eq!(form.all("store").collect::<Vec<_>>(), ["a b", "é"]);
    assert_eq!((form.get("store"), form.get("none"), form.has("none")), ("a b", "", false));
    for (body, from, refusal) in [
        ("store=a".to_owned(), "same-origin", "form_foreign"),
        (format!("csrf={}", word.to_uppercase()), "same-origin", "form_foreign"),
        (format!("csrf={word}"), "cross-site", "other_page"),
        (format!("csrf={word}"), "same-site", "other_page"),
        ("a=1&".repeat(20_001), "same-origin", "form_unreadable"),
        ("a".repeat(2 << 20), "same-origin", "form_unreadable"),
    ] {
        assert_eq!(send(body, from).await.unwrap_err(), refusal);
    }
}
