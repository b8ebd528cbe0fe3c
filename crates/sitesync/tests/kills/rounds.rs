//! What a round is: people work, a device is filled, a backup is made or restored, and in the middle of it somebody dies.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use sitesync_testkit::SeededRandom;

use crate::common::{Program, Reach, sitesync, text};
use crate::country::{Country, Item, Place};
use crate::gate::{Gate, Worker};
use crate::inspect::look;
use crate::ledger::Ledger;

/// Who dies: the central server is bit 0, then the sites.
const VICTIMS: [u32; 7] = [1, 1, 2, 4, 3, 6, 7];
const CENTRAL: u32 = 1;

/// What the administrator does while people work.
#[derive(Clone, Copy, PartialEq)]
enum Chore {
    Items,
    Backup,
}

impl Country {
    pub(crate) fn round(&mut self) {
        let round = self.random.below(16);
        println!("after {} kills, epoch {}: round {round}", self.counts.kills(), self.epoch);
        match round {
            0 | 1 => self.fill_a_device(),
            2 => {
                self.work(CENTRAL, 0, Chore::Backup);
                self.raise(CENTRAL, "central in a backup");
                self.backups_are_whole();
            }
            3 => self.restore(),
            _ => {
                let (victims, answers) = (*self.random.pick(&VICTIMS), self.random.below(40));
                self.work(victims, answers, Chore::Items);
                self.raise(victims, if victims == CENTRAL { "central at work" } else { "site at work" });
            }
        }
        if self.random.below(3) == 0 {
            self.synchronise();
        }
    }

    fn moment(&self, at_most: u64) -> Duration {
        Duration::from_micros(self.random.below(at_most * 1_000))
    }

    /// Everybody works until the victims are dead.
    fn work(&mut self, victims: u32, answers: u64, chore: Chore) {
        let (gate, moment) = (Gate::default(), self.moment(if chore == Chore::Items { 6 } else { 40 }));
        let Self { central, items, places, random, backups, .. } = self;
        std::thread::scope(|scope| {
            let mut programs = vec![&mut central.program];
            for Place { site, ledger, .. } in places {
                let (reach, random, worker) = (&site.reach, SeededRandom::new(random.next()), gate.enter());
                programs.push(&mut site.program);
                scope.spawn(move || people(reach, ledger, &random, &worker));
            }
            let (reach, random, worker) = (&central.reach, SeededRandom::new(random.next()), gate.enter());
            scope.spawn(move || match chore {
                Chore::Items => administrator(reach, items, &random, &worker),
                Chore::Backup => backups.extend(backup(reach)),
            });
            gate.wait(answers, moment);
            for (_, program) in programs.into_iter().enumerate().filter(|(at, _)| victims & (1 << at) != 0) {
                program.kill();
            }
            gate.stop();
        });
    }

    /// The dead are looked at, and rise again.
    fn raise(&mut self, victims: u32, what: &'static str) {
        if victims & CENTRAL != 0 {
            self.check_central();
            self.central = self.central.again();
            self.counts.count(what);
        }
        for (at, place) in self.places.iter_mut().enumerate().filter(|(at, _)| victims & (2 << at) != 0) {
            place.check();
            place.site = place.site.again();
            self.counts.count(if at == 0 { "first site" } else { "second site" });
        }
    }

    /// A device starts empty, and is filled in spite of everything.
    fn fill_a_device(&mut self) {
        self.synchronise();
        let at = self.random.below(self.places.len() as u64) as usize;
        self.places[at].wipe(self.home.path(), &self.central.reach);
        for _ in 0..=self.random.below(4) {
            Gate::default().wait(0, self.moment(120));
            if self.random.below(3) == 0 {
                self.central.program.kill();
                self.raise(CENTRAL, "central in a first fill");
            } else {
                self.places[at].site.program.kill();
                self.counts.count("site in its first fill");
                self.places[at].check();
                self.places[at].site = self.places[at].site.again();
            }
        }
        self.places[at].ready();
    }

