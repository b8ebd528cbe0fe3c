//! What stands beside the ways to the pages: numbers, and in a demo the lines to its sites.

use std::sync::{Arc, Mutex};

use serde_json::json;
use sitesync_core::ids::SiteId;
use sitesync_pages::{Line, Lines};
use sitesync_web::ApiError;

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server, exchange_body};

/// The number beside the way to a page, and whether it asks for somebody.
fn beside<'a>(html: &'a str, href: &str) -> Option<(&'a str, bool)> {
    let rest = html.split("<nav class=\"side\"").nth(1)?.split(&format!("href=\"{href}\"")).nth(1)?;
    let link = rest.split("</a>").next()?;
    let (tag, number) = link.split_once("<b")?.1.split_once('>')?;
    Some((number.split('<').next()?, tag.contains("warn")))
}

#[tokio::test]
async fn sites_and_held_documents_are_counted_right_after_each_change() {
    let server = Server::new();
    let admin = Browser::signed_in(&server, ADMIN).await;
    assert_eq!(beside(&admin.page("/").await, "/"), Some(("1", false)));
    let made = admin.submit("/sites/new", &[("name", "Kamo"), ("action", "ok"), ("made_up", "yes")]).await;
    assert_eq!(beside(&made.text(), "/"), Some(("2", false)), "the page that shows the password counts the new site");
    assert_eq!(beside(&admin.page("/settings").await, "/"), Some(("2", false)));
    assert_eq!(beside(&admin.page("/settings").await, "/held"), None, "nothing is held, nobody is asked for");
    server.site("Opua");
    server.store("S2", SiteId::CENTRAL);
    let token = server.login("Opua").await;
    let foreign = json!([{ "table": "location", "id": "P9", "put": { "store_ID": "S2", "code": "B" } }]);
    let changes: Vec<sitesync_core::protocol::Change> = serde_json::from_value(foreign.clone()).unwrap();
    let none = sitesync_core::protocol::CommitId::default();
    let commit =
        json!({ "id": sitesync_core::protocol::commit_hash(none, &changes), "previous": none, "changes": foreign });
    let mut body = exchange_body(&json!([]));
    body["commit"] = commit;
    assert_eq!(server.call("1/exchange", &token, &body).await.ok()["held"], 1);
    let html = admin.page("/stores").await;
    assert_eq!((beside(&html, "/"), beside(&html, "/held")), (Some(("3", false)), Some(("1", true))));
    let part = admin.get("/?part=list").await;
    assert_eq!(part.headers["x-sitesync-counts"], "/ 3, /held 1 warn");
    admin.submit("/held/1", &[("action", "drop"), ("sure", "yes")]).await;
    admin.submit("/sites/2/delete", &[]).await;
    let html = admin.page("/stores").await;
    assert_eq!((beside(&html, "/"), beside(&html, "/held")), (Some(("2", false)), None));
}

#[derive(Debug, Default)]
struct OneLine(Mutex<bool>);

impl Lines for OneLine {
    fn all(&self) -> Result<Vec<Line>, ApiError> {
        let is_open = !*self.0.lock().unwrap();
        Ok(vec![Line { site: "<b>Kamo".to_owned(), url: "http://kamo/".to_owned(), is_open, unsent: 7 }])
    }

    fn set(&self, site: &str, open: bool) -> bool {
        *self.0.lock().unwrap() = !open;
        site == "<b>Kamo"
    }
}

#[tokio::test]
async fn lines_are_cut_in_a_demo_and_a_real_server_has_none() {
    let real = Server::new();
    let admin = Browser::signed_in(&real, ADMIN).await;
    assert!(!admin.page("/").await.contains("/demo"));
    assert_eq!(admin.get("/demo").await.status.as_u16(), 404);
    assert_eq!(admin.submit("/demo", &[("site", "Kamo"), ("line", "cut")]).await.status.as_u16(), 404);
    let lines = Arc::new(OneLine::default());
    let demo = Server::new().with_lines(lines.clone());
    let reader = Browser::signed_in(&demo, READER).await;
    assert!(reader.page("/").await.contains("href=\"/demo\">Demo<"));
    let html = reader.page("/demo").await;
    assert!(html.contains("&#60;b&#62;Kamo") && html.contains("7 records") && html.contains("Cut the line"), "{html}");
    let cut = [("site", "<b>Kamo"), ("line", "cut")];
    assert_eq!(reader.submit("/demo", &cut).await.status.as_u16(), 403);
    let admin = Browser::signed_in(&demo, ADMIN).await;
    assert_eq!(admin.send("/demo", &cut).await.status.as_u16(), 403, "a form of nobody's session");
    assert!(!*lines.0.lock().unwrap());
    assert_eq!(admin.submit("/demo", &cut).await.headers["location"], "/demo");
    assert!(*lines.0.lock().unwrap());
    let part = admin.get("/demo?part=lines").await.text();
    assert!(part.contains("Restore the line") && !part.contains("<html"), "{part}");
    let mut french = Browser::signed_in(&demo, READER).await;
    french.language = "fr";
    assert!(french.page("/demo").await.contains("Rétablir la ligne"));
}
