//! What somebody is about to change of a site. Nothing of it is stored before OK: the whole draft, with what the site was when the
//! window was opened, travels in the form, so the window also works without JavaScript, and Cancel has nothing to undo.

use std::collections::BTreeSet;

use sitesync_core::ids::SiteId;
use sitesync_web::Form;

use crate::sites::{DeviceType, Site, SiteForm};

/// What the site was when the window was opened; empty for a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Was {
    pub(super) form: SiteForm,
    /// Raised whenever the password is set.
    pub(super) secret_version: u64,
    pub(super) hardware_id: String,
    /// The ids of the stores that were active on it.
    pub(super) stores: BTreeSet<String>,
}

impl Was {
    pub(super) fn of(site: &Site, stores: impl IntoIterator<Item = String>) -> Self {
        Self {
            form: SiteForm::of(site),
            secret_version: site.secret_version,
            hardware_id: site.hardware_id.clone().unwrap_or_default(),
            stores: stores.into_iter().collect(),
        }
    }
}

/// A store that is to come to the site, and where it was active when it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) store: String,
    pub(super) from: SiteId,
}

/// The window as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// None for a new site.
    pub(super) id: Option<SiteId>,
    pub(super) was: Was,
    pub(super) form: SiteForm,
    /// Empty if it is to stay as it is.
    pub(super) password: String,
    /// A password is to be made up.
    pub(super) made_up: bool,
    /// Another device may take over the site.
    pub(super) reset: bool,
    /// Former devices that are to be allowed again.
    pub(super) allowed: BTreeSet<String>,
    pub(super) gone: BTreeSet<String>,
    pub(super) added: Vec<Added>,
}

impl Draft {
    pub(super) fn of(id: SiteId, was: Was) -> Self {
        Self { id: Some(id), form: was.form.clone(), was, ..Self::default() }
    }

    pub(super) fn read(id: Option<SiteId>, sent: &Form) -> Self {
        let all = |name| sent.all(name).map(str::to_owned);
        let was = Was {
            form: form(sent, "was."),
            secret_version: sent.get("was.secret").parse().unwrap_or(0),
            hardware_id: sent.get("was.hardware").to_owned(),
            stores: all("was.store").collect(),
        };
        let mut form = form(sent, "");
        if !sent.has("type") {
            // The device has said what it is, and the field is shut.
            form.device_type = was.form.device_type.clone();
        }
        Self {
            id,
            form,
            password: sent.get("password").to_owned(),
            made_up: sent.has("made_up"),
            reset: sent.has("reset"),
            allowed: all("allowed").collect(),
            gone: all("gone").collect(),
            added: sent.all("added").filter_map(Added::read).collect(),
            was,
        }
    }

    /// A button of the window that changes the draft: a word, and what it is about.
    pub(super) fn press(&mut self, word: &str, about: &str) {
        match word {
            "make-up" => self.made_up = true,
            "type-it" => self.made_up = false,
            "reset" => self.reset = true,
            "keep-device" => self.reset = false,
            "allow" => {
                self.allowed.insert(about.to_owned());
            }
            "refuse" => {
                self.allowed.remove(about);
            }
            "remove" => self.remove(about),
            "keep" => {
                self.gone.remove(about);
            }
            _ => {}
        }
        if self.made_up {
            self.password.clear();
        }
    }

    fn remove(&mut self, store: &str) {
        self.added.retain(|added| added.store != store);
        if self.was.stores.contains(store) {
            self.gone.insert(store.to_owned());
        }
    }

    pub(super) fn add(&mut self, store: &str, from: SiteId) {
        self.gone.remove(store);
        let known = self.was.stores.contains(store) || self.added.iter().any(|added| added.store == store);
        if !known {
            self.added.push(Added { store: store.to_owned(), from });
        }
    }

    /// How many stores the site has after OK.
    pub(super) fn stores(&self) -> usize {
        self.was.stores.difference(&self.gone).count() + self.added.len()
    }

    /// A mobile site has one store only.
    pub(super) fn is_full(&self) -> bool {
        self.form.device_type == Some(DeviceType::Mobile) && self.stores() > 0
    }

    /// Changes that no field of the window holds.
    pub(super) fn pressed(&self) -> usize {
        usize::from(self.made_up) + usize::from(self.reset) + self.allowed.len() + self.gone.len() + self.added.len()
    }

    pub(super) fn changes(&self) -> usize {
        let (now, was) = (&self.form, &self.was.form);
        let fields = [
            now.code != was.code,
            now.name != was.name,
            now.device_type != was.device_type,
            now.is_open_msupply_central != was.is_open_msupply_central,
            now.open_msupply_central_uri != was.open_msupply_central_uri,
            !self.password.is_empty(),
        ];
        fields.into_iter().filter(|changed| *changed).count() + self.pressed()
    }

