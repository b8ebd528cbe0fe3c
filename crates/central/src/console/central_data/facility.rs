//! The window of a facility: what it is, who supplies it, the lists that it sees, and its customers and suppliers.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use sitesync_pages::{Frame, Texts, Visit, html};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Form, Path};

use super::super::frame::{Here, frame};
use super::super::press::Press;
use super::over::{Offer, Over};
use super::window::{Edited, Wrong, ok};
use crate::admin::central_data::{master, read_one};
use crate::master::{Facility, FacilityForm, FacilityKind, Kind, Master};
use crate::server::Central;

#[derive(Template)]
#[template(path = "facility.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    path: String,
    edited: &'a Edited,
    form: &'a FacilityForm,
    /// As it is stored.
    title: Option<String>,
    store: Option<String>,
    kinds: Vec<(&'static str, String, bool)>,
    supplier: Option<Offer>,
    lists: Vec<(String, String, bool)>,
    seen: Vec<SeenRow>,
    over: Option<Over>,
    wrong: Wrong,
    may: bool,
}

/// A customer or supplier of the store.
struct SeenRow {
    id: String,
    code: String,
    name: String,
    what: String,
    /// `added`, `gone`, or nothing.
    class: &'static str,
}

impl Page<'_> {
    fn fault(&self, field: &str) -> Option<String> {
        self.wrong.with(field, self.t)
    }

    /// What no field of the page shows as changed.
    fn changes(&self) -> usize {
        self.form.sees.len() + self.form.sees_no_more.len()
    }
}

/// What is known of the facility that is edited.
struct Read {
    master: Master,
    facility: Option<Facility>,
    version: String,
}

async fn known(central: &Arc<Central>, id: Option<String>) -> Result<Read, ApiError> {
    let Some(id) = id else {
        return Ok(Read { master: master(central).await?, facility: None, version: String::new() });
    };
    let found = read_one(central, Kind::Facility, id, |master, snapshot, id, version| {
        let Some(name) = master.names.get(&id) else { return Ok(None) };
        let facility = Some(Facility::read(master, snapshot, name)?);
        Ok(Some(Read { master: master.clone(), facility, version }))
    });
    found.await
}

pub(super) async fn new(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    let read = known(&central, None).await?;
    draw(&visit, &read, &Edited::default(), &FacilityForm::new(), None, Wrong::default())
}

pub(super) async fn open(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let read = known(&central, Some(id.clone())).await?;
    let form = read.facility.as_ref().map(|facility| facility.form.clone()).unwrap_or_default();
    let edited = Edited { id: Some(id), version: read.version.clone() };
    draw(&visit, &read, &edited, &form, None, Wrong::default())
}

pub(super) async fn press(
    State(central): State<Arc<Central>>,
    Press { who, visit, id, form: typed }: Press,
) -> Result<Response, ApiError> {
    let (edited, mut form) = (Edited::read(id.clone(), &typed), read(&typed));
    let (action, what) = typed.get("action").split_once(':').unwrap_or((typed.get("action"), ""));
    let mut wrong = Wrong::default();
    match action {
        "ok" => {
            let stored = form.clone();
            let plan = move |plan: &mut crate::master::Plan<'_>, id: Option<&str>| stored.plan(plan, id);
            match ok(&central, who, (Kind::Facility, "/facilities"), &edited, plan).await {
                Ok(response) => return Ok(response),
                Err(told) => wrong = told,
            }
        }
        "take" => take(&mut form, what, &typed),
        "remove" => unsee(&mut form, what),
        "keep" => drop(form.sees_no_more.remove(what)),
        "no-supplier" => form.supplied_by = None,
        _ => {}
    }
    let read = known(&central, id).await?;
    let over = (action == "find").then(|| over(&read, &form, &edited, what, typed.get("q"))).flatten();
    draw(&visit, &read, &edited, &form, over, wrong)
}

fn take(form: &mut FacilityForm, what: &str, typed: &Form) {
    match what {
        "supplier" => form.supplied_by = typed.all("take").next().map(str::to_owned).or(form.supplied_by.take()),
        _ => form.sees.extend(typed.all("take").map(str::to_owned)),
    }
}

fn unsee(form: &mut FacilityForm, name: &str) {
    if !form.sees.remove(name) {
        form.sees_no_more.insert(name.to_owned());
    }
}

