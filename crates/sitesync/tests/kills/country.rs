//! A central server and two sites as processes, with what each was told: what is killed, looked at, and healed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::json;
use sitesync_testkit::SeededRandom;
use tempfile::TempDir;

use crate::common::{Central, Reach, Site, until};
use crate::inspect::{Found, Sum, look};
use crate::ledger::Ledger;

/// Items are master data: enough of them that a first fill takes several pages.
const ITEMS: usize = 1_500;
/// Items that are edited, one after the other.
pub(crate) const EDITED: usize = 4;
const PASSWORD: &str = "correct horse";

/// What was killed, and while it did what.
#[derive(Default)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn kills(&self) -> u64 {
        self.0.values().sum()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kills: {:?}", self.kills(), self.0)
    }
}

/// A site, what it was told, and the heads of its feeds when its file was last looked at.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) site: Site,
    pub(crate) ledger: Ledger,
    pub(crate) heads: BTreeMap<String, Sum>,
}

/// An item by its versions, as with documents.
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) told: u64,
    pub(crate) tried: u64,
}

pub(crate) struct Country {
    pub(crate) central: Central,
    pub(crate) items: Vec<Item>,
    pub(crate) places: Vec<Place>,
    pub(crate) heads: BTreeMap<String, Sum>,
    pub(crate) epoch: u64,
    pub(crate) random: SeededRandom,
    pub(crate) counts: Counts,
    pub(crate) backups: Vec<PathBuf>,
    pub(crate) home: TempDir,
}

impl Country {
    pub(crate) fn found(seed: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let central = Central::start(&home.path().join("central"), "127.0.0.1:0", None);
        let items: Vec<_> = (0..ITEMS)
            .map(|at| {
                json!({ "table": "item", "id": format!("I{at}"), "data": {
                    "item_name": format!("Medicine {at} in a long name that nobody reads"), "code": format!("M{at}") } })
            })
            .collect();
        central.reach.good("POST", "/api/records", Some(&items.into()));
        let names = ["Opua", "Tamaki"];
        for name in names {
            make_site(&central.reach, name);
        }
        let places = names.iter().zip(names.iter().rev()).map(|(name, other)| {
            let ledger = Ledger::new(&format!("{name}-store"), &format!("{other}-name"));
            let site = set_up(home.path(), &central.reach, name);
            Place { name, site, ledger, heads: BTreeMap::new() }
        });
        let places: Vec<_> = places.collect();
        places.iter().for_each(Place::ready);
        let items = (0..EDITED).map(|at| Item { id: format!("I{at}"), told: 0, tried: 0 }).collect();
        let (random, counts) = (SeededRandom::new(seed), Counts::default());
        let (heads, backups) = (BTreeMap::new(), Vec::new());
        Self { central, items, places, heads, epoch: 1, random, counts, backups, home }
    }

    /// Everybody synchronises until it succeeds: everything told is on the central server.
    pub(crate) fn synchronise(&mut self) {
        for place in &mut self.places {
            place.synchronise();
        }
    }

    /// The file of the central server, held against what was promised. It is not running.
    pub(crate) fn check_central(&mut self) {
        let found = look(&self.central.data.join("central.db"));
        self.check_found(&found);
        grown("central", &mut self.heads, &found);
        for item in &mut self.items {
            item.told = found.items[&item.id];
            item.tried = item.told;
        }
    }

    fn check_found(&self, found: &Found) {
        assert_eq!(found.epoch, self.epoch);
        for place in &self.places {
            place.ledger.check("central", &found.documents, |document| document.acknowledged);
        }
        for Item { id, told, tried } in &self.items {
            let seen = found.items[id];
            assert!(*told <= seen && seen <= *tried, "{id} is at {seen}, told {told}, tried {tried}");
        }
    }

    /// All is well in the end: everybody has everything, and sums are equal.
    pub(crate) fn heal(mut self) {
        self.synchronise();
        self.synchronise();
        for place in &mut self.places {
            let status = place.site.reach.good("GET", "/api/status", None);
            let left =
                json!([status["unsent"], status["held"], status["aside"], status["unequal"], status["last_error"]]);
            assert_eq!(left, json!([0, 0, 0, [], null]), "{}: {status}", place.name);
            place.site.program.terminate();
        }
        self.central.program.terminate();
        self.check_central();
        let central = look(&self.central.data.join("central.db"));
        for place in &mut self.places {
            let here = place.check();
            for (feed, sum) in &here.feeds {
                assert!(sum.is_same(&central.feeds[feed]), "{} {feed}: {sum:?} {:?}", place.name, central.feeds[feed]);
            }
            place.ledger.check("central in the end", &central.documents, |document| document.told);
            assert!(self.items.iter().all(|item| here.items[&item.id] == item.told), "{}: items", place.name);
        }
        let both: Vec<_> = self.places.iter().map(|place| look(&place.data_file()).documents).collect();
        assert!(both.iter().all(|documents| *documents == central.documents), "each site has those of both");
    }
}

impl Place {
    pub(crate) fn data_file(&self) -> PathBuf {
        self.site.data.join("site.db")
    }

    #[track_caller]
    pub(crate) fn ready(&self) {
        until("the site has its store", || {
            let status = self.site.reach.ask("GET", "/api/status", None).unwrap().json;
            status["initialised"] == true && status["stores"].get(0).is_some_and(|store| store["ready"] == true)
        });
    }

    pub(crate) fn synchronise(&mut self) {
        let mut last = None;
        until("a sync succeeds", || {
            let answer = self.site.reach.ask("POST", "/api/sync", None).unwrap();
            let good = answer.is_good();
            if !good && last.as_ref() != Some(&answer.json) {
                println!("{}: {}", self.name, answer.json);
                last = Some(answer.json);
            }
            good
        });
        self.ledger.acknowledge();
    }

    /// The file of the site, held against what was promised. The site is not running.
    pub(crate) fn check(&mut self) -> Found {
        let found = look(&self.data_file());
        if found.initialised {
            self.ledger.check(self.name, &found.documents, |document| document.told);
            self.ledger.settle(&found.documents);
        }
        grown(self.name, &mut self.heads, &found);
        found
    }

    /// The device is wiped, and set up again.
    pub(crate) fn wipe(&mut self, home: &Path, central: &Reach) {
        self.site.program.kill();
        std::fs::remove_dir_all(&self.site.data).unwrap();
        self.heads.clear();
        self.ledger.forget_deleted();
        self.site = set_up(home, central, self.name);
    }
}

/// Numbers only grow.
#[track_caller]
fn grown(what: &str, before: &mut BTreeMap<String, Sum>, found: &Found) {
    for (feed, sum) in &*before {
        let now = found.feeds.get(feed).map_or(0, |sum| sum.head);
        assert!(now >= sum.head, "{what}: the head of {feed} was {} and is {now}", sum.head);
    }
    before.clone_from(&found.feeds);
}

fn make_site(central: &Reach, name: &str) {
    let records = json!([
        { "table": "name", "id": format!("{name}-name"), "data": { "name": name, "code": name, "type": "store" } },
        { "table": "store", "id": format!("{name}-store"),
          "data": { "name": name, "code": name, "name_ID": format!("{name}-name") } },
    ]);
    central.good("POST", "/api/records", Some(&records));
    central.good("POST", "/api/sites", Some(&json!({ "name": name, "password": PASSWORD })));
    central.json(&["stores", "move", name, name]);
}

fn set_up(home: &Path, central: &Reach, name: &str) -> Site {
    Site::set_up(&home.join(name), &central.url, name, PASSWORD)
}
