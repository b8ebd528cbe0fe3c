//! The tab Details: what is known of a site beside what people fill in. It changes nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use sitesync_core::ids::{Feed, SiteId};
use sitesync_pages::{Frame, Say, Texts, Time, Visit, text};
use sitesync_store::Snapshot;
use sitesync_web::{ApiError, Path, blocking};

use super::head::{Head, Tab};
use crate::admin::overview::{self, SiteLine};
use crate::console::frame::{Here, frame};
use crate::console::stores::choose as stores;
use crate::hub::{FeedWaiting, HubError};
use crate::server::Central;
use crate::sites::{Initialisation, SiteError, refusals};

/// A clock that is less off than this is right.
const CLOCK_RIGHT: i64 = 60_000;

#[derive(Template)]
#[template(path = "site_details.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    head: Head,
    /// What of the site is on this server, in one sentence.
    here: Option<String>,
    /// What is known, in groups with a title.
    groups: Vec<(String, Vec<Item>)>,
    feeds: Vec<FeedRow>,
}

/// One thing that is known.
struct Item {
    label: String,
    text: String,
    time: Option<Time>,
    href: Option<String>,
    /// Somebody should look at it.
    warn: bool,
}

/// A feed that the site reads.
struct FeedRow {
    name: String,
    records: String,
    size: String,
    waiting: String,
    waiting_size: String,
    behind: bool,
}

pub(in crate::console) async fn page(
    State(central): State<Arc<Central>>,
    visit: Visit,
    Path(site): Path<u32>,
) -> Result<Html<String>, ApiError> {
    blocking(move || render(&central, &visit, SiteId(site))).await.map(Html)
}

fn render(central: &Central, visit: &Visit, id: SiteId) -> Result<String, ApiError> {
    let t = visit.t;
    central.flush()?;
    let snapshot = central.store().snapshot()?;
    let site = overview::one(central, id)?.ok_or(SiteError::NotFound(id))?;
    let own = id == SiteId::CENTRAL;
    let items = Items(t);
    let mut groups = vec![(t.get("site-identity"), items.identity(&site))];
    if !own {
        groups.insert(0, (t.get("site-sync"), items.sync(&site)));
        groups.insert(1, (t.get("site-data"), items.data(&site)));
    }
    let page = Page {
        frame: frame(visit, Here::Sites),
        t,
        head: Head::of(&site, Tab::Details, t),
        here: here(&site, t),
        groups,
        feeds: if own { Vec::new() } else { feeds(central, &*snapshot, id, t)? },
    };
    text(&page)
}

/// Up to when everything that was entered there is here.
fn here(site: &SiteLine, t: &Texts) -> Option<String> {
    let heard = site.last_connection.filter(|_| site.last_sync.is_some() || site.unsent > 0)?;
    match (site.unsent, site.unsent_since) {
        (0, _) => Some(t.one("site-all-here", "time", Say::Time(heard))),
        (_, Some(since)) => Some(t.one("site-all-here", "time", Say::Time(since))),
        (_, None) => None,
    }
}

/// Makes items in one language.
struct Items(&'static Texts);

impl Items {
    fn text(&self, id: &'static str, text: impl Into<String>) -> Item {
        Item { label: self.0.get(id), text: text.into(), time: None, href: None, warn: false }
    }

    fn time(&self, id: &'static str, at: Option<i64>) -> Item {
        let never = if at.is_none() { self.0.get("never") } else { String::new() };
        Item { time: at.map(|at| self.0.time(at)), ..self.text(id, never) }
    }

    fn number(&self, id: &'static str, number: u64) -> Item {
        Item { warn: number > 0, ..self.text(id, self.0.number(number)) }
    }

    fn sync(&self, site: &SiteLine) -> Vec<Item> {
        let t = self.0;
        let mut items = vec![
            self.text("site-initialisation", self.initialisation(site)),
            self.time("site-first-sync", site.first_sync),
            self.time("site-last-sync", site.last_sync),
            self.time("site-last-connection", site.last_connection),
            self.time("site-last-attempt", site.last_attempt),
        ];
        if let Some(last) = &site.last_refusal {
            items.push(self.time("site-last-refusal", Some(last.at)));
            items.push(self.text("site-last-refusal-why", t.say(&refusals::cause(&last.code))));
        }
        items.push(self.text("site-protocol", site.protocol.clone().unwrap_or_else(|| t.get("none"))));
        let off = site.clock_off.abs() >= CLOCK_RIGHT;
        items.push(Item { warn: off, ..self.text("site-clock", self.clock(site.clock_off)) });
        items
    }

    fn initialisation(&self, site: &SiteLine) -> String {
        let t = self.0;
        match (site.initialisation, site.state.percent) {
            (Initialisation::New, _) => t.get("site-initialisation-new"),
            (Initialisation::Started, Some(percent)) => t.one("site-initialisation-percent", "percent", percent),
            (Initialisation::Started, None) => t.get("site-initialisation-started"),
            (Initialisation::Completed, _) => t.get("site-initialisation-completed"),
            (Initialisation::Error, _) => t.get("site-initialisation-error"),
        }
    }

    fn clock(&self, off: i64) -> String {
        let t = self.0;
        match off {
            _ if off.abs() < CLOCK_RIGHT => t.get("site-clock-right"),
            1.. => t.one("site-clock-ahead", "by", Say::Length(off)),
            _ => t.one("site-clock-behind", "by", Say::Length(-off)),
        }
    }

    fn data(&self, site: &SiteLine) -> Vec<Item> {
        let t = self.0;
        let held = Item {
            href: (site.held > 0).then(|| format!("/held?site={}", site.id)),
            ..self.number("site-held", site.held)
        };
        let mut items = vec![self.number("site-unsent", site.unsent)];
        if site.unsent_since.is_some() {
            items.push(self.time("site-unsent-since", site.unsent_since));
        }
        items.extend([
            held,
            self.number("site-aside", site.aside),
            self.number("site-divergences", site.divergences),
            self.text("site-data-file", site.data_file.clone().unwrap_or_else(|| t.get("none"))),
        ]);
        items
    }

    fn identity(&self, site: &SiteLine) -> Vec<Item> {
        vec![
            self.text("sites-id", site.id.to_string()),
            self.text("site-uuid", site.uuid.as_str()),
            self.time("site-created", Some(site.created)),
        ]
    }
}

fn feeds(central: &Central, snapshot: &dyn Snapshot, id: SiteId, t: &Texts) -> Result<Vec<FeedRow>, HubError> {
    let waiting = central.hub().waiting(snapshot, id)?;
    let ids = waiting.iter().filter_map(|feed| match &feed.feed {
        Feed::Store(store) => Some(&**store),
        _ => None,
    });
    let known = stores::some(central, snapshot, ids)?;
    let name = |feed: &Feed| match feed {
        Feed::Central => t.get("site-feed-central"),
        Feed::Store(id) => known.get(&**id).map_or(id.to_string(), |store| format!("{} {}", store.code, store.name)),
        other => other.to_string(),
    };
    Ok(waiting.iter().map(|feed| FeedRow::of(feed, name(&feed.feed), t)).collect())
}

impl FeedRow {
    fn of(feed: &FeedWaiting, name: String, t: &Texts) -> Self {
        Self {
            name,
            records: t.number(feed.live),
            size: t.bytes(feed.size),
            waiting: t.number(feed.entries),
            waiting_size: t.bytes(feed.bytes),
            behind: feed.entries > 0,
        }
    }
}