    /// The same changes, made to the site as it is now: what was not changed here is as somebody else left it.
    pub(super) fn onto(self, now: Was) -> Self {
        let (mine, was) = (self.form, &self.was.form);
        let form = SiteForm {
            code: pick(mine.code, &was.code, &now.form.code),
            name: pick(mine.name, &was.name, &now.form.name),
            device_type: pick(mine.device_type, &was.device_type, &now.form.device_type),
            is_open_msupply_central: pick(
                mine.is_open_msupply_central,
                &was.is_open_msupply_central,
                &now.form.is_open_msupply_central,
            ),
            open_msupply_central_uri: pick(
                mine.open_msupply_central_uri,
                &was.open_msupply_central_uri,
                &now.form.open_msupply_central_uri,
            ),
        };
        Self {
            form,
            gone: self.gone.intersection(&now.stores).cloned().collect(),
            added: self.added.into_iter().filter(|added| !now.stores.contains(&added.store)).collect(),
            reset: self.reset && self.was.hardware_id == now.hardware_id,
            was: now,
            ..self
        }
    }

    /// The fields that people do not fill in.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let was = &self.was;
        let mut fields = fields(["was.code", "was.name", "was.type", "was.uri"], &was.form);
        fields.extend(was.form.is_open_msupply_central.then(|| ("was.central", "yes".to_owned())));
        fields.push(("was.secret", was.secret_version.to_string()));
        fields.push(("was.hardware", was.hardware_id.clone()));
        fields.extend(was.stores.iter().map(|store| ("was.store", store.clone())));
        fields.extend(self.made_up.then(|| ("made_up", "yes".to_owned())));
        fields.extend(self.reset.then(|| ("reset", "yes".to_owned())));
        fields.extend(self.allowed.iter().map(|device| ("allowed", device.clone())));
        fields.extend(self.gone.iter().map(|store| ("gone", store.clone())));
        fields.extend(self.added.iter().map(|added| ("added", added.text())));
        fields
    }

    /// All fields, for a page that shows none of them.
    pub(super) fn all_hidden(&self) -> Vec<(&'static str, String)> {
        let mut all = fields(["code", "name", "type", "uri"], &self.form);
        all.extend(self.form.is_open_msupply_central.then(|| ("central", "yes".to_owned())));
        all.push(("password", self.password.clone()));
        all.extend(self.hidden());
        all
    }
}

impl Added {
    /// Ids of stores may hold anything, so the number stands before.
    fn text(&self) -> String {
        format!("{}:{}", self.from, self.store)
    }

    fn read(text: &str) -> Option<Self> {
        let (from, store) = text.split_once(':')?;
        Some(Self { store: store.to_owned(), from: SiteId(from.parse().ok()?) })
    }
}

fn pick<T: PartialEq + Clone>(mine: T, was: &T, now: &T) -> T {
    if mine == *was { now.clone() } else { mine }
}

fn form(sent: &Form, prefix: &str) -> SiteForm {
    let get = |name: &str| sent.get(&format!("{prefix}{name}")).to_owned();
    SiteForm {
        code: get("code"),
        name: get("name"),
        device_type: DeviceType::of_text(&get("type")),
        is_open_msupply_central: sent.has(&format!("{prefix}central")),
        open_msupply_central_uri: get("uri"),
    }
}

fn fields(names: [&'static str; 4], form: &SiteForm) -> Vec<(&'static str, String)> {
    let [code, name, kind, uri] = names;
    let device = form.device_type.as_ref().map(ToString::to_string).unwrap_or_default();
    let uri_text = form.open_msupply_central_uri.clone();
    vec![(code, form.code.clone()), (name, form.name.clone()), (kind, device), (uri, uri_text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let form = SiteForm {
            code: "3".into(),
            name: "Kamo \"<b>\"".into(),
            device_type: Some(DeviceType::Mobile),
            is_open_msupply_central: true,
            open_msupply_central_uri: "https://x.example".into(),
        };
        let stores = ["A", "B:C"].map(str::to_owned).into();
        Draft::of(SiteId(3), Was { form, secret_version: 4, hardware_id: "hw".into(), stores })
    }

    #[test]
    fn a_draft_travels_whole() {
        let mut draft = draft();
        draft.form.name = "Opua".into();
        draft.password = " secret ".into();
        draft.add("D:E", SiteId(7));
        for (word, about) in [("remove", "B:C"), ("reset", ""), ("allow", "hw-0")] {
            draft.press(word, about);
        }
        let sent = draft.all_hidden().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(Draft::read(Some(SiteId(3)), &Form(sent)), draft);
        assert_eq!(draft.changes(), 6);
    }

    #[test]
    fn buttons_undo_each_other() {
        let mut changed = draft();
        changed.password = "typed".into();
        changed.add("D", SiteId::CENTRAL);
        changed.add("D", SiteId::CENTRAL);
        assert_eq!((changed.stores(), changed.is_full()), (3, true));
        for (word, about) in
            [("make-up", ""), ("type-it", ""), ("remove", "D"), ("remove", "A"), ("keep", "A"), ("remove", "none")]
        {
            changed.press(word, about);
        }
        assert_eq!(changed, draft());
    }

    #[test]
    fn two_drafts_meet_where_they_differ() {
        let mut mine = draft();
        mine.form.name = "Opua".into();
        mine.press("remove", "A");
        mine.press("reset", "");
        let mut now = mine.was.clone();
        now.form.code = "30".into();
        now.stores = ["B:C".to_owned()].into();
        now.hardware_id = "other".into();
        let both = mine.onto(now.clone());
        assert_eq!((both.form.name.as_str(), both.form.code.as_str()), ("Opua", "30"));
        assert!(both.gone.is_empty() && !both.reset && both.was == now);
    }
}
