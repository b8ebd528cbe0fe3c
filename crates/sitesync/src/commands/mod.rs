//! The commands, one file each: what a command takes, and what it does.

pub mod backup;
pub mod central;
pub mod certificate;
pub mod demo;
pub mod held;
pub mod import;
pub mod records;
pub mod remote;
pub mod restore;
pub mod site;
pub mod sites;
pub mod stores;
pub mod tables;
pub mod users;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use crate::client::{Client, Server};
use crate::output::Output;
use crate::stop::runtime;

/// What every command takes that asks a server.
#[derive(Args, Debug)]
pub struct Asking {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    output: Output,
}

impl Asking {
    /// Connects, and does the work.
    fn run<Work: Future<Output = Result<()>>>(&self, work: impl FnOnce(Client) -> Work) -> Result<()> {
        let client = Client::new(&self.server)?;
        runtime()?.block_on(work(client))
    }
}

/// The list in an answer: the answer itself, or the field that holds it.
fn list_in<'a>(answer: &'a Value, field: &str) -> &'a Value {
    answer.get(field).unwrap_or(answer)
}

/// The text in a file, or from stdin if it is named `-`.
fn read_input(path: &PathBuf) -> Result<String> {
    use anyhow::Context;
    if path.as_os_str() == "-" {
        return std::io::read_to_string(std::io::stdin()).context("stdin cannot be read");
    }
    std::fs::read_to_string(path).with_context(|| format!("the file {} cannot be read", path.display()))
}
