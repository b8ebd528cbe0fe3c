//! `sitesync tables`: the tables of the catalogue, for people and for the page docs/tables.md.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use sitesync_core::catalogue::{Catalogue, page};

use crate::output::{Output, print, print_json};

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync tables | grep requisition\n  sitesync tables --markdown > docs/tables.md")]
pub struct Options {
    /// Print the whole documentation as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    #[command(flatten)]
    output: Output,
}

impl Options {
    pub fn run(self) -> Result<()> {
        let catalogue = Catalogue::embedded();
        match (self.markdown, self.output.json) {
            (true, _) => print(&page::markdown(catalogue)),
            (false, true) => print_json(&as_json(catalogue)),
            (false, false) => print(&page::listing(catalogue)),
        }
    }
}

fn as_json(catalogue: &Catalogue) -> Value {
    let table = |table: &sitesync_core::catalogue::Table| {
        let columns: Vec<Value> =
            table.columns.iter().map(|column| json!({ "name": column.name, "kind": column.kind })).collect();
        json!({ "name": table.name, "title": table.title, "columns": columns })
    };
    catalogue.tables().iter().map(table).collect()
}
