//! A central server and a site as processes, through the command line: from the first start over power cuts to a restored backup.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{Central, Reach, Site, password_file, sitesync, text, until};

const RECORDS: &str = r#"
{"table":"name","id":"N1","data":{"name":"Opua Health Centre","code":"OPUA","type":"store"}}
{"table":"name","id":"N2","data":{"name":"Tamaki Central Medical Store","code":"TAMAKI","type":"store"}}
{"table":"store","id":"OPUA_ID","data":{"name":"Opua Health Centre","code":"OPUA","name_ID":"N1"}}
{"table":"store","id":"TAMAKI_ID","data":{"name":"Tamaki Central Medical Store","code":"TAMAKI","name_ID":"N2"}}
{"table":"item","id":"ZINC","data":{"item_name":"Zinc sulfate 20mg","code":"ZINC"}}
"#;

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A central server with the records, and the site Opua with its store.
fn country(folder: &Path) -> (Central, Site) {
    let central = Central::start(&folder.join("central"), "127.0.0.1:0", None);
    let records = file(folder, "records.jsonl", RECORDS);
    let imported = central.reach.json(&["import", records.to_str().unwrap()]);
    assert_eq!((&imported["written"], &imported["unchanged"]), (&5.into(), &0.into()));
    let password = password_file(folder, "opua.password", "correct horse");
    let made = central.reach.json(&["sites", "create", "Opua", "--new-password-file", password.to_str().unwrap()]);
    assert_eq!(made["site"]["id"], 2);
    central.reach.json(&["stores", "move", "OPUA", "Opua"]);
    let site = Site::set_up(&folder.join("opua"), &central.reach.url, "Opua", "correct horse");
    ready(&site);
    (central, site)
}

#[track_caller]
fn ready(site: &Site) {
    until("the site has its store", || site.status()["stores"].get(0).is_some_and(|store| store["ready"] == true));
}

fn stock(reach: &Reach, word: &str, id: &str) {
    let columns = r#"{"store_ID":"OPUA_ID","item_ID":"ZINC","quantity":12,"pack_size":1}"#;
    reach.json(&[word, "put", "item_line", id, columns]);
}

/// Whether a server has a live record.
fn has(reach: &Reach, word: &str, table: &str, id: &str) -> bool {
    reach.command(&[word, "get", table, id]).status.success()
}

