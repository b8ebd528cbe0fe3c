//! `sitesync users`: the accounts of a central server. They are not the users of the facilities, which are records.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::{Asking, list_in};
use crate::client::Client;
use crate::output::Column;
use crate::secret;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync users add mere --role viewer --new-password-file mere.password\n  sitesync users list"
)]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// All accounts
    List,
    /// Make an account
    Add {
        name: String,
        /// What it may do: viewer or administrator
        #[arg(long, default_value = "viewer")]
        role: String,
        /// A file with its password; without it, the variable SITESYNC_NEW_PASSWORD
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Set the password of an account
    Password {
        name: String,
        /// A file with the new password; without it, the variable SITESYNC_NEW_PASSWORD
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Remove an account
    Remove { name: String },
}

const LIST: [Column; 2] = [("NAME", "name"), ("ROLE", "role")];

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
            let answer = client.get(&["api", "accounts"], &[]).await?;
            out.list(list_in(&answer, "accounts"), &LIST, "There is no account.")
        }
        What::Add { name, role, new_password_file } => {
            let body = json!({ "name": name, "role": role, "password": new_password(new_password_file)? });
            let answer = client.post(&["api", "accounts"], body).await?;
            out.done(&format!("The account {name} is made."), &answer)
        }
        What::Password { name, new_password_file } => {
            let body = json!({ "password": new_password(new_password_file)? });
            let answer = client.post(&["api", "accounts", &name, "password"], body).await?;
            out.done(&format!("The password of {name} is set."), &answer)
        }
        What::Remove { name } => {
            let answer = client.call(Method::DELETE, &["api", "accounts", &name], &[], None).await?;
            out.done(&format!("The account {name} is removed."), &answer)
        }
    }
}

fn new_password(file: Option<PathBuf>) -> Result<String> {
    match secret::read(file.as_deref(), Some("SITESYNC_NEW_PASSWORD"))? {
        Some(password) => Ok(password),
        None => {
            bail!("no password for the account: name a file with --new-password-file, or set SITESYNC_NEW_PASSWORD")
        }
    }
}
