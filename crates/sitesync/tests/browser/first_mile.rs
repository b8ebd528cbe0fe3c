//! The first mile: from an empty central server to a first site that has synchronised, by hand, in one browser.

use crate::common::{Central, Site};
use crate::driver::{Browser, Scripts};

#[tokio::test]
async fn an_empty_server_is_led_to_a_first_site_that_has_synchronised() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let remote = Site::empty(&folder.path().join("site"));
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.sees("No site synchronises yet.").await;
    browser.click(".notice a.go").await;
    browser.fill("#place", "Aotearoa").await;
    browser.fill("#currency", "nzd").await;
    browser.click(".now button.go").await;
    browser.fill("#code", "OPUA").await;
    browser.fill("#name", "Opua Health Centre").await;
    browser.click(".now button.go").await;
    browser.fill("input[name=item_code]", "ZINC").await;
    browser.fill("input[name=item_name]", "Zinc 20 mg").await;
    browser.click(".now button.go").await;
    browser.fill("#site_name", "Opua").await;
    browser.click(".now button.go").await;
    browser.find(".qr svg").await;
    browser.sees("Never synced").await;
    let password = browser.find("#made-up").await.text().await.unwrap();
    browser.sign_in(&remote.reach).await;
    browser.sees("Step 1 of 3").await;
    // What a camera reads in the code.
    browser.click("details summary").await;
    browser.fill("textarea[name=three]", &format!("{}\nOpua\n{password}", central.reach.url)).await;
    browser.click("button[value=check]").await;
    browser.sees("Everything fits").await;
    browser.click("button[value=begin]").await;
    browser.sees("up to date").await;
    browser.sees("Opua Health Centre").await;
    browser.open(&format!("{}/data/item", remote.reach.url)).await;
    browser.sees("Zinc 20 mg").await;
    browser.open(&format!("{}/first-steps", central.reach.url)).await;
    browser.sees("Up to date").await;
    browser.end().await;
}

#[tokio::test]
async fn a_new_item_is_on_the_site_as_soon_as_its_list_is_seen_there() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.open(&format!("{}/facilities/new", central.reach.url)).await;
    browser.fill("#code", "KAMO").await;
    browser.fill("#name", "Kamo").await;
    browser.click(".actions button.go").await;
    browser.sees("1/1").await;
    browser.open(&format!("{}/lists/new", central.reach.url)).await;
    browser.fill("#name", "Basics").await;
    browser.click("button[value='find:names']").await;
    browser.click("input[name=take]").await;
    browser.click("button[value='take:names']").await;
    browser.sees("1 changes, nothing saved yet").await;
    browser.click(".actions button.go").await;
    browser.sees("1/1").await;
    browser.open(&format!("{}/items/new", central.reach.url)).await;
    browser.fill("#code", "ORS").await;
    browser.fill("#name", "Oral rehydration salts").await;
    browser.click("input[name=list]").await;
    browser.click(".actions button.go").await;
    browser.sees("Oral rehydration salts").await;
    let items = central.reach.good("GET", "/api/items", None);
    assert_eq!(items[0]["stores"], 1, "{items}");
    browser.end().await;
}
