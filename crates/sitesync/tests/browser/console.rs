//! The console of the central server.

use serde_json::json;

use crate::common::{Central, Reach};
use crate::driver::{Browser, Scripts};

fn central(folder: &tempfile::TempDir) -> Central {
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    central
}

#[tokio::test]
async fn an_administrator_signs_in_searches_chooses_and_is_told_why_a_site_stays() {
    let folder = tempfile::tempdir().unwrap();
    let central = central(&folder);
    let browser = Browser::start(Scripts::On).await;
    browser.open(&central.reach.url).await;
    browser.fill("main input[name=name]", "admin").await;
    browser.fill("main input[name=password]", "a wrong one").await;
    browser.click("main button.go").await;
    browser.sees("The name or the password is wrong.").await;
    browser.sign_in(&central.reach).await;
    browser.sees("2/2").await;
    // The list follows what is typed.
    browser.fill("input[type=search]", "opu").await;
    browser.sees("1/2").await;
    assert!(!browser.text().await.contains("Central Server"));
    // A row is chosen by a click; the list is refreshed and keeps it.
    browser.click("tr[data-href='/sites/2'] td:nth-child(6)").await;
    browser.find("tr.chosen[data-href='/sites/2']").await;
    central.reach.good("POST", "/api/sites", Some(&json!({ "name": "Opua east" })));
    browser.sees("2/3").await;
    browser.find("tr.chosen[data-href='/sites/2']").await;
    browser.click("#delete").await;
    browser.sees("still has stores").await;
    assert!(!browser.has("button.danger").await);
    // Enter opens the row that has the focus, and so does a double click.
    browser.open(&central.reach.url).await;
    browser.click("tr[data-href='/sites/2'] td:nth-child(6)").await;
    browser.find("tr.chosen").await.send_keys("\u{e007}").await.unwrap();
    browser.find("form[action='/sites/2']").await;
    browser.open(&central.reach.url).await;
    browser.find("tr[data-href='/sites/2']").await;
    let twice = "document.querySelector(\"tr[data-href='/sites/2'] td.name\").dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))";
    browser.client.execute(twice, Vec::new()).await.unwrap();
    browser.find("form[action='/sites/2']").await;
    browser.end().await;
}

#[tokio::test]
async fn a_user_is_made_with_a_store_and_signs_in_without_rights_to_change_anything() {
    let folder = tempfile::tempdir().unwrap();
    let central = central(&folder);
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.click("nav a[href='/users']").await;
    browser.click("main .head a.go").await;
    browser.fill("#name", "mere").await;
    browser.click("button[value=generate]").await;
    let password = browser.find("#password.mono").await.prop("value").await.unwrap().unwrap();
    browser.click("#stores button[value=find-stores]").await;
    browser.click("input[name=add]").await;
    browser.click("button[value=add-stores]").await;
    browser.sees("38 permissions").await;
    browser.sees("2 changes, nothing saved yet").await;
    browser.click(".actions button.go").await;
    browser.sees("2/2").await;
    browser.click("form[action='/sign-out'] button").await;
    let mere = Reach { user: "mere".to_owned(), password, ..central.reach.clone() };
    browser.sign_in(&mere).await;
    browser.sees("You may look at sites").await;
    assert!(!browser.has("a[href='/users']").await && browser.has("button.go:disabled").await);
    browser.end().await;
}

#[tokio::test]
async fn everything_works_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let central = central(&folder);
    let browser = Browser::start(Scripts::Off).await;
    browser.sign_in(&central.reach).await;
    browser.fill("input[type=search]", "opu").await;
    browser.find("form[role=search]").await;
    browser
        .client
        .find(fantoccini::Locator::Css("input[type=search]"))
        .await
        .unwrap()
        .send_keys("\u{e007}")
        .await
        .unwrap();
    browser.sees("1/2").await;
    browser.click("input[name=site]").await;
    browser.click("#delete").await;
    browser.sees("still has stores").await;
    browser.click("header .language").await;
    browser.sees("a encore des dépôts").await;
    browser.end().await;
}
