//! The rows of the list: which sites are shown, in which order, and what stands in each cell.

use std::cmp::Ordering;
use std::fmt;

use sitesync_core::ids::SiteId;
use sitesync_pages::{Texts, Time};

use crate::admin::overview::{SiteLine, StateKind};

/// A column by which the list can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Code,
    Name,
    Device,
    State,
    Synced,
    Behind,
    Held,
    Stores,
}

impl Column {
    pub(super) const ALL: [Self; 9] = [
        Self::Id,
        Self::Code,
        Self::Name,
        Self::Device,
        Self::State,
        Self::Synced,
        Self::Behind,
        Self::Held,
        Self::Stores,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Code => "code",
            Self::Name => "name",
            Self::Device => "device",
            Self::State => "state",
            Self::Synced => "synced",
            Self::Behind => "behind",
            Self::Held => "held",
            Self::Stores => "stores",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Id => "sites-id",
            Self::Code => "sites-code",
            Self::Name => "sites-name",
            Self::Device => "sites-device",
            Self::State => "sites-state",
            Self::Synced => "sites-synced",
            Self::Behind => "sites-behind",
            Self::Held => "sites-held",
            Self::Stores => "sites-stores",
        }
    }

    /// Numbers stand at the end of their cells.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Id | Self::Behind | Self::Held | Self::Stores => "n",
            _ => "",
        }
    }
}

/// How the list is sorted: `name`, or `-name` for the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: Column,
    pub(super) descending: bool,
}

impl Order {
    /// What cannot be read sorts by name.
    pub(super) fn parse(text: &str) -> Self {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let column = Column::ALL.into_iter().find(|column| column.name() == name);
        column.map_or(Self { column: Column::Name, descending: false }, |column| Self { column, descending })
    }

    fn compare(self, one: &SiteLine, other: &SiteLine) -> Ordering {
        let order = match self.column {
            Column::Id => one.id.cmp(&other.id),
            Column::Code => natural(&one.code, &other.code),
            Column::Name => natural(&one.name, &other.name),
            Column::Device => device(one).cmp(&device(other)),
            Column::State => weight(one).cmp(&weight(other)).then_with(|| one.state.text.cmp(&other.state.text)),
            Column::Synced => one.last_sync.cmp(&other.last_sync),
            Column::Behind => one.behind.cmp(&other.behind),
            Column::Held => one.held.cmp(&other.held),
            Column::Stores => one.stores.len().cmp(&other.stores.len()),
        };
        let order = if self.descending { order.reverse() } else { order };
        order.then_with(|| natural(&one.name, &other.name)).then_with(|| one.id.cmp(&other.id))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(f, "{sign}{}", self.column.name())
    }
}

/// Codes and names with numbers in them stand in the order of the numbers; upper and lower case are the same.
fn natural(one: &str, other: &str) -> Ordering {
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => one.to_lowercase().cmp(&other.to_lowercase()),
    }
}

/// What needs somebody most comes first.
fn weight(site: &SiteLine) -> u8 {
    match site.state.kind {
        StateKind::Bad => 0,
        StateKind::Late => 1,
        StateKind::Initialising => 2,
        StateKind::Never => 3,
        StateKind::Good => 4,
    }
}

/// The sites that match, the central server first.
pub(super) fn found<'a>(
    sites: &'a [SiteLine],
    sought: &str,
    order: Order,
    t: &Texts,
) -> impl Iterator<Item = &'a SiteLine> {
    let sought = sought.to_lowercase();
    let mut found: Vec<_> = sites.iter().filter(|site| matches(site, &sought, t)).collect();
    found.sort_by(|one, other| {
        let central = |site: &SiteLine| site.id != SiteId::CENTRAL.0;
        central(one).cmp(&central(other)).then_with(|| order.compare(one, other))
    });
    found.into_iter()
}

fn matches(site: &SiteLine, sought: &str, t: &Texts) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(sought);
    sought.is_empty()
        || holds(&site.code)
        || holds(&site.name)
        || device(site).as_deref().is_some_and(holds)
        || holds(&t.say(&site.state.words))
        || site.stores.iter().any(|store| holds(&store.code) || holds(&store.name))
}

