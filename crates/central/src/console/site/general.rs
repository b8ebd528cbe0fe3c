//! The tab General, as a draft makes it look: fields, device, stores, and what the last button answered.

use std::sync::Arc;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use sitesync_core::ids::SiteId;
use sitesync_pages::{Frame, Texts, Visit, Words, text};
use sitesync_store::Snapshot;
use sitesync_web::accounts::Permission;
use sitesync_web::{ApiError, blocking};

use super::conflict::Difference;
use super::draft::Draft;
use super::faults::Fault;
use super::hardware::{self, Former};
use super::head::{Head, Tab};
use super::store_rows::{self, StoreRow, is_used};
use crate::admin::overview::{self, SiteLine};
use crate::console::beside::counts;
use crate::console::frame::{Here, frame};
use crate::console::qr::Qr;
use crate::console::sites::dot;
use crate::hub::HubError;
use crate::server::Central;
use crate::sites::{CheckLine, DeviceType, Level, SiteError};

/// What a button answered.
#[derive(Default)]
pub(super) struct View {
    pub(super) fault: Option<Fault>,
    pub(super) conflict: Vec<Difference>,
    pub(super) check: Vec<CheckLine>,
    pub(super) saved: bool,
    pub(super) unblocked: bool,
}

impl View {
    pub(super) fn of(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// A line of Check connection.
struct CheckRow {
    dot: &'static str,
    level: String,
    text: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "site_general.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    head: Head,
    path: String,
    draft: &'a Draft,
    hidden: Vec<(&'static str, String)>,
    changes: usize,
    may_edit: bool,
    own: bool,
    /// The site as it is stored; none for a new one.
    site: Option<SiteLine>,
    /// Whether a device uses the name and the password.
    used: bool,
    left_behind: String,
    former: Vec<Former>,
    types: Vec<(String, String, bool)>,
    stores: Vec<StoreRow>,
    full: bool,
    /// What waits for the site.
    waiting: Option<String>,
    fault: Option<Fault>,
    conflict: Vec<Difference>,
    check: Vec<CheckRow>,
    blocked: bool,
    saved: bool,
    unblocked: bool,
}

impl Page<'_> {
    fn fault(&self, field: &str) -> Option<&str> {
        self.fault.as_ref().filter(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }

    fn has_password(&self) -> bool {
        self.site.as_ref().is_some_and(|site| site.has_password)
    }

    /// Whether a device says what it is, and goes on to do so.
    fn is_bound(&self) -> bool {
        !self.draft.reset && self.site.as_ref().is_some_and(|site| site.hardware_id.is_some())
    }

    /// The class of a field.
    fn class(&self, field: &str, changed: bool) -> &'static str {
        match (self.fault(field), changed) {
            (Some(_), _) => "faulty",
            (None, true) => "changed",
            (None, false) => "",
        }
    }
}

/// Where the window is.
pub(super) fn path(draft: &Draft) -> String {
    draft.id.map_or_else(|| "/sites/new".to_owned(), |id| format!("/sites/{id}"))
}

pub(super) fn render(central: &Central, visit: &Visit, draft: &Draft, view: View) -> Result<String, ApiError> {
    let t = visit.t;
    let snapshot = central.store().snapshot()?;
    let site = match draft.id {
        Some(id) => Some(overview::one(central, id)?.ok_or(SiteError::NotFound(id))?),
        None => None,
    };
    let page = Page {
        frame: frame(visit, Here::Sites),
        t,
        head: site.as_ref().map_or_else(|| Head::new(t), |site| Head::of(site, Tab::General, t)),
        path: path(draft),
        draft,
        hidden: draft.hidden(),
        changes: draft.changes(),
        may_edit: visit.may(Permission::EditSyncSettings),
        own: draft.id == Some(SiteId::CENTRAL),
        used: site.as_ref().is_some_and(is_used),
        left_behind: site.as_ref().map(|site| hardware::left_behind(site, t)).unwrap_or_default(),
        former: site.as_ref().map(|site| hardware::former(site, draft, t)).unwrap_or_default(),
        types: types(draft, t),
        stores: store_rows::rows(central, &*snapshot, draft, t)?,
        full: draft.is_full(),
        waiting: waiting(central, &*snapshot, draft.id, t)?,
        fault: view.fault,
        conflict: view.conflict,
        check: view.check.iter().map(|line| CheckRow::of(line, t)).collect(),
        blocked: site.as_ref().is_some_and(is_blocked),
        saved: view.saved,
        unblocked: view.unblocked,
        site,
    };
    text(&page)
}

fn is_blocked(site: &SiteLine) -> bool {
    site.device_blocked_until.is_some() || site.strangers_blocked_until.is_some()
}

/// What can be chosen: the word, the text, and whether it is the one.
fn types(draft: &Draft, t: &Texts) -> Vec<(String, String, bool)> {
    let chosen = draft.form.device_type.as_ref();
    let known = [
        (None, "site-type-none"),
        (Some(DeviceType::SingleUser), "site-type-single"),
        (Some(DeviceType::ClientServer), "site-type-server"),
        (Some(DeviceType::Mobile), "site-type-mobile"),
    ];
    let word = |kind: Option<&DeviceType>| kind.map(ToString::to_string).unwrap_or_default();
    let mut types: Vec<_> =
        known.iter().map(|(kind, id)| (word(kind.as_ref()), t.get(id), kind.as_ref() == chosen)).collect();
    if let Some(DeviceType::Other(other)) = chosen {
        types.push((other.clone(), other.clone(), true));
    }
    types
}

/// How many records, and about how many bytes, the site has still to read.
fn waiting(
    central: &Central,
    snapshot: &dyn Snapshot,
    id: Option<SiteId>,
    t: &Texts,
) -> Result<Option<String>, HubError> {
    let Some(id) = id.filter(|id| *id != SiteId::CENTRAL) else { return Ok(None) };
    let feeds = central.hub().waiting(snapshot, id)?;
    let entries: u64 = feeds.iter().map(|feed| feed.entries).sum();
    let bytes: u64 = feeds.iter().map(|feed| feed.bytes).sum();
    if entries == 0 {
        return Ok(Some(t.get("site-nothing-waits")));
    }
    Ok(Some(t.say(&Words::new("site-waits").with("n", entries).with("size", t.bytes(bytes)))))
}

impl CheckRow {
    fn of(line: &CheckLine, t: &Texts) -> Self {
        let (dot, level) = match line.level {
            Level::Good => ("good", "connection-level-good"),
            Level::Notice => ("late", "connection-level-notice"),
            Level::Problem => ("bad", "connection-level-problem"),
        };
        Self {
            dot,
            level: t.get(level),
            text: t.say(&line.words),
            next: line.next_words.as_ref().map(|next| t.say(next)),
        }
    }
}

/// What the way of this page tells about the address: a browser that came through TLS has checked name and certificate.
pub(super) fn address(visit: &Visit) -> CheckLine {
    let host = visit.host.as_str();
    if visit.encrypted {
        return CheckLine::new(
            "address",
            Level::Good,
            Words::new("connection-address").with("address", format!("https://{host}")),
        );
    }
    let words = Words::new("connection-address-open").with("address", format!("http://{host}"));
    CheckLine::new("address", Level::Notice, words).next(Words::new("connection-address-open-next"))
}

#[derive(Template)]
#[template(path = "site_saved.html")]
struct Saved<'a> {
    frame: Frame,
    t: &'static Texts,
    site: &'a SiteLine,
    password: &'a str,
    address: String,
    qr: Option<Qr>,
    state: String,
}

#[derive(Template)]
#[template(path = "site_state.html")]
struct State<'a> {
    t: &'static Texts,
    site: &'a SiteLine,
    dot: &'static str,
}

/// How a site is, as a part of a page.
pub(in crate::console) fn state(site: &SiteLine, t: &'static Texts) -> Result<String, ApiError> {
    text(&State { t, site, dot: dot(site.state.kind) })
}

/// The password that was made up, for the first and last time: this page is the answer to OK, is kept by nobody, and cannot be asked for.
pub(super) async fn told_once(
    central: Arc<Central>,
    mut visit: Visit,
    id: SiteId,
    password: String,
) -> Result<Response, ApiError> {
    let html = blocking(move || {
        // The site may be a new one.
        visit.beside.counts = counts(&*central.store().snapshot()?)?;
        let site = overview::one(&central, id)?.ok_or(SiteError::NotFound(id))?;
        let scheme = if visit.encrypted { "https" } else { "http" };
        let address = format!("{scheme}://{}", visit.host);
        let frame = frame(&visit, Here::Sites);
        let qr = Qr::of(&format!("{address}\n{}\n{password}", site.name));
        let page =
            Saved { frame, t: visit.t, site: &site, password: &password, address, qr, state: state(&site, visit.t)? };
        text(&page)
    });
    Ok(Html(html.await?).into_response())
}
