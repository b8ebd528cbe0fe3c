//! The window of a master list: the items in it, and the facilities whose stores see them.

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
use crate::master::{Kind, ListForm, Master, Pairs, Turn};
use crate::server::Central;

/// More members are not shown at a time: one searches.
const SHOWN_MAX: usize = 300;

#[derive(Template)]
#[template(path = "list.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    path: String,
    edited: &'a Edited,
    form: &'a ListForm,
    /// As it is stored.
    title: Option<String>,
    program: bool,
    parts: [Part<'a>; 2],
    over: Option<Over>,
    wrong: Wrong,
    may: bool,
}

/// The items of a list, or its facilities.
struct Part<'a> {
    /// `items` or `names`, as fields and buttons name it.
    what: &'static str,
    title: &'static str,
    add: &'static str,
    none: &'static str,
    turn: &'a Turn,
    sought: String,
    count: String,
    rows: Vec<Member>,
    more: bool,
}

struct Member {
    id: String,
    code: String,
    name: String,
    /// `added`, `gone`, or nothing.
    class: &'static str,
}

impl Page<'_> {
    fn fault(&self, field: &str) -> Option<String> {
        self.wrong.with(field, self.t)
    }

    /// What no field of the page shows as changed.
    fn changes(&self) -> usize {
        self.form.items.len() + self.form.names.len()
    }
}

pub(super) async fn new(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    let master = master(&central).await?;
    let form = ListForm::default();
    draw(&visit, &master, &Edited::default(), &form, (&Form::default(), None), Wrong::default())
}

pub(super) async fn open(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let read = read_one(&central, Kind::List, id, |master, _, id, version| {
        let list = master.lists.get(&id).map(|list| ListForm::of(list));
        Ok(list.map(|form| (master.clone(), Edited { id: Some(id), version }, form)))
    });
    let (master, edited, form) = read.await?;
    draw(&visit, &master, &edited, &form, (&Form::default(), None), Wrong::default())
}

pub(super) async fn press(
    State(central): State<Arc<Central>>,
    Press { who, visit, id, form: typed }: Press,
) -> Result<Response, ApiError> {
    let (edited, mut form) = (Edited::read(id, &typed), read(&typed));
    let mut steps = typed.get("action").splitn(3, ':');
    let (action, what, subject) = (steps.next(), steps.next().unwrap_or(""), steps.next().unwrap_or(""));
    let turn = if what == "items" { &mut form.items } else { &mut form.names };
    let mut wrong = Wrong::default();
    match action {
        Some("ok") => {
            let stored = form.clone();
            let plan = move |plan: &mut crate::master::Plan<'_>, id: Option<&str>| stored.plan(plan, id);
            match ok(&central, who, (Kind::List, "/lists"), &edited, plan).await {
                Ok(response) => return Ok(response),
                Err(told) => wrong = told,
            }
        }
        Some("take") => typed.all("take").for_each(|id| turn.add(id)),
        Some("remove") => turn.remove(subject),
        Some("keep") => turn.add(subject),
        _ => {}
    }
    let master = master(&central).await?;
    let over = (action == Some("find")).then(|| over(&master, &edited, &form, what, typed.get("q")));
    draw(&visit, &master, &edited, &form, (&typed, over), wrong)
}

fn read(form: &Form) -> ListForm {
    let turn = |add: &str, remove: &str| Turn {
        add: form.all(add).map(str::to_owned).collect(),
        remove: form.all(remove).map(str::to_owned).collect(),
    };
    ListForm {
        code: form.get("code").to_owned(),
        name: form.get("name").to_owned(),
        inactive: form.has("inactive"),
        takes_new: form.has("takes_new"),
        items: turn("add-items", "remove-items"),
        names: turn("add-names", "remove-names"),
    }
}

fn item_offers(master: &Master) -> impl Iterator<Item = Offer> {
    let offer = |item: &Arc<crate::master::Item>| Offer {
        id: item.id.to_string(),
        code: item.code.to_string(),
        name: item.name.to_string(),
    };
    master.items.iter().map(offer)
}

