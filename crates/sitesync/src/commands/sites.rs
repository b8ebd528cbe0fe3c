//! `sitesync sites`: the sites of a central server.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Asking;
use crate::client::Client;
use crate::output::Column;
use crate::secret;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync sites create Opua --new-password-file opua.password\n  sitesync sites list\n  \
                        sitesync sites check Opua\n\nA site is named by its number or its name."
)]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// All sites, and when they last synchronised
    List,
    /// Everything about one site
    Show { site: String },
    /// Make a site
    Create {
        name: String,
        #[command(flatten)]
        fields: Fields,
        #[command(flatten)]
        password: NewPassword,
    },
    /// Change the name or other fields of a site
    Edit {
        site: String,
        /// The new name; the site stops synchronising until it uses it too
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Set the password with which the site logs in
    Password {
        site: String,
        #[command(flatten)]
        password: NewPassword,
    },
    /// Let another device take over the site; the former device is refused from now on
    Reset { site: String },
    /// Allow a former device again
    Allow { site: String, hardware_id: String },
    /// Lift the block after wrong passwords
    Unblock { site: String },
    /// Could the site connect now, and if not, why?
    Check { site: String },
    /// Delete a site that has no store any more
    Delete { site: String },
    /// The exchanges with a site, the newest first
    Log {
        site: String,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
}

#[derive(Args, Debug)]
struct Fields {
    /// A short code
    #[arg(long)]
    code: Option<String>,
    /// What kind of installation it is: "single user", "client/server" or "mobile"
    #[arg(long)]
    kind: Option<String>,
}

impl Fields {
    fn into_map(self, name: Option<String>) -> Map<String, Value> {
        let fields = [("name", name), ("code", self.code), ("device_type", self.kind)];
        fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), json!(value?)))).collect()
    }
}

