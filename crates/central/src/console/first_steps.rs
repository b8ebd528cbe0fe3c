//! From an empty server to the first site that synchronises: country and currency, a facility, items, a site. What is done is seen from
//! the data, so one may leave and come back, and do any step elsewhere.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::ids::SiteId;
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, blocking};

use super::frame::{Here, frame};
use super::site;
use crate::admin::central_data::store;
use crate::admin::guard::change;
use crate::admin::overview::{self, SiteLine};
use crate::hub::HubError;
use crate::master::{Basics, BasicsForm, FacilityForm, FacilityKind, ItemForm, Kind, MasterError, Plan};
use crate::place;
use crate::server::Central;
use crate::sites::{self, DeviceType, SiteForm};

/// Items that can be typed in at a time.
const ITEM_ROWS: usize = 3;

/// The steps in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Country,
    Facility,
    Items,
    Site,
    Device,
    /// Nothing is left to do.
    Done,
}

/// What there is already.
struct Known {
    place: String,
    basics: Basics,
    facility: Option<String>,
    items: usize,
    /// The first site beside the server's own.
    site: Option<SiteLine>,
    /// Stores that are still on this server, by id and name.
    stores: Vec<(String, String)>,
}

impl Known {
    fn read(central: &Central) -> Result<Self, HubError> {
        let snapshot = central.store().snapshot()?;
        let master = central.master(&*snapshot)?;
        let others = sites::list(&*snapshot, Some(SiteId::CENTRAL), 1)?;
        let site = others.first().map(|site| overview::one(central, site.id)).transpose()?.flatten();
        let here = master.stores.iter().filter(|store| !store.closed && store.site == SiteId::CENTRAL);
        let mut stores: Vec<_> = here.map(|store| (store.id.to_string(), store.name.to_string())).collect();
        stores.sort_by_cached_key(|(_, name)| name.to_lowercase());
        let facility = master.stores.iter().min_by_key(|store| store.name.to_lowercase());
        Ok(Self {
            place: place::get(&*snapshot)?,
            basics: Basics::of(&master),
            facility: facility.map(|store| store.name.to_string()),
            items: master.items.len(),
            site,
            stores,
        })
    }

    fn next(&self) -> Step {
        let open = [
            (self.basics.currency.is_none() || !self.basics.adjustments || self.basics.lists == 0, Step::Country),
            (self.facility.is_none(), Step::Facility),
            (self.items == 0, Step::Items),
            (self.site.is_none(), Step::Site),
            (self.site.as_ref().is_some_and(|site| site.last_sync.is_none()), Step::Device),
        ];
        open.into_iter().find_map(|(open, step)| open.then_some(step)).unwrap_or(Step::Done)
    }
}

#[derive(Template)]
#[template(path = "first_steps.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    known: Known,
    next: Step,
    typed: &'a Form,
    /// What is wrong, by field; without a field it is the whole.
    faults: Vec<(&'static str, String)>,
    fault: Option<(String, String)>,
    may: bool,
}

impl Page<'_> {
    fn fault(&self, field: &str) -> Option<&String> {
        self.faults.iter().find(|(known, _)| *known == field).map(|(_, text)| text)
    }

    /// How the first site is, as a part of a page.
    fn state(&self) -> Option<String> {
        self.known.site.as_ref().and_then(|site| site::state_of(site, self.t).ok())
    }

    /// The class of a step.
    fn class(&self, step: Step) -> &'static str {
        match step.cmp(&self.next) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "later",
        }
    }

    fn typed_or<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        if self.typed.has(name) { self.typed.get(name) } else { otherwise }
    }

    /// The rows of items as they were typed: code, name, unit, pack size.
    fn item_rows(&self) -> Vec<[String; 4]> {
        let column = |name| self.typed.all(name).map(str::to_owned).collect::<Vec<_>>();
        let columns = [column("item_code"), column("item_name"), column("item_unit"), column("item_pack")];
        let cell = |column: &Vec<String>, row: usize| column.get(row).cloned().unwrap_or_default();
        (0..ITEM_ROWS).map(|row| [0, 1, 2, 3].map(|column| cell(&columns[column], row))).collect()
    }
}

