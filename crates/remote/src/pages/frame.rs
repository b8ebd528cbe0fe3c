//! The frame of a site's pages.

use sitesync_pages::{Frame, NavItem, Visit};
use sitesync_web::ApiError;

use crate::api::Api;

/// A page, as the way to it is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Status,
    Data,
    Log,
    Settings,
    /// The page that only a demo has.
    Demo,
    /// The first steps stand alone.
    SetUp,
}

/// The frame of a page of the site that has this name by now.
pub(super) fn frame(visit: &Visit, here: Here, site: Option<&str>) -> Frame {
    let t = visit.t;
    let place = site.map_or_else(|| t.get("remote-place"), str::to_owned);
    if here == Here::SetUp {
        return Frame::new(visit, place, Vec::new());
    }
    let pages = [
        (Here::Status, "/", "nav-status"),
        (Here::Data, "/data", "nav-data"),
        (Here::Log, "/log", "nav-log"),
        (Here::Settings, "/settings", "nav-settings"),
    ];
    let nav =
        pages.map(|(page, href, id)| NavItem { href, label: t.get(id), current: page == here, ..NavItem::default() });
    Frame::new(visit, place, nav.into())
}

/// The name of the site, as the central server told it.
pub(super) async fn site_name(api: &Api) -> Result<Option<String>, ApiError> {
    api.with_site(|site| Ok(site.state()?.site.map(|site| site.name))).await
}