#[derive(Args, Debug)]
struct NewPassword {
    /// A file with the password of the site; without it, the variable SITESYNC_SITE_PASSWORD; without both, one is made up
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl NewPassword {
    fn read(&self) -> Result<Option<String>> {
        secret::read(self.new_password_file.as_deref(), Some("SITESYNC_SITE_PASSWORD"))
    }
}

const LIST: [Column; 7] = [
    ("SITE", "id"),
    ("NAME", "name"),
    ("KIND", "device_type"),
    ("STATE", "state.text"),
    ("LAST SYNC", "last_sync"),
    ("NOT SENT", "unsent"),
    ("STORES", "stores"),
];
const CHECK: [Column; 3] = [("", "level"), ("WHAT WAS FOUND", "text"), ("WHAT TO DO", "next_step")];
const LOG: [Column; 6] = [
    ("AT", "at"),
    ("SENT TO IT", "sent"),
    ("RECEIVED", "received"),
    ("UNCHANGED", "unchanged"),
    ("HELD", "held"),
    ("OUTCOME", "outcome"),
];

impl Options {
    pub fn run(self) -> Result<()> {
        let Self { asking, what } = self;
        asking.run(|client| work(client, &asking, what))
    }
}

async fn work(client: Client, asking: &Asking, what: What) -> Result<()> {
    let out = asking.output;
    match what {
        What::List => {
            let answer = client.get(&["api", "sites"], &[]).await?;
            out.list(&answer, &LIST, "There is no site yet. Make one with: sitesync sites create NAME")
        }
        What::Show { site } => out.object(&find(&client, &site).await?),
        What::Create { name, fields, password } => create(&client, asking, name, fields, &password).await,
        What::Edit { site, name, fields } => edit(&client, asking, &site, fields.into_map(name)).await,
        What::Password { site, password } => {
            let password = password.read()?;
            let site = find(&client, &site).await?;
            let body = json!({ "password": password, "version": site["version"] });
            let answer = client.post(&["api", "sites", &number(&site), "password"], body).await?;
            let said = made_up(&answer);
            out.done(&format!("The password is set. The site stops until it is given the new one.{said}"), &answer)
        }
        What::Reset { site } => {
            act(&client, asking, &site, "reset-hardware", json!({}), "The site can be set up on another device now.")
                .await
        }
        What::Allow { site, hardware_id } => {
            let body = json!({ "hardware_id": hardware_id });
            act(
                &client,
                asking,
                &site,
                "allow-former-device",
                body,
                "The device may connect again, if no other one is bound.",
            )
            .await
        }
        What::Unblock { site } => {
            act(&client, asking, &site, "unblock", json!({}), "The site is not blocked any more.").await
        }
        What::Check { site } => check(&client, asking, &site).await,
        What::Delete { site } => {
            let site = find(&client, &site).await?;
            let answer = client.call(Method::DELETE, &["api", "sites", &number(&site)], &[], None).await?;
            out.done("The site is deleted. Its number is never given again.", &answer)
        }
        What::Log { site, limit } => {
            let site = find(&client, &site).await?;
            let query = [("limit", limit.to_string())];
            let answer = client.get(&["api", "sites", &number(&site), "log"], &query).await?;
            out.list(&answer, &LOG, "The site has not connected yet.")
        }
    }
}

async fn create(client: &Client, asking: &Asking, name: String, fields: Fields, password: &NewPassword) -> Result<()> {
    let mut body = fields.into_map(Some(name));
    match password.read()? {
        Some(password) => body.insert("password".to_owned(), json!(password)),
        None => body.insert("generate_password".to_owned(), json!(true)),
    };
    let answer = client.post(&["api", "sites"], Value::Object(body)).await?;
    let number = number(&answer["site"]);
    let said = made_up(&answer);
    let next = format!("Give it a store: sitesync stores move STORE {number}");
    asking.output.done(&format!("Site {number} is made. {next}{said}"), &answer)
}

async fn edit(client: &Client, asking: &Asking, site: &str, changes: Map<String, Value>) -> Result<()> {
    if changes.is_empty() {
        bail!("nothing to change: give --name, --code or --kind");
    }
    let site = find(client, site).await?;
    let mut body = changes;
    body.insert("version".to_owned(), site["version"].clone());
    let answer = client.call(Method::PUT, &["api", "sites", &number(&site)], &[], Some(Value::Object(body))).await?;
    asking.output.done("The site is changed.", &answer)
}

async fn check(client: &Client, asking: &Asking, site: &str) -> Result<()> {
    let site = find(client, site).await?;
    let answer = client.get(&["api", "sites", &number(&site), "check"], &[]).await?;
    let lines = &answer;
    asking.output.list(lines, &CHECK, "Nothing was looked at.")?;
    let problem = lines.as_array().into_iter().flatten().any(|line| line["level"] == "problem");
    if problem {
        bail!("the site cannot connect now");
    }
    Ok(())
}

async fn act(client: &Client, asking: &Asking, site: &str, word: &str, body: Value, done: &str) -> Result<()> {
    let site = find(client, site).await?;
    let answer = client.post(&["api", "sites", &number(&site), word], body).await?;
    asking.output.done(done, &answer)
}

/// The password, if the server made one up: it is told only now.
fn made_up(answer: &Value) -> String {
    match answer["password"].as_str() {
        Some(password) => format!("\nIts password is {password} (it is shown only now)."),
        None => String::new(),
    }
}

/// The number of a site, as text.
pub(super) fn number(site: &Value) -> String {
    site["id"].to_string()
}

/// The site with this number or name.
pub(super) async fn find(client: &Client, site: &str) -> Result<Value> {
    if site.chars().all(|c| c.is_ascii_digit()) {
        return client.get(&["api", "sites", site], &[]).await;
    }
    let answer = client.get(&["api", "sites"], &[]).await?;
    let sites = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    match sites.iter().find(|known| known["name"] == site) {
        Some(known) => client.get(&["api", "sites", &number(known)], &[]).await,
        None => bail!("there is no site \"{site}\": see all with \"sitesync sites list\""),
    }
}
