//! The program as a process of its own, and what it uses.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running program; stopped when it is let go of.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Of the first account, if this start made it.
    pub(crate) password: Option<String>,
}

/// What a process has used.
#[derive(Clone, Copy, Default)]
pub(crate) struct Used {
    /// Processor time in seconds.
    pub(crate) seconds: f64,
    /// The most memory it ever held, in MB.
    pub(crate) peak_mb: f64,
}

impl Server {
    pub(crate) fn central(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sitesync"));
        command.args(["central", "--listen", "127.0.0.1:0"]).arg("--data").arg(data);
        Self::start(command)
    }

    pub(crate) fn remote(data: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sitesync"));
        command.args(["remote", "--listen", "127.0.0.1:0"]).args(arguments).arg("--data").arg(data);
        command.env("SITESYNC_PASSWORD", "secret");
        Self::start(command)
    }

    #[expect(clippy::zombie_processes, reason = "where it is not waited for, the measurement ends")]
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program");
        let mut password = None;
        for line in BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok) {
            if line.starts_with("The first user") {
                password = line.rsplit(' ').next().map(str::to_owned);
            } else if line.contains("ready at http://") {
                let address = line.rsplit('/').next().and_then(|text| text.parse().ok()).expect("an address");
                return Self { child, address, password };
            }
        }
        unreachable!("the program says where it listens");
    }

    pub(crate) fn used(&self) -> Used {
        used(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // As a service manager does it; if that fails, as a power cut.
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// What this process has used.
pub(crate) fn ours() -> Used {
    used("self")
}

fn used(process: &str) -> Used {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let stat = read("stat");
    // After the name, which may hold anything: state is the first field, user and system time the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks: f64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    let status = read("status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: f64 = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0);
    Used { seconds: ticks / 100.0, peak_mb: peak / 1024.0 }
}
