//! `sitesync backup`: a copy of the data of a running central server. The server writes it into its own directory.

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use super::Asking;
use crate::progress;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync backup\n  sitesync backup --json | jq -r .path\n\n\
                        The server goes on working. The copy lies on the server's machine; move it to another one.")]
pub struct Options {
    #[command(flatten)]
    asking: Asking,
}

impl Options {
    pub fn run(self) -> Result<()> {
        self.asking.run(|client| async move {
            let bar = progress::waiting("the server copies its data");
            let answer = client.post(&["api", "backup"], json!({})).await;
            bar.finish_and_clear();
            let answer = answer.context("no backup was made")?;
            let path = answer["path"].as_str().unwrap_or_default();
            let bytes = &answer["bytes"];
            self.asking.output.done(&format!("The backup is {path} on the server ({bytes} bytes)."), &answer)
        })
    }
}
