//! Running the real program: servers as processes whose output is read, commands whose output is checked.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

pub mod http;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Enough for a slow machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(50);

pub fn sitesync() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sitesync"));
    // What the developer has set for a server of their own is not meant for these.
    for name in ["DATA", "LISTEN", "SERVER", "USER", "PASSWORD", "CONFIG", "DATABASE", "LOG"] {
        command.env_remove(format!("SITESYNC_{name}"));
    }
    command
}

/// Waits until something holds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::park_timeout(LOOK);
    }
}

/// A program that runs; killed when it is let go of.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    pub seen: Vec<String>,
    errors: PathBuf,
    _errors_home: tempfile::TempDir,
}

impl Program {
    pub fn start(mut command: Command) -> Self {
        // Errors go to a file, so that nobody has to read them for the program to go on.
        let home = tempfile::tempdir().unwrap();
        let errors = home.path().join("stderr");
        let file = std::fs::File::create(&errors).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (found, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if found.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, seen: Vec::new(), errors, _errors_home: home }
    }

    /// The next line that fits.
    #[track_caller]
    pub fn line(&mut self, fits: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if fits(&line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no such line in time\n{}", self.all()),
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended\n{}", self.all()),
            }
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.seen.extend(self.lines.iter());
                return status;
            }
            assert!(Instant::now() < end, "it does not end\n{}", self.all());
            std::thread::park_timeout(LOOK);
        }
    }

    /// As a service manager does it.
    #[track_caller]
    pub fn terminate(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.end();
        assert!(status.success(), "{status}\n{}", self.all());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a power cut does it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap_or_default()
    }

    pub fn all(&self) -> String {
        format!("{}\n--- stderr\n{}", self.seen.join("\n"), self.errors())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file with a password beside the data.
pub fn password_file(folder: &Path, name: &str, password: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{password}\n")).unwrap();
    path
}

/// Where a server is and how it is spoken to.
#[derive(Clone)]
pub struct Reach {
    pub url: String,
    pub user: String,
    pub password: String,
}

impl Reach {
    /// A facility with its store S1 and the site Opua, on which the store is active.
    pub fn make_opua(&self, password: &str) {
        let records = json!([
            { "table": "name", "id": "N1", "data": { "name": "Opua", "code": "OPUA", "type": "store" } },
            { "table": "store", "id": "S1", "data": { "name": "Opua", "code": "OPUA", "name_ID": "N1" } },
        ]);
        self.good("POST", "/api/records", Some(&records));
        self.good("POST", "/api/sites", Some(&json!({ "name": "Opua", "password": password })));
        self.json(&["stores", "move", "OPUA", "Opua"]);
    }

    /// Runs a command against the server: the word, its options, then what it is to do.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let (word, rest) = arguments.split_first().unwrap();
        sitesync()
            .arg(word)
            .args(["--server", &self.url, "--user", &self.user])
            .args(rest)
            .env("SITESYNC_PASSWORD", &self.password)
            .output()
            .unwrap()
    }

    /// The same, which must succeed; its JSON.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let (word, rest) = arguments.split_first().unwrap();
        let arguments: Vec<&str> = [*word, "--json"].into_iter().chain(rest.iter().copied()).collect();
        let output = self.command(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// The same, which must fail; what it says.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        text(&output.stderr)
    }
}

/// A central server in a directory.
pub struct Central {
    pub program: Program,
    pub reach: Reach,
    pub data: PathBuf,
}

impl Central {
    /// Starts it for the first time, or, with the password that the first start told, again.
    pub fn start(data: &Path, listen: &str, password: Option<&str>) -> Self {
        Self::start_with(sitesync(), data, listen, password)
    }

    /// The same with a command of one's own, up to the name of the program.
    pub fn start_with(mut command: Command, data: &Path, listen: &str, password: Option<&str>) -> Self {
        command.args(["central", "--listen", listen]).arg("--data").arg(data);
        let mut program = Program::start(command);
        let password = match password {
            Some(password) => password.to_owned(),
            None => {
                let line = program.line(|line| line.starts_with("The first user"));
                line.rsplit(' ').next().unwrap().to_owned()
            }
        };
        let line = program.line(|line| line.starts_with("central server ready at "));
        let url = line.rsplit(' ').next().unwrap().to_owned();
        let reach = Reach { url, user: "admin".to_owned(), password };
        Self { program, reach, data: data.to_owned() }
    }

    /// The address without the scheme, to start it there again.
    pub fn address(&self) -> String {
        self.reach.url.rsplit('/').next().unwrap().to_owned()
    }

    /// Starts it again on the same data and address.
    pub fn again(&self) -> Self {
        Self::start(&self.data, &self.address(), Some(&self.reach.password))
    }
}

/// A remote site in a directory.
pub struct Site {
    pub program: Program,
    pub reach: Reach,
    pub data: PathBuf,
}

impl Site {
    /// A device that was never set up.
    pub fn empty(data: &Path) -> Self {
        let mut command = sitesync();
        command.args(["remote", "--listen", "127.0.0.1:0"]).arg("--data").arg(data);
        Self::of(command, data, None)
    }

    /// Sets it up with the password of the site, and starts it.
    pub fn set_up(data: &Path, central: &str, name: &str, password: &str) -> Self {
        Self::set_up_with(sitesync(), data, central, name, password)
    }

    /// The same with a command of one's own, up to the name of the program.
    pub fn set_up_with(mut command: Command, data: &Path, central: &str, name: &str, password: &str) -> Self {
        command.args(["remote", "--listen", "127.0.0.1:0", "--server-url", central, "--site-name", name]);
        command.args(["--kind", "client-server"]).arg("--data").arg(data).env("SITESYNC_PASSWORD", password);
        Self::of(command, data, None)
    }

    /// Starts it with what it remembers.
    pub fn again(&self) -> Self {
        let mut command = sitesync();
        command.args(["remote", "--listen", "127.0.0.1:0"]).arg("--data").arg(&self.data);
        Self::of(command, &self.data, Some(&self.reach.password))
    }

    fn of(command: Command, data: &Path, password: Option<&str>) -> Self {
        let mut program = Program::start(command);
        let password = match password {
            Some(password) => password.to_owned(),
            None => {
                let line = program.line(|line| line.starts_with("The first user"));
                line.rsplit(' ').next().unwrap().to_owned()
            }
        };
        let line = program.line(|line| line.starts_with("remote site ready at "));
        let url = line.rsplit(' ').next().unwrap().to_owned();
        Self { program, reach: Reach { url, user: "admin".to_owned(), password }, data: data.to_owned() }
    }

    pub fn status(&self) -> Value {
        self.reach.json(&["site", "status"])
    }
}
