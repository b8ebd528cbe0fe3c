//! Writes what fuzzing begins with: real messages of a country at work, requests, files and archives, and a dictionary of the
//! catalogue's names. `cargo run -p sitesync-testkit --example seeds -- crates/testkit/corpus fuzz/dictionary.txt`

#![expect(clippy::expect_used, reason = "a fault here is shown to whoever runs it")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde_json::json;
use sitesync_core::catalogue::Catalogue;
use sitesync_remote::site::{Reply, Step};
use sitesync_testkit::records::{delivery, edit_delete, put, stock};
use sitesync_testkit::{Country, Outage};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let corpus = arguments.next().expect("the directory of the corpus");
    let dictionary = arguments.next().expect("the file of the dictionary");
    let corpus = Path::new(&corpus);
    messages(corpus);
    records(corpus);
    files(corpus);
    requests(corpus);
    archives(corpus);
    rows_of_choices(corpus);
    std::fs::write(dictionary, words()).expect("it can be written");
}

fn save(corpus: &Path, target: &str, name: &str, mode: u8, text: &[u8]) {
    let directory = corpus.join(target);
    std::fs::create_dir_all(&directory).expect("it can be made");
    std::fs::write(directory.join(name), [&[mode], text].concat()).expect("it can be written");
}

/// What goes back and forth while two sites work, one line for each message, a file for each sync.
fn messages(corpus: &Path) {
    let country = Country::with_sites(7, 2);
    let (sent, got) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let mut round = 0;
    let mut sync = |site: u32| {
        let info = country.member(site).info.clone();
        let note = |step: &Step| {
            let (name, request) = match step {
                Step::Stage(request) => ("stage", serde_json::to_string(request)),
                Step::Exchange(request) => ("exchange", serde_json::to_string(request)),
                Step::Compare(request) => ("compare", serde_json::to_string(request)),
                Step::Login(_) | Step::Done => ("login", Ok("{}".to_owned())),
            };
            sent.borrow_mut().push(format!("{name} {}", request.expect("it is JSON")));
            // Asked once more, the central server answers a repetition.
            let reply = match country.serve(&info, step).expect("it is served") {
                Reply::Login(reply) => serde_json::to_string(&reply),
                Reply::Staged => Ok("{}".to_owned()),
                Reply::Exchange(reply) => serde_json::to_string(&reply),
                Reply::Compare(reply) => serde_json::to_string(&reply),
            };
            got.borrow_mut().push(format!("{name} {}", reply.expect("it is JSON")));
            Outage::None
        };
        country.sync_over(site, &mut { note }).expect("the link is good");
        round += 1;
        for (target, modes, lines) in [("hub", [1, 3], &sent), ("site", [1, 3], &got)] {
            let text = lines.take().join("\n");
            for mode in modes {
                save(corpus, target, &format!("real-{round}-{mode}"), mode, text.as_bytes());
            }
        }
    };
    sync(2);
    country.write(2, &delivery("D2", "S2", "S3", 2));
    sync(2);
    sync(3);
    country.write(3, &[stock("L3", "S3", 4)]);
    country.edit(vec![put("item", "item", json!({ "item_name": "Ibuprofen" }))]);
    sync(3);
    country.write(2, &[edit_delete("transact", "D2"), stock("L2", "S2", 1)]);
    sync(2);
}

fn records(corpus: &Path) {
    for (at, table) in Catalogue::embedded().tables().iter().enumerate().step_by(9) {
        let columns = table.columns.iter().map(|column| (column.name.to_string(), json!("2026-01-31T10:00:00")));
        let text = serde_json::Value::Object(columns.take(8).collect()).to_string();
        let number = u8::try_from(at).expect("there are not that many tables");
        save(corpus, "records", &format!("table-{at}"), 1, &[&[number], text.as_bytes()].concat());
    }
}

fn files(corpus: &Path) {
    let lines = "{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"item_name\":\"Zinc\"}}\n{\"table\":\"item\",\"id\":\"gone\",\"delete\":true}\n";
    save(corpus, "import", "json-lines", 0, lines.as_bytes());
    let mapping = "[csv]\ndelimiter = \";\"\ndates = { Date = \"%d/%m/%Y\" }\n[[record]]\ntable = \"item\"\nid = \"{Code}\"\n\
                   [record.columns]\nitem_name = \"{Name|upper} {{x}}\"\ndefault_pack_size = { from = \"Pack\", as = \"number\", when_empty = \"default\" }\n\
                   [[record]]\ntable = \"name\"\nid = \"n {Name|slug}\"\nonly_if = { column = \"Name\" }\n[record.columns]\n\
                   name = \"{Name}\"\ncreated_date = { from = \"Date\", as = \"date\" }\n";
    let csv = "Code;Name;Pack;Date\nA1;\"Zinc; 20 mg\";10;01/02/2024\nA2;Iron;;31/12/2023\n";
    save(corpus, "import", "mapping", 1, [mapping, csv].join("\n====\n").as_bytes());
    let example = include_str!("../../../examples/scms.toml");
    save(corpus, "import", "example", 1, [example, csv].join("\n====\n").as_bytes());
    let header =
        "ID,Project Code,PQ #,PO / SO #,ASN/DN #,Country\n1,100-CI-T01,Pre-PQ Process,SCMS-4,ASN-8,Côte d'Ivoire\n";
    save(corpus, "import", "csv", 2, header.as_bytes());
}

