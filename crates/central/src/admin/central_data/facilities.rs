//! Facilities: the list, one of them, making and editing.

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
use crate::master::{Facility, FacilityForm, FacilityKind, Fault, Kind, MasterError, Plan};
use crate::server::Central;

/// A facility in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct FacilityLine {
    /// Of its name.
    id: String,
    code: String,
    name: String,
    /// `store`, `dispensary`, or `outside`: it has no store here.
    kind: &'static str,
    store: Option<String>,
    closed: bool,
}

/// A facility with everything that people fill in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct FacilityView {
    id: String,
    /// To be sent back when the facility is edited.
    version: String,
    code: String,
    name: String,
    /// `store`, `dispensary`, or `outside`: it has no store here.
    kind: &'static str,
    /// The id of its store.
    store: Option<String>,
    /// The id of the store that supplies it.
    supplied_by: Option<String>,
    customer: bool,
    supplier: bool,
    phone: String,
    address: String,
    closed: bool,
    /// Ids of the lists that its store sees.
    lists: BTreeSet<String>,
    /// Ids of the customers and suppliers that its store sees.
    sees: BTreeSet<String>,
}

/// What is to be written. What is left out stays; in a new facility it has its default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct FacilityFields {
    /// The version that the change was made from. Not for a new facility.
    version: Option<String>,
    code: Option<String>,
    name: Option<String>,
    /// `store`, `dispensary` or `outside`.
    kind: Option<String>,
    /// The id of the store that supplies it; empty for none.
    supplied_by: Option<String>,
    customer: Option<bool>,
    supplier: Option<bool>,
    phone: Option<String>,
    address: Option<String>,
    closed: Option<bool>,
    lists: Option<BTreeSet<String>>,
    /// Ids of names that its store sees as customers and suppliers, beside those that it sees already.
    #[serde(default)]
    sees: BTreeSet<String>,
    /// Ids of names that it sees no more.
    #[serde(default)]
    sees_no_more: BTreeSet<String>,
}

impl FacilityFields {
    fn over(self, before: FacilityForm) -> Result<FacilityForm, MasterError> {
        let kind = match self.kind.as_deref() {
            None => before.kind,
            Some(name) => FacilityKind::of_name(name).ok_or_else(|| {
                let told = format!("There is no kind {name}; take store, dispensary or outside.");
                MasterError::Faults(vec![Fault { field: "kind", code: "facility_kind_unknown", told }])
            })?,
        };
        let supplied_by = self.supplied_by.map(|store| Some(store).filter(|store| !store.is_empty()));
        Ok(FacilityForm {
            code: self.code.unwrap_or(before.code),
            name: self.name.unwrap_or(before.name),
            kind,
            supplied_by: supplied_by.unwrap_or(before.supplied_by),
            customer: self.customer.unwrap_or(before.customer),
            supplier: self.supplier.unwrap_or(before.supplier),
            phone: self.phone.unwrap_or(before.phone),
            address: self.address.unwrap_or(before.address),
            closed: self.closed.unwrap_or(before.closed),
            lists: self.lists.unwrap_or(before.lists),
            sees: self.sees,
            sees_no_more: self.sees_no_more,
        })
    }

    fn plan(&self, plan: &mut Plan<'_>, id: Option<&str>) -> Result<String, MasterError> {
        let name = id.and_then(|id| plan.master.names.get(id));
        let before = name.map(|name| FacilityForm::of(&plan.master, name)).unwrap_or_default();
        self.clone().over(before)?.plan(plan, id)
    }
}

fn view(facility: Facility, id: String, version: String) -> FacilityView {
    let Facility { form, store, seen } = facility;
    let FacilityForm { code, name, kind, supplied_by, customer, supplier, phone, address, closed, lists, .. } = form;
    FacilityView {
        id,
        version,
        code,
        name,
        kind: kind.name(),
        store,
        supplied_by,
        customer,
        supplier,
        phone,
        address,
        closed,
        lists,
        sees: seen,
    }
}

async fn viewed(central: &Arc<Central>, id: String) -> Result<Json<FacilityView>, ApiError> {
    let found = read_one(central, Kind::Facility, id, |master, snapshot, id, version| {
        let Some(name) = master.names.get(&id) else { return Ok(None) };
        Ok(Some(view(Facility::read(master, snapshot, name)?, id, version)))
    });
    found.await.map(Json)
}

/// Facilities by name: those with a store here, suppliers and customers outside.
#[utoipa::path(get, path = "/api/facilities", tag = "central data", params(Search),
    responses((status = 200, body = Vec<FacilityLine>)))]
pub(in crate::admin) async fn list(
    State(central): State<Arc<Central>>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<FacilityLine>>, ApiError> {
    let master = master(&central).await?;
    let shown = master.facilities().filter(|name| search.finds(&name.code, &name.name));
    let mut lines: Vec<_> = shown
        .map(|name| FacilityLine {
            id: name.id.to_string(),
            code: name.code.to_string(),
            name: name.name.to_string(),
            kind: FacilityForm::of(&master, name).kind.name(),
            store: master.store_of(&name.id).map(|store| store.id.to_string()),
            closed: master.store_of(&name.id).is_some_and(|store| store.closed),
        })
        .collect();
    lines.sort_by_cached_key(|line| line.name.to_lowercase());
    Ok(Json(lines))
}

/// One facility.
#[utoipa::path(get, path = "/api/facilities/{facility}", tag = "central data", params(("facility" = String, Path)),
    responses((status = 200, body = FacilityView)))]
pub(in crate::admin) async fn one(
    State(central): State<Arc<Central>>,
    Path(id): Path<String>,
) -> Result<Json<FacilityView>, ApiError> {
    viewed(&central, id).await
}

/// Make a facility, with its store unless it is outside.
#[utoipa::path(post, path = "/api/facilities", tag = "central data", request_body = FacilityFields,
    responses((status = 201, body = FacilityView)))]
pub(in crate::admin) async fn create(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Body(fields): Body<FacilityFields>,
) -> Result<(StatusCode, Json<FacilityView>), ApiError> {
    let id = store_or_refuse(&central, who, Kind::Facility, None, move |plan, id| fields.plan(plan, id)).await?;
    Ok((StatusCode::CREATED, viewed(&central, id).await?))
}

/// Change a facility.
#[utoipa::path(put, path = "/api/facilities/{facility}", tag = "central data", params(("facility" = String, Path)),
    request_body = FacilityFields, responses((status = 200, body = FacilityView)))]
pub(in crate::admin) async fn edit(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(fields): Body<FacilityFields>,
) -> Result<Json<FacilityView>, ApiError> {
    let known = Some((id, fields.version.clone().unwrap_or_default()));
    let id = store_or_refuse(&central, who, Kind::Facility, known, move |plan, id| fields.plan(plan, id)).await?;
    viewed(&central, id).await
}