    /// Every backup that bears its name is whole; nothing else stays.
    fn backups_are_whole(&mut self) {
        let names: Vec<PathBuf> = std::fs::read_dir(self.central.data.join("backups"))
            .map(|files| files.map(|file| file.unwrap().path()).collect())
            .unwrap_or_default();
        for told in &self.backups {
            assert!(names.contains(told), "a backup that was told of is not there: {}", told.display());
        }
        for name in &names {
            assert!(name.extension().is_some_and(|end| end == "db"), "{} stays for ever", name.display());
            let epoch = look(name).epoch;
            assert!(0 < epoch && epoch <= self.epoch);
        }
        self.backups.clear();
        self.backups.extend(names.last().cloned());
    }

    /// A restore is killed until one gets through, or somebody gives it up. At no instant is there anything but a whole file.
    fn restore(&mut self) {
        if self.backups.is_empty() {
            self.backups.extend(backup(&self.central.reach));
            self.work(CENTRAL, 20, Chore::Items);
        } else {
            self.central.program.kill();
        }
        self.check_central();
        for _ in 0..=self.random.below(3) {
            let mut restoring = self.start_restore();
            Gate::default().wait(0, self.moment(80));
            restoring.kill();
            self.counts.count("restore");
            if self.is_restored() {
                break;
            }
            self.check_central();
        }
        if look(&self.central.data.join("central.db")).epoch == self.epoch && self.random.below(2) == 0 {
            let mut restoring = self.start_restore();
            let status = restoring.end();
            assert!(status.success() && self.is_restored(), "{}", restoring.all());
        }
        self.central = self.central.again();
        let junk = std::fs::read_dir(&self.central.data).unwrap().map(|file| file.unwrap().path());
        for aside in junk.filter(|path| text(path.as_os_str().as_encoded_bytes()).contains("before-restore")) {
            std::fs::remove_file(aside).unwrap();
        }
    }

    fn start_restore(&self) -> Program {
        let mut command = sitesync();
        command.arg("restore").arg(self.backups.last().unwrap()).arg("--data").arg(&self.central.data);
        Program::start(command)
    }

    /// Whether a new epoch began. Then the backup counts: sites send again what it lacks; master data are as they were.
    fn is_restored(&mut self) -> bool {
        let found = look(&self.central.data.join("central.db"));
        if found.epoch == self.epoch {
            return false;
        }
        assert!(found.epoch > self.epoch);
        println!("restored {} as epoch {}", self.backups.last().unwrap().display(), found.epoch);
        self.epoch = found.epoch;
        for Item { id, told, tried } in &mut self.items {
            *told = found.items[id];
            *tried = *told;
        }
        for place in &mut self.places {
            place.ledger.unacknowledge();
        }
        // What it holds may be older than anything told to sites, but it is whole, and its numbers are higher.
        self.check_central();
        true
    }
}

fn people(reach: &Reach, ledger: &mut Ledger, random: &SeededRandom, worker: &Worker<'_>) {
    while !worker.is_told_to_stop() {
        let asked = match random.below(6) {
            0 => reach.ask("POST", "/api/sync?wait=false", None).map(drop),
            _ => ledger.write(reach, random),
        };
        if asked.is_err() {
            return;
        }
        worker.answered();
    }
}

fn administrator(reach: &Reach, items: &mut [Item], random: &SeededRandom, worker: &Worker<'_>) {
    while !worker.is_told_to_stop() {
        let at = random.below(items.len() as u64) as usize;
        let item = &mut items[at];
        item.tried += 1;
        let edit = json!([{ "table": "item", "id": item.id, "data": { "strength": item.tried.to_string() } }]);
        let Ok(answer) = reach.ask("POST", "/api/records", Some(&edit)) else { return };
        assert!(answer.is_good(), "{answer:?}");
        item.told = item.tried;
        worker.answered();
    }
}

fn backup(reach: &Reach) -> Option<PathBuf> {
    let answer = reach.ask("POST", "/api/backup", None).ok()?;
    Some(answer.json["path"].as_str().unwrap_or_else(|| panic!("{answer:?}")).into())
}
