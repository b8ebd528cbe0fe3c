//! The window of a site: a draft until OK.

use axum::http::Method;
use serde_json::{Value, json};
use sitesync_central::audit;
use sitesync_core::ids::SiteId;

use crate::browser::Browser;
use crate::server::{ADMIN, Answer, READER, Server, exchange_body, login_body};

/// A window as a browser holds it: the fields of its form.
struct Window<'a, 'b> {
    browser: &'a Browser<'b>,
    path: String,
    fields: Vec<(String, String)>,
    html: String,
    status: u16,
}

/// The value of an attribute, as it was before it was escaped.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

fn unescaped(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The fields of the form, as a browser would send them.
fn fields(html: &str) -> Vec<(String, String)> {
    let form = html.split("data-guard").nth(1).unwrap_or("");
    let mut fields = Vec::new();
    for tag in form.split('<') {
        let tag = tag.split('>').next().unwrap();
        let name = attribute(tag, "name").unwrap_or("");
        let off = tag.ends_with(" disabled") || tag.contains(" disabled ");
        let box_off = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
        if tag.starts_with("input") && !name.is_empty() && !off && !box_off && !tag.contains("type=\"radio\"") {
            fields.push((name.to_owned(), unescaped(attribute(tag, "value").unwrap_or(""))));
        }
        if tag.starts_with("select") && !off {
            let rest = form.split("<select").nth(1).unwrap().split("</select>").next().unwrap();
            let option = rest.split("<option").find(|option| option.contains(" selected"));
            let value = option.and_then(|option| attribute(option, "value")).unwrap_or("");
            fields.push((name.to_owned(), unescaped(value)));
        }
    }
    fields
}

impl<'a, 'b> Window<'a, 'b> {
    async fn open(browser: &'a Browser<'b>, path: &str) -> Self {
        let html = browser.page(path).await;
        Self { browser, path: path.to_owned(), fields: fields(&html), html, status: 200 }
    }

    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    async fn sent(&self, action: &str) -> Answer {
        let mut sent: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.push(("action", action));
        self.browser.send(&self.path, &sent).await
    }

    /// Presses a button; the window is what comes back.
    async fn press(&mut self, action: &str) -> &mut Self {
        let answer = self.sent(action).await;
        self.status = answer.status.as_u16();
        self.html = answer.text();
        self.fields = fields(&self.html);
        self
    }

    #[track_caller]
    fn shows(&self, words: &str) {
        assert!(unescaped(&self.html).contains(words), "{words}: {}", self.html);
    }

    /// OK, which leads on.
    async fn ok(&self) {
        let answer = self.sent("ok").await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    }
}

async fn site(server: &Server, id: u32) -> Value {
    server.get(&format!("/api/sites/{id}")).await.ok()
}

async fn codes(server: &Server, id: u32) -> Vec<String> {
    let site = site(server, id).await;
    site["stores"].as_array().unwrap().iter().map(|store| store["code"].as_str().unwrap().to_owned()).collect()
}

fn audited(server: &Server) -> Vec<audit::AuditLine> {
    audit::list(&*server.central.store().snapshot().unwrap(), None, 1000).unwrap()
}

#[tokio::test]
async fn a_new_site_is_there_after_ok_and_not_before() {
    let server = Server::new();
    server.store("S1", SiteId::CENTRAL);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut window = Window::open(&admin, "/sites/new").await;
    window.shows("given on OK");
    window.set("name", "Kamo").set("code", "KA").set("type", "mobile");
    window.press("choose").await.shows("Select a store to move to this site");
    window.shows("Central Server");
    window.set("store", "S1").press("add").await.shows("comes from the central server");
    assert_eq!((window.get("name"), window.get("code"), window.get("type")), ("Kamo", "KA", "mobile"));
    assert_eq!(server.get("/api/sites").await.ok().as_array().unwrap().len(), 1);
    assert_eq!(codes(&server, 1).await, ["S1"]);
    window.ok().await;
    let made = site(&server, 2).await;
    assert_eq!((made["name"].as_str(), made["code"].as_str()), (Some("Kamo"), Some("KA")));
    assert_eq!(made["device_type"], "mobile");
    assert_eq!(codes(&server, 2).await, ["S1"]);
    let html = admin.page("/sites/2?saved=yes").await;
    assert!(html.contains("Saved.") && html.contains("records, about"), "{html}");
}

#[tokio::test]
async fn nothing_is_saved_before_ok_and_cancel_discards_all() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    server.store("S2", SiteId::CENTRAL);
    server.login("Kamo").await;
    let admin = Browser::signed_in(&server, ADMIN).await;
    // What was heard of it is not written down by looking at it.
    server.central.gate().flush_contacts(server.central.store()).unwrap();
    let (before, noted) = (site(&server, 2).await, audited(&server).len());
    let mut window = Window::open(&admin, "/sites/2").await;
    window.set("name", "Opua").set("code", "OP").set("central", "yes").set("uri", "https://x.example");
    window.press("make-up").await.press("reset").await.press("remove:S1").await.press("choose").await;
    window.set("store", "S2").press("add").await.press("check").await;
    for words in
        ["8 changes", "made up and shown once", "exist only on that device", "goes to the central server on OK"]
    {
        window.shows(words);
    }
    assert!(window.html.contains("href=\"/\" data-escape data-leaves>Cancel"));
    assert_eq!(site(&server, 2).await, before);
    assert_eq!(codes(&server, 2).await, ["S1"]);
    assert_eq!(audited(&server).len(), noted);
    let html = admin.page("/sites/2").await;
    assert!(html.contains("value=\"Kamo\"") && !html.contains("Opua") && !html.contains("8 changes"));
}

