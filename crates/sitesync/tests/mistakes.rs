//! What people get wrong: each mistake is told in words that say what to do, and the exit code is not 0.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Central, Program, Reach, Site, sitesync, text};

fn fails(mut command: std::process::Command, code: i32, words: &[&str]) {
    let output = command.output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    for word in words {
        assert!(told.contains(word), "\"{word}\" is not in: {told}");
    }
}

#[test]
fn a_server_that_is_not_there_or_does_not_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let reach = &central.reach;
    let stranger = Reach { password: "guess".to_owned(), ..reach.clone() };
    assert!(stranger.refused(&["sites", "list"]).contains("does not accept the user"));
    let nowhere = Reach { url: "http://127.0.0.1:9".to_owned(), ..reach.clone() };
    assert!(nowhere.refused(&["sites", "list"]).contains("cannot be reached"));
    let wrong = Reach { url: "central.example.org".to_owned(), ..reach.clone() };
    assert!(wrong.refused(&["sites", "list"]).contains("not the address of a server"));
    let mut without = sitesync();
    without.args(["sites", "list", "--server", &reach.url]);
    fails(without, 1, &["SITESYNC_PASSWORD"]);
    assert!(reach.refused(&["sites", "show", "Atlantis"]).contains("sites list"));
    assert!(reach.refused(&["stores", "move", "X", "1"]).contains("stores list"));
    assert!(reach.refused(&["records", "get", "item", "none"]).contains("no record"));
}

#[test]
fn data_and_ports_are_used_once() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let mut same_data = sitesync();
    same_data.args(["central", "--listen", "127.0.0.1:0"]).arg("--data").arg(&central.data);
    fails(same_data, 1, &["in use"]);
    let mut same_port = sitesync();
    same_port.args(["central", "--listen", &central.address()]).arg("--data").arg(folder.path().join("other"));
    fails(same_port, 1, &[&central.address(), "--listen"]);
    let mut remote = sitesync();
    remote.args(["remote", "--listen", &central.address()]).arg("--data").arg(folder.path().join("remote"));
    fails(remote, 1, &[&central.address()]);
}

#[test]
fn a_site_that_is_not_set_up_right() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let mut partial = sitesync();
    partial.args(["remote", "--listen", "127.0.0.1:0", "--server-url", &central.reach.url]);
    partial.arg("--data").arg(folder.path().join("partial"));
    fails(partial, 1, &["--site-name", "SITESYNC_PASSWORD"]);

    let made = central.reach.json(&["sites", "create", "Opua"]);
    let right = made["password"].as_str().unwrap();
    let mut site = Site::set_up(&folder.path().join("opua"), &central.reach.url, "Opua", "wrong");
    let checked = site.reach.command(&["site", "check"]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stdout));
    assert!(text(&checked.stdout).contains("failed"), "{}", text(&checked.stdout));
    assert!(site.reach.refused(&["site", "sync"]).contains("did not synchronise"));
    // Said again with the right password, it is corrected.
    site.program.terminate();
    let mut command = sitesync();
    command.args(["remote", "--listen", "127.0.0.1:0", "--site-name", "Opua"]).arg("--data").arg(&site.data);
    let mut program = Program::start({
        command.env("SITESYNC_PASSWORD", right);
        command
    });
    let line = program.line(|line| line.starts_with("remote site ready at "));
    let reach = Reach { url: line.rsplit(' ').next().unwrap().to_owned(), ..site.reach.clone() };
    let checked = reach.command(&["site", "check"]);
    assert!(checked.status.success(), "{}{}", text(&checked.stdout), text(&checked.stderr));
}

#[test]
fn a_configuration_that_is_not_understood_is_shown_by_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sitesync.toml"), "listen = \"127.0.0.1:0\"\nlisen = 1\n").unwrap();
    let mut central = sitesync();
    central.arg("central").arg("--data").arg(folder.path());
    fails(central, 1, &["sitesync.toml", "line 2", "lisen"]);
    fails(
        {
            let mut c = sitesync();
            c.arg("centrall");
            c
        },
        2,
        &["central"],
    );
}

#[test]
fn variables_and_file_are_heard_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sitesync.toml"), "listen = \"127.0.0.1:1\"\nbackups = \"/b\"\n").unwrap();
    let shown = |variable: Option<&str>, flag: Option<&str>| {
        let mut command = sitesync();
        command.args(["central", "--print-config"]).env("SITESYNC_DATA", folder.path());
        command.args(flag.map(|address| format!("--listen={address}")));
        if let Some(address) = variable {
            command.env("SITESYNC_LISTEN", address);
        }
        text(&command.output().unwrap().stdout)
    };
    assert!(shown(None, None).contains("listen = \"127.0.0.1:1\"") && shown(None, None).contains("/b"));
    assert!(shown(Some("127.0.0.1:2"), None).contains(":2\""));
    assert!(shown(Some("127.0.0.1:2"), Some("127.0.0.1:3")).contains(":3\""));
}
