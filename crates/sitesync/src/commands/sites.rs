//! `sitesync sites`: the sites of a central server.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Asking, list_in};
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
    /// What kind of installation it is: single_user, client_server or mobile
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
    /// A file with the password of the site; without it, the variable SITESYNC_SITE_PASSWORD
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl NewPassword {
    fn read(&self) -> Result<Option<String>> {
        secret::read(self.new_password_file.as_deref(), Some("SITESYNC_SITE_PASSWORD"))
    }

    fn needed(&self) -> Result<String> {
        match self.read()? {
            Some(password) => Ok(password),
            None => {
                bail!("no password for the site: name a file with --new-password-file, or set SITESYNC_SITE_PASSWORD")
            }
        }
    }
}

const LIST: [Column; 7] = [
    ("SITE", "id"),
    ("NAME", "name"),
    ("KIND", "device_type"),
    ("STATE", "initialisation"),
    ("LAST SYNC", "last_sync"),
    ("TO COME", "behind"),
    ("STORES", "stores"),
];
const CHECK: [Column; 3] = [("", "level"), ("WHAT WAS FOUND", "text"), ("WHAT TO DO", "next_step")];
const LOG: [Column; 6] =
    [("AT", "at"), ("KIND", "kind"), ("SENT", "sent"), ("RECEIVED", "received"), ("HELD", "held"), ("ERROR", "error")];

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
            out.list(
                list_in(&answer, "sites"),
                &LIST,
                "There is no site yet. Make one with: sitesync sites create NAME",
            )
        }
        What::Show { site } => out.object(&find(&client, &site).await?),
        What::Create { name, fields, password } => create(&client, asking, name, fields, &password).await,
        What::Edit { site, name, fields } => edit(&client, asking, &site, fields.into_map(name)).await,
        What::Password { site, password } => {
            let password = password.needed()?;
            let site = find(&client, &site).await?;
            let body = json!({ "password": password, "version": site["version"] });
            let answer = client.post(&["api", "sites", &number(&site), "password"], body).await?;
            out.done("The password is set. The site stops until it is given the new one.", &answer)
        }
        What::Reset { site } => {
            act(&client, asking, &site, "reset", json!({}), "The site can be set up on another device now.").await
        }
        What::Allow { site, hardware_id } => {
            let body = json!({ "hardware_id": hardware_id });
            act(&client, asking, &site, "allow", body, "The device may connect again, if no other one is bound.").await
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
            out.list(list_in(&answer, "log"), &LOG, "The site has not connected yet.")
        }
    }
}

async fn create(client: &Client, asking: &Asking, name: String, fields: Fields, password: &NewPassword) -> Result<()> {
    let mut body = fields.into_map(Some(name));
    if let Some(password) = password.read()? {
        body.insert("password".to_owned(), json!(password));
    }
    let has_password = body.contains_key("password");
    let site = client.post(&["api", "sites"], Value::Object(body)).await?;
    let next = if has_password {
        "Move a store to it: sitesync stores move STORE SITE"
    } else {
        "It has no password yet: sitesync sites password SITE --new-password-file FILE"
    };
    asking.output.done(&format!("Site {} is made. {next}", number(&site)), &site)
}

async fn edit(client: &Client, asking: &Asking, site: &str, changes: Map<String, Value>) -> Result<()> {
    if changes.is_empty() {
        bail!("nothing to change: give --name, --code or --kind");
    }
    let site = find(client, site).await?;
    let mut body = Map::new();
    for field in ["name", "code", "device_type", "is_open_msupply_central", "open_msupply_central_uri", "version"] {
        body.insert(field.to_owned(), site[field].clone());
    }
    body.extend(changes);
    let answer = client.call(Method::PUT, &["api", "sites", &number(&site)], &[], Some(Value::Object(body))).await?;
    asking.output.done("The site is changed.", &answer)
}

async fn check(client: &Client, asking: &Asking, site: &str) -> Result<()> {
    let site = find(client, site).await?;
    let answer = client.get(&["api", "sites", &number(&site), "check"], &[]).await?;
    let lines = list_in(&answer, "lines");
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
    let sites = list_in(&answer, "sites").as_array().cloned().unwrap_or_default();
    match sites.iter().find(|known| known["name"] == site) {
        Some(known) => client.get(&["api", "sites", &number(known)], &[]).await,
        None => bail!("there is no site \"{site}\": see all with \"sitesync sites list\""),
    }
}
