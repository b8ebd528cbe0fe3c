//! `sitesync users`: the people who sign in on a central server, and on the sites where they have a store.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Asking;
use crate::client::Client;
use crate::output::Column;
use crate::secret;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync users add mere --may view_records --store S1 --new-password-file mere.password\n  sitesync users list\n\n\
                  Permissions: edit_sync_settings, edit_central_data, manage_users, view_records, handle_held, administer_server"
)]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// All users
    List,
    /// Make a user
    Add {
        name: String,
        #[command(flatten)]
        rights: Rights,
        /// A file with the password; without it, the variable SITESYNC_NEW_PASSWORD; without both, one is made up
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Change what a user may do, or switch the user off or on
    Edit {
        name: String,
        #[command(flatten)]
        rights: Rights,
        /// Whether the user may sign in at all
        #[arg(long)]
        active: Option<bool>,
    },
    /// Set the password of a user, which ends all sessions
    Password {
        name: String,
        /// A file with the new password; without it, the variable SITESYNC_NEW_PASSWORD; without both, one is made up
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// End all sessions of a user: here at once, on sites at their next sync
    SignOut { name: String },
}

/// What a user may do. A list that is given replaces the whole list.
#[derive(Args, Debug)]
struct Rights {
    /// A permission on the central server; may be given several times, and "none" for none
    #[arg(long, value_name = "PERMISSION")]
    may: Vec<String>,
    /// The id of a store that the user may log in to; may be given several times, and "none" for none
    #[arg(long, value_name = "STORE")]
    store: Vec<String>,
}

const LIST: [Column; 5] = [
    ("NAME", "name"),
    ("ACTIVE", "active"),
    ("MAY", "permissions"),
    ("STORES", "stores"),
    ("PASSWORD", "has_password"),
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
            let answer = client.get(&["api", "users"], &[]).await?;
            out.list(&answer, &LIST, "There is no user.")
        }
        What::Add { name, rights, new_password_file } => {
            let mut body = rights.fields(&[]);
            body.insert("name".into(), json!(name));
            body.insert("password".into(), json!(new_password(new_password_file)?));
            let answer = client.post(&["api", "users"], body.into()).await?;
            out.done(&format!("The user {name} is made.{}", made_up(&answer)), &answer)
        }
        What::Edit { name, rights, active } => {
            let before = one(&client, &name).await?;
            let known = before["stores"].as_array().map_or(&[][..], Vec::as_slice);
            let mut body = rights.fields(known);
            body.insert("version".into(), before["version"].clone());
            body.extend(active.map(|active| ("active".into(), json!(active))));
            let answer = client.call(Method::PUT, &["api", "users", id(&before)], &[], Some(body.into())).await?;
            out.done(&format!("The user {name} is changed."), &answer)
        }
        What::Password { name, new_password_file } => {
            let before = one(&client, &name).await?;
            let body = json!({ "password": new_password(new_password_file)? });
            let answer = client.post(&["api", "users", id(&before), "password"], body).await?;
            out.done(&format!("The password of {name} is set.{}", made_up(&answer)), &answer)
        }
        What::SignOut { name } => {
            let before = one(&client, &name).await?;
            let answer = client.post(&["api", "users", id(&before), "sign-out"], json!({})).await?;
            out.done(&format!("{name} is signed out everywhere."), &answer)
        }
    }
}

impl Rights {
    /// A store that the user had keeps its numbers of permissions.
    fn fields(&self, known: &[Value]) -> Map<String, Value> {
        let mut fields = Map::new();
        let given = |words: &[String]| words.iter().filter(|word| *word != "none").cloned().collect::<Vec<_>>();
        if !self.may.is_empty() {
            fields.insert("permissions".into(), json!(given(&self.may)));
        }
        if !self.store.is_empty() {
            let right = |store: &String| {
                let before = known.iter().find(|right| right["store"] == **store).cloned();
                before.unwrap_or_else(|| json!({ "store": store }))
            };
            fields.insert("stores".into(), given(&self.store).iter().map(right).collect());
        }
        fields
    }
}

/// The user of a name, as people know it.
async fn one(client: &Client, name: &str) -> Result<Value> {
    let all = client.get(&["api", "users"], &[]).await?;
    let wanted = name.to_lowercase();
    let named = |user: &&Value| user["name"].as_str().is_some_and(|name| name.to_lowercase() == wanted);
    let Some(found) = all.as_array().and_then(|all| all.iter().find(named)) else {
        bail!("There is no user \"{name}\". Look at: sitesync users list");
    };
    client.get(&["api", "users", id(found)], &[]).await.with_context(|| format!("the user {name} cannot be read"))
}

fn id(user: &Value) -> &str {
    user["id"].as_str().unwrap_or_default()
}

fn new_password(file: Option<PathBuf>) -> Result<Option<String>> {
    secret::read(file.as_deref(), Some("SITESYNC_NEW_PASSWORD"))
}

/// The password, if the server made one up: it is told only now.
fn made_up(answer: &Value) -> String {
    match answer["password"].as_str() {
        Some(password) => format!(" The password is {password} (it is shown only now)."),
        None => String::new(),
    }
}
