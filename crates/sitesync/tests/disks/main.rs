//! Disks that are full, read-only, or fail at the commit, under the real programs: it is told, nothing acknowledged is lost, and
//! work goes on when the disk does.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;

#[path = "../common/mod.rs"]
mod common;

use std::path::Path;
use std::process::Command;

use common::{Central, Program, Reach, Site, sitesync, until};
use disk::{SmallDisk, faulty, set_fault};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";
/// More than any log or free page still has room for.
const LARGE: usize = 600_000;

/// A central server and the site Opua with its store, in these directories.
fn country(central: Central, site: impl FnOnce(&Reach) -> Site) -> (Central, Site) {
    central.reach.make_opua(PASSWORD);
    let site = site(&central.reach);
    until("the site has its store", || site.status()["stores"].get(0).is_some_and(|store| store["ready"] == true));
    (central, site)
}

fn stock(id: &str, bytes: usize) -> Value {
    json!([{ "table": "item_line", "id": id, "data": {
        "store_ID": "S1", "item_ID": "I", "quantity": 5, "pack_size": 1, "batch": noise(bytes) } }])
}

fn item(id: &str, bytes: usize) -> Value {
    json!([{ "table": "item", "id": id, "data": { "item_name": noise(bytes), "code": id } }])
}

fn noise(bytes: usize) -> String {
    "batch ".repeat(bytes / 6 + 1)
}

fn has(reach: &Reach, table: &str, id: &str) -> bool {
    reach.ask("GET", &format!("/api/records/{table}/{id}"), None).unwrap().status == 200
}

/// What is refused for want of a disk says so, and what to do.
#[track_caller]
fn refused(reach: &Reach, path: &str, body: Option<&Value>, status: u16, next: &str) {
    let answer = reach.ask("POST", path, body).unwrap();
    let error = &answer.json["error"];
    assert_eq!((answer.status, &error["code"]), (status, &json!("disk")), "{path}: {answer:?}");
    assert!(error["message"].as_str().unwrap().contains("full or cannot be written"), "{error}");
    assert!(error["next"].as_str().unwrap().contains(next), "{error}");
}

/// The whole life with a central server that cannot write: `stop` takes the disk away, `go_on` gives it back.
fn central_cannot_write(central: Central, home: &Path, stop: impl Fn(), go_on: impl Fn()) {
    let set_up = |reach: &Reach| Site::set_up(&home.join("opua"), &reach.url, "Opua", PASSWORD);
    let (mut central, mut site) = country(central, set_up);
    site.reach.good("POST", "/api/records", Some(&stock("before", 10)));
    site.reach.good("POST", "/api/sync", None);

    stop();
    refused(&central.reach, "/api/records", Some(&item("lost", LARGE)), 507, "Make room");
    site.reach.good("POST", "/api/records", Some(&stock("meanwhile", LARGE)));
    refused(&site.reach, "/api/sync", None, 502, "Make room");
    let status = site.reach.good("GET", "/api/status", None);
    assert_eq!((&status["unsent"], &status["last_error"]["code"]), (&json!(1), &json!("disk")), "{status}");
    assert!(has(&central.reach, "item_line", "before"), "it still answers what it has");
    assert!(!has(&central.reach, "item", "lost") && !has(&central.reach, "item_line", "meanwhile"));

    go_on();
    site.reach.good("POST", "/api/sync", None);
    central.reach.good("POST", "/api/records", Some(&item("after", LARGE)));
    central.program.kill();
    let central = central.again();
    for id in ["before", "meanwhile"] {
        assert!(has(&central.reach, "item_line", id), "{id}");
    }
    assert!(has(&central.reach, "item", "after") && !has(&central.reach, "item", "lost"));
    site.reach.good("POST", "/api/sync", None);
    assert_eq!(site.reach.good("GET", "/api/status", None)["unequal"], json!([]));
    site.program.terminate();
}

/// The same with a site.
fn site_cannot_write(site: impl FnOnce(&Reach) -> Site, home: &Path, stop: impl Fn(), go_on: impl Fn()) {
    let (central, mut site) = country(Central::start(&home.join("central"), "127.0.0.1:0", None), site);
    site.reach.good("POST", "/api/records", Some(&stock("before", 10)));

    stop();
    refused(&site.reach, "/api/records", Some(&stock("lost", LARGE)), 507, "Make room");
    central.reach.good("POST", "/api/records", Some(&item("news", LARGE)));
    let told = site.reach.ask("POST", "/api/sync", None).unwrap();
    assert_eq!((told.status, &told.json["error"]["code"]), (502, &json!("disk")), "{told:?}");
    assert!(has(&site.reach, "item_line", "before") && !has(&site.reach, "item_line", "lost"));
    assert!(site.reach.ask("GET", "/api/status", None).unwrap().is_good(), "people see what is wrong");

    go_on();
    site.reach.good("POST", "/api/records", Some(&stock("after", LARGE)));
    site.program.kill();
    let site = site.again();
    site.reach.good("POST", "/api/sync", None);
    for id in ["before", "after"] {
        assert!(has(&site.reach, "item_line", id) && has(&central.reach, "item_line", id), "{id}");
    }
    assert!(has(&site.reach, "item", "news") && !has(&central.reach, "item_line", "lost"));
    assert_eq!(site.reach.good("GET", "/api/status", None)["unequal"], json!([]));
}

