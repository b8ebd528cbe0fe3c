//! Draws a life from a seed: a list of actions, each of which stands for itself.

use super::action::{Action, COPIES, Made, Manage, Party, Planned, SITES, STORES, Slot, Weather, Work};
use super::kind::Kind;
use crate::given::SeededRandom;

/// A life to be lived.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub kind: Kind,
    /// Entries per page.
    pub page: u32,
    /// What waits on the hub is done by actions, not at once.
    pub lazy: bool,
    pub actions: Vec<Planned>,
}

/// Draws the life of a seed.
pub fn draw(seed: u64, kind: Kind, steps: usize) -> Plan {
    let mut drawing = Drawing {
        random: SeededRandom::new(seed.wrapping_mul(0x9e37_79b9) ^ 0x5175),
        kind,
        documents: Vec::new(),
        patients: Vec::new(),
        backups: Vec::new(),
        number: 0,
    };
    let page = 1 + drawing.below(12) as u32;
    let lazy = drawing.below(3) == 0;
    let actions = (1..=steps).map(|number| Planned { number, action: drawing.action(number) }).collect();
    Plan { seed, kind, page, lazy, actions }
}

struct Drawing {
    random: SeededRandom,
    kind: Kind,
    number: Made,
    documents: Vec<Made>,
    patients: Vec<Made>,
    backups: Vec<(Party, Made)>,
}

impl Drawing {
    fn below(&self, bound: usize) -> usize {
        self.random.below(bound as u64) as usize
    }