fn requests(corpus: &Path) {
    let json = "content-type: application/json";
    let central = [
        ("hello", "GET /sync".to_owned()),
        ("sites", "GET /api/sites?limit=5\nauthorization: ADMIN".to_owned()),
        (
            "record",
            format!(
                "POST /api/records?repair=true\nauthorization: ADMIN\n{json}\n\n[{{\"table\":\"item\",\"id\":\"I\",\"data\":{{}}}}]"
            ),
        ),
        ("why", "GET /api/records/transact/D2/why\nauthorization: ADMIN".to_owned()),
        (
            "wait",
            format!(
                "POST /sync/1/wait\nauthorization: TOKEN\nx-sitesync-hardware: hw-2\nx-sitesync-data-file: file-2\n{json}\n\n{{\"positions\":[],\"seconds\":60}}"
            ),
        ),
        (
            "exchange",
            format!(
                "POST /sync/1/exchange\nauthorization: TOKEN\nx-sitesync-hardware: hw-2\nx-sitesync-data-file: file-2\n{json}\n\n{}",
                exchange()
            ),
        ),
        ("guess", "GET /api/audit\nauthorization: Basic YTpi".to_owned()),
    ];
    for (name, text) in central {
        save(corpus, "central_doors", name, 1, text.as_bytes());
    }
    let site = [
        ("page", "GET /\nauthorization: ADMIN".to_owned()),
        (
            "write",
            format!(
                "POST /api/records\nauthorization: ADMIN\n{json}\n\n[{{\"table\":\"item_line\",\"id\":\"L2\",\"data\":{{\"quantity\":3}}}}]"
            ),
        ),
        (
            "configure",
            format!(
                "PUT /api/configuration\nauthorization: ADMIN\n{json}\n\n{{\"server_url\":\"http://x\",\"interval_minutes\":5}}"
            ),
        ),
        ("check", format!("POST /api/check\nauthorization: ADMIN\n{json}\n\n{{}}")),
        ("list", "GET /api/records/item?after=a&limit=2\nauthorization: ADMIN".to_owned()),
    ];
    for (name, text) in site {
        save(corpus, "site_doors", name, 1, text.as_bytes());
    }
}

fn exchange() -> serde_json::Value {
    json!({
        "epoch": 1, "last": { "number": 0, "hash": "0".repeat(32) }, "positions": [], "entries_max": 10, "bytes_max": 1000,
        "report": { "clock": 0, "device_type": "", "app_name": "", "app_version": "", "unsent": 0 },
    })
}

fn archives(corpus: &Path) {
    let text = br#"{"positions":[],"seconds":1}"#;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text).expect("memory takes it");
    save(corpus, "packed", "gzip", 1, &gzip.finish().expect("memory takes it"));
    save(corpus, "packed", "zstd", 2, &zstd::encode_all(&text[..], 3).expect("memory takes it"));
    save(corpus, "packed", "plain", 0, text);
    save(corpus, "packed", "bomb-gzip", 0x81, b"\x05aaaaa\x3f\xff\0");
    save(corpus, "packed", "bomb-zstd", 0x82, b"\x05aaaaa\x3f\xff\0");
}

/// Any bytes are a row of choices; a few of different lengths are enough to begin with.
fn rows_of_choices(corpus: &Path) {
    let random = sitesync_testkit::SeededRandom::new(1);
    for target in ["hub", "site", "records", "central_doors", "site_doors", "data_files"] {
        for at in 0..6 {
            let row: Vec<u8> = (0..20 << at).map(|_| random.below(256) as u8).collect();
            save(corpus, target, &format!("choices-{at}"), [0, 2, 4][at % 3], &row);
        }
    }
}

/// The names of tables and columns, and the words of the messages, as libFuzzer reads them.
fn words() -> String {
    let mut words = BTreeSet::new();
    for table in Catalogue::embedded().tables() {
        words.insert(table.name.to_string());
        words.extend(table.columns.iter().filter(|column| column.name.len() > 3).map(|column| column.name.to_string()));
    }
    let messages = "exchange stage compare wait login table put delete partial aside same withdraw taken into entries pages feed \
        cursor at_head sum live behind again epoch clock site outcome last subscribed complete held doubtful above commit \
        previous push staged changes positions empty renew entries_max bytes_max report unsent central store:S2 changes \
        unread applied diverged constant record columns only_if equals not_equals template ref count_per value when_empty \
        words digits slug short upper lower number_in_text raw_id first";
    words.extend(messages.split_whitespace().map(str::to_owned));
    words.iter().map(|word| format!("\"{word}\"\n")).collect()
}
