//! OK: the draft is stored as one change. And signing a user out everywhere.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, Path};

use super::draft::Draft;
use crate::admin::guard::change;
use crate::admin::users::hashed;
use crate::server::Central;
use crate::users::{self, Editor, UserError};

pub(super) async fn save(central: &Arc<Central>, who: Who, draft: Draft) -> Result<(), ApiError> {
    let password = match draft.password.as_str() {
        "" => None,
        password => Some(hashed(central, password.to_owned()).await?),
    };
    let may = who.permissions;
    let grown = change(central, who, move |central, txn, by| {
        let editor = Editor { hub: central.hub(), by, may };
        let Some(id) = &draft.id else {
            return users::create(txn, editor, &draft.form, password.as_ref()).map(|(_, grown)| grown);
        };
        let (_, mut grown) = users::edit(txn, editor, id, &draft.version, &draft.form)?;
        if let Some(password) = &password {
            grown.extend(users::set_password(txn, editor, id, password)?.1);
        }
        Ok::<_, UserError>(grown)
    });
    central.hub().wake(&grown.await?);
    Ok(())
}

pub(super) async fn sign_out(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, ApiError> {
    let may = who.permissions;
    let ended = change(&central, who, move |central, txn, by| {
        users::end_sessions(txn, Editor { hub: central.hub(), by, may }, &id)
    });
    central.hub().wake(&ended.await?);
    Ok(Redirect::to("/users").into_response())
}
