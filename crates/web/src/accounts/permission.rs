//! What a person may do on the central server and to the settings of a site, beside the numbered permissions of each store.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that somebody may do. Looking at the list of sites needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the records of all stores, why each is where it is, and who changed what.
    ViewRecords,
    /// Edit sites and the stores on them; on a site, how it reaches the central server.
    EditSyncSettings,
    /// Edit what every facility works with: items, facilities, lists.
    EditCentralData,
    /// Make and edit users, as far as one's own permissions go.
    ManageUsers,
    /// Decide about held documents, and repair records of other sites.
    HandleHeld,
    /// Settings of the server, and backups.
    AdministerServer,
}

impl Permission {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::EditSyncSettings,
        Self::EditCentralData,
        Self::ManageUsers,
        Self::ViewRecords,
        Self::HandleHeld,
        Self::AdministerServer,
    ];

    /// As it is stored, and as programs name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ViewRecords => "view_records",
            Self::EditSyncSettings => "edit_sync_settings",
            Self::EditCentralData => "edit_central_data",
            Self::ManageUsers => "manage_users",
            Self::HandleHeld => "handle_held",
            Self::AdministerServer => "administer_server",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    pub const NONE: Self = Self(0);

    /// Every one of them.
    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    /// Reads what [`fmt::Display`] writes. A word of a newer program gives nothing.
    pub fn parse(text: &str) -> Self {
        text.split_whitespace().filter_map(Permission::of_name).collect()
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of `others` are among them.
    pub fn cover(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

/// Their names with blanks between, always in the same order.
impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, permission) in self.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{}", permission.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_as_it_was_written_and_unknown_words_give_nothing() {
        let some: Permissions = [Permission::ManageUsers, Permission::EditSyncSettings].into_iter().collect();
        assert_eq!(some.to_string(), "edit_sync_settings manage_users");
        for set in [Permissions::NONE, some, Permissions::all()] {
            assert_eq!(Permissions::parse(&set.to_string()), set);
        }
        assert_eq!(Permissions::parse("manage_users fly edit_sync_settings"), some);
        assert!(Permissions::all().cover(some) && !some.cover(Permissions::all()));
    }
}