#[test]
fn what_was_acknowledged_survives_power_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let (mut central, mut site) = country(folder.path());
    stock(&site.reach, "site", "S1");
    until("the central server has S1", || has(&central.reach, "records", "item_line", "S1"));
    let why = central.reach.json(&["records", "why", "item_line", "S1"]);
    assert_eq!(why[0]["site_name"], "Opua", "{why}");

    // The site dies before it could send.
    stock(&site.reach, "site", "S2");
    site.program.kill();
    let mut site = site.again();
    assert!(has(&site.reach, "site", "item_line", "S2"));
    until("the central server has S2", || has(&central.reach, "records", "item_line", "S2"));

    // The central server dies; the site goes on working, and says why it cannot synchronise.
    central.reach.json(&["records", "put", "item", "ZINC", r#"{"strength":"20mg"}"#]);
    central.program.kill();
    stock(&site.reach, "site", "S3");
    let told = site.reach.refused(&["site", "sync"]);
    assert!(told.contains("did not synchronise"), "{told}");
    assert_eq!(site.status()["unsent"], 1);
    let mut central = central.again();
    let item = central.reach.json(&["records", "get", "item", "ZINC"]);
    assert_eq!(item["data"]["strength"], "20mg");
    let synced = site.reach.json(&["site", "sync"]);
    assert!(synced["requests"].as_u64().unwrap() > 0, "{synced}");
    assert!(has(&central.reach, "records", "item_line", "S3"));
    until("the site has the change", || {
        site.reach.json(&["site", "get", "item", "ZINC"])["data"]["strength"] == "20mg"
    });
    let sites = central.reach.json(&["sites", "list"]);
    assert!(
        sites.as_array().unwrap().iter().any(|line| line["name"] == "Opua" && line["state"]["kind"] == "good"),
        "{sites}"
    );
    site.program.terminate();
    central.program.terminate();
}

#[test]
fn a_backup_is_restored_and_refilled() {
    let folder = tempfile::tempdir().unwrap();
    let (mut central, mut site) = country(folder.path());
    stock(&site.reach, "site", "S1");
    until("the central server has S1", || has(&central.reach, "records", "item_line", "S1"));
    let backup = central.reach.json(&["backup"])["path"].as_str().unwrap().to_owned();

    // After the backup: work on the site, and master data that will be lost.
    stock(&site.reach, "site", "S2");
    until("the central server has S2", || has(&central.reach, "records", "item_line", "S2"));
    central.reach.json(&["records", "put", "item", "LATER", r#"{"item_name":"Made after the backup","code":"LATER"}"#]);
    until("the site has the item", || has(&site.reach, "site", "item", "LATER"));

    let restore = || sitesync().args(["restore", &backup]).arg("--data").arg(&central.data).output().unwrap();
    let refused = restore();
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("stop it"), "{}", text(&refused.stderr));
    central.program.terminate();
    let mut epochs = BTreeSet::new();
    for _ in 0..2 {
        let restored = restore();
        assert!(restored.status.success(), "{}", text(&restored.stderr));
        let told = text(&restored.stdout);
        assert!(told.contains(".before-restore-"), "{told}");
        let epoch = told.split("epoch ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        assert!(epochs.insert(epoch.unwrap().to_owned()), "no epoch is lived a second time: {told}");
    }

    let mut central = central.again();
    assert!(!has(&central.reach, "records", "item", "LATER"));
    site.reach.json(&["site", "sync"]);
    until("the site has filled the gap", || has(&central.reach, "records", "item_line", "S2"));
    until("the site has taken back what the central server lost", || {
        site.reach.json(&["site", "sync"]);
        !has(&site.reach, "site", "item", "LATER")
    });
    assert!(has(&central.reach, "records", "item_line", "S1"));
    // Numbers of sites that the backup does not know are left out.
    let made = central.reach.json(&["sites", "create", "Later"]);
    assert!(made["site"]["id"].as_u64().unwrap() > 1_000, "{made}");
    site.program.terminate();
    central.program.terminate();
}

#[test]
fn an_import_is_all_or_nothing_and_names_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let central = Central::start(&folder.path().join("central"), "127.0.0.1:0", None);
    let bad = format!(
        "{RECORDS}{{\"table\":\"item\",\"id\":\"BAD\",\"data\":{{\"default_pack_size\":\"many\"}}}}\nnonsense\n"
    );
    let path = file(folder.path(), "bad.jsonl", &bad);
    let told = central.reach.refused(&["import", path.to_str().unwrap()]);
    assert!(told.contains("line 7: item: column default_pack_size") && told.contains("line 8"), "both at once: {told}");
    assert!(told.contains("Nothing was imported: 2 places"), "{told}");
    assert!(!has(&central.reach, "records", "item", "ZINC"));

    let csv = file(folder.path(), "items.csv", "Code,Name\nA,Zinc\n");
    let told = central.reach.refused(&["import", csv.to_str().unwrap()]);
    assert!(told.contains("--mapping"), "{told}");
    let mapping = "[[record]]\ntable = \"item\"\nid = \"item {Code}\"\n[record.columns]\ncode = \"{Code}\"\nitem_nam = \"{Name}\"\n";
    let mapping = file(folder.path(), "map.toml", mapping);
    let arguments = ["import", csv.to_str().unwrap(), "--mapping", mapping.to_str().unwrap(), "--dry-run"];
    let output = central.reach.command(&arguments);
    assert!(output.status.success() && text(&output.stdout).contains("1 records are good"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("is \"item_name\" meant?"), "{}", text(&output.stderr));
}

#[test]
fn a_store_is_handed_over_and_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let (central, site) = country(folder.path());
    let stores = |args: &[&str]| central.reach.json(&[&["stores"], args].concat());
    central.reach.json(&["sites", "create", "Koru"]);
    assert_eq!(stores(&["move", "OPUA", "Koru"])["outcome"], "leaving");
    // The site waits at the central server, so that it hears of it at once.
    until("the store is with Koru", || stores(&["hand-overs"])[0]["step"] == "receiving");
    assert_eq!(stores(&["list"])[0]["site_name"], "Koru");
    until("Opua has let it go", || site.status()["stores"].as_array().is_some_and(Vec::is_empty));
    let late = r#"{"store_ID":"OPUA_ID","item_ID":"ZINC","quantity":1}"#;
    site.reach.refused(&["site", "put", "item_line", "S9", late]);
    assert!(central.reach.refused(&["stores", "call-off", "OPUA"]).contains("move it back"));
    assert_eq!(stores(&["move", "OPUA", "Opua"])["outcome"], "moved", "nobody ever used Koru");
    ready(&site);

    let now = |code: &'static str| ["stores", "move", "OPUA", "Koru", "--take-over-now", code, "--reason", "stolen"];
    assert!(central.reach.refused(&now("KORU")).contains("not the code of the store"));
    assert_eq!(central.reach.json(&now("OPUA"))["outcome"], "taken_over");
    let listed = stores(&["hand-overs"]);
    assert_eq!((&listed[0]["end"]["reason"], listed.as_array().unwrap().len()), (&"stolen".into(), 2));
}