#[tokio::test]
async fn ok_saves_all_at_once_or_nothing() {
    let server = Server::new();
    for name in ["Kamo", "London"] {
        server.site(name);
    }
    server.store("S1", SiteId(2));
    server.store("S2", SiteId::CENTRAL);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut window = Window::open(&admin, "/sites/2").await;
    window.set("name", "London").set("code", "X").press("remove:S1").await;
    window.press("choose").await.set("store", "S2").press("add").await;
    window.press("ok").await.shows("Another site already has this name.");
    assert_eq!((window.status, window.get("name"), window.get("code")), (409, "London", "X"));
    assert!(window.html.contains("class=\"faulty\""));
    assert_eq!(codes(&server, 2).await, ["S1"]);
    assert_eq!(site(&server, 2).await["code"], "2");
    window.set("name", "Opua").ok().await;
    assert_eq!((codes(&server, 2).await, codes(&server, 1).await), (vec!["S2".to_owned()], vec!["S1".to_owned()]));
    let done: Vec<_> = audited(&server).into_iter().take(3).map(|line| (line.what, line.who)).collect();
    for (what, who) in &done {
        assert!(["store.move", "site.edit"].contains(&what.as_str()) && who == "admin", "{done:?}");
    }
}

#[tokio::test]
async fn each_fault_stands_beside_its_field() {
    let server = Server::new();
    server.site("Kamo");
    let admin = Browser::signed_in(&server, ADMIN).await;
    let long = "x".repeat(200);
    for (name, value, words) in [
        ("name", "", "is empty"),
        ("name", "a:b", "contains a colon"),
        ("name", &long, "too long"),
        ("code", &long, "too long"),
        ("uri", "x.example", "http:// or https://"),
    ] {
        let mut window = Window::open(&admin, "/sites/2").await;
        window.set(name, value).press("ok").await.shows(words);
        assert_eq!((window.status, window.get(name)), (400, value));
        let after = window.html.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        assert!(after.split("</div>").next().unwrap().contains("role=\"alert\""), "{name}");
    }
    server.site("London");
    let mut first = Window::open(&admin, "/sites/2").await;
    first.set("central", "yes").ok().await;
    let mut second = Window::open(&admin, "/sites/3").await;
    second.set("central", "yes").press("ok").await.shows("there is only one");
}

#[tokio::test]
async fn two_administrators_never_overwrite_each_other_silently() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut mine = Window::open(&admin, "/sites/2").await;
    let mut other = Window::open(&admin, "/sites/2").await;
    other.set("code", "KA").press("remove:S1").await.ok().await;
    mine.set("name", "Opua").press("ok").await.shows("Somebody else has changed this site");
    assert_eq!((mine.status, mine.get("name")), (409, "Opua"));
    for words in ["<bdi>2</bdi>", "<bdi>KA</bdi>", "<bdi>S1 Store S1</bdi>", "Load it anew"] {
        mine.shows(words);
    }
    assert_eq!(site(&server, 2).await["name"], "Kamo");
    mine.press("merge").await;
    assert_eq!((mine.get("name"), mine.get("code")), ("Opua", "KA"));
    mine.ok().await;
    let now = site(&server, 2).await;
    assert_eq!((now["name"].as_str(), now["code"].as_str()), (Some("Opua"), Some("KA")));
    assert!(codes(&server, 2).await.is_empty());
}

