//! The frame of the console's pages: whose they are, and the way from one to the other.

use sitesync_pages::{Frame, NavItem, Visit};
use sitesync_web::accounts::Permission;

/// A page of the console, as the way to it is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Sites,
    Stores,
    Items,
    Facilities,
    Lists,
    Users,
    Records,
    Held,
    Audit,
    Settings,
    /// The page that only a demo has.
    Demo,
}

/// The frame of a page. Pages that somebody may not see are left out.
pub(super) fn frame(visit: &Visit, here: Here) -> Frame {
    let t = visit.t;
    let pages = [
        (Here::Sites, "/", t.get("nav-sites"), None),
        (Here::Stores, "/stores", t.get("nav-stores"), None),
        (Here::Facilities, "/facilities", t.get("nav-facilities"), None),
        (Here::Items, "/items", t.get("nav-items"), None),
        (Here::Lists, "/lists", t.get("nav-lists"), None),
        (Here::Users, "/users", t.get("nav-users"), Some(Permission::ManageUsers)),
        (Here::Records, "/records", t.get("nav-records"), Some(Permission::ViewRecords)),
        (Here::Held, "/held", t.get("nav-held"), Some(Permission::ViewRecords)),
        (Here::Audit, "/audit", t.get("nav-audit"), Some(Permission::ViewRecords)),
        (Here::Settings, "/settings", t.get("nav-settings"), None),
    ];
    let shown =
        pages.into_iter().filter(|(_, _, _, permission)| permission.is_none_or(|permission| visit.may(permission)));
    let nav = shown.map(|(page, href, label, _)| NavItem { href, label, current: page == here, ..NavItem::default() });
    let server = t.get("central-server");
    let place = match visit.beside.place.as_str() {
        "" => server,
        place => format!("{place} · {server}"),
    };
    Frame::new(visit, place, nav.collect())
}
