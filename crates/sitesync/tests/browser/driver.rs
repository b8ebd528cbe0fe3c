//! Chromium and its driver: there, or installed; one at a time, as they need much of a machine.

use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use crate::common::{PATIENCE, Program, Reach};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A browser, with what was done with it.
pub(crate) struct Browser {
    pub(crate) client: Client,
    _driver: Program,
    _turn: MutexGuard<'static, ()>,
}

/// Whether the browser runs scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Installs what is missing, on Debian and as root; elsewhere it says what to install.
fn ensure_installed() {
    if is_there("chromium") && is_there("chromedriver") {
        return;
    }
    let install = "apt-get update -q && apt-get install -qy --no-install-recommends chromium chromium-driver";
    let installed = Command::new("sh").args(["-c", install]).env("DEBIAN_FRONTEND", "noninteractive").output();
    assert!(
        is_there("chromium") && is_there("chromedriver"),
        "The tests of the pages need chromium and chromedriver; install Debian's packages chromium and chromium-driver. \
         Installing them did not work here: {installed:?}"
    );
}

impl Browser {
    pub(crate) async fn start(scripts: Scripts) -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        ensure_installed();
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let mut driver = Program::start(command);
        let line = driver.line(|line| line.contains("started successfully on port"));
        let port: String = line.chars().filter(char::is_ascii_digit).collect();
        let allowed = if scripts == Scripts::On { 1 } else { 2 };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en", "--window-size=1280,900"],
            "prefs": { "profile.managed_default_content_settings.javascript": allowed, "intl.accept_languages": "en" },
        });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let mut client = ClientBuilder::new(HttpConnector::new());
        client.capabilities(capabilities);
        let client = client.connect(&format!("http://127.0.0.1:{port}")).await.expect("a browser starts");
        Self { client, _driver: driver, _turn: turn }
    }

    pub(crate) async fn end(self) {
        let _ = self.client.close().await;
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// The element, as soon as it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(50));
        wait.for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn click(&self, css: &str) {
        self.act(css, async |element: Element| element.click().await).await;
    }

    /// Writes into a field in place of what is there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.act(css, async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Does something with an element. If it went with its page before that, what was meant is on the page that comes.
    async fn act(&self, css: &str, work: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let end = Instant::now() + PATIENCE;
        while let Err(error) = work(self.find(css).await).await {
            let told = format!("{error:?}");
            let gone = ["StaleElementReference", "ElementNotInteractable"].iter().any(|kind| told.contains(kind));
            assert!(gone && Instant::now() < end, "{css}: {error}");
        }
    }

    /// Waits until the page says so.
    pub(crate) async fn sees(&self, text: &str) {
        let found = format!("//main[contains(normalize-space(.), \"{text}\")]");
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(50));
        if wait.for_element(Locator::XPath(&found)).await.is_err() {
            panic!("the page does not say \"{text}\":\n{}", self.text().await);
        }
    }

    pub(crate) async fn text(&self) -> String {
        self.find("body").await.text().await.unwrap_or_default()
    }

    pub(crate) async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    pub(crate) async fn sign_in(&self, reach: &Reach) {
        self.open(&reach.url).await;
        self.fill("main input[name=name]", &reach.user).await;
        self.fill("main input[name=password]", &reach.password).await;
        self.click("main button.go").await;
        self.find("form[action='/sign-out']").await;
    }
}
