//! The window of a user: drawn from the draft that its form carries, and drawn again after each step until OK.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_web::accounts::{Permission, generated_password};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Path, blocking};

use super::super::frame::{Here, frame};
use super::super::press::Press;
use super::super::stores::choose::{self as stores, StoreAt};
use super::draft::{Draft, numbers_of, numbers_text};
use super::save;
use crate::server::Central;
use crate::users::numbered::{GROUPS, Preset};
use crate::users::{self, StoreRight, UserError};

/// More stores than this are not offered at a time: one searches.
const OFFERED_MAX: usize = 200;

#[derive(Template)]
#[template(path = "user.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    draft: &'a Draft,
    /// The address of the window.
    path: String,
    /// The name as it is stored.
    title: Option<String>,
    fault: Option<(String, String)>,
    central: Vec<Tick>,
    stores: Vec<StoreRow>,
    languages: [(u32, &'static str, bool); 2],
    step: Step,
}

/// What stands over the window.
enum Step {
    None,
    /// Stores to be added.
    Stores {
        q: String,
        offered: Vec<StoreAt>,
        more: bool,
    },
    /// The numbered permissions of one store.
    Numbers {
        store: String,
        name: String,
        groups: Vec<(String, Vec<Tick>)>,
    },
}

/// A box to be ticked.
struct Tick {
    value: String,
    label: String,
    ticked: bool,
    /// Nobody gives what they do not have.
    disabled: bool,
}

struct StoreRow {
    id: String,
    code: String,
    name: String,
    default: bool,
    count: String,
    field: String,
    numbers: String,
}

pub(super) async fn new(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
) -> Result<Response, ApiError> {
    draw(&central, &visit, &who, Draft::new(), None, "", "").await
}

pub(super) async fn open(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let reading = central.clone();
    let user = blocking(move || users::get(&*reading.store().snapshot()?, &id)?.ok_or(UserError::NotFound(id))).await?;
    draw(&central, &visit, &who, Draft::of(&user), None, "", "").await
}

/// One press of a button.
pub(super) async fn press(
    State(central): State<Arc<Central>>,
    Press { who, visit, id, form }: Press,
) -> Result<Response, ApiError> {
    let mut draft = Draft::read(id, &form);
    let (action, subject) = form.get("action").split_once(':').unwrap_or((form.get("action"), ""));
    let mut over = "";
    match action {
        "ok" => match save::save(&central, who.clone(), draft.clone()).await {
            Ok(()) => return Ok(axum::response::Redirect::to("/users").into_response()),
            Err(error) => return draw(&central, &visit, &who, draft, Some(error.text()), "", "").await,
        },
        "generate" => {
            draft.password = generated_password(central.random());
            (draft.generated, draft.changes) = (true, draft.changes + 1);
        }
        "find-stores" => over = "stores",
        "add-stores" => form.all("add").for_each(|store| draft.add_store(store)),
        "remove-store" => draft.remove_store(subject),
        "numbers" => over = "numbers",
        "choose" => draft.choose(subject, form.all("number").filter_map(|number| number.parse().ok()).collect()),
        "preset" => {
            if let Some(preset) = Preset::of_name(subject) {
                draft.apply(preset, who.permissions);
            }
        }
        _ => {}
    }
    let detail = if over == "stores" { form.get("q") } else { subject };
    draw(&central, &visit, &who, draft, None, over, detail).await
}

async fn draw(
    central: &Arc<Central>,
    visit: &Visit,
    who: &Who,
    draft: Draft,
    fault: Option<&ErrorText>,
    over: &str,
    detail: &str,
) -> Result<Response, ApiError> {
    let (reading, id) = (central.clone(), draft.id.clone());
    let read = blocking(move || {
        let snapshot = reading.store().snapshot()?;
        let title = id.map(|id| users::get(&*snapshot, &id)).transpose()?.flatten().map(|user| user.form.name);
        let mut known = stores::all(&reading, &*snapshot)?;
        known.sort_by_cached_key(|store| (store.name.to_lowercase(), store.code.clone()));
        Ok::<_, ApiError>((known, title))
    });
    let (known, title) = read.await?;
    let t = visit.t;
    let page = Page {
        frame: frame(visit, Here::Users),
        t,
        path: draft.id.as_ref().map_or_else(|| "/users/new".to_owned(), |id| format!("/users/{id}")),
        title,
        fault: fault.map(|text| shown(t, text)),
        central: central_boxes(&draft, who, t),
        stores: draft.form.stores.iter().map(|right| store_row(right, &known, t)).collect(),
        languages: [(0, "English", draft.form.language == 0), (1, "Français", draft.form.language == 1)],
        step: over_window(&draft, &known, over, detail, t),
        draft: &draft,
    };
    let status = if fault.is_some() { axum::http::StatusCode::CONFLICT } else { axum::http::StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

fn central_boxes(draft: &Draft, who: &Who, t: &Texts) -> Vec<Tick> {
    let label = |permission: Permission| match permission {
        Permission::EditSyncSettings => t.get("may-edit-sync-settings"),
        Permission::EditCentralData => t.get("may-edit-central-data"),
        Permission::ManageUsers => t.get("may-manage-users"),
        Permission::ViewRecords => t.get("may-view-records"),
        Permission::HandleHeld => t.get("may-handle-held"),
        Permission::AdministerServer => t.get("may-administer-server"),
    };
    let shown = |permission: Permission| Tick {
        value: permission.name().to_owned(),
        label: label(permission),
        ticked: draft.form.permissions.has(permission),
        disabled: !who.may(permission),
    };
    Permission::ALL.map(shown).into()
}

fn store_row(right: &StoreRight, known: &[StoreAt], t: &Texts) -> StoreRow {
    let store = known.iter().find(|store| store.id == right.store);
    StoreRow {
        id: right.store.clone(),
        code: store.map(|store| store.code.clone()).unwrap_or_default(),
        name: store.map_or_else(|| right.store.clone(), |store| store.name.clone()),
        default: right.default,
        count: t.one("user-permissions-count", "n", right.permissions.len()),
        field: numbers_of(&right.store),
        numbers: numbers_text(&right.permissions),
    }
}

fn over_window(draft: &Draft, known: &[StoreAt], over: &str, detail: &str, t: &Texts) -> Step {
    match over {
        "stores" => {
            let free = known.iter().filter(|store| draft.right(&store.id).is_none() && store.matches(detail));
            let mut offered: Vec<_> = free.take(OFFERED_MAX + 1).cloned().collect();
            let more = offered.len() > OFFERED_MAX;
            offered.truncate(OFFERED_MAX);
            Step::Stores { q: detail.to_owned(), offered, more }
        }
        "numbers" => match draft.right(detail) {
            Some(right) => {
                let name = store_row(right, known, t).name;
                Step::Numbers { store: detail.to_owned(), name, groups: numbered_ticks(right, t) }
            }
            None => Step::None,
        },
        _ => Step::None,
    }
}

/// The numbered permissions in their groups.
fn numbered_ticks(right: &StoreRight, t: &Texts) -> Vec<(String, Vec<Tick>)> {
    let tick = |(number, id): &(u16, &'static str)| Tick {
        value: number.to_string(),
        label: t.get(id),
        ticked: right.permissions.contains(number),
        disabled: false,
    };
    GROUPS.iter().map(|(label, numbers)| (t.get(label), numbers.iter().map(tick).collect())).collect()
}
