//! The log of the program, on stderr: what it prints for people and programs goes to stdout.

use tracing_subscriber::EnvFilter;

/// `SITESYNC_LOG` says how much is logged, else `RUST_LOG`, else this: a server tells what it does, a command only what is wrong.
pub fn start(server: bool) {
    let usual = if server { "info" } else { "warn" };
    let wish = ["SITESYNC_LOG", "RUST_LOG"].into_iter().find_map(|name| std::env::var(name).ok());
    let filter = EnvFilter::try_new(wish.as_deref().unwrap_or(usual)).unwrap_or_else(|error| {
        eprintln!("sitesync: SITESYNC_LOG or RUST_LOG is not understood ({error}); \"{usual}\" is used instead");
        EnvFilter::new(usual)
    });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).compact();
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    // It fails only if a log was started before, which then goes on.
    let _ = log.with_ansi(colour).try_init();
}
