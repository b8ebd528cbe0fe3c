//! From an empty server to the first site, without JavaScript.

use serde_json::json;

use crate::browser::Browser;
use crate::server::{ADMIN, READER, Server};

#[tokio::test]
async fn an_empty_server_is_led_to_its_first_site() {
    let server = Server::new();
    let browser = Browser::signed_in(&server, ADMIN).await;
    assert!(browser.page("/").await.contains("No site synchronises yet."));
    let wrong = browser.submit("/first-steps", &[("step", "country"), ("currency", "dollar")]).await;
    assert_eq!(wrong.status.as_u16(), 400);
    assert!(wrong.text().contains("Three letters, such as USD."));
    let step = async |fields: &[(&str, &str)]| {
        let answer = browser.submit("/first-steps", fields).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    };
    step(&[("step", "country"), ("currency", "nzd"), ("place", "Aotearoa <b>")]).await;
    let html = browser.page("/first-steps").await;
    assert!(html.contains("Aotearoa &#60;b&#62;") && html.contains("NZD"), "{html}");
    step(&[("step", "facility"), ("code", "OPUA"), ("name", "Opua"), ("kind", "dispensary")]).await;
    let none = browser.submit("/first-steps", &[("step", "items"), ("item_code", ""), ("item_name", " ")]).await;
    assert!(none.text().contains("Fill in one row at least."));
    let twice = [("item_code", "A"), ("item_code", "a"), ("item_name", "One"), ("item_name", "Two")];
    let twice = browser.submit("/first-steps", &[&[("step", "items")], twice.as_slice()].concat()).await;
    assert!(twice.text().contains("Another item has this code."), "{}", twice.text());
    assert_eq!(server.get("/api/items").await.ok(), json!([]), "all rows or none");
    step(&[
        ("step", "items"),
        ("item_code", "ZINC"),
        ("item_name", "Zinc"),
        ("item_unit", "tablet"),
        ("item_pack", "100"),
    ])
    .await;
    let items = server.get("/api/items").await.ok();
    assert_eq!((&items[0]["stores"], &items[0]["pack_size"]), (&json!(1), &json!(100.0)), "the first store sees it");
    let html = browser.page("/first-steps").await;
    let store =
        html.split("name=\"store\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let last = [("step", "site"), ("site_name", "Opua"), ("type", "mobile"), ("store", &store)];
    let made = browser.submit("/first-steps", &last).await.text();
    assert!(
        made.contains("http://central") && made.contains("class=\"qr\"") && made.contains("id=\"made-up\""),
        "{made}"
    );
    let sites = server.get("/api/sites").await.ok();
    assert_eq!((&sites[1]["name"], &sites[1]["stores"][0]["id"]), (&json!("Opua"), &json!(store)), "{sites}");
    let state = browser.get("/sites/2/state").await;
    assert!(state.text().contains("Never synced") && state.headers.contains_key("etag"), "{}", state.text());
    let mark = state.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(browser.get_if_changed("/sites/2/state", &mark).await.status.as_u16(), 304);
    assert!(!browser.page("/").await.contains("No site synchronises yet."));
}

#[tokio::test]
async fn a_taken_name_of_the_first_site_is_told_in_its_window() {
    let server = Server::new();
    server.site("Opua");
    let browser = Browser::signed_in(&server, ADMIN).await;
    let answer = browser.submit("/first-steps", &[("step", "site"), ("site_name", "Opua")]).await;
    assert_eq!(answer.status.as_u16(), 409);
    assert!(answer.text().contains("value=\"Opua\""));
}

#[tokio::test]
async fn who_may_only_look_is_told_so_and_can_do_nothing() {
    let server = Server::new();
    let browser = Browser::signed_in(&server, READER).await;
    let html = browser.page("/first-steps").await;
    assert!(html.contains("This needs the permissions") && !html.contains("name=\"step\""));
    let refused = browser.submit("/first-steps", &[("step", "country"), ("currency", "NZD")]).await;
    assert_eq!(refused.status.as_u16(), 403);
    assert!(!browser.page("/").await.contains("/first-steps"));
}