#[tokio::test]
async fn a_made_up_password_is_shown_once_and_works() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut window = Window::open(&admin, "/sites/2").await;
    window.press("make-up").await;
    let answer = window.sent("ok").await;
    let html = answer.text();
    assert_eq!(answer.headers["cache-control"], "no-store");
    let password = html.split("id=\"made-up\"").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap();
    assert!(password.len() > 12 && html.contains("data-copies=\"made-up\""), "{html}");
    server.call("1/login", "", &login_body("Kamo", password)).await.ok();
    for path in ["/sites/2?saved=yes", "/sites/2", "/api/sites/2", "/api/audit"] {
        assert!(!admin.get(path).await.text().contains(password), "{path}");
    }
    // The same answer asked for again, as by a reload: another password was set meanwhile, so nothing is done.
    let again = window.sent("ok").await;
    assert!(again.status.as_u16() == 409 && !again.text().contains("id=\"made-up\""));
    assert!(!format!("{:?}", audited(&server)).contains(password));
    let mut typed = Window::open(&admin, "/sites/2").await;
    typed.shows("set, not shown");
    typed.set("password", "by hand").ok().await;
    server.call("1/login", "", &login_body("Kamo", "by hand")).await.ok();
}

#[tokio::test]
async fn a_reset_tells_what_stays_behind_and_lets_another_device_in() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let token = server.login("Kamo").await;
    let mut body = exchange_body(&json!([]));
    body["report"]["unsent"] = json!(37);
    body["report"]["unsent_since"] = json!(server.central.clock().now() - 3_600_000);
    server.call("1/exchange", &token, &body).await.ok();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut window = Window::open(&admin, "/sites/2").await;
    window.shows("Reported by the device");
    assert!(window.get("type").is_empty(), "shut while a device is bound");
    window.press("reset").await.shows("37 records entered there since 31 Dec 2025 23:00 UTC");
    window.press("keep-device").await.ok().await;
    assert_eq!(site(&server, 2).await["hardware_id"], "hw-1");
    let mut window = Window::open(&admin, "/sites/2").await;
    window.press("reset").await.ok().await;
    assert_eq!(site(&server, 2).await["hardware_id"], Value::Null);
    let refused = server.call("1/login", "", &login_body("Kamo", "right")).await;
    assert_eq!(refused.refused().1, "site_former_device");
    let mut window = Window::open(&admin, "/sites/2").await;
    window.shows("Replaced device");
    window.press("allow:hw-1").await.shows("allowed again on OK");
    window.ok().await;
    server.login("Kamo").await;
}

#[tokio::test]
async fn a_blocked_site_is_unblocked_at_once_and_the_draft_stays() {
    let server = Server::new();
    server.site("Kamo");
    let admin = Browser::signed_in(&server, ADMIN).await;
    assert!(!admin.page("/sites/2").await.contains("Unblock site"));
    for _ in 0..5 {
        server.call("1/login", "", &login_body("Kamo", "wrong")).await;
    }
    let mut window = Window::open(&admin, "/sites/2").await;
    window.shows("Unblock site");
    window.set("code", "KA").press("unblock").await.shows("It can sign in again".to_lowercase().as_str());
    assert!(!window.html.contains("value=\"unblock\""));
    server.login("Kamo").await;
    assert_eq!(site(&server, 2).await["code"], "2");
    window.ok().await;
    assert_eq!(site(&server, 2).await["code"], "KA");
}

#[tokio::test]
async fn a_mobile_site_has_one_store_only() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    server.store("S2", SiteId::CENTRAL);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let alert = "can have one store only";
    let mut window = Window::open(&admin, "/sites/2").await;
    window.set("type", "mobile").press("choose").await.shows(alert);
    // Made mobile after the second one was chosen: OK looks again.
    let mut window = Window::open(&admin, "/sites/2").await;
    window.press("choose").await.set("store", "S2").press("add").await;
    window.set("type", "mobile").press("ok").await.shows(alert);
    assert_eq!(codes(&server, 2).await, ["S1"]);
    window.press("remove:S1").await.ok().await;
    assert_eq!(codes(&server, 2).await, ["S2"]);
}

#[tokio::test]
async fn a_store_comes_from_a_used_site_with_caution_and_not_behind_ones_back() {
    let server = Server::new();
    for name in ["Kamo", "London"] {
        server.site(name);
    }
    server.store("S1", SiteId(3));
    server.store("S2", SiteId::CENTRAL);
    let token = server.login("London").await;
    server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    let admin = Browser::signed_in(&server, ADMIN).await;
    let mut window = Window::open(&admin, "/sites/2").await;
    window.set("q", "lond").press("choose").await.shows("Store S1");
    assert!(!window.html.contains("Store S2"), "searched by where it is active too");
    window.press("add").await.shows("No store is chosen");
    window.set("store", "S1").press("add").await.shows("“London” is in use");
    window.shows("last synced 1 Jan 2026 00:00");
    server.store("S1", SiteId::CENTRAL);
    window.press("ok").await.shows("moved to another site since you chose it");
    assert!(codes(&server, 2).await.is_empty());
}

