//! The list of sites as a page.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use sitesync_core::ids::SiteId;

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server, exchange_body, is_refused, login_body};

async fn page(server: &Server, path: &str) -> String {
    Browser::signed_in(server, READER).await.page(path).await
}

/// The names in the list, in order.
fn names(html: &str) -> Vec<&str> {
    let cells = html.split("<td class=\"name\">").skip(1);
    cells.map(|rest| rest.split("<bdi>").nth(1).unwrap().split("</bdi>").next().unwrap()).collect()
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
    let browser = Browser::signed_in(&server, READER).await;
    let ask = async |mark: &str| browser.get_if_changed("/?part=list", mark).await;
    let first = ask("").await;
    assert!(first.text().starts_with("<div class=\"sheet tall\""), "{}", first.text());
    let mark = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(ask(&mark).await.status.as_u16(), 304);
    server.site("Kamo");
    assert_eq!(ask(&mark).await.status.as_u16(), 200);
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
    for _ in 0..6 {
        server.clock.advance(600_000);
        let mut body = exchange_body(&json!([]));
        body["report"]["clock"] = json!(server.central.clock().now());
        server.call("1/exchange", &token, &body).await.ok();
    }
    server.clock.advance(59 * 60_000);
    assert!(page(&server, "/").await.contains("Up to date"), "an hour of patience");
    server.clock.advance(2 * 3_600_000);
    let html = page(&server, "/").await;
    assert!(html.contains("Late: usually every 10 min, silent 2 h"), "{html}");
}

#[tokio::test]
async fn it_is_sorted_by_any_column_and_told_in_the_readers_language() {
    let server = Server::new();
    for name in ["Kamo", "london", "Djibouti"] {
        server.site(name);
    }
    server.store("S1", SiteId(3));
    for (sort, order) in [
        ("name", ["Djibouti", "Kamo", "london"]),
        ("-name", ["london", "Kamo", "Djibouti"]),
        ("id", ["Kamo", "london", "Djibouti"]),
        ("-stores", ["london", "Djibouti", "Kamo"]),
        ("nonsense", ["Djibouti", "Kamo", "london"]),
    ] {
        let html = page(&server, &format!("/?sort={sort}")).await;
        assert_eq!(names(&html)[0], "Central Server", "always first");
        assert_eq!(names(&html)[1..], order, "{sort}");
    }
    let mut browser = Browser::signed_in(&server, READER).await;
    browser.language = "fr-CD,fr;q=0.9,en;q=0.8";
    let html = browser.page("/?sort=state").await;
    assert!(html.contains("<html lang=\"fr\">") && html.contains("Jamais synchronisé"), "{html}");
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_is_searched_as_a_whole() {
    let server = Server::new();
    for number in 0..301 {
        server.site(&format!("Site {number:03}"));
    }
    let first = page(&server, "/").await;
    assert!(names(&first).len() == 300 && first.contains(">302/302<") && first.contains("page=1"));
    let second = page(&server, "/?page=1").await;
    assert_eq!(names(&second), ["Site 299", "Site 300"]);
    assert_eq!(names(&page(&server, "/?page=99").await).len(), 2, "beyond the end is the last page");
    assert_eq!(names(&page(&server, "/?q=site+300").await), ["Site 300"]);
}

#[tokio::test]
async fn the_list_is_a_file_for_a_spreadsheet_too() {
    let server = Server::new();
    for name in ["Kamo, west", "=cmd()"] {
        server.site(name);
    }
    let answer = Browser::signed_in(&server, READER).await.get("/sites.csv?sort=-name").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let text = answer.text();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("Site ID,Code,Site name,Device type,State,"), "{text}");
    assert!(lines[2].contains("\"Kamo, west\"") && lines[3].contains("'=cmd()"), "{text}");
}

