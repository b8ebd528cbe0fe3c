//! The window of an item: what it is, and the lists that show it in stores.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use sitesync_pages::{Frame, Language, Texts, Visit, html};
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, Form, Path};

use super::super::frame::{Here, frame};
use super::super::press::Press;
use super::window::{Edited, Wrong, number, ok};
use crate::admin::central_data::{master, read_one};
use crate::master::{ITEM_KINDS, ItemForm, Kind, Master};
use crate::server::Central;

#[derive(Template)]
#[template(path = "item.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    path: String,
    edited: &'a Edited,
    form: &'a ItemForm,
    /// As they were typed.
    pack_size: String,
    doses: String,
    /// As it is stored.
    title: Option<String>,
    units: Vec<String>,
    kinds: Vec<(String, String)>,
    vens: Vec<(String, String)>,
    lists: Vec<ListTick>,
    visible: String,
    wrong: Wrong,
    may: bool,
}

/// A list that the item may be in.
struct ListTick {
    id: String,
    name: String,
    stores: String,
    ticked: bool,
}

impl Page<'_> {
    fn fault(&self, field: &str) -> Option<String> {
        self.wrong.with(field, self.t)
    }
}

pub(super) async fn new(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    let master = master(&central).await?;
    let form = ItemForm::new(&master);
    draw(&visit, &master, &Edited::default(), &form, &Form::default(), Wrong::default())
}

pub(super) async fn open(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let read = read_one(&central, Kind::Item, id, |master, _, id, version| {
        let item = master.items.get(&id).map(|item| ItemForm::of(master, item));
        Ok(item.map(|form| (master.clone(), Edited { id: Some(id), version }, form)))
    });
    let (master, edited, form) = read.await?;
    draw(&visit, &master, &edited, &form, &Form::default(), Wrong::default())
}

pub(super) async fn press(
    State(central): State<Arc<Central>>,
    Press { who, visit, id, form: typed }: Press,
) -> Result<Response, ApiError> {
    let (edited, form) = (Edited::read(id, &typed), read(&typed, visit.t.language()));
    let stored = form.clone();
    match ok(&central, who, (Kind::Item, "/items"), &edited, move |plan, id| stored.plan(plan, id)).await {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let master = master(&central).await?;
            draw(&visit, &master, &edited, &form, &typed, wrong)
        }
    }
}

fn read(form: &Form, language: Language) -> ItemForm {
    let text = |name: &str| form.get(name).to_owned();
    ItemForm {
        code: text("code"),
        name: text("name"),
        kind: text("kind"),
        unit: text("unit"),
        pack_size: number(form.get("pack_size"), language),
        ven: text("ven"),
        vaccine: form.has("vaccine"),
        doses: number(form.get("doses"), language),
        strength: text("strength"),
        lists: form.all("list").map(str::to_owned).collect(),
    }
}

fn draw(
    visit: &Visit,
    master: &Master,
    edited: &Edited,
    form: &ItemForm,
    typed: &Form,
    wrong: Wrong,
) -> Result<Response, ApiError> {
    let t = visit.t;
    let stored = edited.id.as_deref().and_then(|id| master.items.get(id));
    let as_typed = |name: &str, number: f64| match typed.has(name) {
        true => typed.get(name).to_owned(),
        false => t.typed(number),
    };
    let status = wrong.status();
    let page = Page {
        frame: frame(visit, Here::Items),
        t,
        path: edited.path("/items"),
        pack_size: as_typed("pack_size", form.pack_size),
        doses: as_typed("doses", form.doses),
        title: stored.map(|item| item.name.to_string()),
        units: units(master),
        kinds: choices(&ITEM_KINDS, &form.kind, t),
        vens: choices(&VENS, &form.ven, t),
        lists: list_ticks(master, form, t),
        visible: t.one("item-visible", "n", visible(master, form)),
        may: visit.may(Permission::EditCentralData),
        edited,
        form,
        wrong,
    };
    Ok((status, html(&page)?).into_response())
}

const VENS: [(&str, &str); 4] = [("", "none"), ("V", "item-vital"), ("E", "item-essential"), ("N", "item-necessary")];

/// Values and their words. A value of another program is kept as it is.
fn choices(known: &[(&str, &str)], now: &str, t: &Texts) -> Vec<(String, String)> {
    let mut all: Vec<_> = known.iter().map(|(value, message)| ((*value).to_owned(), t.get(message))).collect();
    if !known.iter().any(|(value, _)| *value == now) {
        all.push((now.to_owned(), now.to_owned()));
    }
    all
}

fn units(master: &Master) -> Vec<String> {
    let mut units: Vec<_> = master.units.iter().map(|unit| unit.name.to_string()).collect();
    units.sort_by_key(|unit| unit.to_lowercase());
    units
}

fn list_ticks(master: &Master, form: &ItemForm, t: &Texts) -> Vec<ListTick> {
    let shown = master.lists.iter().filter(|list| !list.inactive || form.lists.contains(&*list.id));
    let mut ticks: Vec<_> = shown
        .map(|list| ListTick {
            id: list.id.to_string(),
            name: format!("{} {}", list.code, list.name).trim().to_owned(),
            stores: t.one("list-seen-by", "n", master.stores_of_list(&list.id).count()),
            ticked: form.lists.contains(&*list.id),
        })
        .collect();
    ticks.sort_by_cached_key(|tick| tick.name.to_lowercase());
    ticks
}

/// How many stores see the item through these lists.
fn visible(master: &Master, form: &ItemForm) -> usize {
    let lists = form.lists.iter().filter(|id| master.lists.get(id).is_some_and(|list| !list.inactive));
    let stores = lists.flat_map(|list| master.stores_of_list(list)).map(|store| &store.id);
    stores.collect::<std::collections::BTreeSet<_>>().len()
}
