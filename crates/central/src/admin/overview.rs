//! A site as people see it: its record, what its exchanges told, its stores and its state in one.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use sitesync_core::catalogue::Facts;
use sitesync_core::given::Millis;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::record::Record;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Snapshot, StoreError};
use utoipa::ToSchema;

use super::state::{self, Known};
pub use super::state::{SiteState, StateKind};
use crate::auth::{AuthSettings, settings};
use crate::hub::{Contact, Hub, HubError};
use crate::server::Central;
use crate::sites::{self, Initialisation, Site};
use crate::stores::HandOverLine;

/// Sites are read so many at a time.
const SLICE: usize = 500;

/// A site with everything that is known of it, without secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SiteLine {
    pub id: u32,
    /// Never changes.
    pub uuid: String,
    pub code: String,
    pub name: String,
    /// To be sent back when the site is edited, so that nobody overwrites somebody else's change.
    pub version: u64,
    pub created: i64,
    pub state: SiteState,
    pub has_password: bool,
    pub logged_in: bool,
    pub hardware_id: Option<String>,
    pub data_file: Option<String>,
    pub former_devices: Vec<FormerDeviceLine>,
    /// Until when the bound device is kept out after wrong passwords.
    pub device_blocked_until: Option<i64>,
    /// Until when all other devices are.
    pub strangers_blocked_until: Option<i64>,
    pub device_type: Option<String>,
    pub app_name: Option<String>,
    pub app_version: Option<String>,
    pub protocol: Option<String>,
    pub is_open_msupply_central: bool,
    pub open_msupply_central_uri: Option<String>,
    #[schema(value_type = String)]
    pub initialisation: Initialisation,
    pub first_sync: Option<i64>,
    /// The last time that the site had read everything.
    pub last_sync: Option<i64>,
    pub last_attempt: Option<i64>,
    pub last_connection: Option<i64>,
    pub last_refusal: Option<RefusalLine>,
    pub stores: Vec<StoreRef>,
    /// Stores on their way to the site, and stores that it got and is still reading.
    pub arriving: Vec<HandOverLine>,
    /// Documents of the site that are held.
    pub held: u64,
    /// Entries that it had still to read at its last connection; none if it never connected.
    pub behind: Option<u64>,
    /// Its own records that had not been sent at its last connection, and since when.
    pub unsent: u64,
    pub unsent_since: Option<i64>,
    /// Versions that the site put aside after a rewind.
    pub aside: u64,
    /// The site's clock less the server's, in milliseconds.
    pub clock_off: i64,
    /// How often its data file was found put back or copied.
    pub divergences: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormerDeviceLine {
    pub hardware_id: String,
    pub since: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusalLine {
    pub code: String,
    pub at: i64,
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreRef {
    pub id: String,
    pub code: String,
    pub name: String,
    /// If it is being handed over to another site: how far that is. It is active here meanwhile.
    pub leaving: Option<HandOverLine>,
}

/// All sites, by number.
pub fn all(central: &Central) -> Result<Vec<SiteLine>, HubError> {
    let snapshot = central.store().snapshot()?;
    let settings = settings::get(&*snapshot)?;
    let on_the_way = OnTheWay::read(central, &*snapshot)?;
    let mut stores = stores_by_site(central, &*snapshot, &on_the_way)?;
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let slice = sites::list(&*snapshot, after, SLICE)?;
        let Some(last) = slice.last().map(|site| site.id) else { return Ok(lines) };
        for site in &slice {
            let stores = stores.remove(&site.id).unwrap_or_default();
            let arriving = on_the_way.to(site.id);
            lines.push(SiteLine { arriving, ..line(central, &*snapshot, &settings, site, stores)? });
        }
        after = Some(last);
    }
}

/// One site.
pub fn one(central: &Central, id: SiteId) -> Result<Option<SiteLine>, HubError> {
    let snapshot = central.store().snapshot()?;
    let settings = settings::get(&*snapshot)?;
    let Some(site) = sites::get(&*snapshot, id)? else { return Ok(None) };
    let on_the_way = OnTheWay::read(central, &*snapshot)?;
    let (stores, arriving) = (stores(&*snapshot, id, &on_the_way)?, on_the_way.to(id));
    Ok(Some(SiteLine { arriving, ..line(central, &*snapshot, &settings, &site, stores)? }))
}

fn line(
    central: &Central,
    snapshot: &dyn Snapshot,
    settings: &AuthSettings,
    site: &Site,
    stores: Vec<StoreRef>,
) -> Result<SiteLine, HubError> {
    let contact = central.hub().contact(site.id)?;
    let heard = (contact.last_connection > 0).then_some(contact.last_connection);
    let last_sync = site.last_sync.max(contact.last_sync);
    let last_connection = site.last_connection.max(heard);
    let now = central.clock().now();
    let known = Known { site, contact: &contact, settings, last_sync, last_connection, now };
    let state = state::of(&known);
    let in_force = |until| settings.block_in_force(until, now);
    Ok(SiteLine {
        state,
        device_blocked_until: in_force(site.blocks.device),
        strangers_blocked_until: in_force(site.blocks.strangers),
        first_sync: earlier(site.first_sync, contact.first_sync),
        last_sync,
        last_connection,
        stores,
        held: Hub::held_of(snapshot, site.id)?,
        behind: heard.map(|_| contact.behind),
        ..plain(site, &contact)
    })
}

/// What needs no looking up.
fn plain(site: &Site, contact: &Contact) -> SiteLine {
    let former = site.former_devices.iter();
    let former = former.map(|device| FormerDeviceLine { hardware_id: device.hardware_id.clone(), since: device.since });
    let refusal = site.last_refusal.as_ref();
    let refusal = refusal.map(|last| RefusalLine { code: last.code.clone(), at: last.at, detail: last.detail.clone() });
    SiteLine {
        id: site.id.0,
        uuid: site.uuid.clone(),
        code: site.code.clone(),
        name: site.name.clone(),
        version: site.version,
        created: site.created,
        state: SiteState::default(),
        has_password: site.has_password(),
        logged_in: site.view().logged_in,
        hardware_id: site.hardware_id.clone(),
        data_file: site.data_file.clone(),
        former_devices: former.collect(),
        device_blocked_until: None,
        strangers_blocked_until: None,
        device_type: site.device_type.as_ref().map(ToString::to_string),
        app_name: site.app_name.clone(),
        app_version: site.app_version.clone(),
        protocol: site.protocol.clone(),
        is_open_msupply_central: site.is_open_msupply_central,
        open_msupply_central_uri: site.open_msupply_central_uri.clone(),
        initialisation: site.initialisation,
        first_sync: None,
        last_sync: None,
        last_attempt: site.last_attempt,
        last_connection: None,
        last_refusal: refusal,
        stores: Vec::new(),
        arriving: Vec::new(),
        held: 0,
        behind: None,
        unsent: contact.report.unsent,
        unsent_since: contact.report.unsent_since,
        aside: contact.report.aside,
        clock_off: contact.clock_off,
        divergences: contact.divergences,
    }
}

fn earlier(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Hand-overs that are under way, few at any time.
struct OnTheWay(Vec<HandOverLine>);

impl OnTheWay {
    fn read(central: &Central, snapshot: &dyn Snapshot) -> Result<Self, HubError> {
        crate::stores::under_way(snapshot, central.hub()).map(Self)
    }

    fn to(&self, site: SiteId) -> Vec<HandOverLine> {
        self.0.iter().filter(|line| line.goes_to(site)).cloned().collect()
    }

    /// A store, with its hand-over if it is leaving where it is active.
    fn store(&self, record: &Record, body: &Map<String, Value>) -> StoreRef {
        let leaving = self.0.iter().find(|line| line.end.is_none() && *line.store == *record.key.id).cloned();
        StoreRef { leaving, ..store_ref(record, body) }
    }
}

/// The stores that are active on a site.
fn stores(snapshot: &dyn Snapshot, site: SiteId, on_the_way: &OnTheWay) -> Result<Vec<StoreRef>, HubError> {
    let ids = Hub::stores_of_site(snapshot, site)?;
    let keys: Vec<_> = ids.into_iter().map(|id| RecordKey::new("store", id)).collect();
    let records = snapshot.records(&keys)?;
    records.into_iter().flatten().map(|record| Ok(on_the_way.store(&record, &StoreWorld::body(&record)?))).collect()
}

/// The stores of all sites. One walk through the table, not one look for each site.
fn stores_by_site(
    central: &Central,
    snapshot: &dyn Snapshot,
    on_the_way: &OnTheWay,
) -> Result<HashMap<SiteId, Vec<StoreRef>>, HubError> {
    let table = central.hub().catalogue().table("store");
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let slice = snapshot.table("store", after.as_deref(), SLICE)?;
        for record in &slice {
            let body = StoreWorld::body(record)?;
            if let Some(site) = Facts::read(table, &record.key, &body).active_on {
                found.entry(site).or_default().push(on_the_way.store(record, &body));
            }
        }
        let Some(last) = slice.into_iter().last() else { return Ok(found) };
        after = Some(last.key.id);
    }
}

/// A store, without what is under way with it.
pub(crate) fn store_ref(record: &Record, body: &Map<String, Value>) -> StoreRef {
    let text = |column: &str| body.get(column).and_then(Value::as_str).unwrap_or("").to_owned();
    StoreRef { id: record.key.id.to_string(), code: text("code"), name: text("name"), leaving: None }
}

/// How many stores are active on a site or on their way to it, where only the store may fail: as long as there is one, the site is
/// not deleted.
pub(crate) fn count_stores(snapshot: &dyn Snapshot, site: SiteId) -> Result<u64, StoreError> {
    store_only(crate::stores::attached(snapshot, site))
}

/// How many are active on it.
pub(super) fn count_active(snapshot: &dyn Snapshot, site: SiteId) -> Result<u64, StoreError> {
    store_only(Hub::stores_of_site(snapshot, site).map(|stores| stores.len() as u64))
}

fn store_only<T>(read: Result<T, HubError>) -> Result<T, StoreError> {
    match read {
        Ok(read) => Ok(read),
        Err(HubError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Damaged(other.to_string())),
    }
}
