//! The settings of the server that concern sites: whether they are let in, what happens to those who guess, and how long the log is
//! kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sitesync_core::protocol::ErrorText;
use sitesync_pages::{Frame, Texts, Visit, html, shown};
use sitesync_store::{Snapshot, StoreError, Txn};
use sitesync_web::accounts::Permission;
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, Form, blocking};

use super::frame::{Here, frame};
use crate::admin::guard::change;
use crate::auth::{AuthSettings, SettingsError, settings};
use crate::place;
use crate::retention::{self, Retention};
use crate::server::Central;
use crate::sites::By;

const MINUTE: i64 = 60_000;

#[derive(Template)]
#[template(path = "server_settings.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    place: &'a str,
    accept_sync: bool,
    guessing: Vec<Number>,
    log: Vec<Number>,
    may: bool,
    fault: Option<(String, String)>,
}

/// A field for a number: its name, its messages, and what stands in it.
struct Number {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
}

/// What is set here.
struct Settings {
    /// Whose server it is.
    place: String,
    auth: AuthSettings,
    kept: Retention,
}

impl Settings {
    fn get(snapshot: &dyn Snapshot) -> Result<Self, StoreError> {
        Ok(Self { place: place::get(snapshot)?, auth: settings::get(snapshot)?, kept: retention::get(snapshot)? })
    }

    fn set(&self, txn: &mut dyn Txn, by: By<'_>) -> Result<(), SettingsError> {
        place::set(txn, by, &self.place)?;
        settings::set(txn, by, &self.auth)?;
        retention::set(txn, by, self.kept)
    }
}

pub(super) async fn page(State(central): State<Arc<Central>>, visit: Visit) -> Result<Response, ApiError> {
    let now = blocking(move || Settings::get(&*central.store().snapshot()?)).await?;
    draw(&visit, &now.place, now.auth.accept_sync, |field| field.of(&now).to_string(), None)
}

pub(super) async fn post(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
    visit: Visit,
    form: Form,
) -> Result<Response, ApiError> {
    let sent = form.clone();
    let stored = change(&central, who, move |_, txn, by| read(&sent, Settings::get(txn)?).set(txn, by));
    match stored.await {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(error) => {
            let typed = |field: Field| form.get(field.name()).to_owned();
            draw(&visit, form.get("place"), form.has("accept_sync"), typed, Some(error.text()))
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
    LogDays,
}

const GUESSING: [Field; 4] = [Field::Failures, Field::Block, Field::Address, Field::Remember];
const LOG: [Field; 1] = [Field::LogDays];

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Failures => "failures_before_block",
            Self::Block => "block_minutes",
            Self::Address => "address_failures_per_minute",
            Self::Remember => "remember_minutes",
            Self::LogDays => "log_days",
        }
    }

    fn of(self, Settings { auth, kept, .. }: &Settings) -> i64 {
        match self {
            Self::Failures => auth.failures_before_block.into(),
            Self::Block => auth.block_ms / MINUTE,
            Self::Address => auth.address_failures_per_minute.into(),
            Self::Remember => auth.remember_ms / MINUTE,
            Self::LogDays => kept.log_days.into(),
        }
    }

    fn words(self, t: &Texts) -> (String, String) {
        match self {
            Self::Failures => (t.get("set-failures"), t.get("set-failures-hint")),
            Self::Block => (t.get("set-block"), t.get("set-block-hint")),
            Self::Address => (t.get("set-address"), t.get("set-address-hint")),
            Self::Remember => (t.get("set-remember"), t.get("set-remember-hint")),
            Self::LogDays => (t.get("set-log-days"), t.get("set-log-days-hint")),
        }
    }

    fn shown(self, t: &Texts, value: String) -> Number {
        let (label, hint) = self.words(t);
        Number { name: self.name(), label, hint, value }
    }
}

/// What cannot be read as a number is out of every range.
fn read(form: &Form, before: Settings) -> Settings {
    let number = |field: Field| form.get(field.name()).trim().parse::<i64>().unwrap_or(-1);
    Settings {
        place: if form.has("place") { form.get("place").to_owned() } else { before.place },
        auth: AuthSettings {
            accept_sync: form.has("accept_sync"),
            failures_before_block: number(Field::Failures).try_into().unwrap_or(0),
            block_ms: number(Field::Block).saturating_mul(MINUTE),
            address_failures_per_minute: number(Field::Address).try_into().unwrap_or(0),
            remember_ms: number(Field::Remember).saturating_mul(MINUTE),
            hash_cost: before.auth.hash_cost,
        },
        kept: Retention { log_days: number(Field::LogDays).try_into().unwrap_or(0) },
    }
}

fn draw(
    visit: &Visit,
    place: &str,
    accept_sync: bool,
    value: impl Fn(Field) -> String,
    fault: Option<&ErrorText>,
) -> Result<Response, ApiError> {
    let t = visit.t;
    let page = Page {
        frame: frame(visit, Here::Settings),
        t,
        place,
        accept_sync,
        guessing: GUESSING.map(|field| field.shown(t, value(field))).into(),
        log: LOG.map(|field| field.shown(t, value(field))).into(),
        may: visit.may(Permission::EditSyncSettings),
        fault: fault.map(|text| shown(t, text)),
    };
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}
