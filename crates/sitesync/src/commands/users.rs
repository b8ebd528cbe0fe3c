//! `sitesync users`: the accounts of a central server. They are not the users of the facilities, which are records.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::Asking;
use crate::client::Client;
use crate::output::Column;
use crate::secret;

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  sitesync users add mere --role reader --new-password-file mere.password\n  sitesync users list"
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
        /// What it may do: reader or administrator
        #[arg(long, default_value = "reader")]
        role: String,
        /// A file with its password; without it, the variable SITESYNC_NEW_PASSWORD; without both, one is made up
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Set the password of an account
    Password {
        name: String,
        /// A file with the new password; without it, the variable SITESYNC_NEW_PASSWORD; without both, one is made up
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
    },
    /// Remove an account
    Remove { name: String },
}

const LIST: [Column; 3] = [("NAME", "name"), ("ROLE", "role"), ("MADE", "created")];

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
            out.list(&answer, &LIST, "There is no account.")
        }
        What::Add { name, role, new_password_file } => {
            let body = json!({ "name": name, "role": role, "password": new_password(new_password_file)? });
            let answer = client.post(&["api", "accounts"], body).await?;
            out.done(&format!("The account {name} is made.{}", made_up(&answer)), &answer)
        }
        What::Password { name, new_password_file } => {
            let body = json!({ "password": new_password(new_password_file)? });
            let answer = client.post(&["api", "accounts", &name, "password"], body).await?;
            out.done(&format!("The password of {name} is set.{}", made_up(&answer)), &answer)
        }
        What::Remove { name } => {
            let answer = client.call(Method::DELETE, &["api", "accounts", &name], &[], None).await?;
            out.done(&format!("The account {name} is removed."), &answer)
        }
    }
}

fn new_password(file: Option<PathBuf>) -> Result<Option<String>> {
    secret::read(file.as_deref(), Some("SITESYNC_NEW_PASSWORD"))
}

/// The password, if the server made one up: it is told only now.
fn made_up(answer: &Value) -> String {
    match answer["password"].as_str() {
        Some(password) => format!(" Its password is {password} (it is shown only now)."),
        None => String::new(),
    }
}
