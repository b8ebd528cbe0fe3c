//! The demo, as a person starts it: twice, the second time going on where the first stopped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::Path;

use common::http::Pages;
use common::{Program, Reach, sitesync, until};

fn demo(data: &Path, further: &[&str]) -> Program {
    at_pace("0.1", data, further)
}

fn at_pace(pace: &str, data: &Path, further: &[&str]) -> Program {
    let mut command = sitesync();
    command.args(["demo", "--port", "0", "--pace", pace]).args(further).arg("--data").arg(data);
    Program::start(command)
}

/// What is printed at the start: a line for each server, with its password.
fn passwords(lines: &[String]) -> Vec<String> {
    let found = lines.iter().filter_map(|line| line.split(" password ").nth(1));
    found.map(str::to_owned).collect()
}

/// The server of this name as it is printed at the start.
fn reach(lines: &[String], name: &str) -> Reach {
    let line = lines.iter().find(|line| line.trim_start().starts_with(name) && line.contains(" password ")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    let after = |word: &str| words[words.iter().rposition(|known| *known == word).unwrap() + 1].to_owned();
    let url = words.iter().find(|word| word.starts_with("http://")).unwrap();
    Reach { url: (*url).to_owned(), user: after("user"), password: after("password") }
}

/// The records that a site holds at the end, by the name of the site.
fn held(lines: &[String], site: &str) -> u64 {
    let line = lines.iter().find(|line| line.contains(&format!("{site} is equal to the central server"))).unwrap();
    line.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_country_works_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo-data");
    let mut first = demo(&data, &["--fresh", "--seconds", "12"]);
    let status = first.end();
    assert!(status.success(), "{}", first.all());
    let has = |text: &str| first.seen.iter().any(|line| line.contains(text));
    for text in ["Try this:", " counts ", " has arrived ", " is offline; ", " is back: ", "has received all it needs"] {
        assert!(has(text), "no line with \"{text}\"\n{}", first.all());
    }
    let mut second = demo(&data, &["--seconds", "4"]);
    assert!(second.end().success(), "{}", second.all());
    assert_eq!(passwords(&first.seen).len(), 4, "{}", first.all());
    assert_eq!(passwords(&first.seen), passwords(&second.seen));
    for site in ["Opua", "Kamo", "Kopu mobile"] {
        assert!(held(&second.seen, site) >= held(&first.seen, site), "{}", second.all());
    }
    // Work went on: a store counts its opening stock once.
    assert!(!second.seen.iter().any(|line| line.contains(" counts ")), "{}", second.all());
}

#[test]
fn a_second_demo_in_the_same_directory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = demo(folder.path(), &[]);
    running.line(|line| line.contains("Try this:"));
    let mut second = demo(folder.path(), &[]);
    assert_eq!(second.end().code(), Some(1));
    assert!(second.errors().contains("another demo is running"), "{}", second.errors());
    running.terminate();
    assert!(running.seen.iter().any(|line| line.ends_with("stopped")), "{}", running.all());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = sitesync();
    command.args(["demo", "--port", &port]).arg("--data").arg(folder.path());
    let mut demo = Program::start(command);
    assert_eq!(demo.end().code(), Some(1));
    let errors = demo.errors();
    assert!(errors.contains(&port) && errors.contains("--port"), "{errors}");
}

#[test]
fn a_line_is_cut_and_restored_in_the_browser() {
    let folder = tempfile::tempdir().unwrap();
    // Slow enough that the demo itself does not come to cutting this site.
    let mut demo = at_pace("1", folder.path(), &["--fresh"]);
    demo.line(|line| line.contains("Try this:"));
    demo.line(|line| line.contains("Opua has received all it needs"));
    let (central, site) = (reach(&demo.seen, "Central server"), reach(&demo.seen, "Opua"));
    let (central, site) = (Pages::sign_in(&central), Pages::sign_in(&site));
    let cut = |page: &str| page.contains("Restore the line of Opua");
    for page in [central.page("/demo"), site.page("/demo")] {
        assert!(page.contains("Cut the line of Opua") && page.contains(">Kopu mobile<"), "{page}");
    }
    let foreign = central.send("POST", "/demo", &[("site", "Opua"), ("line", "cut")]);
    assert!(foreign.starts_with("HTTP/1.1 403") && !cut(&central.page("/demo")), "{foreign}");
    let pressed = central.press("/demo", &[("site", "Opua"), ("line", "cut")]);
    assert!(pressed.starts_with("HTTP/1.1 303"), "{pressed}");
    assert!(cut(&central.page("/demo")) && cut(&site.page("/demo")));
    demo.line(|line| line.contains("✂ Opua is offline"));
    demo.line(|line| line.contains("(offline: "));
    until("what waits is counted beside the pages", || site.page("/settings").contains("x-sitesync-counts: / "));
    site.press("/demo", &[("site", "Opua"), ("line", "open")]);
    assert!(!cut(&central.page("/demo")));
    demo.line(|line| line.contains("→ Opua is back: "));
    assert!(central.press("/demo", &[("site", "nowhere"), ("line", "cut")]).starts_with("HTTP/1.1 404"));
    demo.terminate();
}
