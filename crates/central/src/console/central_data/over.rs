//! What is laid over a window to choose something: a search, and what it finds.

/// More than this is not offered at a time: one searches.
const OFFERED_MAX: usize = 200;

pub(super) struct Over {
    /// The message of its title.
    pub(super) title: &'static str,
    pub(super) q: String,
    /// What is chosen, as the buttons name it.
    pub(super) what: &'static str,
    /// Whether several may be chosen.
    pub(super) many: bool,
    pub(super) offers: Vec<Offer>,
    pub(super) more: bool,
}

/// Something to be chosen.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) name: String,
}

impl Over {
    pub(super) fn new(
        title: &'static str,
        what: &'static str,
        many: bool,
        q: &str,
        all: impl Iterator<Item = Offer>,
    ) -> Self {
        let sought = q.trim().to_lowercase();
        let matches =
            |offer: &Offer| offer.code.to_lowercase().contains(&sought) || offer.name.to_lowercase().contains(&sought);
        let mut offers: Vec<_> = all.filter(matches).collect();
        offers.sort_by_cached_key(|offer| (offer.name.to_lowercase(), offer.code.clone()));
        let more = offers.len() > OFFERED_MAX;
        offers.truncate(OFFERED_MAX);
        Self { title, q: q.to_owned(), what, many, offers, more }
    }
}
