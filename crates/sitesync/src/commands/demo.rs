//! `sitesync demo`: a small country on this machine.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::{play, stop};

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  sitesync demo\n  sitesync demo --fresh --pace 0.2\n\n\
                        It prints the addresses, and a user and a password for each. Ctrl-C stops.")]
pub struct Options {
    /// The directory with its data
    #[arg(long, default_value = "demo-data", value_name = "DIR")]
    data: PathBuf,
    /// The port of the central server; the three sites have the ports after it
    #[arg(long, default_value_t = 8700)]
    port: u16,
    /// Seconds between two pieces of work
    #[arg(long, default_value = "1", value_name = "SECONDS", value_parser = pace)]
    pace: Duration,
    /// Stop after so many seconds, and check that all sites hold the same
    #[arg(long)]
    seconds: Option<u64>,
    /// Forget what was done before, and start anew
    #[arg(long)]
    fresh: bool,
    /// Another number, another country's work
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn pace(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "is not a number of seconds".to_owned())?;
    if !(0.01..=3600.0).contains(&seconds) {
        return Err("is not between 0.01 and 3600 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

impl Options {
    pub fn run(self) -> Result<()> {
        let Self { data, port, pace, seconds, fresh, seed } = self;
        let time = seconds.map(Duration::from_secs);
        stop::runtime()?.block_on(play::run(play::Settings { data, port, pace, time, fresh, seed }))
    }
}
