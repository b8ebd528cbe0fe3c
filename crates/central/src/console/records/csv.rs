//! What is found as a file for a spreadsheet: sent while it is read, a piece at a time, so that a million records need no memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};
use serde_json::{Map, Value};
use sitesync_core::catalogue::Catalogue;
use sitesync_core::record::Record;
use sitesync_store::names::{Names, plain, target};
use sitesync_store::search::{Effort, Found, Sought, search};
use sitesync_store::world::StoreWorld;
use sitesync_web::{ApiError, blocking};

use super::list::Params;
use crate::console::sites::harmless;
use crate::server::Central;

/// Records in a piece.
const PIECE: usize = 500;
/// Pieces that wait for a slow reader.
const WAITING: usize = 2;

pub(super) fn answer(central: Arc<Central>, table: String, params: &Params) -> Response {
    let (sender, body) = Channel::<Bytes, ApiError>::new(WAITING);
    let name: String = table.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    let sought = params.sought();
    tokio::spawn(send(central, table, sought, sender));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, Body::new(body)).into_response()
}

/// Each piece has a snapshot of its own: a slow reader holds none.
async fn send(central: Arc<Central>, table: String, sought: Sought, mut sender: Sender<Bytes, ApiError>) {
    let file = File { catalogue: central.hub().catalogue(), table, sought };
    let file = Arc::new(file);
    let mut after: Option<Box<str>> = None;
    let mut first = true;
    loop {
        let (reading, from, asked) = (central.clone(), after.take(), file.clone());
        let piece = match blocking(move || asked.piece(&reading, from.as_deref(), first)).await {
            Ok(piece) => piece,
            // The file breaks off, and the browser says so: better than one that seems whole.
            Err(error) => return sender.abort(error),
        };
        let (bytes, next) = piece;
        if !bytes.is_empty() && sender.send_data(Bytes::from(bytes)).await.is_err() {
            return;
        }
        (after, first) = (next, false);
        if after.is_none() {
            return;
        }
    }
}

struct File {
    catalogue: &'static Catalogue,
    table: String,
    sought: Sought,
}

impl File {
    fn piece(
        &self,
        central: &Central,
        after: Option<&str>,
        first: bool,
    ) -> Result<(Vec<u8>, Option<Box<str>>), ApiError> {
        let snapshot = central.store().snapshot()?;
        let page = (after, PIECE);
        let found = search(&*snapshot, self.catalogue, &self.table, &self.sought, page, Effort::default())?;
        let mut names = Names::new(&*snapshot, self.catalogue);
        let mut file = ::csv::Writer::from_writer(Vec::new());
        self.write(&mut file, &found, &mut names, first)?;
        Ok((file.into_inner().map_err(ApiError::unexpected)?, found.next))
    }

    fn write(
        &self,
        file: &mut ::csv::Writer<Vec<u8>>,
        found: &Found,
        names: &mut Names<'_>,
        first: bool,
    ) -> Result<(), ApiError> {
        if first {
            file.write_record(self.heads()).map_err(ApiError::unexpected)?;
        }
        let bodies = found.records.iter().map(StoreWorld::body).collect::<Result<Vec<_>, _>>()?;
        let leads = |body| self.used().filter_map(move |column| target(self.catalogue, &self.table, body, column));
        names.learn(bodies.iter().flat_map(leads).collect::<Vec<_>>())?;
        for (record, body) in found.records.iter().zip(&bodies) {
            file.write_record(self.row(record, body, names)).map_err(ApiError::unexpected)?;
        }
        Ok(())
    }

    fn used(&self) -> impl Iterator<Item = &'static str> {
        let table = self.catalogue.table(&self.table);
        table.into_iter().flat_map(|table| table.used.iter().map(|column| &**column))
    }

    /// The id, each column that people use, and behind a reference its name; of a table that is not known, all as JSON.
    fn heads(&self) -> Vec<String> {
        let Some(table) = self.catalogue.table(&self.table) else { return vec!["id".to_owned(), "data".to_owned()] };
        let mut heads = vec![table.key.to_string()];
        for column in self.used() {
            heads.push(column.to_owned());
            if self.leads(column) {
                heads.push(format!("{column}: name"));
            }
        }
        heads
    }

    fn leads(&self, column: &str) -> bool {
        self.catalogue.table(&self.table).is_some_and(|table| table.leads_to(column).is_some())
    }

    fn row(&self, record: &Record, body: &Map<String, Value>, names: &Names<'_>) -> Vec<String> {
        let mut row = vec![harmless(&record.key.id)];
        if self.catalogue.table(&self.table).is_none() {
            row.push(harmless(&record.body));
        }
        for column in self.used() {
            let value = body.get(column);
            let text = plain(value);
            row.push(if value.is_some_and(Value::is_number) { text } else { harmless(&text) });
            if self.leads(column) {
                let to = target(self.catalogue, &self.table, body, column);
                row.push(harmless(to.as_ref().and_then(|to| names.of(to)).unwrap_or_default()));
            }
        }
        row
    }
}
