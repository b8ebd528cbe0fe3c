//! Where the demo country's work is done: its stores, the sites on which they are active, and their users.

use super::demo_id;

/// What a store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// Buys from suppliers abroad, or passes on.
    Warehouse,
    /// Holds everything and serves patients.
    Hospital,
    /// Holds the short list and serves patients.
    HealthCentre,
}

/// A store and the store that supplies it.
#[derive(Clone, Copy, Debug)]
pub struct DemoStore {
    pub code: &'static str,
    pub name: &'static str,
    pub kind: StoreKind,
    /// The code of its supplier; none: suppliers abroad.
    pub supplier: Option<&'static str>,
}

impl DemoStore {
    pub fn id(&self) -> String {
        demo_id("store", self.code)
    }

    /// The id of its name, by which others deliver to it.
    pub fn name_id(&self) -> String {
        demo_id("name", self.code)
    }

    pub fn dispenses(&self) -> bool {
        self.kind != StoreKind::Warehouse
    }
}

const fn store(code: &'static str, name: &'static str, kind: StoreKind, supplier: Option<&'static str>) -> DemoStore {
    DemoStore { code, name, kind, supplier }
}

use StoreKind::{HealthCentre, Hospital, Warehouse};

pub const STORES: [DemoStore; 8] = [
    store("Tamaki", "Tamaki Central Medical Store", Warehouse, None),
    store("KamoRW", "Kamo Regional Warehouse", Warehouse, Some("Tamaki")),
    store("Waikato", "Waikato District Store", Warehouse, Some("Tamaki")),
    store("HUF", "Auckland Hospital Dispensary", Hospital, Some("KamoRW")),
    store("TAU_DH", "Taurangi District Hospital", Hospital, Some("Waikato")),
    store("Opua", "Opua Health Centre", HealthCentre, Some("KamoRW")),
    store("Kawakawa", "Kawakawa Health Centre", HealthCentre, Some("KamoRW")),
    store("Kopu", "Kopu Health Centre", HealthCentre, Some("Waikato")),
];

/// How a site is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    SingleUser,
    ClientServer,
    Mobile,
}

/// A remote site, and the stores that are active there. All other stores are on the central server's own site.
#[derive(Clone, Copy, Debug)]
pub struct DemoSite {
    pub code: &'static str,
    pub name: &'static str,
    pub kind: SiteKind,
    /// Codes of stores.
    pub stores: &'static [&'static str],
}

pub const SITES: [DemoSite; 3] = [
    DemoSite { code: "opua", name: "Opua", kind: SiteKind::SingleUser, stores: &["Opua"] },
    DemoSite { code: "kamo", name: "Kamo", kind: SiteKind::ClientServer, stores: &["KamoRW", "HUF"] },
    DemoSite { code: "kopu", name: "Kopu mobile", kind: SiteKind::Mobile, stores: &["Kopu"] },
];

/// A user: log-in name, first and last name, and the stores, the first of which opens.
pub const USERS: [(&str, &str, &str, &[&str]); 5] = [
    ("mere", "Mere", "Parata", &["Opua"]),
    ("hemi", "Hemi", "Walker", &["KamoRW", "HUF"]),
    ("anita", "Anita", "Rao", &["HUF"]),
    ("sione", "Sione", "Fifita", &["Kopu"]),
    ("ruth", "Ruth", "Adams", &["Tamaki", "Waikato", "TAU_DH", "Kawakawa"]),
];

/// The store with a code.
pub fn store_of(code: &str) -> Option<&'static DemoStore> {
    STORES.iter().find(|store| store.code == code)
}
