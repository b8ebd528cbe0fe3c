//! Importing a file, without scripts: chosen, looked at with other columns, and stored by OK.

use fantoccini::elements::Element;

use crate::common::Central;
use crate::driver::{Browser, Scripts};

#[tokio::test]
async fn a_file_is_imported_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let file = folder.path().join("prices.csv");
    std::fs::write(&file, "Item code,Item name,Price,Contents\nA1,Amoxicillin <250 mg>,9.90,1000\nA2,Zinc,1,100\n")
        .unwrap();
    let browser = Browser::start(Scripts::Off).await;
    browser.sign_in(&central.reach).await;
    browser.open(&format!("{}/items", central.reach.url)).await;
    browser.click("main a[href='/import/items']").await;
    browser.find("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("main form button.go").await;
    browser.sees("New 2").await;
    browser.sees("Amoxicillin <250 mg>").await;
    let select: Element = browser.find("th:nth-child(6) select").await;
    select.select_by_value("pack_size").await.unwrap();
    browser.click("button[value=look]:not(.hidden)").await;
    browser.find("th:nth-child(6) option[value=pack_size][selected]").await;
    browser.click("main .actions button.go").await;
    browser.sees("Imported.").await;
    browser.click("main a.go[href='/items']").await;
    browser.sees("Amoxicillin <250 mg>").await;
    let items = central.reach.good("GET", "/api/items", None);
    assert_eq!(items[0]["pack_size"].as_f64(), Some(1000.0), "{items}");
    browser.end().await;
}
