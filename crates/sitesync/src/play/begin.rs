//! The first start of the demo: the country's records, its sites with their stores, and the accounts of people.
//! Every step finds what is there already, so a start that was broken off is finished by the next.

use anyhow::{Context, Result};
use serde_json::json;
use sitesync_central::auth::{HashedSecret, Secret, settings};
use sitesync_central::server::Central;
use sitesync_central::sites::{self, By, DeviceType, SiteForm};
use sitesync_central::users;
use sitesync_core::given::Random;
use sitesync_core::ids::{RecordKey, SiteId};
use sitesync_core::ownership::Actor;
use sitesync_core::protocol::Change;
use sitesync_store::write;
use sitesync_web::accounts::{Cost, HashedPassword, Permissions};

use super::keys::{Keys, Login};
use super::place::change;
use crate::demo::country;
use crate::demo::places::{DemoSite, SITES, STORES, SiteKind, store_of};
use crate::demo::{Columns, DemoRecord};

/// Who did it, in the audit.
const WHO: &str = "demo";

pub(super) fn central(central: &Central, keys: &Keys) -> Result<()> {
    let hub = central.hub();
    let password = hashed(&keys.central, central.limits().password_cost, central.random())?;
    users::ensure(hub, WHO, &keys.central.user, Permissions::all(), &password)?;
    let first = RecordKey::new("store", STORES[0].id());
    let known = hub.store().snapshot()?.records(std::slice::from_ref(&first))?;
    if known.into_iter().flatten().next().is_none() {
        edit(central, country::records()).context("the records of the country cannot be written")?;
    }
    for site in &SITES {
        let password = keys.sites.get(site.code).map(|keys| keys.sync_password.as_str()).unwrap_or_default();
        let id = ensure_site(central, site, password)?;
        place_stores(central, site, id)?;
    }
    hub.work_off()?;
    Ok(())
}

/// A password that is printed, as it is stored.
pub(super) fn hashed(login: &Login, cost: Cost, random: &dyn Random) -> Result<HashedPassword> {
    HashedPassword::new(&login.password, cost, random).with_context(|| format!("the password of {}", login.user))
}

fn edit(central: &Central, records: Vec<DemoRecord>) -> Result<()> {
    let changes: Result<Vec<Change>> = records.into_iter().map(change).collect();
    central.hub().edit(Actor::Site(SiteId::CENTRAL), changes?)?;
    Ok(())
}

fn ensure_site(central: &Central, site: &DemoSite, password: &str) -> Result<SiteId> {
    if let Some(known) = sites::by_name(&*central.store().snapshot()?, site.name)? {
        return Ok(known.id);
    }
    let secret = Secret::of_password(password).context("a password in demo.json is empty: begin anew with --fresh")?;
    let cost = settings::get(&*central.store().snapshot()?)?.hash_cost;
    let hashed = HashedSecret::new(&secret, cost, central.random())?;
    let device_type = match site.kind {
        SiteKind::SingleUser => DeviceType::SingleUser,
        SiteKind::ClientServer => DeviceType::ClientServer,
        SiteKind::Mobile => DeviceType::Mobile,
    };
    let form = SiteForm {
        code: site.code.to_owned(),
        name: site.name.to_owned(),
        device_type: Some(device_type),
        ..SiteForm::default()
    };
    let by = By { who: WHO, at: central.clock().now() };
    let made = write(central.store(), |txn| sites::create(txn, central.random(), by, &form, Some(hashed.clone())))?;
    Ok(made.id)
}

/// Puts a site's stores on it, if they are on the central server still.
fn place_stores(central: &Central, site: &DemoSite, id: SiteId) -> Result<()> {
    let there = sitesync_central::hub::Hub::stores_of_site(&*central.store().snapshot()?, id)?;
    let stores = site.stores.iter().filter_map(|code| store_of(code)).map(|store| store.id());
    let moves: Vec<DemoRecord> = stores
        .filter(|store| !there.iter().any(|known| **known == **store))
        .map(|store| {
            let data: Columns = [("sync_id_remote_site".to_owned(), json!(id.0))].into_iter().collect();
            ("store".to_owned(), store, data)
        })
        .collect();
    if moves.is_empty() { Ok(()) } else { edit(central, moves) }
}
