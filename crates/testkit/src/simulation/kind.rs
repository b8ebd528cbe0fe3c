//! The kinds of life: which hazards there are.

/// A kind of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub name: &'static str,
    /// Links lose, repeat and delay, and cut syncs off.
    pub links: bool,
    /// Programs are killed between steps and at writes; clocks jump.
    pub crashes: bool,
    /// Stores are moved at once, whatever their sites have not sent yet.
    pub moves: bool,
    /// Stores are handed over.
    pub hand_overs: bool,
    /// Data files of sites are put back, devices are lost.
    pub files: bool,
    /// Devices are copied, and both go on.
    pub copies: bool,
    /// The central server is restored from backups.
    pub restores: bool,
}

const CALM: Kind = Kind {
    name: "work",
    links: false,
    crashes: false,
    moves: false,
    hand_overs: false,
    files: false,
    copies: false,
    restores: false,
};

/// Seeds live them in turn.
pub const KINDS: [Kind; 9] = [
    CALM,
    Kind { name: "links", links: true, ..CALM },
    Kind { name: "crashes", links: true, crashes: true, ..CALM },
    Kind { name: "moves", links: true, crashes: true, moves: true, hand_overs: true, ..CALM },
    Kind { name: "hand-overs", links: true, crashes: true, hand_overs: true, ..CALM },
    Kind { name: "files", links: true, crashes: true, files: true, ..CALM },
    Kind { name: "copies", links: true, copies: true, ..CALM },
    Kind { name: "restores", links: true, crashes: true, restores: true, ..CALM },
    Kind {
        name: "everything",
        links: true,
        crashes: true,
        moves: true,
        hand_overs: true,
        files: true,
        copies: true,
        restores: true,
    },
];

impl Kind {
    /// The kind of life that a seed has if none is asked for.
    pub fn of_seed(seed: u64) -> Self {
        KINDS[(seed % (KINDS.len() as u64)) as usize]
    }

    pub fn named(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name == name)
    }
}
