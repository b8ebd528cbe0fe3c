//! Who may edit a record, for people who look at it. The rule itself is `core`'s, and is asked again when something is written.

use serde_json::Map;
use sitesync_core::catalogue::{Catalogue, Class, Facts, Table};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::{Actor, Refusal, may_write};
use sitesync_core::record::Record;
use sitesync_pages::Words;
use sitesync_store::Snapshot;
use sitesync_store::names::Names;
use sitesync_store::reading::ReadingWorld;
use sitesync_store::world::known;

use crate::hub::{Hub, HubError};

/// Whether the central server may edit this record, or why not.
pub(crate) fn may_edit(
    snapshot: &dyn Snapshot,
    catalogue: &'static Catalogue,
    record: &Record,
) -> Result<Result<(), Refusal>, HubError> {
    let known = known(catalogue, record)?;
    let table = catalogue.table(&record.key.table);
    let actor = Actor::Site(SiteId::CENTRAL);
    let mut world = ReadingWorld { snapshot, catalogue };
    Ok(may_write(actor, table, &record.key, Some(&known), Some(&known.facts), &mut world)?)
}

/// Whether the central server can make records of this table: of stores only where one is active on it.
pub(crate) fn may_make(snapshot: &dyn Snapshot, catalogue: &Catalogue, table: &Table) -> Result<bool, HubError> {
    let mut top = table;
    while let Some(parent) = top.parent.as_ref().and_then(|parent| catalogue.table(&parent.table)) {
        top = parent;
    }
    let facts = Facts::read(Some(top), &RecordKey::new(top.name.clone(), ""), &Map::new());
    let anywhere = matches!(facts.class, Class::Central | Class::Shared | Class::Patient) || facts.central_may_edit;
    Ok(anywhere || !Hub::stores_of_site(snapshot, SiteId::CENTRAL)?.is_empty())
}

/// A refusal in a sentence, and the site where the record may be edited, if there is one.
pub(crate) fn refusal_words(names: &mut Names<'_>, refusal: &Refusal) -> Result<(Words, Option<SiteId>), HubError> {
    Ok(match refusal {
        Refusal::OtherSite { store, active_on } => {
            let store = name_of(names, &RecordKey::new("store", store.clone()))?;
            (Words::new("may-other-site").with("store", store), Some(*active_on))
        }
        Refusal::OtherOwner { owner } => (Words::new("may-other-owner"), Some(*owner)),
        Refusal::NotYourMessage { .. } => (Words::new("may-not-your-message"), None),
        Refusal::NoStore => (Words::new("may-no-store"), None),
        Refusal::NoParent => (Words::new("may-no-parent"), None),
        Refusal::Waits(key) => (Words::new("may-waits").with("record", key.to_string()), None),
        other => (Words::new("may-not").with("reason", other.to_string()), None),
    })
}

/// The name of a record, or its id.
pub(super) fn name_of(names: &mut Names<'_>, key: &RecordKey) -> Result<String, HubError> {
    names.learn([key.clone()])?;
    Ok(names.of(key).unwrap_or(&key.id).to_owned())
}
