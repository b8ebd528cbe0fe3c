//! What browsers are told, and what pages of other servers can make them do.

use axum::body::Body;
use axum::http::Request;
use sitesync_remote::site::DeviceKind;

use crate::central::Server;
use crate::remote::Place;
use crate::{ADMINISTRATOR, Answer, basic, send};

#[track_caller]
fn is_guarded(what: &str, answer: &Answer) {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let policy = header("content-security-policy");
    for directive in
        ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(directive), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{what}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    assert!(!answer.headers.contains_key("access-control-allow-origin"), "{what}");
}

#[tokio::test]
async fn every_answer_is_guarded_and_nothing_that_says_anything_is_kept() {
    let server = Server::new();
    let place = Place::new(DeviceKind::SingleUser);
    let fixed = ["/static/style.css", "/static/page.js", "/static/icon.svg"];
    let shown = ["/", "/api/sites", "/api/openapi.json", "/api/status", "/api/nothing", "/sync", "/nothing"];
    for router in [&server.router, &place.router] {
        for path in fixed.iter().chain(&shown) {
            for account in [true, false] {
                let request = Request::get(*path);
                let request = if account { request.header("authorization", basic(ADMINISTRATOR)) } else { request };
                let answer = send(router, request.body(Body::empty()).unwrap()).await;
                is_guarded(path, &answer);
                let kept = answer.headers["cache-control"] != "no-store";
                assert_eq!(kept, fixed.contains(path) && answer.status == 200, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_asked_comes_back_as_text_that_no_browser_runs() {
    let server = Server::new();
    let place = Place::new(DeviceKind::SingleUser);
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E";
    let paths =
        [format!("/{evil}"), format!("/api/records/{evil}/x"), format!("/?q={evil}"), format!("/sync/{evil}/x")];
    for router in [&server.router, &place.router] {
        for path in &paths {
            let request = Request::get(path).header("authorization", basic(ADMINISTRATOR));
            let answer = send(router, request.body(Body::empty()).unwrap()).await;
            let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            let kind = kind.unwrap_or_default();
            is_guarded(path, &answer);
            assert!(
                kind.is_empty() || kind == "application/json" || !answer.text.contains("<script>alert"),
                "{path}: {}",
                answer.text
            );
        }
    }
}

type Browser = (&'static str, &'static [(&'static str, &'static str)], bool);

/// Requests of browsers: what they say of where they come from, and whether such a page may change something.
const BROWSERS: [Browser; 11] = [
    ("a program", &[], true),
    ("a page of this server", &[("sec-fetch-site", "same-origin"), ("origin", "http://kamo:8701")], true),
    ("an address that was typed", &[("sec-fetch-site", "none")], true),
    ("another server", &[("sec-fetch-site", "cross-site"), ("origin", "http://evil")], false),
    ("a neighbour", &[("sec-fetch-site", "same-site"), ("origin", "http://kamo:9000")], false),
    ("a header nobody knows", &[("sec-fetch-site", "elsewhere")], false),
    // Without TLS browsers leave Sec-Fetch-Site out, and so do old ones; Origin they send.
    ("a page of this server, without TLS", &[("origin", "http://kamo:8701")], true),
    ("this server behind a proxy with TLS", &[("origin", "https://kamo:8701")], true),
    ("another server, without TLS", &[("origin", "http://evil")], false),
    ("another port, without TLS", &[("origin", "http://kamo:9000")], false),
    ("a page without an origin", &[("origin", "null")], false),
];

#[tokio::test]
async fn a_page_of_another_server_changes_nothing_with_a_persons_sign_in() {
    for (what, headers, allowed) in BROWSERS {
        let (server, place) = (Server::new(), Place::new(DeviceKind::ClientServer));
        for (router, path) in [(&server.router, "/api/sites/2/unblock"), (&place.router, "/api/sync?wait=false")] {
            let request = Request::post(path).header("authorization", basic(ADMINISTRATOR)).header("host", "kamo:8701");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = send(router, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status != 403, allowed, "{what} at {path}: {} {}", answer.status, answer.text);
            assert!(allowed || answer.code() == "other_page", "{what}: {}", answer.text);
        }
    }
}
