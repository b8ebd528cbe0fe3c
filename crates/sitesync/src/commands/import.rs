//! `sitesync import`: records from a file into the central server, all of them or none.
//!
//! A file of records is read and checked here, where its lines can be named; the server checks again and commits. A file of items,
//! facilities or users (`--kind`) is for the server to judge (`sheet`).

mod sheet;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};
use sitesync_central::import::{
    Change, Faults, ImportError, ImportRecord, Mapping, check, read_csv, read_json_lines, unknown_names,
};
use sitesync_core::catalogue::Catalogue;

use super::Asking;
use crate::client::Client;
use crate::output::Output;
use crate::progress;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync import items.jsonl --dry-run\n  \
                        sitesync import items.csv --kind items --dry-run\n  \
                        sitesync import SCMS_Delivery_History.csv --mapping examples/scms.toml\n\n\
                        With --kind, columns are known by their headers, such as \"Item code\" and \"Pack size\".\n\
                        A line of a .jsonl file: {\"table\": \"item\", \"id\": \"A1\", \"data\": {\"item_name\": \"Zinc\"}}\n\
                        Importing the same file again changes nothing.")]
pub struct Options {
    /// JSON lines, or CSV if there is a mapping
    file: PathBuf,
    /// How rows of a CSV file become records
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// What a CSV file with everyday headers holds
    #[arg(long, conflicts_with = "mapping", value_enum)]
    kind: Option<sheet::Kind>,
    /// What the columns of such a file are, instead of guessing: code,name,,unit
    #[arg(long, requires = "kind", value_name = "COLUMNS")]
    columns: Option<String>,
    /// Read and check the file, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    asking: Asking,
}

impl Options {
    pub fn run(self) -> Result<()> {
        if let Some(kind) = self.kind {
            let sheet = sheet::Sheet { kind, file: &self.file, columns: self.columns, dry_run: self.dry_run };
            return self.asking.run(|client| sheet.send(client, self.asking.output));
        }
        let records = read(&self.file, self.mapping.as_deref())?;
        for name in unknown_names(Catalogue::embedded(), &records) {
            eprintln!("sitesync: note: {name}");
        }
        let counts = count(&records);
        if self.dry_run {
            return self.asking.output.done(&found(&counts), &json!({ "records": records.len(), "tables": counts }));
        }
        self.asking.run(|client| send(client, self.asking.output, records))
    }
}

/// Reads and checks the file.
fn read(path: &Path, mapping: Option<&Path>) -> Result<Vec<ImportRecord>> {
    let mapping = mapping.map(read_mapping).transpose()?;
    let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if is_csv && mapping.is_none() {
        bail!(
            "a CSV file needs --kind items, facilities or users, or a mapping, which says what its columns mean: \
             --mapping FILE (see examples/scms.toml)"
        );
    }
    let file = File::open(path).with_context(|| format!("the file {} cannot be read", path.display()))?;
    let bar = progress::bytes(file.metadata().map_or(0, |file| file.len()), "reading");
    let mut tell = |progress: sitesync_central::import::Progress| bar.set_position(progress.bytes);
    let records = match &mapping {
        Some(mapping) => read_csv(file, mapping, &mut tell),
        None => read_json_lines(file, &mut tell),
    };
    bar.finish_and_clear();
    let records = records.map_err(|error| match error {
        ImportError::Faults { faults, good } => {
            // All that is wrong is named at once, also in the lines that can be read.
            let more = check(Catalogue::embedded(), &good).err().unwrap_or_default();
            wrong(path, &faults.joined(more))
        }
        ImportError::Read(error) => anyhow!(error).context(format!("the file {} cannot be read", path.display())),
    })?;
    check(Catalogue::embedded(), &records).map_err(|faults| wrong(path, &faults))?;
    Ok(records)
}

fn read_mapping(path: &Path) -> Result<Mapping> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the mapping {} cannot be read", path.display()))?;
    text.parse().with_context(|| format!("the mapping {} cannot be used", path.display()))
}

fn wrong(path: &Path, faults: &Faults) -> anyhow::Error {
    let count = faults.count();
    let are = if count == 1 { "place is" } else { "places are" };
    anyhow!(
        "{faults}\n\nNothing was imported: {count} {are} wrong in {}. Correct the file, then import it again.",
        path.display()
    )
}

async fn send(client: Client, output: Output, records: Vec<ImportRecord>) -> Result<()> {
    let bar = progress::waiting(&format!("the server takes {} records", records.len()));
    let answer = commit(&client, records).await;
    bar.finish_and_clear();
    let answer = answer.context("nothing was imported")?;
    let (written, unchanged) = (&answer["written"], &answer["unchanged"]);
    output.done(&format!("{written} records written; {unchanged} were there already"), &answer)
}

async fn commit(client: &Client, records: Vec<ImportRecord>) -> Result<Value> {
    let change = |record: ImportRecord| {
        let (table, id) = (record.key.table, record.key.id);
        match record.change {
            Change::Put(data) => json!({ "table": table, "id": id, "data": data }),
            Change::Delete => json!({ "table": table, "id": id, "delete": true }),
        }
    };
    client.post(&["api", "records"], records.into_iter().map(change).collect()).await
}

fn count(records: &[ImportRecord]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(&*record.key.table).or_default() += 1;
    }
    counts
}

fn found(counts: &BTreeMap<&str, u64>) -> String {
    let tables: Vec<String> = counts.iter().map(|(table, count)| format!("  {count:>7}  {table}")).collect();
    let all: u64 = counts.values().sum();
    format!("{}\n{all} records are good. Nothing was written: this was a dry run.", tables.join("\n"))
}
