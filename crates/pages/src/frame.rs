//! What stands around a page: the bar at the top with where one is and who, and the way to the other pages.

use crate::files::VERSION;
use crate::language::Language;
use crate::texts::Texts;
use crate::visit::Visit;

/// A page in the list of pages.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    pub href: &'static str,
    pub label: String,
    /// A number beside it, such as how many there are.
    pub count: Option<String>,
    /// Whether the number asks for somebody.
    pub warn: bool,
    pub current: bool,
}

/// The surroundings of a page.
#[derive(Clone)]
pub struct Frame {
    pub t: &'static Texts,
    /// Whose pages these are, such as "Central server".
    pub place: String,
    pub who: Option<String>,
    pub nav: Vec<NavItem>,
    pub csrf: String,
    pub path: String,
    pub in_the_open: bool,
    /// The name by which the browser reaches the server, for its certificate.
    pub host: String,
}

impl Frame {
    pub fn new(visit: &Visit, place: impl Into<String>, nav: Vec<NavItem>) -> Self {
        Self {
            t: visit.t,
            place: place.into(),
            who: visit.who().map(|who| who.name.clone()),
            nav: with_beside(visit, nav),
            csrf: visit.csrf().to_owned(),
            path: visit.path.clone(),
            in_the_open: visit.in_the_open,
            host: visit.host_name().to_owned(),
        }
    }

    /// Changes with style and script, so that browsers may keep them for ever.
    pub fn version(&self) -> &'static str {
        &VERSION
    }

    pub fn lang(&self) -> &'static str {
        self.t.language().tag()
    }

    /// The languages that one may change to.
    pub fn other_languages(&self) -> impl Iterator<Item = Language> {
        let mine = self.t.language();
        Language::ALL.into_iter().filter(move |language| *language != mine)
    }
}

/// The pages with the numbers beside them, and those that only this server has. Who has not signed in is shown no pages.
fn with_beside(visit: &Visit, mut nav: Vec<NavItem>) -> Vec<NavItem> {
    if nav.is_empty() {
        return nav;
    }
    for item in &mut nav {
        if let Some((count, warn)) = visit.beside.count(item.href, visit.t) {
            item.count = Some(count);
            item.warn = warn;
        }
    }
    let path = visit.path.split('?').next().unwrap_or_default();
    let more = visit.beside.more.iter();
    nav.extend(more.map(|&(href, label)| NavItem {
        href,
        label: visit.t.get(label),
        current: href == path,
        ..NavItem::default()
    }));
    nav
}
