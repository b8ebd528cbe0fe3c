//! `sitesync held`: documents that the central server keeps because it could not apply them.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Asking;
use crate::client::Client;
use crate::output::Column;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync held list\n  sitesync held show 12\n  sitesync held release 12")]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// All held documents, and why they are held
    List,
    /// One held document with its records
    Show { number: u64 },
    /// Try to apply it again
    Release { number: u64 },
    /// Give it up: the site gets what the central server has instead
    SendBack { number: u64 },
}

const LIST: [Column; 6] = [
    ("NUMBER", "id"),
    ("SITE", "site"),
    ("TABLE", "table"),
    ("RECORD", "record"),
    ("SINCE", "since"),
    ("WHY", "reason"),
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
            let answer = client.get(&["api", "held"], &[]).await?;
            out.list(&answer, &LIST, "No document is held.")
        }
        What::Show { number } => out.object(&client.get(&["api", "held", &number.to_string()], &[]).await?),
        What::Release { number } => {
            let answer = client.post(&["api", "held", &number.to_string(), "release"], json!({})).await?;
            out.done("The document was tried again; \"sitesync held list\" shows it if it is still held.", &answer)
        }
        What::SendBack { number } => {
            let answer = client.post(&["api", "held", &number.to_string(), "send-back"], json!({})).await?;
            out.done("The site gets the central server's version at its next sync.", &answer)
        }
    }
}