#[tokio::test]
async fn a_site_is_deleted_only_after_asking_and_without_stores() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let admin = Browser::signed_in(&server, ADMIN).await;
    for (path, words) in [
        ("/sites/delete", "No site is chosen"),
        ("/sites/delete?site=1", "own site"),
        ("/sites/delete?site=2", "still has stores"),
        ("/sites/delete?site=99", "No site is chosen"),
    ] {
        let html = admin.page(path).await;
        assert!(html.contains(words) && !html.contains("class=\"danger\""), "{path}: {html}");
    }
    assert_eq!(admin.submit("/sites/2/delete", &[]).await.status.as_u16(), 409);
    server.store("S1", SiteId::CENTRAL);
    assert!(admin.page("/sites/delete?site=2").await.contains("class=\"danger\""));
    let reader = Browser::signed_in(&server, READER).await;
    let refused = reader.submit("/sites/2/delete", &[]).await;
    assert!(
        refused.status.as_u16() == 403 && refused.text().contains("do not have the permission"),
        "{}",
        refused.text()
    );
    let foreign = admin.send("/sites/2/delete", &[("csrf", "guessed")]).await;
    assert!(foreign.status.as_u16() == 403 && foreign.text().contains("does not belong to your session"));
    let gone = admin.submit("/sites/2/delete", &[]).await;
    assert_eq!((gone.status.as_u16(), gone.headers["location"].to_str().unwrap()), (303, "/"));
    assert_eq!(names(&admin.page("/").await), ["Central Server"]);
}

#[tokio::test]
async fn signing_in_and_out() {
    let server = Server::new();
    let mut browser = Browser::new(&server);
    for (path, target) in [
        ("/", "/sign-in"),
        ("/?q=a b", "/sign-in?next=/%3Fq%3Da%2520b"),
        ("/sites/delete", "/sign-in?next=/sites/delete"),
    ] {
        let path = path.replace(' ', "%20");
        let answer = browser.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, target), "{path}");
    }
    assert!(browser.page("/sign-in?next=/sites/delete").await.contains("value=\"/sites/delete\""));
    let wrong = browser.send("/sign-in", &[("name", "admin"), ("password", "wrong \"<b>")]).await;
    let text = wrong.text();
    assert!(wrong.status.as_u16() == 401 && text.contains("name or the password is wrong") && !text.contains("<b>\""));
    assert!(!wrong.headers.contains_key("www-authenticate"), "the browser shows our page, not a window of its own");
    let answer =
        browser.send("/sign-in", &[("name", ADMIN.0), ("password", ADMIN.1), ("next", "//evil.example")]).await;
    assert_eq!(answer.headers["location"], "/", "and not to another server");
    browser.keep(&answer);
    assert!(browser.page("/").await.contains(">admin<"));
    let out = browser.submit("/sign-out", &[]).await;
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.get("/").await.status.as_u16(), 303, "the cookie that was kept opens nothing any more");
}

#[tokio::test]
async fn files_need_no_session() {
    let server = Server::new();
    for file in ["style.css", "page.js", "icon.svg"] {
        let answer = server.send(Request::get(format!("/static/{file}")).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
    let none = server.send(Request::get("/static/x").body(Body::empty()).unwrap()).await;
    assert!(none.status.as_u16() == 404 && none.text().contains("nothing at this address"));
    is_refused(&server.send(Request::get("/api/none").body(Body::empty()).unwrap()).await, 404, "not_found");
}

#[tokio::test]
async fn who_comes_through_an_open_network_is_warned_and_offered_a_certificate() {
    let server = Server::new();
    let asked = async |peer: [u8; 4], host: &str| {
        let mut request = Request::get("/sign-in").header("host", host).body(Body::empty()).unwrap();
        let peer = sitesync_web::Peer(Some(std::net::SocketAddr::from((peer, 40_000))));
        request.extensions_mut().insert(axum::extract::connect_info::ConnectInfo(peer));
        server.send(request).await.text()
    };
    let html = asked([192, 168, 1, 5], "central.lan:8700").await;
    assert!(html.contains("comes without encryption"), "{html}");
    assert!(html.contains("<code>sitesync certificate --data DIR --host central.lan</code>"), "{html}");
    assert!(asked([192, 168, 1, 5], "x;reboot").await.contains("--host NAME<"), "what could not be typed is not shown");
    assert!(!asked([127, 0, 0, 1], "localhost:8700").await.contains("without encryption"));
}
