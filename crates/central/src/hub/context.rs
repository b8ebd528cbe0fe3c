//! Who commits, and how refusals are met.

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::Millis;
use sitesync_core::ids::ReaderId;
use sitesync_core::ownership::Actor;

/// A store that came back to a site, and that the site has not read since.
#[derive(Clone, Debug)]
pub(crate) struct Unread {
    pub(crate) store: Box<str>,
    /// The site has seen the feed of the store up to here.
    pub(crate) after: u64,
}

/// Who commits, and how refusals are met.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) catalogue: &'static Catalogue,
    pub(crate) actor: Actor,
    /// The source of entries: the reader that sends, or 0.
    pub(crate) source: u32,
    pub(crate) at: Millis,
    /// Stores that came back to the site, and that it has not read since: what others wrote there meanwhile it has not seen.
    pub(crate) unread: Vec<Unread>,
    /// One refused document undoes everything (edits on the central server), instead of being held (sync).
    pub(crate) strict: bool,
}

impl Context {
    pub(crate) fn edit(catalogue: &'static Catalogue, actor: Actor, at: Millis) -> Self {
        Self { catalogue, actor, source: 0, at, unread: Vec::new(), strict: true }
    }

    pub(crate) fn push(catalogue: &'static Catalogue, reader: ReaderId, at: Millis) -> Self {
        Self {
            catalogue,
            actor: Actor::Site(reader.site),
            source: reader.number(),
            at,
            unread: Vec::new(),
            strict: false,
        }
    }

    /// A held document tried again: as its site, but nothing of it is an echo.
    pub(crate) fn retry(catalogue: &'static Catalogue, actor: Actor, at: Millis) -> Self {
        Self { catalogue, actor, source: 0, at, unread: Vec::new(), strict: false }
    }
}
