//! What a site is kept out by and let in again, and what somebody sees who may only look.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Central, Reach, Site, until};
use crate::driver::{Browser, Scripts};

/// A device of nobody's that guesses the password of the site.
fn guess(central: &Central) -> u16 {
    let body = json!({
        "name": "Opua", "secret": "0".repeat(64), "hardware_id": "guesser", "data_file": "file-x", "device_type": "mobile",
        "app_name": "sitesync remote", "app_version": "0.1.0", "versions": [1],
    });
    central.reach.ask("POST", "/sync/1/login", Some(&body)).unwrap().status
}

fn started(folder: &Path) -> Central {
    let central = Central::start(&folder.join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    central
}

#[tokio::test]
async fn a_site_that_was_guessed_at_is_shown_blocked_and_unblocked_by_a_click() {
    let folder = tempfile::tempdir().unwrap();
    let central = started(folder.path());
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.open(&format!("{}/sites/2", central.reach.url)).await;
    browser.find(".actions button[value=check]").await;
    assert!(!browser.has("button[value=unblock]").await, "only while the site is blocked");
    assert_eq!((0..6).map(|_| guess(&central)).collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    browser.open(&central.reach.url).await;
    browser.sees("Blocked").await;
    let site = Site::set_up(&folder.path().join("site"), &central.reach.url, "Opua", "opua's password");
    until("the right device is kept out too", || site.status()["last_error"]["code"] == "site_auth_timeout");
    browser.click("tr[data-href='/sites/2'] td.name a").await;
    browser.fill("#name", "Opua Hospital").await;
    browser.click("button[value=unblock]").await;
    browser.sees("The site is unblocked").await;
    browser.sees("1 change").await;
    assert!(!browser.has("button[value=unblock]").await);
    let answer = site.reach.command(&["site", "sync"]);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    assert_eq!(central.reach.good("GET", "/api/sites/2", None)["name"], "Opua", "nothing else was saved");
    browser.end().await;
}

/// Sends a form from the page, with the word of its session; the status of the answer.
async fn sent(browser: &Browser, path: &str, fields: &str) -> u64 {
    let script = "const [path, fields, done] = arguments;
        const word = document.querySelector('input[name=csrf]').value;
        const body = new URLSearchParams(fields); body.set('csrf', word);
        fetch(path, { method: 'POST', body, redirect: 'manual' }).then((answer) => done(answer.status));";
    let status = browser.client.execute_async(script, vec![json!(path), json!(fields)]).await.unwrap();
    status.as_u64().unwrap()
}

#[tokio::test]
async fn who_may_only_look_sees_sites_and_windows_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let central = started(folder.path());
    let user = json!({ "name": "eye", "password": "eye's password", "permissions": [] });
    central.reach.good("POST", "/api/users", Some(&user));
    let eye = Reach { user: "eye".to_owned(), password: "eye's password".to_owned(), ..central.reach.clone() };
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&eye).await;
    browser.sees("2/2").await;
    browser.sees("You may look at sites").await;
    assert!(browser.has("button.go:disabled").await && !browser.has("a[href='/sites/new']").await, "New is shut");
    browser.click("tr[data-href='/sites/2'] td.name a").await;
    browser.find("#name:disabled").await;
    let disabled = browser.find("#name").await.prop("value").await.unwrap();
    assert_eq!(disabled.as_deref(), Some("Opua"));
    assert!(!browser.has(".actions button[value=ok]:enabled").await, "there is no OK");
    browser.click(".actions a[href*='check=yes']").await;
    browser.find("#check").await;
    let before: Value = central.reach.good("GET", "/api/sites/2", None);
    for (path, fields) in [
        ("/sites/2", "action=ok&name=Mine"),
        ("/sites/new", "action=ok&name=Mine"),
        ("/sites/2", "action=unblock"),
        ("/sites/2/delete", ""),
        ("/stores/S1", "action=move"),
        ("/settings", "accept_sync=1"),
    ] {
        assert_eq!(sent(&browser, path, fields).await, 403, "{path} {fields}");
    }
    assert_eq!(central.reach.good("GET", "/api/sites/2", None), before);
    assert_eq!(central.reach.good("GET", "/api/sites", None).as_array().unwrap().len(), 2);
    browser.end().await;
}