#[tokio::test]
async fn who_may_only_look_sees_the_same_and_changes_nothing() {
    let server = Server::new();
    server.site("Kamo");
    let reader = Browser::signed_in(&server, READER).await;
    let html = reader.page("/sites/2?check=yes").await;
    assert!(html.contains("Edit sync settings") && html.contains("<fieldset disabled>") && html.contains("Kamo"));
    assert!(html.contains("No store is active on this site."), "{html}");
    for word in ["ok", "choose", "unblock", "check"] {
        let refused = reader.submit("/sites/2", &[("name", "Opua"), ("action", word)]).await;
        assert_eq!(refused.status.as_u16(), 403, "{word}");
    }
    assert_eq!(reader.submit("/sites/new", &[("name", "Opua"), ("action", "ok")]).await.status.as_u16(), 403);
    assert_eq!(site(&server, 2).await["name"], "Kamo");
}

#[tokio::test]
async fn the_own_site_is_active_here_and_no_other() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId::CENTRAL);
    let admin = Browser::signed_in(&server, ADMIN).await;
    let own = admin.page("/sites/1").await;
    assert!(own.contains("<input type=\"checkbox\" disabled checked> Site is active on this datafile"));
    assert!(!own.contains("name=\"password\"") && !own.contains("remove:S1"));
    let other = admin.page("/sites/2").await;
    assert!(other.contains("<input type=\"checkbox\" disabled> Site is active on this datafile"));
    assert_eq!(admin.get("/sites/99").await.status.as_u16(), 404);
}

#[tokio::test]
async fn check_connection_says_what_keeps_it_out_and_calls_a_site_that_waits() {
    let server = Server::new();
    server.site("Kamo");
    server.store("S1", SiteId(2));
    let admin = Browser::signed_in(&server, ADMIN).await;
    let token = server.login("Kamo").await;
    server.clock.advance(1000);
    let mut other = login_body("Kamo", "right");
    other["hardware_id"] = json!("hw-2");
    server.call("1/login", "", &other).await;
    let mut window = Window::open(&admin, "/sites/2").await;
    window.press("check").await;
    for words in [
        "The central server accepts synchronisation.",
        "without encryption",
        "It is bound to the device hw-1",
        "It speaks native 1, which is accepted.",
        "another device than the one that is bound",
        "It holds no line open",
    ] {
        window.shows(words);
    }
    let reply = server.call("1/exchange", &token, &exchange_body(&json!([]))).await.ok();
    let waits = json!({"positions": crate::server::positions(&reply), "seconds": 60});
    let (answer, ()) = tokio::join!(server.call("1/wait", &token, &waits), async {
        while server.central.waiters().count() == 0 {
            tokio::task::yield_now().await;
        }
        window.press("check").await.shows("was just asked to synchronise");
    });
    assert_eq!(answer.ok()["changed"], true);
}

#[tokio::test]
async fn hostile_names_are_harmless() {
    let server = Server::new();
    let names = ["\"><script>alert(1)</script>", "\u{202e}olleh", "אתר הצפון", &"ab \"' ".repeat(20)[..100]];
    for (at, name) in names.iter().enumerate() {
        server.site(name);
        let store = json!({"code": name, "name": name, "name_ID": "N", "sync_id_remote_site": at + 2});
        server.edit(vec![
            crate::server::put("name", "N", &json!({"name": "x", "code": "x", "type": "facility"})),
            crate::server::put("store", &format!("S\"><b>:{at}"), &store),
        ]);
    }
    let admin = Browser::signed_in(&server, ADMIN).await;
    for (at, name) in names.iter().enumerate() {
        let path = format!("/sites/{}", at + 2);
        let mut window = Window::open(&admin, &path).await;
        assert_eq!(window.get("name"), name.trim());
        assert!(!window.html.contains("<script>a") && !window.html.contains("<b>:"));
        let id = format!("S\"><b>:{at}");
        window.press(&format!("remove:{id}")).await.shows("goes to the central server on OK");
        window.ok().await;
        assert!(codes(&server, u32::try_from(at).unwrap() + 2).await.is_empty());
    }
    let mut window = Window::open(&admin, "/sites/2").await;
    window.press("choose").await;
    assert!(!window.html.contains("<script>a") && window.html.contains("<bdi>\u{202e}olleh</bdi>"));
}

#[tokio::test]
async fn it_speaks_french() {
    let server = Server::new();
    server.site("Kamo");
    let mut admin = Browser::signed_in(&server, ADMIN).await;
    admin.language = "fr";
    let mut window = Window::open(&admin, "/sites/2").await;
    window.shows("Le site est actif sur ce fichier de données");
    window.set("name", "").press("ok").await.shows("Le nom du site est vide");
    window.set("name", "Kamo").press("check").await.shows("Aucun dépôt n’est actif sur ce site.");
    let english = server.api(ADMIN, Method::GET, "/api/sites/2/check", None).await.ok();
    assert!(english.to_string().contains("No store is active on this site."));
}
