//! mSupply's numbered permissions of a user in a store, as far as sites ask for them, in groups; and sets of them for usual jobs.

use std::collections::BTreeSet;

use sitesync_web::accounts::{Permission, Permissions};

/// A group of permissions: the message that names it, and the numbers with the messages that name them.
pub type Group = (&'static str, &'static [(u16, &'static str)]);

/// All groups, in the order in which they are shown.
pub const GROUPS: [Group; 8] = [
    (
        "store-may-stock",
        &[
            (156, "store-may-156"),
            (147, "store-may-147"),
            (16, "store-may-16"),
            (49, "store-may-49"),
            (84, "store-may-84"),
            (172, "store-may-172"),
        ],
    ),
    (
        "store-may-stocktakes",
        &[
            (113, "store-may-113"),
            (114, "store-may-114"),
            (109, "store-may-109"),
            (111, "store-may-111"),
            (112, "store-may-112"),
        ],
    ),
    (
        "store-may-suppliers",
        &[
            (39, "store-may-39"),
            (38, "store-may-38"),
            (122, "store-may-122"),
            (88, "store-may-88"),
            (168, "store-may-168"),
            (2, "store-may-2"),
            (3, "store-may-3"),
            (37, "store-may-37"),
            (134, "store-may-134"),
            (26, "store-may-26"),
            (44, "store-may-44"),
            (91, "store-may-91"),
            (139, "store-may-139"),
        ],
    ),
    (
        "store-may-customers",
        &[
            (43, "store-may-43"),
            (42, "store-may-42"),
            (121, "store-may-121"),
            (165, "store-may-165"),
            (170, "store-may-170"),
            (94, "store-may-94"),
        ],
    ),
    ("store-may-requisitions", &[(153, "store-may-153"), (154, "store-may-154"), (200, "store-may-200")]),
    ("store-may-patients", &[(190, "store-may-190"), (46, "store-may-46"), (62, "store-may-62"), (69, "store-may-69")]),
    (
        "store-may-equipment",
        &[
            (99, "store-may-99"),
            (135, "store-may-135"),
            (136, "store-may-136"),
            (178, "store-may-178"),
            (203, "store-may-203"),
            (175, "store-may-175"),
            (176, "store-may-176"),
            (201, "store-may-201"),
        ],
    ),
    (
        "store-may-general",
        &[
            (63, "store-may-63"),
            (76, "store-may-76"),
            (18, "store-may-18"),
            (123, "store-may-123"),
            (124, "store-may-124"),
            (157, "store-may-157"),
            (202, "store-may-202"),
        ],
    ),
];

/// A usual job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Looks and changes nothing.
    Viewer,
    /// Receives, issues, counts and orders.
    Storekeeper,
    /// That, and authorises, cancels and corrects.
    StoreManager,
    /// Everything, everywhere.
    Administrator,
}

const VIEWER: [u16; 10] = [2, 26, 39, 43, 63, 99, 153, 156, 175, 190];
/// What a storekeeper may not: authorise, cancel, correct, set up and administer.
const MANAGERS: [u16; 14] = [16, 18, 94, 114, 123, 124, 134, 136, 139, 157, 178, 200, 201, 202];
/// What even a manager of a store may not: what concerns the whole country or the server.
const ADMINISTRATORS: [u16; 5] = [18, 123, 124, 157, 202];

impl Preset {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Storekeeper, Self::StoreManager, Self::Administrator];

    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Storekeeper => "storekeeper",
            Self::StoreManager => "store-manager",
            Self::Administrator => "administrator",
        }
    }

    /// The message that names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Viewer => "preset-viewer",
            Self::Storekeeper => "preset-storekeeper",
            Self::StoreManager => "preset-store-manager",
            Self::Administrator => "preset-administrator",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The permissions on the central server.
    pub fn central(self) -> Permissions {
        match self {
            Self::Viewer => [Permission::ViewRecords].into_iter().collect(),
            Self::Storekeeper | Self::StoreManager => Permissions::NONE,
            Self::Administrator => Permissions::all(),
        }
    }

    /// The numbers in each store.
    pub fn numbers(self) -> BTreeSet<u16> {
        let all = GROUPS.iter().flat_map(|(_, numbers)| numbers.iter()).map(|(number, _)| *number);
        match self {
            Self::Viewer => VIEWER.into(),
            Self::Storekeeper => all.filter(|number| !MANAGERS.contains(number)).collect(),
            Self::StoreManager => all.filter(|number| !ADMINISTRATORS.contains(number)).collect(),
            Self::Administrator => all.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_there_once_and_each_job_has_more_than_the_one_before() {
        let all: Vec<_> = GROUPS.iter().flat_map(|(_, numbers)| numbers.iter()).map(|(number, _)| *number).collect();
        let known: BTreeSet<_> = all.iter().copied().collect();
        assert_eq!(known.len(), all.len());
        for used in [VIEWER.as_slice(), &MANAGERS, &ADMINISTRATORS] {
            assert!(used.iter().all(|number| known.contains(number)));
        }
        let [viewer, keeper, manager, administrator] = Preset::ALL.map(Preset::numbers);
        assert!(viewer.is_subset(&keeper) && keeper.is_subset(&manager) && manager.is_subset(&administrator));
        assert_eq!(administrator, known);
    }
}
