//! `sitesync records`: single records on the central server.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Asking, list_in, read_input};
use crate::client::Client;
use crate::output::Column;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync records get item 0A1B…\n  \
                        sitesync records put item 0A1B… '{\"item_name\": \"Amoxicillin 250mg\"}'\n  \
                        sitesync records why transact 0C2D…")]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// One record
    Get { table: String, id: String },
    /// Write columns of a record; those that are not given stay as they are
    Put {
        table: String,
        id: String,
        /// A JSON object, or @FILE for one in a file (@- for stdin)
        columns: String,
    },
    /// Delete a record
    Delete { table: String, id: String },
    /// Which sites receive a record, and by what rule
    Why { table: String, id: String },
}

const WHY: [Column; 4] = [("SITE", "site"), ("NAME", "site_name"), ("FEED", "feed"), ("WHY", "because")];

impl Options {
    pub fn run(self) -> Result<()> {
        let Self { asking, what } = self;
        asking.run(|client| work(client, &asking, what))
    }
}

async fn work(client: Client, asking: &Asking, what: What) -> Result<()> {
    let out = asking.output;
    match what {
        What::Get { table, id } => {
            let record = client.get(&["api", "records", &table, &id], &[]).await?;
            if !out.json && record["state"] != "live" {
                bail!("the record is {}", record["state"].as_str().unwrap_or("not live"));
            }
            out.object(if out.json { &record } else { &record["data"] })
        }
        What::Put { table, id, columns } => {
            let change = json!({ "table": table, "id": id, "data": object(&columns)? });
            let answer = client.post(&["api", "records"], json!([change])).await?;
            out.done(written(&answer), &answer)
        }
        What::Delete { table, id } => {
            let change = json!({ "table": table, "id": id, "delete": true });
            let answer = client.post(&["api", "records"], json!([change])).await?;
            out.done(
                if answer["written"] == 0 { "There is no such record." } else { "The record is deleted." },
                &answer,
            )
        }
        What::Why { table, id } => {
            let answer = client.get(&["api", "records", &table, &id, "why"], &[]).await?;
            out.list(list_in(&answer, "feeds"), &WHY, "No site receives this record.")
        }
    }
}

fn written(answer: &Value) -> &'static str {
    if answer["written"] == 0 { "The record was like this already." } else { "The record is written." }
}

pub(super) fn object(text: &str) -> Result<Value> {
    let text = match text.strip_prefix('@') {
        Some(file) => read_input(&PathBuf::from(file))?,
        None => text.to_owned(),
    };
    let value: Value =
        serde_json::from_str(&text).context("the columns are not JSON: write them like '{\"code\": \"A1\"}'")?;
    if !value.is_object() {
        bail!("the columns are not a JSON object: write them like '{{\"code\": \"A1\"}}'");
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn columns_are_an_object() {
        assert_eq!(object("{\"code\": 1}").unwrap()["code"], 1);
        assert!(object("[1]").is_err() && object("code=1").is_err() && object("@/no/such/file").is_err());
    }
}
