//! The window of a record as a page: everything that stands in it, read from one snapshot.

use askama::Template;
use serde_json::Value;
use sitesync_core::catalogue::{Catalogue, Class, label};
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::record::{Record, State};
use sitesync_pages::{Frame, Texts, Visit, shown, text};
use sitesync_store::Snapshot;
use sitesync_store::names::Names;
use sitesync_store::world::{StoreWorld, known};
use sitesync_web::ApiError;
use sitesync_web::accounts::Permission;

use super::address;
use super::draft::{Draft, is_fixed};
use super::fields::{Drawing, Field, Input};
use super::picker::{Asked, Offer, offer};
use super::related::{Lines, Referring, lines, referring};
use super::why::{self, FeedRow};
use super::window::{Drawn, MERGE, Over};
use crate::console::frame::{Here, frame};
use crate::hub::HubError;
use crate::records::{find, is_of_user, may_edit, not_private, refusal_words, why as why_of};
use crate::server::Central;
use crate::sites;

#[derive(Template)]
#[template(path = "record.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    /// The table and its address.
    table: String,
    above: String,
    /// Where the form is sent.
    path: String,
    title: String,
    draft: &'a Draft,
    fault: Option<(String, String)>,
    faulty: bool,
    saved: bool,
    /// It may be edited here; else why not, and where it may.
    may: bool,
    may_not: Option<(String, Option<Way>)>,
    used: Vec<Field>,
    others: Vec<Field>,
    rest: Option<Field>,
    step: Step,
    stored: Option<Stored>,
}

impl Page<'_> {
    /// What stands below the fields, unless something stands over them.
    fn below(&self) -> Option<&Stored> {
        self.stored.as_ref().filter(|_| matches!(self.step, Step::None))
    }

    fn fault_in_others(&self) -> bool {
        self.others.iter().any(|field| field.fault.is_some())
    }
}

/// A way to another page.
struct Way {
    href: String,
    label: String,
}

/// What is known of a record that is there, or was.
struct Stored {
    state: String,
    merged_into: Option<Way>,
    live: bool,
    source: Way,
    hash: String,
    lines: Vec<Lines>,
    may_add: bool,
    referring: Vec<Referring>,
    rule: String,
    feeds: Vec<FeedRow>,
    may_delete: bool,
    may_merge: bool,
}

/// What stands over the window.
enum Step {
    None,
    Pick(Offer),
    Delete,
    Merge { into: String, name: String },
}

pub(super) fn render(central: &Central, visit: &Visit, key: &RecordKey, drawn: &Drawn) -> Result<String, ApiError> {
    let (t, catalogue) = (visit.t, central.hub().catalogue());
    not_private(catalogue, &key.table)?;
    let snapshot = central.store().snapshot()?;
    let reader = Reader { central, snapshot: &*snapshot, catalogue, visit, t };
    let new = drawn.draft.as_ref().is_some_and(|draft| draft.new);
    let record = if new { None } else { Some(find(&*snapshot, catalogue, key)?) };
    let before = match &record {
        Some(record) => Draft::of(catalogue, record)?,
        None => Draft::new(&key.table, key.id.to_string(), std::collections::BTreeMap::new()),
    };
    let draft = drawn.draft.as_ref().unwrap_or(&before);
    let mut names = Names::new(&*snapshot, catalogue);
    let may_not = reader.may_not(record.as_ref(), key, &mut names)?;
    let may = may_not.is_none() && visit.may(Permission::EditCentralData);
    let drawing = Drawing { catalogue, draft, before: &before, faults: &drawn.faults, fixed: !may, t };
    let (mut used, others) = drawing.fields(&mut names)?;
    reader.lead_to_store(key, &mut used)?;
    let known_table = catalogue.table(&key.table);
    let page = Page {
        frame: frame(visit, Here::Records),
        t,
        table: known_table.map_or(&*key.table, |table| &table.title).to_owned(),
        above: address(&key.table, None),
        path: address(&key.table, Some(&*key.id).filter(|_| !new)),
        title: match &record {
            Some(record) => names.called(record)?,
            None => t.get("record-new"),
        },
        fault: drawn.fault.as_ref().map(|fault| shown(t, fault)),
        faulty: !drawn.faults.is_empty(),
        saved: drawn.saved,
        may,
        may_not,
        rest: drawing.rest(),
        used,
        others,
        step: reader.step(key, draft, &drawn.over, &mut names)?,
        stored: record.as_ref().map(|record| reader.stored(record, may, &mut names)).transpose()?,
        draft,
    };
    text(&page)
}

/// What every part of the page is read with.
struct Reader<'a> {
    central: &'a Central,
    snapshot: &'a dyn Snapshot,
    catalogue: &'static Catalogue,
    visit: &'a Visit,
    t: &'static Texts,
}

