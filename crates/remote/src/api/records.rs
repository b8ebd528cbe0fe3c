//! Records: read, and written several at a time, all or none.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sitesync_core::catalogue::{Catalogue, Class, Kind, Table};
use sitesync_core::ids::RecordKey;
use sitesync_core::normal;
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_web::{ApiError, Body, Path, Query};

use super::Api;
use crate::site::{Edit, PutAside, SiteError};

#[derive(Deserialize)]
pub(super) struct Page {
    after: Option<String>,
    limit: Option<usize>,
}

/// A record with every column, also those at their defaults.
#[derive(Serialize)]
pub(super) struct Shown {
    table: Box<str>,
    id: Box<str>,
    data: Map<String, Value>,
}

#[derive(Serialize)]
pub(super) struct Listed {
    records: Vec<Shown>,
    /// Ask again with `after` set to this; nothing if this was the end.
    next: Option<Box<str>>,
}

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1000;

fn shown(catalogue: &Catalogue, record: Record) -> Result<Shown, SiteError> {
    let data = normal::complete(catalogue, &record.key, &StoreWorld::body(&record)?);
    Ok(Shown { table: record.key.table, id: record.key.id, data })
}

/// Secrets of users are for signing in, and shown to nobody.
fn not_private(api: &Api, table: &str) -> Result<(), ApiError> {
    if !api.0.site.catalogue().is_private(table) {
        return Ok(());
    }
    let message = format!("Records of {table} hold secrets and are shown to nobody.");
    Err(ApiError::new(StatusCode::FORBIDDEN, "table_private", message, "Users are edited on the central server."))
}

pub(super) async fn list(
    State(api): State<Api>,
    Path(table): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Listed>, ApiError> {
    not_private(&api, &table)?;
    let limit = page.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let listed = api.with_site(move |site| {
        let records = site.store().snapshot()?.table(&table, page.after.as_deref(), limit)?;
        let full = records.len() == limit;
        let next = records.last().filter(|_| full).map(|record| record.key.id.clone());
        let records = records.into_iter().map(|record| shown(site.catalogue(), record)).collect::<Result<_, _>>()?;
        Ok(Listed { records, next })
    });
    Ok(Json(listed.await?))
}

pub(super) async fn one(
    State(api): State<Api>,
    Path((table, id)): Path<(String, String)>,
) -> Result<Json<Shown>, ApiError> {
    not_private(&api, &table)?;
    let key = RecordKey::new(table, id);
    let asked = key.clone();
    let found = api.with_site(move |site| {
        let record = site.store().snapshot()?.records(std::slice::from_ref(&key))?.pop().flatten();
        record.filter(Record::is_live).map(|record| shown(site.catalogue(), record)).transpose()
    });
    let missing = || {
        let message = format!("There is no record {asked} on this site.");
        ApiError::new(StatusCode::NOT_FOUND, "record_not_found", message, "Check table and id, or synchronise first.")
    };
    found.await?.map(Json).ok_or_else(missing)
}

pub(super) async fn write(State(api): State<Api>, Body(edits): Body<Vec<Edit>>) -> Result<Json<Value>, ApiError> {
    let changed = api.with_site(move |site| site.write(&edits)).await?;
    if changed {
        api.0.runner.changed();
    }
    Ok(Json(json!({ "changed": changed })))
}

#[derive(Serialize)]
pub(super) struct TableView {
    name: &'static str,
    title: &'static str,
    class: Class,
    /// The column with the id.
    key: &'static str,
    /// The column with the store that owns a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'static str>,
    columns: Vec<ColumnView>,
    /// Live records on this site.
    records: u64,
}

#[derive(Serialize)]
struct ColumnView {
    name: &'static str,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    refers_to: Option<&'static str>,
}

pub(super) async fn tables(State(api): State<Api>) -> Result<Json<Vec<TableView>>, ApiError> {
    let counts = api.with_site(|site| Ok(site.store().snapshot()?.tables()?)).await?;
    let count = |name: &str| counts.iter().find(|(table, _)| **table == *name).map_or(0, |(_, count)| *count);
    let tables = api.0.site.catalogue().tables();
    let shown = tables.iter().filter(|table| !table.private);
    Ok(Json(shown.map(|table| table_view(table, count(&table.name))).collect()))
}

fn table_view(table: &'static Table, records: u64) -> TableView {
    let refers_to = |column: &str| {
        table.references.iter().find(|reference| *reference.column == *column).map(|reference| &*reference.table)
    };
    TableView {
        name: &table.name,
        title: &table.title,
        class: table.class,
        key: &table.key,
        store: table.store.as_deref(),
        parent: table.parent.as_ref().map(|parent| &*parent.column),
        columns: table
            .columns
            .iter()
            .map(|column| ColumnView { name: &column.name, kind: column.kind, refers_to: refers_to(&column.name) })
            .collect(),
        records,
    }
}

/// Versions that were put aside, with what they held.
pub(super) async fn put_aside(State(api): State<Api>) -> Result<Json<Value>, ApiError> {
    let aside = api.with_site(|site| site.put_aside()).await?;
    Ok(Json(json!({ "records": aside.iter().map(aside_view).collect::<Vec<_>>() })))
}

fn aside_view(aside: &PutAside) -> Value {
    let data = aside.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
    json!({
        "table": aside.table, "id": aside.id, "data": data, "deleted": aside.body.is_none(),
        "reason": aside.reason, "at": aside.at, "told": aside.sent,
    })
}
