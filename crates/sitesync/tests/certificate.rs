//! A certificate for a local network, made and used with the real programs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::Path;
use std::process::Output;

use common::{Central, Site, sitesync, text, until};

fn make(data: &Path, further: &[&str]) -> Output {
    sitesync().args(["certificate", "--host", "central.lan"]).args(further).arg("--data").arg(data).output().unwrap()
}

#[test]
fn a_site_and_commands_reach_a_server_by_the_certificate_that_was_made_and_not_without() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("central");
    let made = make(&data, &[]);
    let told = text(&made.stdout);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let line = told.lines().find(|line| line.trim_start().starts_with("tls = ")).unwrap();
    std::fs::write(data.join("sitesync.toml"), line.trim()).unwrap();
    let central = Central::start(&data, "127.0.0.1:0", None);
    assert!(central.reach.url.starts_with("https://127.0.0.1:"), "{}", central.reach.url);
    assert!(central.reach.refused(&["sites", "list"]).contains("ertificate"), "nobody believes it yet");
    let ca = data.join("ca.pem");
    let command = |arguments: &[&str]| {
        let (word, rest) = arguments.split_first().unwrap();
        let arguments = [&[*word, "--ca-file", ca.to_str().unwrap()], rest].concat();
        central.reach.json(&arguments)
    };
    std::fs::write(folder.path().join("password"), "opua's password").unwrap();
    let password = folder.path().join("password");
    command(&["sites", "create", "Opua", "--new-password-file", password.to_str().unwrap()]);
    let site = folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    std::fs::copy(&ca, site.join("ca.pem")).unwrap();
    std::fs::write(site.join("sitesync.toml"), format!("ca_file = {:?}", site.join("ca.pem"))).unwrap();
    let trusting = Site::set_up(&site, &central.reach.url, "Opua", "opua's password");
    until("the site has synchronised", || trusting.status()["last_success"].is_number());
    let stranger = Site::set_up(&folder.path().join("other"), &central.reach.url, "Opua", "opua's password");
    until("the other one is told why not", || stranger.status()["last_error"].to_string().contains("ertificate"));
}

#[test]
fn the_key_is_for_its_owner_only_and_what_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("central");
    assert!(make(&data, &[]).status.success());
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    let before = read("key.pem");
    assert!(before.contains("PRIVATE KEY"));
    for (name, certificates) in [("certificate.pem", 2), ("ca.pem", 1)] {
        let file = read(name);
        assert_eq!(file.matches("BEGIN CERTIFICATE").count(), certificates, "{name}");
        assert!(!file.contains("PRIVATE KEY"), "{name}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(data.join("key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = make(&data, &[]);
    assert!(!again.status.success() && text(&again.stderr).contains("--replace"), "{}", text(&again.stderr));
    assert_eq!(read("key.pem"), before);
    assert!(make(&data, &["--replace"]).status.success());
    assert_ne!(read("key.pem"), before);
    let wrong = make(&data, &["--replace", "--host", "https://central.lan"]);
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("leave out https://"), "{}", text(&wrong.stderr));
}
