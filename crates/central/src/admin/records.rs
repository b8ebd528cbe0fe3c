//! Reading records: the tables, pages of one, and single records, whole and with every column.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sitesync_core::catalogue::{Catalogue, Class};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::record::{Record, State as RecordState};
use sitesync_store::search::{Effort, Sought, search};
use sitesync_store::world::StoreWorld;
use sitesync_web::{ApiError, Path, Query, blocking};
use utoipa::{IntoParams, ToSchema};

use crate::hub::HubError;
use crate::records::{find, not_private};
use crate::server::Central;

/// A table of the catalogue, or one that a site has sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableLine {
    name: String,
    /// Empty for a table that the catalogue does not know.
    title: String,
    /// Who owns and who receives its records.
    #[schema(value_type = Option<String>)]
    class: Option<Class>,
    /// The columns that people use.
    used: Vec<String>,
    records: u64,
}

/// The tables in the order of dependency, with the number of their records.
#[utoipa::path(get, path = "/api/tables", tag = "records", responses((status = 200, body = Vec<TableLine>)))]
pub(super) async fn tables(State(central): State<Arc<Central>>) -> Result<Json<Vec<TableLine>>, ApiError> {
    let lines = blocking(move || {
        let mut counts: std::collections::BTreeMap<_, _> = central.store().snapshot()?.tables()?.into_iter().collect();
        let catalogue = central.hub().catalogue();
        counts.retain(|name, _| !catalogue.is_private(name));
        let known = catalogue.tables().iter().filter(|table| !table.private);
        let mut lines: Vec<_> = known
            .map(|table| TableLine {
                name: table.name.to_string(),
                title: table.title.to_string(),
                class: Some(table.class),
                used: table.used.iter().map(ToString::to_string).collect(),
                records: counts.remove(&table.name).unwrap_or(0),
            })
            .collect();
        lines.extend(counts.into_iter().map(|(name, records)| TableLine {
            name: name.into(),
            title: String::new(),
            class: None,
            used: Vec::new(),
            records,
        }));
        Ok::<_, HubError>(lines)
    });
    lines.await.map(Json)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// Begin after this id.
    after: Option<String>,
    /// At most so many, 100 if not given.
    limit: Option<usize>,
    /// Only those with this text in a column that people use, as they see it, or with this id. A page may then hold few records or
    /// none, and still have a `next`: only so much is looked through at a time.
    q: Option<String>,
    /// Only those whose column of this name is `is`.
    column: Option<String>,
    is: Option<String>,
}

/// A record with its id and every column.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordLine {
    id: String,
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    records: Vec<RecordLine>,
    /// What to ask for next in `after`; none at the end.
    next: Option<String>,
}

/// Live records of a table by id.
#[utoipa::path(get, path = "/api/records/{table}", tag = "records", params(("table" = String, Path), PageParams),
    responses((status = 200, body = Page)))]
pub(super) async fn page(
    State(central): State<Arc<Central>>,
    Path(table): Path<String>,
    Query(params): Query<PageParams>,
) -> Result<Json<Page>, ApiError> {
    let page = blocking(move || {
        not_private(central.hub().catalogue(), &table)?;
        let limit = params.limit.unwrap_or(100).clamp(1, 10_000);
        let mut sought = Sought::text(params.q.as_deref().unwrap_or_default());
        if let (Some(column), Some(is)) = (&params.column, &params.is) {
            sought = sought.referring(column, is);
        }
        let catalogue = central.hub().catalogue();
        let page = (params.after.as_deref(), limit);
        let found = search(&*central.store().snapshot()?, catalogue, &table, &sought, page, Effort::default())?;
        let next = found.next.map(String::from);
        let records = found
            .records
            .iter()
            .map(|record| Ok(RecordLine { id: record.key.id.to_string(), data: whole(catalogue, record)? }));
        Ok::<_, HubError>(Page { records: records.collect::<Result<_, HubError>>()?, next })
    });
    page.await.map(Json)
}

/// One record, or the mark that it left.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneRecord {
    table: String,
    id: String,
    /// `live`, `deleted` or `merged`.
    state: String,
    /// The record that it was merged into.
    merged_into: Option<String>,
    /// The site that wrote it last.
    source: u32,
    hash: String,
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// One record with its id and every column.
#[utoipa::path(get, path = "/api/records/{table}/{id}", tag = "records",
    params(("table" = String, Path), ("id" = String, Path)), responses((status = 200, body = OneRecord)))]
pub(super) async fn one(
    State(central): State<Arc<Central>>,
    Path((table, id)): Path<(String, String)>,
) -> Result<Json<OneRecord>, ApiError> {
    let found = blocking(move || {
        let record = find(&*central.store().snapshot()?, central.hub().catalogue(), &RecordKey::new(table, id))?;
        let (state, merged_into) = match &record.state {
            RecordState::Live => ("live", None),
            RecordState::Deleted => ("deleted", None),
            RecordState::Merged(into) => ("merged", Some(into.to_string())),
        };
        let data = match record.state {
            RecordState::Live => whole(central.hub().catalogue(), &record)?,
            // What a mark keeps are the columns that route it.
            RecordState::Deleted | RecordState::Merged(_) => StoreWorld::body(&record)?,
        };
        Ok::<_, HubError>(OneRecord {
            table: record.key.table.to_string(),
            id: record.key.id.to_string(),
            state: state.to_owned(),
            merged_into,
            source: record.source.0,
            hash: record.hash.to_string(),
            data,
        })
    });
    found.await.map(Json)
}

fn whole(catalogue: &Catalogue, record: &Record) -> Result<Map<String, Value>, HubError> {
    Ok(normal::complete(catalogue, &record.key, &StoreWorld::body(record)?))
}
