//! The program: its command line, its configuration, the client of the administration API, and the demo.
//!
//! No rule about data is here: the commands start a server, or speak to one through its API.

pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod demo;
pub mod logging;
pub mod open_files;
pub mod output;
pub mod play;
pub mod progress;
pub mod secret;
pub mod stop;

use std::process::ExitCode;

use clap::Parser;

/// Reads the command line and does what it says. The exit code is 0 only if that was done, 2 if the command line is wrong.
pub fn run() -> ExitCode {
    let cli = cli::Cli::parse();
    logging::start(cli.command.is_long_running());
    if cli.command.is_long_running() {
        open_files::allow_many();
    }
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A pipe that was closed ("sitesync tables | head") is no failure to report.
            if !output::is_broken_pipe(&error) {
                eprintln!("sitesync: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
