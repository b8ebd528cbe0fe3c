//! The browser over all tables, in a real browser.

use serde_json::json;

use crate::common::{Central, Reach};
use crate::driver::{Browser, Scripts};

fn items(reach: &Reach) {
    let item = |id: &str, code: &str, name: &str, unit: &str| {
        let data = json!({"code": code, "item_name": name, "unit_ID": unit, "start_of_year_date": "2026-01-31"});
        json!({"table": "item", "id": id, "data": data})
    };
    let records = json!([
        {"table": "unit", "id": "U1", "data": {"units": "Tablet"}},
        {"table": "unit", "id": "U2", "data": {"units": "Bottle"}},
        item("I1", "AMX", "Amoxicillin", "U1"),
        item("I2", "PCM", "Paracetamol", "U1"),
    ]);
    reach.good("POST", "/api/records", Some(&records));
}

#[tokio::test]
async fn a_record_is_found_while_one_types_and_its_unit_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    items(&central.reach);
    let browser = Browser::start(Scripts::On).await;
    browser.sign_in(&central.reach).await;
    browser.click("nav a[href='/records']").await;
    // The list of tables is filtered by its names.
    browser.fill("input[type=search]", "items").await;
    browser.click("tr[data-href='/records/item'] td.name a").await;
    browser.sees("2/2").await;
    // The server searches while one types, in what is shown.
    browser.fill("input[type=search]", "parac").await;
    browser.sees("1/2").await;
    assert!(!browser.text().await.contains("Amoxicillin"));
    browser.click("td.name a").await;
    browser.find("#c-item_name").await;
    assert!(
        !browser.text().await.contains("nothing saved yet"),
        "nothing counts as changed before somebody changes it"
    );
    browser.fill("#c-item_name", "Paracetamol 500").await;
    browser.sees("1 changes, nothing saved yet").await;
    browser.click("#c-unit_ID").await;
    browser.fill("fieldset.over input[type=search]", "bott").await;
    browser.click("button[value=search]:not(.hidden)").await;
    browser.click("button[value='pick:U2']").await;
    browser.sees("2 changes, nothing saved yet").await;
    browser.click(".actions button.go").await;
    browser.sees("Saved.").await;
    let stored = central.reach.good("GET", "/api/records/item/I2", None);
    assert_eq!((&stored["data"]["item_name"], &stored["data"]["unit_ID"]), (&json!("Paracetamol 500"), &json!("U2")));
    assert_eq!(stored["data"]["start_of_year_date"], json!("2026-01-31"), "fields that are folded stay as they are");
    browser.end().await;
}

#[tokio::test]
async fn a_record_is_found_edited_and_deleted_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    items(&central.reach);
    let browser = Browser::start(Scripts::Off).await;
    browser.sign_in(&central.reach).await;
    browser.open(&format!("{}/records/item", central.reach.url)).await;
    browser.fill("input[type=search]", "amox").await;
    browser.find("input[type=search]").await.send_keys("\u{e007}").await.unwrap();
    browser.sees("1/2").await;
    browser.click("td.name a").await;
    browser.click("button[value='clear:unit_ID']").await;
    browser.click(".actions button.go").await;
    browser.sees("Saved.").await;
    assert_eq!(central.reach.good("GET", "/api/records/item/I1", None)["data"]["unit_ID"], json!(""));
    browser.click(".actions button[value=delete]").await;
    browser.sees("Everybody who has it learns of it.").await;
    browser.click("button[value=delete-sure]").await;
    browser.sees("1/1").await;
    assert_eq!(central.reach.good("GET", "/api/records/item/I1", None)["state"], json!("deleted"));
    browser.end().await;
}