/// What went wrong with a step.
enum Wrong {
    Fields(Vec<(&'static str, String)>),
    Whole(ApiError),
}

impl From<ApiError> for Wrong {
    fn from(error: ApiError) -> Self {
        Self::Whole(error)
    }
}

pub(super) async fn page(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    draw(&central, &visit, &Form::default(), Vec::new(), None).await
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    form: Form,
) -> Result<Response, ApiError> {
    who.need(Permission::EditCentralData)?;
    let done = match form.get("step") {
        "country" => country(&central, who, &form, visit.t).await,
        "facility" => facility(&central, who, &form, visit.t).await,
        "items" => items(&central, who, &form, visit.t).await,
        _ => return first_site(central, who, visit, &form).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to("/first-steps").into_response()),
        Err(Wrong::Fields(faults)) => draw(&central, &visit, &form, faults, None).await,
        Err(Wrong::Whole(error)) => draw(&central, &visit, &form, Vec::new(), Some(error.text())).await,
    }
}

async fn country(central: &Arc<Central>, who: Who, form: &Form, t: &'static Texts) -> Result<(), Wrong> {
    let basics = BasicsForm {
        currency: form.get("currency").to_owned(),
        list: t.get("first-list"),
        adjustments: t.get("first-adjustments"),
    };
    planned(central, who.clone(), Kind::Basics, t, move |plan, _| basics.plan(plan)).await?;
    let name = form.get("place").to_owned();
    Ok(change(central, who, move |_, txn, by| place::set(txn, by, &name).map_err(HubError::Store)).await?)
}

async fn facility(central: &Arc<Central>, who: Who, form: &Form, t: &'static Texts) -> Result<(), Wrong> {
    let (code, name) = (form.get("code").to_owned(), form.get("name").to_owned());
    let kind = FacilityKind::of_name(form.get("kind")).unwrap_or(FacilityKind::Store);
    let plan = move |plan: &mut Plan<'_>, id: Option<&str>| {
        let lists = plan.master.lists.iter().filter(|list| list.takes_new).map(|list| list.id.to_string()).collect();
        let form = FacilityForm { code: code.clone(), name: name.clone(), kind, lists, ..FacilityForm::new() };
        form.plan(plan, id)
    };
    planned(central, who, Kind::Facility, t, plan).await
}

async fn items(central: &Arc<Central>, who: Who, form: &Form, t: &'static Texts) -> Result<(), Wrong> {
    let columns = ["item_code", "item_name", "item_unit", "item_pack"].map(|name| form.all(name).collect::<Vec<_>>());
    let cell = |column: usize, row: usize| columns[column].get(row).copied().unwrap_or("").trim().to_owned();
    let rows = columns[0].len().min(ITEM_ROWS);
    let mut typed: Vec<_> = (0..rows).map(|row| [0, 1, 2, 3].map(|column| cell(column, row))).collect();
    typed.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    if typed.is_empty() {
        return Err(Wrong::Fields(vec![("item", t.get("first-no-item"))]));
    }
    let language = t.language();
    let plan = move |plan: &mut Plan<'_>, _: Option<&str>| {
        let mut last = String::new();
        for [code, name, unit, pack] in &typed {
            let (code, name, unit) = (code.clone(), name.clone(), unit.clone());
            let pack_size = if pack.is_empty() { 1.0 } else { super::central_data::number(pack, language) };
            last = ItemForm { code, name, unit, pack_size, ..ItemForm::new(&plan.master) }.plan(plan, None)?;
        }
        Ok(last)
    };
    planned(central, who, Kind::Item, t, plan).await
}

async fn planned(
    central: &Arc<Central>,
    who: Who,
    kind: Kind,
    t: &Texts,
    plan: impl Fn(&mut Plan<'_>, Option<&str>) -> Result<String, MasterError> + Send + 'static,
) -> Result<(), Wrong> {
    match store(central, who, kind, None, plan).await? {
        Ok(_) => Ok(()),
        Err(faults) => {
            let told = |fault: &crate::master::Fault| match kind {
                // Which of the rows it is, people see from what it says.
                Kind::Item => ("item", t.get(&fault.message())),
                _ => (fault.field, t.get(&fault.message())),
            };
            Err(Wrong::Fields(faults.iter().map(told).collect()))
        }
    }
}

/// The last step: the site with its store and a password, and the page with the three things that the device asks for.
async fn first_site(central: Arc<Central>, who: Who, visit: Visit, form: &Form) -> Result<Response, ApiError> {
    let named = SiteForm {
        name: form.get("site_name").to_owned(),
        device_type: DeviceType::of_text(form.get("type")),
        ..SiteForm::default()
    };
    let stores = form.all("store").map(str::to_owned).collect();
    site::make(central, who, visit, named, stores).await
}

async fn draw(
    central: &Arc<Central>,
    visit: &Visit,
    typed: &Form,
    faults: Vec<(&'static str, String)>,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let reading = central.clone();
    let known = blocking(move || Known::read(&reading)).await?;
    let wrong = !faults.is_empty() || fault.is_some();
    let page = Page {
        frame: frame(visit, Here::Sites),
        t: visit.t,
        next: known.next(),
        known,
        typed,
        faults,
        fault: fault.map(|text| shown(visit.t, text)),
        may: visit.may(Permission::EditSyncSettings) && visit.may(Permission::EditCentralData),
    };
    let status = if wrong { axum::http::StatusCode::BAD_REQUEST } else { axum::http::StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}