#[test]
fn a_central_server_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let home = tempfile::tempdir().unwrap();
    let central = Central::start(&disk.path().join("central"), "127.0.0.1:0", None);
    central_cannot_write(central, home.path(), || disk.fill(), || disk.free());
}

#[test]
fn a_site_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let home = tempfile::tempdir().unwrap();
    let set_up = |reach: &Reach| Site::set_up(&disk.path().join("opua"), &reach.url, "Opua", PASSWORD);
    site_cannot_write(set_up, home.path(), || disk.fill(), || disk.free());
}

#[test]
fn a_central_server_whose_disk_fails_at_the_commit_acknowledges_nothing() {
    let home = tempfile::tempdir().unwrap();
    let Some(faulty) = faulty(home.path()) else { return };
    let central = Central::start_with(faulty, &home.path().join("central"), "127.0.0.1:0", None);
    central_cannot_write(central, home.path(), || set_fault(home.path(), true), || set_fault(home.path(), false));
}

#[test]
fn a_site_whose_disk_fails_at_the_commit_says_that_nothing_was_saved() {
    let home = tempfile::tempdir().unwrap();
    let Some(faulty) = faulty(home.path()) else { return };
    let set_up = |reach: &Reach| Site::set_up_with(faulty, &home.path().join("opua"), &reach.url, "Opua", PASSWORD);
    site_cannot_write(set_up, home.path(), || set_fault(home.path(), true), || set_fault(home.path(), false));
}

#[test]
fn a_backup_for_which_there_is_no_room_leaves_nothing_behind() {
    let Some(disk) = SmallDisk::new() else { return };
    let central = Central::start(&disk.path().join("central"), "127.0.0.1:0", None);
    central.reach.good("POST", "/api/records", Some(&item("large", LARGE)));
    disk.fill();
    refused(&central.reach, "/api/backup", None, 507, "Make room");
    let left = std::fs::read_dir(central.data.join("backups")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "half a backup takes the room that is missing");
    disk.free();
    central.reach.good("POST", "/api/backup", None);
}

#[test]
fn a_restore_for_which_there_is_no_room_leaves_the_former_file() {
    let Some(disk) = SmallDisk::new() else { return };
    let home = tempfile::tempdir().unwrap();
    let mut central = Central::start(&disk.path().join("central"), "127.0.0.1:0", None);
    central.reach.good("POST", "/api/records", Some(&item("large", LARGE)));
    let made = central.reach.good("POST", "/api/backup", None)["path"].as_str().unwrap().to_owned();
    let backup = home.path().join("backup.db");
    std::fs::copy(&made, &backup).unwrap();
    central.reach.good("POST", "/api/records", Some(&item("after the backup", 10)));
    central.program.terminate();
    disk.fill();
    let mut restore = sitesync();
    restore.arg("restore").arg(&backup).arg("--data").arg(&central.data);
    let mut restore = Program::start(restore);
    assert_eq!(restore.end().code(), Some(1));
    assert!(restore.errors().contains("No space left"), "{}", restore.errors());
    disk.free();
    let central = central.again();
    assert!(has(&central.reach, "item", "after%20the%20backup"));
}

#[test]
fn a_read_only_disk_is_told_at_the_start_and_nothing_is_touched() {
    let Some(disk) = SmallDisk::new() else { return };
    let set_up = |reach: &Reach| Site::set_up(&disk.path().join("opua"), &reach.url, "Opua", PASSWORD);
    let (mut central, mut site) = country(Central::start(&disk.path().join("central"), "127.0.0.1:0", None), set_up);
    site.reach.good("POST", "/api/records", Some(&stock("before", 10)));
    site.program.kill();
    central.program.kill();
    disk.read_only(true);
    for (role, data) in [("central", &central.data), ("remote", &site.data)] {
        let mut command = sitesync();
        command.args([role, "--listen", "127.0.0.1:0"]).arg("--data").arg(data);
        let mut program = Program::start(command);
        assert_eq!(program.end().code(), Some(1), "{role}");
        assert!(program.errors().to_lowercase().contains("read-only"), "{role}: {}", program.errors());
    }
    disk.read_only(false);
    let (central, site) = (central.again(), site.again());
    site.reach.good("POST", "/api/sync", None);
    assert!(has(&central.reach, "item_line", "before"));
}

/// Each site that waits for news holds a connection; the usual soft limit of a login is less than a country has sites.
#[test]
fn more_connections_are_held_than_the_soft_limit_of_files_allows() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -n 80; exec \"$0\" \"$@\""]).arg(sitesync().get_program());
    let central = Central::start_with(command, &home.path().join("central"), "127.0.0.1:0", None);
    let idle: Vec<_> = (0..200).map(|_| std::net::TcpStream::connect(central.address()).unwrap()).collect();
    assert!(has(&central.reach, "item", "none") || idle.len() == 200);
    central.reach.good("POST", "/api/records", Some(&item("written", 10)));
}
