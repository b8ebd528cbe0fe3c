//! `cargo mutate [NAME ...] [--in DIRECTORY]`: breaks the rules of the exchange one by one in a copy of the workspace, and shows
//! what notices. Without names, all of `mutations.toml`; a name is a rule (`A1`) or one of its mutations (`A1.2`).
//!
//! Ends with a failure if a mutation goes unnoticed, does not compile or has lost its place, or if a test fails without one.
//! What does not end in time has noticed nothing, unless the mutation says that it hangs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use sitesync_testkit::mutations::{Catcher, Mutation, Mutations, workspace};

/// A test or a range of lives that takes longer is ended.
const LIMIT: Duration = Duration::from_secs(600);

/// What is not copied.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// The packages that are broken, and those that notice.
const BUILT_QUICKLY: [&str; 6] = ["core", "store", "web", "central", "remote", "testkit"];

/// How a catcher ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    /// It did not end in time, and had not failed until then.
    Hung,
}

impl Outcome {
    /// Whether the mutation was noticed, and what is said of that.
    fn judged(self, hangs: bool) -> (bool, String) {
        match self {
            Outcome::Failed(after) => (true, after),
            Outcome::Hung if hangs => (true, "it does not end".to_owned()),
            Outcome::Hung => (false, "**it did not end**".to_owned()),
            Outcome::Passed => (false, "**unnoticed**".to_owned()),
        }
    }
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(unnoticed) => {
            eprintln!("{unnoticed} of the mutations went unnoticed");
            ExitCode::FAILURE
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<usize, String> {
    let (names, directory) = wish(arguments)?;
    let mutations = Mutations::listed()?.mutation;
    let wanted = |mutation: &Mutation| names.iter().any(|name| name == mutation.rule() || *name == mutation.name);
    let mutations: Vec<_> = mutations.into_iter().filter(|one| names.is_empty() || wanted(one)).collect();
    let copy = Copied { root: directory.join("workspace"), target: directory.join("target") };
    synchronise(&workspace(), &copy.root)?;
    copy.passes_unbroken(&mutations)?;
    println!("| rule | what is broken | caught by | after |\n|---|---|---|---|");
    let mut unnoticed = 0;
    for mutation in &mutations {
        let (noticed, after) = match copy.broken(mutation) {
            Ok(outcome) => outcome.judged(mutation.hangs),
            Err(text) => (false, format!("**{text}**")),
        };
        unnoticed += usize::from(!noticed);
        println!("| {} | {} | `{}` | {after} |", mutation.name, mutation.broken, mutation.caught_by);
    }
    Ok(unnoticed)
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<(Vec<String>, PathBuf), String> {
    let (mut names, mut directory) = (Vec::new(), std::env::temp_dir().join("sitesync-mutate"));
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--in" => directory = arguments.next().ok_or("--in wants a directory")?.into(),
            option if option.starts_with('-') => {
                return Err(format!("{option} is not known\nusage: cargo mutate [NAME ...] [--in DIRECTORY]"));
            }
            _ => names.push(argument),
        }
    }
    Ok((names, directory))
}

/// Makes `to` what `from` is. What is equal already is not touched, so that it need not be built again.
fn synchronise(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| at(to, &error))?;
    for entry in fs::read_dir(from).map_err(|error| at(from, &error))? {
        let entry = entry.map_err(|error| at(from, &error))?;
        let (name, source) = (entry.file_name(), entry.path());
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if source.is_dir() {
            synchronise(&source, &to.join(name))?;
        } else {
            let bytes = fs::read(&source).map_err(|error| at(&source, &error))?;
            write_if_other(&to.join(name), &bytes)?;
        }
    }
    for entry in fs::read_dir(to).map_err(|error| at(to, &error))?.flatten() {
        if !from.join(entry.file_name()).exists() && entry.path().is_file() {
            fs::remove_file(entry.path()).map_err(|error| at(&entry.path(), &error))?;
        }
    }
    Ok(())
}

