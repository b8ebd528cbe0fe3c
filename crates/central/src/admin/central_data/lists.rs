//! Master lists: which there are, one of them, making and editing.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Body, Path, Query};
use utoipa::ToSchema;

use super::{Search, master, read_one, store_or_refuse};
use crate::master::{Kind, List, ListForm, Master, MasterError, Plan, Turn};
use crate::server::Central;

/// A list, and how much is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ListLine {
    id: String,
    code: String,
    name: String,
    program: bool,
    inactive: bool,
    /// New items are put into it unless they say otherwise.
    takes_new: bool,
    items: usize,
    stores: usize,
}

/// A list with its items and facilities.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ListView {
    /// To be sent back when the list is edited.
    version: String,
    #[serde(flatten)]
    line: ListLine,
    /// Ids of the items in it.
    item_ids: BTreeSet<String>,
    /// Ids of the facilities whose stores see it.
    facility_ids: BTreeSet<String>,
}

/// What is to be written. What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct ListFields {
    /// The version that the change was made from. Not for a new list.
    version: Option<String>,
    code: Option<String>,
    name: Option<String>,
    inactive: Option<bool>,
    takes_new: Option<bool>,
    /// Ids of items that are put in.
    #[serde(default)]
    add_items: BTreeSet<String>,
    #[serde(default)]
    remove_items: BTreeSet<String>,
    /// Ids of facilities whose stores see it from now on.
    #[serde(default)]
    add_facilities: BTreeSet<String>,
    #[serde(default)]
    remove_facilities: BTreeSet<String>,
}

impl ListFields {
    fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let list = id.and_then(|id| plan.master.lists.get(id));
        let before = list.map(|list| ListForm::of(list)).unwrap_or_default();
        let fields = self.clone();
        let form = ListForm {
            code: fields.code.unwrap_or(before.code),
            name: fields.name.unwrap_or(before.name),
            inactive: fields.inactive.unwrap_or(before.inactive),
            takes_new: fields.takes_new.unwrap_or(before.takes_new),
            items: Turn { add: fields.add_items, remove: fields.remove_items },
            names: Turn { add: fields.add_facilities, remove: fields.remove_facilities },
        };
        form.plan(plan, id)
    }
}

fn line(master: &Master, list: &List) -> ListLine {
    ListLine {
        id: list.id.to_string(),
        code: list.code.to_string(),
        name: list.name.to_string(),
        program: list.program,
        inactive: list.inactive,
        takes_new: list.takes_new,
        items: master.items_lists.to(&list.id).count(),
        stores: master.stores_of_list(&list.id).count(),
    }
}

async fn viewed(central: &Arc<Central>, id: String) -> Result<Json<ListView>, ApiError> {
    let found = read_one(central, Kind::List, id, |master, _, id, version| {
        Ok(master.lists.get(&id).map(|list| ListView {
            version,
            line: line(master, list),
            item_ids: master.items_lists.to(&id).map(|(item, _)| item.to_owned()).collect(),
            facility_ids: master.names_lists.to(&id).map(|(name, _)| name.to_owned()).collect(),
        }))
    });
    found.await.map(Json)
}

/// Master lists by name.
#[utoipa::path(get, path = "/api/lists", tag = "central data", params(Search),
    responses((status = 200, body = Vec<ListLine>)))]
pub(in crate::admin) async fn list(
    State(central): State<Arc<Central>>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<ListLine>>, ApiError> {
    let master = master(&central).await?;
    let found = master.lists.iter().filter(|list| search.finds(&list.code, &list.name));
    let mut lines: Vec<_> = found.map(|list| line(&master, list)).collect();
    lines.sort_by_cached_key(|line| line.name.to_lowercase());
    Ok(Json(lines))
}

/// One list.
#[utoipa::path(get, path = "/api/lists/{list}", tag = "central data", params(("list" = String, Path)),
    responses((status = 200, body = ListView)))]
pub(in crate::admin) async fn one(
    State(central): State<Arc<Central>>,
    Path(id): Path<String>,
) -> Result<Json<ListView>, ApiError> {
    viewed(&central, id).await
}

/// Make a list.
#[utoipa::path(post, path = "/api/lists", tag = "central data", request_body = ListFields,
    responses((status = 201, body = ListView)))]
pub(in crate::admin) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(fields): Body<ListFields>,
) -> Result<(StatusCode, Json<ListView>), ApiError> {
    let id = store_or_refuse(&central, who, Kind::List, None, move |plan, id| fields.plan(plan, id)).await?;
    Ok((StatusCode::CREATED, viewed(&central, id).await?))
}

/// Change a list.
#[utoipa::path(put, path = "/api/lists/{list}", tag = "central data", params(("list" = String, Path)),
    request_body = ListFields, responses((status = 200, body = ListView)))]
pub(in crate::admin) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(fields): Body<ListFields>,
) -> Result<Json<ListView>, ApiError> {
    let known = Some((id, fields.version.clone().unwrap_or_default()));
    let id = store_or_refuse(&central, who, Kind::List, known, move |plan, id| fields.plan(plan, id)).await?;
    viewed(&central, id).await
}
