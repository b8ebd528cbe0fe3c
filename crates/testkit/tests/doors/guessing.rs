//! What somebody learns and what he can stop who has no password: names, lock-outs, and the cost of trying (EXCHANGE A16).

use axum::body::Body;
use axum::http::Request;

use crate::central::{PASSWORD, Server, Shown, TABLET, call, exchange_body, login_body};
use crate::{ADMINISTRATOR, Answer, READER, basic, send};

/// All that is seen of an answer.
fn seen(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, answer.text.clone(), headers.collect())
}

#[tokio::test]
async fn a_stranger_learns_no_name_of_a_site() {
    for message in ["login", "check"] {
        let mut told = Vec::new();
        for name in ["Kamo", "Opua", "Central Server", "nobody", ""] {
            let server = Server::new();
            // Kamo has a device, Opua none; the others have no password at all.
            server.token("Kamo", TABLET).await;
            let mut answers = Vec::new();
            for guess in 0..8 {
                let device = ("a stranger's", "file-x");
                let body = login_body(name, &format!("wrong {guess}"), device);
                let shown = Shown { token: "", device };
                answers.push(seen(&send(&server.router, call(&format!("1/{message}"), shown, &body)).await));
            }
            assert_eq!(
                answers.iter().map(|answer| answer.0).collect::<Vec<_>>(),
                [401, 401, 401, 401, 401, 429, 429, 429]
            );
            told.push(answers);
        }
        assert!(told.iter().all(|answers| *answers == told[0]), "{message}: {told:?}");
    }
}

#[tokio::test]
async fn a_stranger_learns_no_name_of_an_account() {
    let mut told = Vec::new();
    for name in [ADMINISTRATOR.0, READER.0, "nobody", ""] {
        let server = Server::new();
        let mut answers = Vec::new();
        for _ in 0..6 {
            let request = Request::get("/api/sites").header("authorization", basic((name, "wrong")));
            answers.push(seen(&send(&server.router, request.body(Body::empty()).unwrap()).await));
        }
        told.push(answers);
    }
    assert!(told.iter().all(|answers| *answers == told[0]), "{told:?}");
}

#[tokio::test]
async fn who_knows_name_and_device_but_not_the_password_stops_logins_for_a_while_and_never_a_sync() {
    let server = Server::new();
    let token = server.token("Kamo", TABLET).await;
    for _ in 0..30 {
        server.login("Kamo", "wrong", TABLET).await;
    }
    assert_eq!(server.login("Kamo", PASSWORD, TABLET).await.code(), "site_auth_timeout");
    let synced = server.call("1/exchange", Shown { token: &token, device: TABLET }, &exchange_body(None)).await;
    assert_eq!(synced.status, 200, "a token outlives the block: {}", synced.text);
    server.clock.advance(3_600_000);
    server.token("Kamo", TABLET).await;
}

#[tokio::test]
async fn who_knows_all_names_stops_nobody_who_has_a_device() {
    let server = Server::new();
    server.token("Kamo", TABLET).await;
    for name in ["Kamo", "Opua"] {
        for guess in 0..30 {
            server.login(name, "wrong", (&format!("hw-x{guess}"), "file-x")).await;
        }
    }
    server.token("Kamo", TABLET).await;
    let new_device = server.login("Opua", PASSWORD, ("hw-7", "file-7")).await;
    assert_eq!(new_device.code(), "site_auth_timeout", "what he can stop is a new binding, for an hour");
    server.clock.advance(3_600_000);
    server.token("Opua", ("hw-7", "file-7")).await;
}