fn name_offers(master: &Master) -> impl Iterator<Item = Offer> {
    let offer = |name: &Arc<crate::master::Name>| Offer {
        id: name.id.to_string(),
        code: name.code.to_string(),
        name: name.name.to_string(),
    };
    master.names.iter().filter(|name| master.store_of(&name.id).is_some()).map(offer)
}

fn over(master: &Master, edited: &Edited, form: &ListForm, what: &str, q: &str) -> Over {
    let list = edited.id.as_deref().unwrap_or("");
    let free = |pairs: &Pairs, turn: &Turn, id: &str| {
        let member = !pairs.joining(id, list).is_empty();
        !turn.add.contains(id) && (!member || turn.remove.contains(id))
    };
    if what == "items" {
        let offers = item_offers(master).filter(|offer| free(&master.items_lists, &form.items, &offer.id));
        return Over::new("list-add-items", "items", true, q, offers);
    }
    let offers = name_offers(master).filter(|offer| free(&master.names_lists, &form.names, &offer.id));
    Over::new("list-add-stores", "names", true, q, offers)
}

fn draw(
    visit: &Visit,
    master: &Master,
    edited: &Edited,
    form: &ListForm,
    (typed, over): (&Form, Option<Over>),
    wrong: Wrong,
) -> Result<Response, ApiError> {
    let t = visit.t;
    let list = edited.id.as_deref().unwrap_or("");
    let stored = master.lists.get(list);
    let status = wrong.status();
    let members = |offers: Vec<Offer>, pairs: &Pairs, turn: &Turn| {
        let rows = offers.into_iter().filter_map(|offer| Member::of(offer, pairs, list, turn));
        rows.collect::<Vec<_>>()
    };
    let items = members(item_offers(master).collect(), &master.items_lists, &form.items);
    let names = members(name_offers(master).collect(), &master.names_lists, &form.names);
    let words = ["list-items", "list-add-items", "list-no-items"];
    let items = Part::new("items", words, &form.items, typed.get("find-items"), items, t);
    let words = ["list-stores", "list-add-stores", "list-no-stores"];
    let names = Part::new("names", words, &form.names, typed.get("find-names"), names, t);
    let page = Page {
        frame: frame(visit, Here::Lists),
        t,
        path: edited.path("/lists"),
        title: stored.map(|list| list.name.to_string()),
        program: stored.is_some_and(|list| list.program),
        parts: [items, names],
        may: visit.may(Permission::EditCentralData),
        edited,
        form,
        over,
        wrong,
    };
    Ok((status, html(&page)?).into_response())
}

impl Member {
    fn of(offer: Offer, pairs: &Pairs, list: &str, turn: &Turn) -> Option<Self> {
        let member = !pairs.joining(&offer.id, list).is_empty();
        let class = match (member, turn.add.contains(&offer.id), turn.remove.contains(&offer.id)) {
            (true, _, true) => "gone",
            (true, _, false) => "",
            (false, true, _) => "added",
            (false, false, _) => return None,
        };
        let Offer { id, code, name } = offer;
        Some(Self { id, code, name, class })
    }
}

impl<'a> Part<'a> {
    fn new(
        what: &'static str,
        [title, add, none]: [&'static str; 3],
        turn: &'a Turn,
        sought: &str,
        mut rows: Vec<Member>,
        t: &Texts,
    ) -> Self {
        let count = t.number(rows.len() as u64);
        let lower = sought.trim().to_lowercase();
        rows.retain(|row| row.code.to_lowercase().contains(&lower) || row.name.to_lowercase().contains(&lower));
        // What has changed comes first, so that it is seen before OK.
        rows.sort_by_cached_key(|row| (row.class.is_empty(), row.name.to_lowercase()));
        let more = rows.len() > SHOWN_MAX;
        rows.truncate(SHOWN_MAX);
        Self { what, title, add, none, turn, sought: sought.trim().to_owned(), count, rows, more }
    }
}