fn read(form: &Form) -> FacilityForm {
    let text = |name: &str| form.get(name).to_owned();
    let all = |name: &str| -> BTreeSet<String> { form.all(name).map(str::to_owned).collect() };
    FacilityForm {
        code: text("code"),
        name: text("name"),
        kind: FacilityKind::of_name(form.get("kind")).unwrap_or(FacilityKind::Store),
        supplied_by: Some(text("supplied_by")).filter(|store| !store.is_empty()),
        customer: form.has("customer"),
        supplier: form.has("supplier"),
        phone: text("phone"),
        address: text("address"),
        closed: form.has("closed"),
        lists: all("list"),
        sees: all("sees"),
        sees_no_more: all("sees_no_more"),
    }
}

/// What is laid over the window to choose a supplier, or customers and suppliers that are seen.
fn over(read: &Read, form: &FacilityForm, edited: &Edited, what: &str, q: &str) -> Option<Over> {
    let offer = |id: &str, code: &str, name: &str| Offer { id: id.into(), code: code.into(), name: name.into() };
    let master = &read.master;
    match what {
        "supplier" => {
            let own = edited.id.as_deref().and_then(|id| master.store_of(id)).map(|store| store.id.clone());
            let stores = master.stores.iter().filter(|store| !store.closed && Some(&store.id) != own.as_ref());
            let offers = stores.map(|store| offer(&store.id, &store.code, &store.name));
            Some(Over::new("facility-choose-supplier", "supplier", false, q, offers))
        }
        "sees" => {
            let seen = seen_now(read, form);
            let own = edited.id.as_deref().unwrap_or("");
            let free = master.facilities().filter(|name| !seen.contains(&*name.id) && &*name.id != own);
            let offers = free.map(|name| offer(&name.id, &name.code, &name.name));
            Some(Over::new("facility-choose-seen", "sees", true, q, offers))
        }
        _ => None,
    }
}

fn seen_now(read: &Read, form: &FacilityForm) -> BTreeSet<String> {
    let before = read.facility.as_ref().map(|facility| facility.seen.clone()).unwrap_or_default();
    before.union(&form.sees).filter(|name| !form.sees_no_more.contains(*name)).cloned().collect()
}

fn draw(
    visit: &Visit,
    read: &Read,
    edited: &Edited,
    form: &FacilityForm,
    over: Option<Over>,
    wrong: Wrong,
) -> Result<Response, ApiError> {
    let (t, master) = (visit.t, &read.master);
    let status = wrong.status();
    let mut lists: Vec<_> = master
        .lists
        .iter()
        .filter(|list| !list.inactive || form.lists.contains(&*list.id))
        .map(|list| (list.id.to_string(), format!("{} {}", list.code, list.name), form.lists.contains(&*list.id)))
        .collect();
    lists.sort_by_cached_key(|(_, name, _)| name.to_lowercase());
    let page = Page {
        frame: frame(visit, Here::Facilities),
        t,
        path: edited.path("/facilities"),
        title: read.facility.as_ref().map(|facility| facility.form.name.clone()),
        store: read.facility.as_ref().and_then(|facility| facility.store.clone()),
        kinds: FacilityKind::ALL.map(|kind| (kind.name(), t.get(kind.message()), kind == form.kind)).into(),
        supplier: form.supplied_by.as_deref().map(|id| supplier(master, id)),
        lists,
        seen: seen_rows(read, form, t),
        may: visit.may(Permission::EditCentralData),
        edited,
        form,
        over,
        wrong,
    };
    Ok((status, html(&page)?).into_response())
}

/// A store that supplies, also one that is gone.
fn supplier(master: &Master, id: &str) -> Offer {
    let known = master.stores.get(id);
    Offer {
        id: id.to_owned(),
        code: known.map(|store| store.code.to_string()).unwrap_or_default(),
        name: known.map_or_else(|| id.to_owned(), |store| store.name.to_string()),
    }
}

fn seen_rows(read: &Read, form: &FacilityForm, t: &Texts) -> Vec<SeenRow> {
    let before = read.facility.as_ref().map(|facility| facility.seen.clone()).unwrap_or_default();
    let known = before.union(&form.sees).filter_map(|id| read.master.names.get(id));
    let mut rows: Vec<_> = known
        .map(|name| {
            let what = [(name.customer, "facility-customer"), (name.supplier, "facility-supplier")];
            let what: Vec<_> = what.into_iter().filter(|(is, _)| *is).map(|(_, message)| t.get(message)).collect();
            SeenRow {
                id: name.id.to_string(),
                code: name.code.to_string(),
                name: name.name.to_string(),
                what: what.join(", "),
                class: match (form.sees_no_more.contains(&*name.id), before.contains(&*name.id)) {
                    (true, _) => "gone",
                    (false, false) => "added",
                    (false, true) => "",
                },
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| row.name.to_lowercase());
    rows
}