/// What stands in the cells.
pub(super) struct Row {
    pub(super) id: u32,
    pub(super) own: bool,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) device: Option<String>,
    pub(super) dot: &'static str,
    pub(super) state: String,
    pub(super) percent: Option<u64>,
    pub(super) synced: Option<Time>,
    /// When the numbers are from.
    pub(super) heard: Option<Time>,
    pub(super) behind: Option<String>,
    pub(super) held: String,
    pub(super) any_held: bool,
    pub(super) stores: String,
    pub(super) store_names: String,
}

impl Row {
    pub(super) fn of(site: &SiteLine, t: &Texts) -> Self {
        let own = site.id == SiteId::CENTRAL.0;
        let names: Vec<_> = site.stores.iter().map(|store| store.name.as_str()).collect();
        Self {
            id: site.id,
            own,
            code: site.code.clone(),
            name: site.name.clone(),
            device: if own { Some(t.get("sites-server")) } else { device(site) },
            dot: dot(site.state.kind),
            state: t.say(&site.state.words),
            percent: site.state.percent,
            synced: site.last_sync.map(|at| t.time(at)),
            heard: site.behind.and(site.last_connection).map(|at| t.time(at)),
            behind: site.behind.map(|behind| t.number(behind)),
            held: t.number(site.held),
            any_held: site.held > 0,
            stores: t.number(names.len() as u64),
            store_names: names.join(", "),
        }
    }
}

pub(in crate::console) fn dot(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Good => "good",
        StateKind::Initialising => "initialising",
        StateKind::Late => "late",
        StateKind::Bad => "bad",
        StateKind::Never => "never",
    }
}

/// What it runs, and on what, as far as the site has said.
fn device(site: &SiteLine) -> Option<String> {
    let program = site.app_name.as_deref()?;
    let version = site.app_version.as_deref().unwrap_or("");
    let words = [program, version].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Some(match &site.device_type {
        Some(kind) => format!("{words} · {kind}"),
        None => words,
    })
}

/// The same columns for a spreadsheet, with date and time apart, in UTC.
pub(super) fn csv<'a>(sites: impl Iterator<Item = &'a SiteLine>, t: &Texts) -> Result<String, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    let heads = [
        "sites-id",
        "sites-code",
        "sites-name",
        "sites-device",
        "sites-state",
        "sites-synced-date",
        "sites-synced-time",
        "sites-behind",
        "sites-held",
        "sites-stores",
    ];
    file.write_record(heads.map(|id| t.get(id)))?;
    for site in sites {
        let at = site.last_sync.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let in_utc = |form: &str| at.map(|at| at.strftime(form).to_string()).unwrap_or_default();
        let stores: Vec<_> = site.stores.iter().map(|store| harmless(&store.name)).collect();
        file.write_record([
            site.id.to_string(),
            harmless(&site.code),
            harmless(&site.name),
            harmless(&device(site).unwrap_or_default()),
            t.say(&site.state.words),
            in_utc("%Y-%m-%d"),
            in_utc("%H:%M:%S"),
            site.behind.map(|behind| behind.to_string()).unwrap_or_default(),
            site.held.to_string(),
            stores.join(", "),
        ])?;
    }
    let bytes = file.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Spreadsheets take a text that begins like a formula for one.
pub(crate) fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written_and_anything_else_is_by_name() {
        for column in Column::ALL {
            for descending in [false, true] {
                let order = Order { column, descending };
                assert_eq!(Order::parse(&order.to_string()), order);
            }
        }
        for text in ["", "-", "fly", "NAME", "--name"] {
            assert_eq!(Order::parse(text), Order { column: Column::Name, descending: false }, "{text}");
        }
    }

    #[test]
    fn codes_that_are_numbers_stand_in_their_order() {
        let mut codes = ["b", "10", "A", "9"];
        codes.sort_by(|one, other| natural(one, other));
        assert_eq!(codes, ["9", "10", "A", "b"]);
    }

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(harmless("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(harmless("Kamo"), "Kamo");
    }
}
