//! The command line: which commands there are. What each takes and does stands in its own file.

use clap::{Parser, Subcommand};

use crate::commands::{
    backup, central, certificate, demo, held, import, records, remote, restore, site, sites, stores, tables, users,
};

/// Synchronisation for offline-first medical supply systems: a central server, and the remote sites of its facilities.
#[derive(Parser, Debug)]
#[command(name = "sitesync", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Try it: sitesync demo\n\nSITESYNC_LOG=debug shows more of what a server does.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a central server
    Central(central::Options),
    /// Run a remote site
    Remote(remote::Options),
    /// Make a certificate for a server in a local network, and the file that sites believe it by
    Certificate(certificate::Options),
    /// Run a small country on this machine: a central server, three sites, and their daily work
    Demo(demo::Options),
    /// List, make, change and delete the sites of a central server
    Sites(sites::Options),
    /// List stores and move them between sites
    Stores(stores::Options),
    /// The accounts of the people who administer the central server
    Users(users::Options),
    /// Read and write single records on the central server
    Records(records::Options),
    /// Documents that the central server could not apply
    Held(held::Options),
    /// Load records from CSV or JSON lines into the central server
    Import(import::Options),
    /// Copy the data of a running central server
    Backup(backup::Options),
    /// Put a backup in place of a central server's data
    Restore(restore::Options),
    /// Speak to a remote site that runs on this machine or near it
    Site(site::Options),
    /// List the tables that are known, with their columns and rules
    Tables(tables::Options),
}

impl Command {
    /// A server, whose log is of interest.
    pub fn is_long_running(&self) -> bool {
        matches!(self, Self::Central(_) | Self::Remote(_))
    }

    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Central(options) => options.run(),
            Self::Remote(options) => options.run(),
            Self::Certificate(options) => options.run(),
            Self::Demo(options) => options.run(),
            Self::Sites(options) => options.run(),
            Self::Stores(options) => options.run(),
            Self::Users(options) => options.run(),
            Self::Records(options) => options.run(),
            Self::Held(options) => options.run(),
            Self::Import(options) => options.run(),
            Self::Backup(options) => options.run(),
            Self::Restore(options) => options.run(),
            Self::Site(options) => options.run(),
            Self::Tables(options) => options.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    /// Every command and every sub-command says what it does, and the commands show an example.
    #[test]
    fn help_is_complete() {
        let cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands() {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name}");
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(example.contains("sitesync "), "{name} shows no example");
            for inner in command.get_subcommands() {
                assert!(inner.get_about().is_some(), "{name} {}", inner.get_name());
            }
        }
    }
}
