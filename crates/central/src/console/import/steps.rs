//! What one does: sending a file, looking at it with other columns, OK, and going away.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::Visit;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, FileForm, Form, Path, blocking};

use super::{choose, kind_of, preview};
use crate::admin::central_data::master;
use crate::admin::guard::change;
use crate::server::Central;
use crate::sheet::{self, Columns, Kind, Order, Stored, Upload};

/// Takes a file, and leads to what it would do.
pub(super) async fn upload(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path(kind): Path<String>,
    form: FileForm,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind, &visit)?;
    let FileForm { name, bytes } = form;
    if name.is_empty() && bytes.is_empty() {
        let text = ErrorText { code: "no_file".to_owned(), message: String::new(), next: String::new() };
        return choose::draw(&visit, kind, Some((StatusCode::BAD_REQUEST, &text)));
    }
    let size = bytes.len();
    let table = match blocking(move || Ok::<_, ApiError>(sheet::read(&bytes))).await? {
        Ok(table) => table,
        Err(error) => {
            let error = ApiError::from(error);
            return choose::draw(&visit, kind, Some((error.status(), error.text())));
        }
    };
    let columns = sheet::guess(kind, &table.header);
    let id = central.random().record_id();
    let upload = Upload { owner: who.id, kind, file: name, size, table: Arc::new(table), columns, stored: None };
    central.uploads().keep(id.clone(), central.clock().now(), upload);
    Ok(to(kind, &id))
}

fn to(kind: Kind, id: &str) -> Response {
    Redirect::to(&format!("/import/{}/{id}", kind.name())).into_response()
}

/// One press of a button.
pub(super) async fn press(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    Path((kind, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind, &visit)?;
    let mut upload = preview::find(&central, &who, kind, &id)?;
    let now = central.clock().now();
    if form.get("action") == "cancel" {
        central.uploads().forget(&id, now);
        return Ok(Redirect::to(&format!("/import/{}", kind.name())).into_response());
    }
    // What is imported already stays as it was.
    if upload.stored.is_some() {
        return Ok(to(kind, &id));
    }
    upload.columns = columns(kind, upload.table.header.len(), &form);
    central.uploads().set_columns(&id, now, upload.columns.clone());
    if form.get("action") != "ok" {
        return Ok(to(kind, &id));
    }
    ok(&central, who, &visit, id, upload, form.get("seen").to_owned()).await
}

/// What the selects say; a form that has fewer leaves the other columns out.
fn columns(kind: Kind, width: usize, form: &Form) -> Columns {
    let mut columns: Columns = form.all("c").map(|name| kind.field(name)).take(width).collect();
    columns.resize(width, None);
    columns
}

async fn ok(
    central: &Arc<Central>,
    who: Who,
    visit: &Visit,
    id: String,
    upload: Upload,
    seen: String,
) -> Result<Response, ApiError> {
    let kind = upload.kind;
    // Read before the transaction: the first time it takes long, and nobody else could write meanwhile.
    master(central).await?;
    let (order, may) = (upload.clone(), who.permissions);
    let outcome = change(central, who.clone(), move |central, txn, by| {
        let Upload { kind, file, table, columns, .. } = &order;
        sheet::save(central, txn, Order { by, may, kind: *kind, file, table, columns, seen: Some(&seen) })
    });
    match outcome.await {
        Ok(Ok((judged, grown))) => {
            central.hub().wake(&grown);
            central.uploads().set_stored(&id, central.clock().now(), Stored::from(&*judged));
            Ok(to(kind, &id))
        }
        Ok(Err(judged)) => {
            let code = if judged.is_good() { "import_not_as_seen" } else { "import_wrong" };
            let text = ErrorText { code: code.to_owned(), message: String::new(), next: String::new() };
            preview::draw(visit, &id, &upload, &judged, &preview::Params::default(), Some(&text))
        }
        Err(error) if error.status() == StatusCode::CONFLICT => {
            let judged = preview::judged(central, &who, &upload).await?;
            preview::draw(visit, &id, &upload, &judged, &preview::Params::default(), Some(error.text()))
        }
        Err(error) => Err(error),
    }
}