impl Reader<'_> {
    /// Why the central server may not edit the record, and where it is edited.
    fn may_not(
        &self,
        record: Option<&Record>,
        key: &RecordKey,
        names: &mut Names<'_>,
    ) -> Result<Option<(String, Option<Way>)>, HubError> {
        let t = self.t;
        if is_of_user(&key.table) {
            return Ok(Some((t.get("record-of-user"), self.user(record)?)));
        }
        let Some(record) = record else { return Ok(None) };
        if !record.is_live() {
            return Ok(Some((t.get("record-is-gone"), None)));
        }
        let Err(refusal) = may_edit(self.snapshot, self.catalogue, record)? else { return Ok(None) };
        let (words, site) = refusal_words(names, &refusal)?;
        Ok(Some((t.say(&words), site.map(|site| self.site(site)).transpose()?)))
    }

    /// The page of the user whom a record is about.
    fn user(&self, record: Option<&Record>) -> Result<Option<Way>, HubError> {
        let way = |href: String| Way { href, label: self.t.get("record-to-user") };
        if !self.visit.may(Permission::ManageUsers) {
            return Ok(None);
        }
        let Some(record) = record else { return Ok(Some(way("/users".to_owned()))) };
        let body = StoreWorld::body(record)?;
        let named = body.get("user_ID").and_then(Value::as_str);
        let user = if &*record.key.table == "user" { Some(&*record.key.id) } else { named };
        Ok(user.map(|user| way(address(user, None).replacen("/records/", "/users/", 1))))
    }

    /// Where a store is active is seen here, and changed in its own window.
    fn lead_to_store(&self, key: &RecordKey, fields: &mut [Field]) -> Result<(), HubError> {
        for field in fields.iter_mut().filter(|field| is_fixed(&key.table, &field.column)) {
            let site = field.value.replace(|letter: char| !letter.is_ascii_digit(), "").parse().unwrap_or(0);
            let site = self.site(if site == 0 { SiteId::CENTRAL } else { SiteId(site) })?;
            field.leads = Some((site.label, Some(address(&key.id, None).replacen("/records/", "/stores/", 1))));
        }
        Ok(())
    }

    fn site(&self, id: SiteId) -> Result<Way, HubError> {
        let name = sites::get(self.snapshot, id)?.map_or_else(|| id.to_string(), |site| site.name);
        Ok(Way { href: format!("/sites/{id}"), label: name })
    }

    fn stored(&self, record: &Record, may: bool, names: &mut Names<'_>) -> Result<Stored, HubError> {
        let (t, key) = (self.t, &record.key);
        let why = why_of(self.central, self.snapshot, record)?;
        let (state, merged_into) = match &record.state {
            State::Live => ("record-live", None),
            State::Deleted => ("record-deleted", None),
            State::Merged(into) => {
                let into = RecordKey::new(key.table.clone(), into.clone());
                names.learn([into.clone()])?;
                let label = names.of(&into).unwrap_or(&into.id).to_owned();
                ("record-merged", Some(Way { href: address(&into.table, Some(&into.id)), label }))
            }
        };
        let class = known(self.catalogue, record)?.facts.class;
        let mergeable = matches!(class, Class::Central | Class::Patient | Class::Shared);
        Ok(Stored {
            state: t.get(state),
            merged_into,
            live: record.is_live(),
            source: self.site(record.source)?,
            hash: record.hash.to_string(),
            lines: lines(self.snapshot, self.catalogue, key, t)?,
            may_add: may,
            referring: referring(self.snapshot, self.catalogue, key)?,
            rule: t.say(&why.rule),
            feeds: why::rows(&why, t),
            may_delete: may && &*key.table != "store",
            may_merge: may && mergeable && &*key.table != "store",
        })
    }

    fn step(&self, key: &RecordKey, draft: &Draft, over: &Over, names: &mut Names<'_>) -> Result<Step, HubError> {
        Ok(match over {
            Over::None => Step::None,
            Over::Delete => Step::Delete,
            Over::Pick { column, q, after } => match self.pick(key, draft, column, q, after.as_deref())? {
                Some(offer) => Step::Pick(offer),
                None => Step::None,
            },
            Over::Merge { into } => {
                let to = RecordKey::new(key.table.clone(), into.as_str());
                names.learn([to.clone()])?;
                Step::Merge { name: names.of(&to).unwrap_or(into).to_owned(), into: into.clone() }
            }
        })
    }

    fn pick(
        &self,
        key: &RecordKey,
        draft: &Draft,
        column: &str,
        q: &str,
        after: Option<&str>,
    ) -> Result<Option<Offer>, HubError> {
        let table = self.catalogue.table(&key.table);
        let (title, from) = match (column, table) {
            (MERGE, _) => (self.t.get("record-merge-into"), &*key.table),
            (_, Some(table)) => match table.leads_to(column).filter(|to| !self.catalogue.is_private(to)) {
                Some(to) => (self.t.one("record-pick", "column", label(column, true)), to),
                None => return Ok(None),
            },
            (_, None) => return Ok(None),
        };
        let without = (from == &*key.table && !draft.new).then_some(&*key.id);
        let asked = Asked { column, title, table: from, q, after, without };
        offer(self.central, self.snapshot, asked, self.t).map(Some)
    }
}
