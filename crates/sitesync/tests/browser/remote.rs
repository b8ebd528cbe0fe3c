//! The pages of a remote site: from an empty device to its first sync.

use crate::common::{Central, Site};
use crate::driver::{Browser, Scripts};

#[tokio::test]
async fn a_new_device_is_set_up_in_three_steps_to_its_first_sync() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    central.reach.make_opua("opua's password");
    let remote = Site::empty(&folder.path().join("site"));
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&remote.reach).await;
    browser.sees("Step 1 of 3").await;
    browser.fill("input[name=server_url]", &central.reach.url).await;
    browser.fill("input[name=site_name]", "Opua").await;
    browser.fill("input[name=site_password]", "a wrong one").await;
    browser.click("button[value=check]").await;
    browser.sees("This does not work yet.").await;
    browser.click("button[value=back]").await;
    browser.sees("Step 1 of 3").await;
    browser.fill("input[name=site_password]", "opua's password").await;
    browser.click("button[value=check]").await;
    browser.sees("Everything fits").await;
    browser.click("button[value=begin]").await;
    browser.sees("up to date").await;
    browser.sees("ready").await;
    browser.click("nav a[href='/data']").await;
    browser.sees("Stores").await;
    browser.click("nav a[href='/settings']").await;
    browser.fill("#interval", "5").await;
    browser.sees("1 changes, nothing saved yet").await;
    browser.click("button[value=check]").await;
    browser.sees("Certificate").await;
    browser.click("button[value=ok]").await;
    browser.sees("up to date").await;
    browser.end().await;
}
