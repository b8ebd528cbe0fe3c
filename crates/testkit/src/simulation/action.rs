//! What may happen in a life. Every action names what it means, so that leaving one out does not change the others.

use std::fmt;

/// A device by its place: the first ones are the sites', the others are copies that may come.
pub type Slot = usize;

/// The number of the action that made something: a document, a patient, a backup. It is also in its id.
pub type Made = usize;

/// Where a store may be active: the central server's own site, and the remote ones.
pub(super) const SITES: [u32; 3] = [2, 3, 4];
/// The site of the plain reader.
pub(super) const PLAIN_SITE: u32 = 5;
/// The stores, and where each is active at first.
pub(super) const STORES: [&str; 6] = ["S2", "S3", "S4", "T2", "S1", "S5"];
pub(super) const HOMES: [u32; 6] = [2, 3, 4, 2, 1, PLAIN_SITE];
/// Places for copied devices behind those of the sites.
pub(super) const COPIES: usize = 2;

/// Whose store or clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Hub,
    Device(Slot),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// People on a device.
    Work(Slot, Work),
    /// Administrators on the central server.
    Manage(Manage),
    /// So many moves of a device's sync: it asks, the hub answers, it stores the answer.
    Sync {
        device: Slot,
        moves: u32,
        weather: Weather,
    },
    /// The plain reader reads on.
    Read {
        requests: u32,
        weather: Weather,
    },
    /// A request that was on its way for long arrives (again).
    Late {
        which: u64,
    },
    /// The hub does a piece of what waits.
    Job,
    /// The program ends between two steps and starts again.
    Kill(Party),
    /// It ends at one of its next writes.
    Break {
        party: Party,
        write: u32,
        stored: bool,
    },
    /// A clock is set, by so many milliseconds.
    Clock {
        party: Party,
        by: i64,
    },
    Backup(Party),
    /// The backup that an action made is put back where it was made.
    PutBack {
        party: Party,
        backup: Made,
    },
    /// A device is lost; its site gets a new one.
    NewDevice(Slot),
    /// A device is copied, and both go on.
    Copy {
        from: Slot,
        to: Slot,
    },
}

/// What a link does, from a seed of its own; a good link does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather(pub Option<u64>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Packs come or go in a line of a store, with the document that says so.
    Stock {
        store: usize,
        line: usize,
        packs: i64,
    },
    Deliver {
        from: usize,
        to: usize,
        lines: usize,
    },
    /// Every line and the header.
    Rewrite(Made),
    AddLine(Made),
    Comment(Made),
    Readdress(Made, usize),
    Delete(Made),
    Patient {
        store: usize,
    },
    PatientColumn(Made, &'static str),
    Show {
        patient: Made,
        store: usize,
        inactive: bool,
    },
    Prescribe {
        patient: Made,
        store: usize,
    },
    Message {
        from: usize,
        to: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manage {
    Item(usize),
    DeleteItem(usize),
    MergeItems(usize, usize),
    ItemOfStore {
        item: usize,
        store: usize,
    },
    Show {
        patient: Made,
        store: usize,
        inactive: bool,
    },
    DeletePatient(Made),
    MergePatients(Made, Made),
    /// By an edit of its record, which counts at once.
    MoveStore {
        store: usize,
        site: u32,
    },
    /// The store is handed over if its site is in use, and called off if it is to go back there.
    HandOver {
        store: usize,
        site: u32,
    },
    CallOff {
        store: usize,
    },
    /// Its site is not waited for.
    TakeOverNow {
        store: usize,
        site: u32,
    },
    /// Against the rules of ownership.
    RepairStock {
        store: usize,
        line: usize,
    },
    Release {
        which: u64,
        repair: bool,
    },
    SendBack {
        which: u64,
    },
}

/// An action, and the number it was drawn with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub number: Made,
    pub action: Action,
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>3} {:?}", self.number, self.action)
    }
}
