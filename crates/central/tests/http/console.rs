//! The list of sites as a page.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use sitesync_core::ids::SiteId;

use crate::server::{READER, Server, basic, exchange_body, is_refused, login_body};

async fn page(server: &Server, path: &str) -> String {
    let request = Request::get(path).header("authorization", basic(READER)).body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    answer.text()
}

/// The names in the list, in order.
fn names(html: &str) -> Vec<&str> {
    html.split("<td class=\"name\">").skip(1).map(|rest| rest.split("</td>").next().unwrap()).collect()
}

#[tokio::test]
async fn the_central_server_comes_first_then_sites_by_name() {
    let server = Server::new();
    for name in ["Kamo", "london", "Djibouti <b>"] {
        server.site(name);
    }
    let html = page(&server, "/").await;
    assert_eq!(names(&html), ["Central Server", "Djibouti &#60;b&#62;", "Kamo", "london"]);
    assert!(html.contains(">4/4<") && html.contains("This server") && html.contains("Never synced"), "{html}");
    assert!(!html.contains("<script>") && !html.contains("style="), "nothing inline: {html}");
}

#[tokio::test]
async fn it_is_searched_by_code_name_device_and_store() {
    let server = Server::new();
    for name in ["Kamo", "London"] {
        server.site(name);
    }
    server.store("S1", SiteId(2));
    server.call("1/login", "", &login_body("London", "right")).await.ok();
    for (sought, found) in [("kAm", "Kamo"), ("store s1", "Kamo"), ("remote", "London"), ("3", "London")] {
        let html = page(&server, &format!("/?q={}", sought.replace(' ', "+"))).await;
        assert_eq!(names(&html), [found], "{sought}");
        assert!(html.contains(">1/3<"));
    }
    assert!(page(&server, "/?q=nothing").await.contains("No site matches"));
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let server = Server::new();
    let ask = |mark: String| {
        let request = Request::get("/?part=list").header("authorization", basic(READER)).header("if-none-match", mark);
        request.body(Body::empty()).unwrap()
    };
    let first = server.send(ask(String::new())).await;
    assert!(first.text().starts_with("<div class=\"sheet\""), "{}", first.text());
    let mark = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(server.send(ask(mark.clone())).await.status.as_u16(), 304);
    server.site("Kamo");
    assert_eq!(server.send(ask(mark)).await.status.as_u16(), 200);
}

#[tokio::test]
async fn states_are_told_in_words() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let token = server.login("Kamo").await;
    let mut part = exchange_body(&json!([]));
    part["entries_max"] = json!(1);
    server.call("1/exchange", &token, &part).await.ok();
    assert!(page(&server, "/").await.contains("Initialising 50%"), "{}", page(&server, "/").await);
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    let html = page(&server, "/").await;
    assert!(html.contains("Up to date") && html.contains("sitesync remote 0.1.0 · mobile"), "{html}");
    assert!(html.contains("1 Jan 2026 00:00"), "{html}");
    server.clock.advance(3 * 86_400_000);
    assert!(page(&server, "/").await.contains("Late: silent 3 d"));
    let wrong_clock = exchange_body(&json!([]));
    server.call("1/exchange", &token, &wrong_clock).await.ok();
    assert!(page(&server, "/").await.contains("Clock 3 d behind"));
    let mut other = login_body("Kamo", "right");
    other["hardware_id"] = json!("hw-2");
    server.clock.advance(1000);
    server.call("1/login", "", &other).await;
    server.central.gate().flush_contacts(server.central.store()).unwrap();
    assert!(page(&server, "/").await.contains("Other device (hardware ID)"));
}

#[tokio::test]
async fn a_site_that_comes_regularly_is_missed_sooner() {
    let server = Server::new();
    server.site("Kamo");
    let token = server.login("Kamo").await;
    for _ in 0..24 {
        server.clock.advance(600_000);
        let mut body = exchange_body(&json!([]));
        body["report"]["clock"] = json!(server.central.clock().now());
        server.call("1/exchange", &token, &body).await.ok();
        server.central.hub().flush_contacts().unwrap();
    }
    server.clock.advance(25 * 60_000);
    assert!(page(&server, "/").await.contains("Up to date"));
    server.clock.advance(3 * 3_600_000);
    let html = page(&server, "/").await;
    assert!(html.contains("Late: usually every") && html.contains("silent 3 h"), "{html}");
}

#[tokio::test]
async fn pages_need_an_account_and_files_do_not() {
    let server = Server::new();
    is_refused(&server.send(Request::get("/").body(Body::empty()).unwrap()).await, 401, "sign_in");
    for file in ["console.css", "refresh.js", "icon.svg"] {
        let answer = server.send(Request::get(format!("/static/{file}")).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
    is_refused(&server.send(Request::get("/static/x").body(Body::empty()).unwrap()).await, 404, "not_found");
}
