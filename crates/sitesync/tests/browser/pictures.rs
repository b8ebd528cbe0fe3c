//! The pictures in README and docs, taken of the demo: `cargo test -p sitesync --test browser pictures -- --ignored`.

use std::path::Path;

use fantoccini::Client;
use serde_json::json;

use crate::common::{Program, Reach, sitesync};
use crate::driver::{Browser, Scripts};

async fn look(client: &Client, width: u32, height: u32, scheme: &str) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    for (command, parameters) in
        [("Emulation.setDeviceMetricsOverride", metrics), ("Emulation.setEmulatedMedia", media)]
    {
        client.issue_cmd(Devtools { command, parameters }).await.unwrap();
    }
}

/// A command of the browser itself, which its driver passes on.
#[derive(Debug)]
struct Devtools {
    command: &'static str,
    parameters: serde_json::Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

async fn take(browser: &Browser, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, browser.client.screenshot().await.unwrap()).unwrap();
}

/// Address, user and password in a line of the demo.
fn reach(line: &str) -> Reach {
    let words: Vec<_> = line.split_whitespace().collect();
    let after = |word: &str| words[words.iter().position(|known| *known == word).unwrap() + 1].to_owned();
    let url = words.iter().find(|word| word.starts_with("http://")).unwrap();
    Reach { url: (*url).to_owned(), user: after("user"), password: after("password") }
}

#[tokio::test]
#[ignore = "writes the pictures of README and docs"]
async fn pictures() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = sitesync();
    command.args(["demo", "--port", "8790", "--pace", "3", "--data"]).arg(folder.path());
    let mut demo = Program::start(command);
    let central = reach(&demo.line(|line| line.contains("Central server")));
    let site = reach(&demo.line(|line| line.contains("Kamo")));
    demo.line(|line| line.contains("Kamo has received"));
    let browser = Browser::start(Scripts::On).await;
    look(&browser.client, 1280, 420, "light").await;
    browser.sign_in(&central).await;
    browser.sees("4/4").await;
    take(&browser, "sites.png").await;
    look(&browser.client, 400, 700, "dark").await;
    take(&browser, "sites-phone-dark.png").await;
    look(&browser.client, 1280, 860, "light").await;
    browser.open(&format!("{}/sites/3", central.url)).await;
    browser.fill("#name", "Kamo Regional Hospital").await;
    browser.sees("1 change").await;
    take(&browser, "site.png").await;
    look(&browser.client, 1280, 560, "light").await;
    browser.open(&format!("{}/items", central.url)).await;
    browser.click("td.name a").await;
    browser.find("#unit").await;
    take(&browser, "item.png").await;
    look(&browser.client, 1280, 760, "dark").await;
    browser.open(&format!("{}/records/name?q=Kamo", central.url)).await;
    browser.click("tbody td a").await;
    browser.sees("Why it is where it is").await;
    take(&browser, "record-dark.png").await;
    look(&browser.client, 1280, 420, "light").await;
    browser.sign_in(&site).await;
    browser.sees("Last success").await;
    take(&browser, "remote.png").await;
    browser.end().await;
}
