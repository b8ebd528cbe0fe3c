//! Items: the list, one of them, making and editing.

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
use crate::master::{ItemForm, Kind, Master, MasterError, Plan, Sight};
use crate::server::Central;

/// An item in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ItemLine {
    id: String,
    code: String,
    name: String,
    /// The name of its unit.
    unit: String,
    pack_size: f64,
    /// How many stores see it.
    stores: usize,
}

/// An item with everything that people fill in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ItemView {
    id: String,
    /// To be sent back when the item is edited.
    version: String,
    code: String,
    name: String,
    /// `general`, `service` or `non_stock`.
    kind: String,
    unit: String,
    /// Units in a pack, as sites propose it.
    pack_size: f64,
    /// V, E, N or empty.
    ven: String,
    vaccine: bool,
    /// Doses in a unit of a vaccine.
    doses: f64,
    strength: String,
    /// Ids of the lists that it is in.
    lists: BTreeSet<String>,
}

/// What is to be written. What is left out stays; in a new item it has its default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct ItemFields {
    /// The version that the change was made from. Not for a new item.
    version: Option<String>,
    code: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    /// The unit by its name. One that is not there is made.
    unit: Option<String>,
    pack_size: Option<f64>,
    ven: Option<String>,
    vaccine: Option<bool>,
    doses: Option<f64>,
    strength: Option<String>,
    /// Ids of lists. A new item goes into those that take new items unless they are given.
    lists: Option<BTreeSet<String>>,
}

impl ItemFields {
    fn over(self, before: ItemForm) -> ItemForm {
        ItemForm {
            code: self.code.unwrap_or(before.code),
            name: self.name.unwrap_or(before.name),
            kind: self.kind.unwrap_or(before.kind),
            unit: self.unit.unwrap_or(before.unit),
            pack_size: self.pack_size.unwrap_or(before.pack_size),
            ven: self.ven.unwrap_or(before.ven),
            vaccine: self.vaccine.unwrap_or(before.vaccine),
            doses: self.doses.unwrap_or(before.doses),
            strength: self.strength.unwrap_or(before.strength),
            lists: self.lists.unwrap_or(before.lists),
        }
    }

    fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let item = id.and_then(|id| plan.master.items.get(id));
        let before = match item {
            Some(item) => ItemForm::of(&plan.master, item),
            None => ItemForm::new(&plan.master),
        };
        self.clone().over(before).plan(plan, id)
    }
}

fn view(master: &Master, id: String, version: String) -> Option<ItemView> {
    let form = ItemForm::of(master, master.items.get(&id)?);
    let ItemForm { code, name, kind, unit, pack_size, ven, vaccine, doses, strength, lists } = form;
    Some(ItemView { id, version, code, name, kind, unit, pack_size, ven, vaccine, doses, strength, lists })
}

async fn viewed(central: &Arc<Central>, id: String) -> Result<Json<ItemView>, ApiError> {
    read_one(central, Kind::Item, id, |master, _, id, version| Ok(view(master, id, version))).await.map(Json)
}

/// Items by name.
#[utoipa::path(get, path = "/api/items", tag = "central data", params(Search),
    responses((status = 200, body = Vec<ItemLine>)))]
pub(in crate::admin) async fn list(
    State(central): State<Arc<Central>>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<ItemLine>>, ApiError> {
    let master = master(&central).await?;
    let mut sight = Sight::new(&master);
    let found = master.items.iter().filter(|item| search.finds(&item.code, &item.name));
    let mut lines: Vec<_> = found
        .map(|item| ItemLine {
            id: item.id.to_string(),
            code: item.code.to_string(),
            name: item.name.to_string(),
            unit: master.units.get(&item.unit).map(|unit| unit.name.to_string()).unwrap_or_default(),
            pack_size: item.pack_size,
            stores: sight.stores(item),
        })
        .collect();
    lines.sort_by_cached_key(|line| line.name.to_lowercase());
    Ok(Json(lines))
}

/// One item.
#[utoipa::path(get, path = "/api/items/{item}", tag = "central data", params(("item" = String, Path)),
    responses((status = 200, body = ItemView)))]
pub(in crate::admin) async fn one(
    State(central): State<Arc<Central>>,
    Path(id): Path<String>,
) -> Result<Json<ItemView>, ApiError> {
    viewed(&central, id).await
}

/// Make an item. It is visible at once in the stores that see its lists.
#[utoipa::path(post, path = "/api/items", tag = "central data", request_body = ItemFields,
    responses((status = 201, body = ItemView)))]
pub(in crate::admin) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(fields): Body<ItemFields>,
) -> Result<(StatusCode, Json<ItemView>), ApiError> {
    let id = store_or_refuse(&central, who, Kind::Item, None, move |plan, id| fields.plan(plan, id)).await?;
    Ok((StatusCode::CREATED, viewed(&central, id).await?))
}

/// Change an item.
#[utoipa::path(put, path = "/api/items/{item}", tag = "central data", params(("item" = String, Path)),
    request_body = ItemFields, responses((status = 200, body = ItemView)))]
pub(in crate::admin) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(fields): Body<ItemFields>,
) -> Result<Json<ItemView>, ApiError> {
    let known = Some((id, fields.version.clone().unwrap_or_default()));
    let id = store_or_refuse(&central, who, Kind::Item, known, move |plan, id| fields.plan(plan, id)).await?;
    viewed(&central, id).await
}
