//! The settings of the server that concern sites: whether they are let in, and what happens to those who guess.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, blocking};

use super::frame::{Here, frame};
use crate::admin::guard::change;
use crate::auth::{AuthSettings, SettingsError, settings};
use crate::server::Central;

const MINUTE: i64 = 60_000;

#[derive(Template)]
#[template(path = "server_settings.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    accept_sync: bool,
    /// The name of the field, its messages, and what stands in it.
    numbers: [(&'static str, String, String, String); 4],
    may: bool,
    fault: Option<(String, String)>,
}

pub(super) async fn page(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    let now = blocking(move || settings::get(&*central.store().snapshot()?)).await?;
    draw(&visit, now.accept_sync, FIELDS.map(|field| field.of(&now).to_string()), None)
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    form: Form,
) -> Result<Response, ApiError> {
    let sent = form.clone();
    let stored = change(&central, who, move |_, txn, by| {
        let wanted = read(&sent, settings::get(txn)?);
        settings::set(txn, by, &wanted)?;
        Ok::<_, SettingsError>(())
    });
    match stored.await {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(error) => {
            let typed = FIELDS.map(|field| form.get(field.name()).to_owned());
            draw(&visit, form.has("accept_sync"), typed, Some(error.text()))
        }
    }
}

/// A number that is set here.
#[derive(Clone, Copy)]
enum Field {
    Failures,
    Block,
    Address,
    Remember,
}

const FIELDS: [Field; 4] = [Field::Failures, Field::Block, Field::Address, Field::Remember];

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Failures => "failures_before_block",
            Self::Block => "block_minutes",
            Self::Address => "address_failures_per_minute",
            Self::Remember => "remember_minutes",
        }
    }

    fn of(self, settings: &AuthSettings) -> i64 {
        match self {
            Self::Failures => settings.failures_before_block.into(),
            Self::Block => settings.block_ms / MINUTE,
            Self::Address => settings.address_failures_per_minute.into(),
            Self::Remember => settings.remember_ms / MINUTE,
        }
    }

    fn words(self, t: &Texts) -> (String, String) {
        match self {
            Self::Failures => (t.get("set-failures"), t.get("set-failures-hint")),
            Self::Block => (t.get("set-block"), t.get("set-block-hint")),
            Self::Address => (t.get("set-address"), t.get("set-address-hint")),
            Self::Remember => (t.get("set-remember"), t.get("set-remember-hint")),
        }
    }
}

/// What cannot be read as a number is out of every range.
fn read(form: &Form, before: AuthSettings) -> AuthSettings {
    let number = |field: Field| form.get(field.name()).trim().parse::<i64>().unwrap_or(-1);
    AuthSettings {
        accept_sync: form.has("accept_sync"),
        failures_before_block: number(Field::Failures).try_into().unwrap_or(0),
        block_ms: number(Field::Block).saturating_mul(MINUTE),
        address_failures_per_minute: number(Field::Address).try_into().unwrap_or(0),
        remember_ms: number(Field::Remember).saturating_mul(MINUTE),
        hash_cost: before.hash_cost,
    }
}

fn draw(
    visit: &Visit,
    accept_sync: bool,
    values: [String; 4],
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let t = visit.t;
    let mut values = values.into_iter();
    let numbers = FIELDS.map(|field| {
        let (label, hint) = field.words(t);
        (field.name(), label, hint, values.next().unwrap_or_default())
    });
    let page = Page {
        frame: frame(visit, Here::Settings),
        t,
        accept_sync,
        numbers,
        may: visit.may(Permission::EditSyncSettings),
        fault: fault.map(|text| shown(t, text)),
    };
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}
