//! `sitesync site`: a remote site that runs, through its own API.

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::list_in;
use crate::client::{Client, Server};
use crate::output::{Column, Output, time};
use crate::{progress, stop};

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync site --server http://127.0.0.1:8701 status\n  sitesync site sync\n  \
                        sitesync site put item_line 0A1B… '{\"quantity\": 12}'\n\n--server is the address of the site, not of the central server.")]
pub struct Options {
    #[command(flatten)]
    site: Server,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// What is not sent yet, when it last synchronised, what is wrong
    Status,
    /// Synchronise now, and wait until it is done
    Sync,
    /// Check connection: can the central server be reached, and does it know this site?
    Check,
    /// One record as the site has it
    Get { table: String, id: String },
    /// Write records on the site, all of them or none
    Put {
        table: String,
        id: String,
        /// A JSON object, or @FILE for one in a file (@- for stdin)
        columns: String,
    },
    /// Delete a record on the site
    Delete { table: String, id: String },
}

const CHECK: [Column; 3] = [("", "result"), ("WHAT WAS FOUND", "text"), ("WHAT TO DO", "next")];

impl Options {
    pub fn run(self) -> Result<()> {
        let client = Client::new(&self.site)?;
        stop::runtime()?.block_on(work(client, self.output, self.what))
    }
}

async fn work(client: Client, out: Output, what: What) -> Result<()> {
    match what {
        What::Status => status(&client, out).await,
        What::Sync => sync(&client, out).await,
        What::Check => {
            let answer = client.post(&["api", "check"], json!({})).await?;
            let shown = if out.json { &answer } else { list_in(&answer, "steps") };
            out.list(shown, &CHECK, "Nothing was looked at.")?;
            if answer["ok"] != true {
                bail!("the site cannot synchronise now");
            }
            Ok(())
        }
        What::Get { table, id } => {
            let record = client.get(&["api", "records", &table, &id], &[]).await?;
            out.object(if out.json { &record } else { &record["data"] })
        }
        What::Put { table, id, columns } => {
            let edit = json!([{ "table": table, "id": id, "data": super::records::object(&columns)? }]);
            let answer = client.post(&["api", "records"], edit).await?;
            out.done("The record is written; the next sync sends it.", &answer)
        }
        What::Delete { table, id } => {
            let edit = json!([{ "table": table, "id": id, "delete": true }]);
            let answer = client.post(&["api", "records"], edit).await?;
            out.done("The record is deleted; the next sync says so.", &answer)
        }
    }
}

async fn status(client: &Client, out: Output) -> Result<()> {
    let status = client.get(&["api", "status"], &[]).await?;
    if out.json {
        return out.object(&status);
    }
    crate::output::print(&in_words(&status))
}

/// The status as a few sentences.
fn in_words(status: &Value) -> String {
    let text = |name: &str| status[name].as_str().unwrap_or_default();
    let when = |name: &str| status[name].as_i64().map_or_else(|| "never".to_owned(), time);
    let name = status["site"]["name"].as_str().unwrap_or("not set up, or never connected");
    let mut lines = vec![
        format!("site            {name}"),
        format!("central server  {}", text("server_url")),
        format!("not yet sent    {} records", status["unsent"]),
        format!("last sync       {}", when("last_success")),
        format!("last attempt    {}", when("last_attempt")),
    ];
    if let Some(message) = status["last_error"]["message"].as_str() {
        let next = status["last_error"]["next"].as_str().unwrap_or_default();
        lines.push(format!("it failed       {message} {next}"));
    }
    for (at, store) in status["stores"].as_array().into_iter().flatten().enumerate() {
        let state = match (store["lost"] == true, store["ready"] == true) {
            (true, _) => "is active on another site now".to_owned(),
            (_, true) => "ready".to_owned(),
            _ => format!("{} records still to come", store["behind"]),
        };
        lines.push(format!(
            "store           {} {state}",
            status["store_names"][at].as_str().or(store["store"].as_str()).unwrap_or_default()
        ));
    }
    for (name, what) in [("held", "documents held on the central server"), ("aside", "versions put aside here")] {
        if status[name].as_u64().is_some_and(|count| count > 0) {
            lines.push(format!("look at         {} {what}", status[name]));
        }
    }
    lines.join("\n") + "\n"
}

async fn sync(client: &Client, out: Output) -> Result<()> {
    let bar = progress::waiting("synchronising");
    let answer = client.post(&["api", "sync"], json!({})).await;
    bar.finish_and_clear();
    let answer = answer.context("the site did not synchronise")?;
    let (sent, received) = (&answer["sent"], &answer["received"]);
    out.done(&format!("Synchronised: {sent} records sent, {received} received."), &answer)
}