fn write_if_other(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The copy of the workspace, and where it is built.
struct Copied {
    root: PathBuf,
    target: PathBuf,
}

impl Copied {
    /// Every test that is to notice something has to pass while nothing is broken. Of the lives, `cargo simulate` says so.
    fn passes_unbroken(&self, mutations: &[Mutation]) -> Result<(), String> {
        let catchers = mutations.iter().map(|one| Ok((one.caught_by.clone(), one.catcher()?)));
        let mut faults = Vec::new();
        for (name, catcher) in catchers.collect::<Result<BTreeMap<_, _>, String>>()? {
            if matches!(catcher, Catcher::Lives { .. }) {
                continue;
            }
            match self.watch(&catcher) {
                Ok(Outcome::Passed) => {}
                Ok(_) => faults.push(format!("{name} fails with nothing broken")),
                Err(text) => faults.push(text),
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// Breaks a rule, looks what happens, and makes it whole again.
    fn broken(&self, mutation: &Mutation) -> Result<Outcome, String> {
        let (path, catcher) = (self.root.join(&mutation.file), mutation.catcher()?);
        let whole = fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
        write_if_other(&path, mutation.applied(&whole)?.as_bytes())?;
        let outcome = self.watch(&catcher).map_err(|text| format!("{}: {text}", mutation.name));
        write_if_other(&path, whole.as_bytes())?;
        outcome
    }

    fn watch(&self, catcher: &Catcher) -> Result<Outcome, String> {
        let executable = self.build(catcher)?;
        let mut command = Command::new(executable);
        match catcher {
            Catcher::Test { package, name, .. } => {
                let folder = self.root.join("crates").join(package.trim_start_matches("sitesync-"));
                command.current_dir(&folder).env("CARGO_MANIFEST_DIR", &folder).args(["--exact", name]);
            }
            Catcher::Lives { kind, first, last } => {
                command.arg(format!("{first}..{last}")).args(["--kind", kind]);
            }
        }
        let (said, ended) = said(&mut command)?;
        let outcome = match catcher {
            Catcher::Test { .. } if !ended => Outcome::Hung,
            Catcher::Test { name, .. } => {
                // The table says that it failed; whether for the reason that was meant, who runs it sees here.
                panics(&said).for_each(|text| eprintln!("{name}: {text}"));
                tested(name, &said)?
            }
            Catcher::Lives { first, .. } => lived(*first, &said),
        };
        // Lives that failed before the time was over have noticed something.
        Ok(if outcome == Outcome::Passed && !ended { Outcome::Hung } else { outcome })
    }

    /// Builds the test or the simulation, and says where it is.
    fn build(&self, catcher: &Catcher) -> Result<PathBuf, String> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let is_test = matches!(catcher, Catcher::Test { .. });
        match catcher {
            Catcher::Test { package, file, .. } => {
                cargo.args(["test", "--no-run", "--package", package]);
                match file {
                    Some(file) => cargo.args(["--test", file]),
                    None => cargo.arg("--lib"),
                };
            }
            Catcher::Lives { .. } => {
                cargo.args(["build", "--package", "sitesync-testkit", "--bin", "simulate"]);
            }
        }
        cargo.args(["--release", "--quiet", "--message-format=json"]).current_dir(&self.root);
        // Dependencies do the heavy work, and stay as they are; what is changed again and again is built quickly.
        for package in BUILT_QUICKLY {
            cargo.args(["--config", &format!("profile.release.package.sitesync-{package}.opt-level=0")]);
        }
        // A mutation changes a line, so most of what was built before it is still right.
        cargo.env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "1");
        let built = cargo.output().map_err(|error| format!("cargo does not start: {error}"))?;
        let said = String::from_utf8_lossy(&built.stdout);
        let messages: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if !built.status.success() {
            let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
            let errors: String = errors.filter_map(|message| message["message"]["rendered"].as_str()).collect();
            return Err(format!("it does not compile:\n{errors}{}", String::from_utf8_lossy(&built.stderr)));
        }
        let built = messages.iter().filter(|message| message["profile"]["test"] == is_test);
        let executable = built.filter_map(|message| message["executable"].as_str()).next_back();
        executable.map(PathBuf::from).ok_or_else(|| "nothing was built".to_owned())
    }
}

/// What a program prints, and whether it ended in time; if not, it is ended.
fn said(command: &mut Command) -> Result<(String, bool), String> {
    let failed = |error: std::io::Error| format!("it does not start: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let output = child.stdout.take().ok_or("it says nothing")?;
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = send.send(std::io::read_to_string(output).unwrap_or_default());
    });
    let in_time = receive.recv_timeout(LIMIT);
    end(&mut child);
    let ended = in_time.is_ok();
    Ok((in_time.or_else(|_| receive.recv()).unwrap_or_default(), ended))
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

fn tested(name: &str, said: &str) -> Result<Outcome, String> {
    if said.contains("running 0 tests") {
        return Err(format!("there is no test {name}"));
    }
    let passed = said.contains("test result: ok. 1 passed");
    Ok(if passed { Outcome::Passed } else { Outcome::Failed("this test".to_owned()) })
}

/// What the test said as it failed: the line after the one that says where, or as much of it as one reads.
fn panics(said: &str) -> impl Iterator<Item = String> {
    const READ: usize = 200;
    let lines = said.lines().zip(said.lines().skip(1));
    lines.filter(|(line, _)| line.contains("panicked at ")).map(|(_, text)| text.chars().take(READ).collect())
}

/// The number of lives up to the first that failed, and the rule that it broke.
fn lived(first: u64, said: &str) -> Outcome {
    let failing = said.lines().filter_map(|line| {
        let (seed, rest) = line.strip_prefix("seed ")?.split_once(' ')?;
        let (_, how) = rest.split_once(": ")?;
        let rule = how.split(": ").next().unwrap_or(how);
        Some((seed.parse::<u64>().ok()?, rule))
    });
    match failing.min() {
        Some((seed, rule)) => Outcome::Failed(format!("{} lives: {rule}", seed - first + 1)),
        None => Outcome::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn what_does_not_end_counts_only_where_that_is_what_the_mutation_does() {
        assert!(!Outcome::Hung.judged(false).0);
        assert!(Outcome::Hung.judged(true).0);
        assert!(!Outcome::Passed.judged(true).0);
        assert!(Outcome::Failed("this test".to_owned()).judged(false).0);
    }
}
