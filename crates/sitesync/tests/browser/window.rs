//! The window of a site, as an administrator uses it.

use crate::common::{Central, Site, until};
use crate::driver::{Browser, Scripts};

#[tokio::test]
async fn a_site_is_made_with_a_store_and_nothing_is_stored_by_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.click(".head a.go").await;
    browser.fill("#name", "Kamo").await;
    browser.sees("1 change").await;
    browser.click(".actions a[data-escape]").await;
    browser.sees("2/2").await;
    browser.click(".head a.go").await;
    browser.fill("#name", "Kamo").await;
    browser.click("button[value=make-up]").await;
    browser.click("#stores button[value=choose]").await;
    browser.click("tbody input[type=radio]").await;
    browser.click("button.go").await;
    browser.sees("Opua").await;
    browser.click(".actions button[value=ok]").await;
    // The password that was made up is shown now, and not again.
    let password = browser.find("#made-up").await.text().await.unwrap();
    assert!(password.len() >= 16, "{password}");
    browser.open(&format!("{}/sites/3", central.reach.url)).await;
    browser.sees("Opua").await;
    assert!(!browser.text().await.contains(&password));
    assert_eq!(central.reach.good("GET", "/api/sites/3", None)["name"], "Kamo");
    browser.end().await;
}

#[tokio::test]
async fn a_store_of_a_site_in_use_is_handed_over_and_a_lost_device_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    let site = Site::set_up(&folder.path().join("site"), &central.reach.url, "Opua", "opua's password");
    until("the site has its store", || site.status()["stores"][0]["ready"] == true);
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.click("nav a[href='/stores']").await;
    browser.click("tr[data-href='/stores/S1'] td.name a").await;
    browser.click("button[value=move]").await;
    until("the site has sent the rest and the central server has the store", || {
        let _ = site.reach.command(&["site", "sync"]);
        central.reach.good("GET", "/api/stores", None)[0]["site"] == 1
    });
    browser.open(&format!("{}/sites/2", central.reach.url)).await;
    browser.click("button[value=reset]").await;
    browser.sees("1 change").await;
    browser.click(".actions button[value=ok]").await;
    until("the device is no longer bound", || central.reach.good("GET", "/api/sites/2", None)["hardware_id"].is_null());
    browser.open(&format!("{}/sites/2/details", central.reach.url)).await;
    browser.sees("First sync").await;
    browser.open(&format!("{}/sites/2/log", central.reach.url)).await;
    browser.find("svg").await;
    browser.end().await;
}
