//! `sitesync import --kind`: a CSV file of items, facilities or users, judged and stored by the server as in its pages.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::client::{Client, Refused};
use crate::output::Output;
use crate::progress;

/// What the file holds.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Kind {
    Items,
    Facilities,
    Users,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Facilities => "facilities",
            Self::Users => "users",
        }
    }
}

pub(super) struct Sheet<'a> {
    pub(super) kind: Kind,
    pub(super) file: &'a Path,
    pub(super) columns: Option<String>,
    pub(super) dry_run: bool,
}

impl Sheet<'_> {
    pub(super) async fn send(self, client: Client, output: Output) -> Result<()> {
        let shown = self.file.display();
        let text = std::fs::read(self.file).with_context(|| format!("the file {shown} cannot be read"))?;
        let mut query = vec![("dry_run", self.dry_run.to_string()), ("file", self.name())];
        query.extend(self.columns.clone().map(|columns| ("columns", columns)));
        let bar = progress::waiting("the server looks at the file");
        let answer = client.post_csv(&["api", "import", self.kind.name()], &query, text).await;
        bar.finish_and_clear();
        let report = answer.map_err(|error| self.wrong(error))?;
        if report["faults"].as_array().is_some_and(|faults| !faults.is_empty()) {
            return Err(self.faults(&report));
        }
        output.done(&told(&report), &report)
    }

    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// A refusal because of the file lists what is wrong in it.
    fn wrong(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast_ref::<Refused>() {
            Some(refused) if refused.code == "import_wrong" => self.faults(&refused.body["report"]),
            _ => error.context("nothing was imported"),
        }
    }

    fn faults(&self, report: &Value) -> anyhow::Error {
        let listed = report["faults"].as_array().map_or(&[][..], Vec::as_slice);
        let more = report["more_faults"].as_u64().unwrap_or(0);
        let mut lines: Vec<_> = listed.iter().map(line).collect();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        let file = self.file.display();
        anyhow!("{}\n\nNothing was imported. Correct {file}, then import it again.", lines.join("\n"))
    }
}

fn line(fault: &Value) -> String {
    let part = |name: &str| fault[name].as_str().unwrap_or_default();
    let column = match part("column") {
        "" => String::new(),
        column => format!(", column \"{column}\""),
    };
    let value = match part("value") {
        "" => String::new(),
        value => format!("\"{value}\": "),
    };
    format!("line {}{column}: {value}{}", fault["line"], part("reason"))
}

/// What was done, what the columns were taken for, and what happens besides.
fn told(report: &Value) -> String {
    let columns = report["columns"].as_array().into_iter().flatten();
    let mut lines: Vec<_> = columns
        .map(|column| {
            let header = column["header"].as_str().unwrap_or_default();
            format!("  {header} → {}", column["field"].as_str().unwrap_or("(left out)"))
        })
        .collect();
    let notes = report["notes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.extend(notes.map(str::to_owned));
    let counts = format!("{} new, {} changed, {} unchanged", report["new"], report["changed"], report["unchanged"]);
    lines.push(match report["stored"].as_bool() {
        Some(true) => format!("{counts}."),
        _ => format!("{counts}. Nothing was written: this was a dry run."),
    });
    lines.join("\n")
}