    fn chance(&self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn store(&self) -> usize {
        self.below(STORES.len())
    }

    /// Most often a device of the first two sites, so that the same things meet.
    fn device(&self) -> Slot {
        let devices = SITES.len() + if self.kind.copies { COPIES } else { 0 };
        if self.chance(2) { self.below(2) } else { self.below(devices) }
    }

    /// A store that is probably active on the device.
    fn store_of(&self, device: Slot) -> usize {
        match self.below(6) {
            0 => self.store(),
            1 if device == 0 => 3,
            _ => device % SITES.len(),
        }
    }

    fn party(&self) -> Party {
        if self.chance(3) { Party::Hub } else { Party::Device(self.device()) }
    }

    /// One of those made so far, most often a late one.
    fn one_of(&self, made: &[Made]) -> Option<Made> {
        let last = made.len().checked_sub(1)?;
        Some(made[last - self.below(made.len()).min(self.below(made.len()))])
    }

    fn action(&mut self, number: Made) -> Action {
        self.number = number;
        match self.below(100) {
            0..=37 => {
                let device = self.device();
                Action::Work(device, self.work(device))
            }
            38..=48 => Action::Manage(self.manage()),
            49..=79 => self.sync(),
            80 => Action::Job,
            81 if self.kind.links => Action::Late { which: self.random.next() },
            82..=88 if self.kind.crashes => self.crash(),
            89..=91 if self.kind.moves || self.kind.hand_overs => Action::Manage(self.move_store()),
            92..=94 if self.kind.files => self.file(),
            95..=96 if self.kind.restores => self.restore(),
            97..=98 if self.kind.copies => {
                let (from, to) = (self.below(SITES.len() + COPIES), SITES.len() + self.below(COPIES));
                Action::Copy { from, to }
            }
            _ => self.sync(),
        }
    }

    fn move_store(&self) -> Manage {
        let sites = [1, 2, 2, 3, 3, 4, 5];
        let (store, site) = (self.store(), sites[self.below(sites.len())]);
        match self.below(8) {
            0..=2 if self.kind.moves => Manage::MoveStore { store, site },
            3 if self.kind.moves => Manage::TakeOverNow { store, site },
            4 => Manage::CallOff { store },
            _ => Manage::HandOver { store, site },
        }
    }

    fn sync(&self) -> Action {
        if self.chance(8) {
            return self.read();
        }
        let device = self.device();
        let seed = self.random.next();
        let weather = Weather((self.kind.links && !self.chance(3)).then_some(seed));
        let moves = if self.chance(3) { 1 + self.below(9) as u32 } else { u32::MAX };
        Action::Sync { device, moves, weather }
    }

    fn read(&self) -> Action {
        let weather = Weather((self.kind.links && self.chance(2)).then_some(self.random.next()));
        Action::Read { requests: if self.chance(2) { 1 + self.below(4) as u32 } else { u32::MAX }, weather }
    }

    fn work(&mut self, device: Slot) -> Work {
        let store = self.store_of(device);
        match self.below(16) {
            0..=5 => Work::Stock { store, line: self.below(3), packs: self.below(9) as i64 - 3 },
            6..=7 => {
                self.documents.push(self.number);
                Work::Deliver { from: store, to: self.store(), lines: self.below(4) }
            }
            8..=10 => self.change_document().unwrap_or(Work::Stock { store, line: 0, packs: 1 }),
            11..=14 => self.patient_work(store),
            _ => Work::Message { from: store, to: self.store() },
        }
    }

    fn change_document(&self) -> Option<Work> {
        let document = self.one_of(&self.documents)?;
        Some(match self.below(8) {
            0..=1 => Work::Rewrite(document),
            2..=3 => Work::AddLine(document),
            4..=5 => Work::Readdress(document, self.store()),
            6 => Work::Comment(document),
            _ => Work::Delete(document),
        })
    }

    fn patient_work(&mut self, store: usize) -> Work {
        let known = self.one_of(&self.patients).filter(|_| !self.chance(4));
        let Some(patient) = known else {
            self.patients.push(self.number);
            return Work::Patient { store };
        };
        match self.below(6) {
            0..=1 => Work::PatientColumn(patient, "phone"),
            2 => Work::PatientColumn(patient, "email"),
            3 => Work::Prescribe { patient, store },
            _ => Work::Show { patient, store, inactive: self.chance(3) },
        }
    }

    fn manage(&self) -> Manage {
        let (item, store) = (self.below(4), self.store());
        let patient = self.one_of(&self.patients);
        match (self.below(16), patient) {
            (0, _) => Manage::DeleteItem(item),
            (1, _) => Manage::MergeItems(item, self.below(4)),
            (2..=3, _) => Manage::ItemOfStore { item, store },
            (4..=6, Some(patient)) => Manage::Show { patient, store, inactive: self.chance(2) },
            (7, Some(patient)) => Manage::DeletePatient(patient),
            (8, Some(patient)) => Manage::MergePatients(patient, self.one_of(&self.patients).unwrap_or(patient)),
            (9, _) => Manage::RepairStock { store, line: self.below(3) },
            (10..=11, _) => Manage::Release { which: self.random.next(), repair: self.chance(2) },
            (12, _) => Manage::SendBack { which: self.random.next() },
            _ => Manage::Item(item),
        }
    }

    fn crash(&self) -> Action {
        let party = self.party();
        match self.below(4) {
            0 => Action::Kill(party),
            1 => {
                const DAY: i64 = 86_400_000;
                let steps = [1, 1_000, 60_000, DAY, 400 * DAY];
                let by = steps[self.below(steps.len())];
                Action::Clock { party, by: if self.chance(2) { by } else { -by } }
            }
            _ => Action::Break { party, write: self.below(6) as u32, stored: self.chance(2) },
        }
    }

    fn file(&mut self) -> Action {
        let party = Party::Device(self.device());
        if self.chance(4) {
            let Party::Device(slot) = party else { return Action::Job };
            return Action::NewDevice(slot);
        }
        self.backup_or_put_back(party)
    }

    fn restore(&mut self) -> Action {
        self.backup_or_put_back(Party::Hub)
    }

    fn backup_or_put_back(&mut self, party: Party) -> Action {
        let of_kind = |other: &Party| matches!(other, Party::Hub) == matches!(party, Party::Hub);
        let backups: Vec<_> = self.backups.iter().filter(|(other, _)| of_kind(other)).copied().collect();
        if backups.is_empty() || self.chance(3) {
            self.backups.push((party, self.number));
            return Action::Backup(party);
        }
        let (party, backup) = backups[self.below(backups.len())];
        Action::PutBack { party, backup }
    }
}
