//! A user as the window holds it before OK: everything travels in the form, so that nothing is stored before, with or without a
//! script.

use std::collections::BTreeSet;

use sitesync_web::Form;
use sitesync_web::accounts::{Permission, Permissions};

use crate::users::numbered::Preset;
use crate::users::{StoreRight, User, UserForm};

/// What the window holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// None for a user that is not made yet.
    pub(super) id: Option<String>,
    /// The version that the window was filled from.
    pub(super) version: String,
    pub(super) form: UserForm,
    /// Empty if the password stays.
    pub(super) password: String,
    /// It was made up here, so it is shown until OK.
    pub(super) generated: bool,
    /// What was already changed when the page was made, for the counter.
    pub(super) changes: usize,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self { form: UserForm { active: true, ..UserForm::default() }, ..Self::default() }
    }

    pub(super) fn of(user: &User) -> Self {
        Self { id: Some(user.id.clone()), version: user.version.clone(), form: user.form.clone(), ..Self::default() }
    }

    /// Reads the form of the window.
    pub(super) fn read(id: Option<String>, form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        let stores = form.all("store").map(|store| StoreRight {
            store: store.to_owned(),
            default: form.get("default") == store,
            permissions: numbers(form.get(&numbers_of(store))),
        });
        Self {
            id,
            version: text("version"),
            form: UserForm {
                name: text("name"),
                first_name: text("first_name"),
                last_name: text("last_name"),
                e_mail: text("e_mail"),
                job_title: text("job_title"),
                language: form.get("language").parse().unwrap_or(0),
                active: form.has("active"),
                permissions: form.all("permission").filter_map(Permission::of_name).collect(),
                stores: stores.collect(),
            },
            password: text("user_password"),
            generated: form.has("generated"),
            changes: form.get("changes").parse().unwrap_or(0),
        }
    }

    pub(super) fn right(&self, store: &str) -> Option<&StoreRight> {
        self.form.stores.iter().find(|right| right.store == store)
    }

    pub(super) fn add_store(&mut self, store: &str) {
        if self.right(store).is_some() {
            return;
        }
        // As in the stores that the user has already, else what a storekeeper needs.
        let permissions = match self.form.stores.first() {
            Some(right) => right.permissions.clone(),
            None => Preset::Storekeeper.numbers(),
        };
        let default = self.form.stores.is_empty();
        self.form.stores.push(StoreRight { store: store.to_owned(), default, permissions });
        self.changes += 1;
    }

    pub(super) fn remove_store(&mut self, store: &str) {
        self.form.stores.retain(|right| right.store != store);
        self.changes += 1;
    }

    pub(super) fn choose(&mut self, store: &str, permissions: BTreeSet<u16>) {
        if let Some(right) = self.form.stores.iter_mut().find(|right| right.store == store) {
            right.permissions = permissions;
            self.changes += 1;
        }
    }

    /// The permissions of a usual job, here as far as `may` goes, and in every store.
    pub(super) fn apply(&mut self, preset: Preset, may: Permissions) {
        self.form.permissions = preset.central().iter().filter(|permission| may.has(*permission)).collect();
        for right in &mut self.form.stores {
            right.permissions = preset.numbers();
        }
        self.changes += 1;
    }
}

/// The field with the numbers of a store.
pub(super) fn numbers_of(store: &str) -> String {
    format!("numbers.{store}")
}

pub(super) fn numbers(text: &str) -> BTreeSet<u16> {
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// As they stand in the form.
pub(super) fn numbers_text(numbers: &BTreeSet<u16>) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
