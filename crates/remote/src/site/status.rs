//! What people see of a site: what is not on the central server yet, when it last synchronised, what is wrong.

use serde::Serialize;
use sitesync_core::given::Millis;
use sitesync_core::ids::Feed;
use sitesync_core::protocol::{ErrorText, SiteInfo};
use sitesync_store::{Space, write};

use super::feeds::readings;
use super::state::{self, Configuration, DeviceKind, Event, State};
use super::step::unsent_since;
use super::{Site, SiteError, records};

#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub site: Option<SiteInfo>,
    pub server_url: Option<String>,
    pub kind: Option<DeviceKind>,
    pub enabled: bool,
    pub initialised: bool,
    /// Records that are not on the central server yet, and since when the oldest.
    pub unsent: u64,
    pub unsent_since: Option<Millis>,
    /// The last sync that read and sent everything, and the last that was tried.
    pub last_success: Option<Millis>,
    pub last_attempt: Option<Millis>,
    pub last_error: Option<ErrorText>,
    pub stores: Vec<StoreStatus>,
    /// Documents of this site that are held on the central server.
    pub held: u64,
    /// Versions that were put aside here.
    pub aside: u64,
    /// Feeds that were not equal to the central server's after the last pull.
    pub unequal: Vec<Feed>,
    pub clock_off: i64,
    pub events: Vec<Event>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StoreStatus {
    pub store: Box<str>,
    /// All of it has arrived: it may be worked in.
    pub ready: bool,
    /// It is active on another site now.
    pub lost: bool,
    /// It is being handed over: it is read-only here, and this is the name of the site that gets it.
    pub leaving: Option<String>,
    /// Entries that are still to be read.
    pub behind: u64,
}

impl Site {
    pub fn state(&self) -> Result<State, SiteError> {
        state::state(&*self.store.snapshot()?)
    }

    /// What kind of installation this is; before it is set up, the most careful one.
    pub fn kind(&self) -> Result<DeviceKind, SiteError> {
        Ok(self.state()?.configuration.map(|configuration| configuration.kind).unwrap_or_default())
    }

    /// How many records are not on the central server yet.
    pub fn unsent(&self) -> Result<u64, SiteError> {
        let snapshot = self.store.snapshot()?;
        records::unsent(&*snapshot, &state::state(&*snapshot)?)
    }

    pub fn status(&self) -> Result<Status, SiteError> {
        let snapshot = self.store.snapshot()?;
        let state = state::state(&*snapshot)?;
        let stores: Vec<_> = readings(&*snapshot)?
            .into_iter()
            .filter_map(|(feed, reading)| match feed {
                Feed::Store(store) => {
                    let leaving = state.leaving.iter().find(|leaving| leaving.store == store);
                    Some(StoreStatus {
                        ready: reading.ready,
                        lost: reading.lost,
                        leaving: leaving.map(|leaving| leaving.to.clone()),
                        behind: reading.behind,
                        store,
                    })
                }
                _ => None,
            })
            .collect();
        let configuration = state.configuration.as_ref();
        Ok(Status {
            server_url: configuration.map(|configuration| configuration.server_url.clone()),
            kind: configuration.map(|configuration| configuration.kind),
            enabled: configuration.is_some_and(|configuration| configuration.enabled),
            unsent: records::unsent(&*snapshot, &state)?,
            unsent_since: unsent_since(&*snapshot, &state)?,
            stores,
            aside: snapshot.rows(Space::Aside, &[], None, usize::MAX)?.len() as u64,
            site: state.site,
            initialised: state.initialised,
            last_success: state.last_success,
            last_attempt: state.last_attempt,
            last_error: state.last_error,
            held: state.held,
            unequal: state.unequal,
            clock_off: state.clock_off,
            events: state.events,
        })
    }

    /// Sets up or changes how the central server is reached. A change of server, name or password asks for a new token.
    pub fn configure(&self, configuration: Configuration) -> Result<(), SiteError> {
        write(&*self.store, |txn| {
            let mut state = state::state(txn)?;
            let credentials =
                |configuration: &Configuration| (configuration.site_name.clone(), configuration.secret.clone());
            if state.configuration.as_ref().map(credentials) != Some(credentials(&configuration)) {
                state.token = None;
            }
            state.configuration = Some(configuration.clone());
            state::put(txn, &state)
        })
    }
}
