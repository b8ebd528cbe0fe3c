//! Data files that are put back, copied, or in two hands at once, through the real commands.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{Central, Program, Reach, Site, sitesync, text, until};
use serde_json::{Value, json};
use sitesync_store::sqlite::Claim;

const PASSWORD: &str = "correct horse";

fn central(home: &Path) -> Central {
    let central = Central::start(&home.join("central"), "127.0.0.1:0", None);
    central.reach.make_opua(PASSWORD);
    central
}

fn site(home: &Path, central: &Central) -> Site {
    let site = Site::set_up(&home.join("opua"), &central.reach.url, "Opua", PASSWORD);
    until("the site has its store", || site.status()["stores"].get(0).is_some_and(|store| store["ready"] == true));
    site
}

fn write(reach: &Reach, id: &str, quantity: u32) {
    let edits = json!([{ "table": "item_line", "id": id, "data": {
        "store_ID": "S1", "item_ID": "I", "quantity": quantity, "pack_size": 1 } }]);
    reach.good("POST", "/api/records", Some(&edits));
}

fn quantity(reach: &Reach, id: &str) -> Value {
    let answer = reach.ask("GET", &format!("/api/records/item_line/{id}"), None).unwrap();
    answer.json["data"]["quantity"].clone()
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(|file| file.unwrap()) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn fails(mut command: Command, word: &str) {
    let output = command.output().unwrap();
    let told = text(&output.stderr);
    assert!(output.status.code() == Some(1) && told.contains(word), "\"{word}\" is not in: {told}");
}

#[test]
fn an_old_data_file_of_a_site_is_filled_again_and_nothing_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let central = central(home.path());
    let mut site = site(home.path(), &central);
    write(&site.reach, "L1", 1);
    write(&site.reach, "L2", 1);
    site.reach.good("POST", "/api/sync", None);
    site.program.terminate();
    let old = home.path().join("old");
    copy_all(&site.data, &old);

    // The life that is lost: it was sent.
    let mut site = site.again();
    write(&site.reach, "L1", 2);
    write(&site.reach, "L3", 2);
    site.reach.good("POST", "/api/sync", None);
    site.program.kill();
    std::fs::remove_dir_all(&site.data).unwrap();
    copy_all(&old, &site.data);

    // The old file, in which people work before it synchronises.
    let mut command = sitesync();
    command.args(["remote", "--listen", "127.0.0.1:0", "--server-url", "http://127.0.0.1:9"]);
    command.arg("--data").arg(&site.data);
    let mut alone = Program::start(command);
    let line = alone.line(|line| line.starts_with("remote site ready at "));
    let reach = Reach { url: line.rsplit(' ').next().unwrap().to_owned(), ..site.reach.clone() };
    write(&reach, "L1", 3);
    write(&reach, "L4", 3);
    alone.kill();
    let mut command = sitesync();
    command.args(["remote", "--listen", "127.0.0.1:0", "--server-url", &central.reach.url]);
    command.arg("--data").arg(&site.data);
    let mut again = Program::start(command);
    let line = again.line(|line| line.starts_with("remote site ready at "));
    let reach = Reach { url: line.rsplit(' ').next().unwrap().to_owned(), ..site.reach.clone() };
    until("it is filled again", || {
        let _ = reach.ask("POST", "/api/sync", None).unwrap();
        quantity(&reach, "L3") == 2 && quantity(&central.reach, "L4") == 3
    });

    for (id, holds) in [("L1", 2), ("L2", 1), ("L3", 2), ("L4", 3)] {
        assert_eq!((quantity(&reach, id), quantity(&central.reach, id)), (json!(holds), json!(holds)), "{id}");
    }
    let aside = reach.good("GET", "/api/put-aside", None);
    assert_eq!((&aside["records"][0]["id"], &aside["records"][0]["data"]["quantity"]), (&json!("L1"), &json!(3)));
    let held = central.reach.json(&["held", "list"]);
    assert!(held.to_string().contains("aside"), "{held}");
    let events = reach.good("GET", "/api/events", None).to_string();
    assert!(events.contains("put back from a backup, or copied"), "{events}");
}

#[test]
fn two_devices_with_copies_of_one_data_file_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    let central = central(home.path());
    let mut site = site(home.path(), &central);
    write(&site.reach, "L0", 1);
    site.reach.good("POST", "/api/sync", None);
    site.program.terminate();
    copy_all(&site.data, &home.path().join("twin"));
    let first = site.again();
    let twin = Site { data: home.path().join("twin"), ..site }.again();
    for round in 0..3 {
        for (name, reach) in [("first", &first.reach), ("twin", &twin.reach)] {
            write(reach, &format!("{name}{round}"), round);
            until("it gets through", || reach.ask("POST", "/api/sync", None).unwrap().is_good());
        }
    }
    for round in 0..3 {
        for name in ["first", "twin"] {
            assert_eq!(quantity(&central.reach, &format!("{name}{round}")), json!(round), "{name}{round}");
        }
    }
}

#[test]
fn nobody_else_has_a_data_file_while_it_is_in_use() {
    let home = tempfile::tempdir().unwrap();
    let central = central(home.path());
    let site = site(home.path(), &central);
    let mut second = sitesync();
    second.args(["remote", "--listen", "127.0.0.1:0"]).arg("--data").arg(&site.data);
    fails(second, "in use");
    write(&site.reach, "L1", 1);
    site.reach.good("POST", "/api/sync", None);

    // A restore holds the file from its beginning to its end; the test stands in for it.
    let backup = central.reach.good("POST", "/api/backup", None)["path"].as_str().unwrap().to_owned();
    let (mut central, data) = (central, home.path().join("central"));
    central.program.terminate();
    let restoring = Claim::take(&data.join("central.db")).unwrap();
    let start = || {
        let mut command = sitesync();
        command.args(["central", "--listen", "127.0.0.1:0"]).arg("--data").arg(&data);
        command
    };
    fails(start(), "in use");
    let restore = || {
        let mut command = sitesync();
        command.arg("restore").arg(&backup).arg("--data").arg(&data);
        command
    };
    fails(restore(), "stop it");
    drop(restoring);
    assert!(restore().output().unwrap().status.success());
}

#[test]
fn a_server_does_not_begin_anew_where_a_restore_was_broken_off() {
    let home = tempfile::tempdir().unwrap();
    let central = central(home.path());
    let (mut central, data) = (central, home.path().join("central"));
    let backup = central.reach.good("POST", "/api/backup", None)["path"].as_str().unwrap().to_owned();
    central.program.terminate();
    let present = data.join("central.db");

    // Killed while it copied: the former file counts, and that is said.
    std::fs::write(data.join("central.db.restoring"), "the beginning of a file").unwrap();
    let mut same = central.again();
    same.program.terminate();
    assert!(same.program.all().contains("A restore was broken off"), "{}", same.program.all());

    // Without any file in place, a new one would make the country a stranger to its sites.
    std::fs::rename(&present, data.join("central.db.before-restore-1")).unwrap();
    for _ in 0..2 {
        let mut command = sitesync();
        command.args(["central", "--listen", "127.0.0.1:0"]).arg("--data").arg(&data);
        fails(command, "a restore was broken off");
        assert!(!present.exists());
        let _ = std::fs::remove_file(data.join("central.db.restoring"));
    }
    let mut command = sitesync();
    command.arg("restore").arg(&backup).arg("--data").arg(&data);
    assert!(command.output().unwrap().status.success());
    let central = central.again();
    assert!(central.reach.ask("GET", "/api/records/store/S1", None).unwrap().is_good());
}
