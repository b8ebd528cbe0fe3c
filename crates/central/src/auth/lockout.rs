//! Counting failures: per site in buckets, and per address.
//!
//! Counted in memory only, so that a guess costs the disk nothing; when a count is full, the caller stores the block in the site's row.
//! Names that no site has are counted too and blocked in the same way, else a block would tell which names there are.
//!
//! The buckets are why nobody can switch off a country by its facilities' names: who does not carry the bound hardware id
//! can use up only the strangers' patience.

use std::collections::HashMap;
use std::hash::Hash as StdHash;
use std::sync::Mutex;

use sitesync_core::given::Millis;
use sitesync_core::hash::Hash;
use sitesync_core::ids::SiteId;

use super::gate::locked;
use super::settings::AuthSettings;
use crate::sites::{Blocks, Site};

const MINUTE: Millis = 60_000;
/// How many unknown names and how many addresses are remembered. The oldest is forgotten first.
const CAPACITY: usize = 20_000;

/// Whose patience a request uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, StdHash)]
pub(super) enum Bucket {
    /// It carries the bound hardware id.
    Device,
    /// It carries the marks of a device that was replaced. Apart from strangers, since a stolen tablet goes on trying with a password
    /// that was changed because of it, and must not keep its successor from being bound.
    Former,
    Stranger,
}

impl Bucket {
    pub(super) fn of(site: Option<&Site>, hardware_id: &str, data_file: Option<&str>) -> Self {
        match site {
            Some(site) if site.is_bound_to(hardware_id) => Bucket::Device,
            Some(site) if site.former_device(hardware_id, data_file).is_some() => Bucket::Former,
            _ => Bucket::Stranger,
        }
    }

    pub(super) fn blocked_until(self, blocks: &Blocks) -> Option<Millis> {
        match self {
            Bucket::Device => blocks.device,
            Bucket::Former => blocks.former,
            Bucket::Stranger => blocks.strangers,
        }
    }

    pub(super) fn block(self, blocks: &mut Blocks) -> &mut Option<Millis> {
        match self {
            Bucket::Device => &mut blocks.device,
            Bucket::Former => &mut blocks.former,
            Bucket::Stranger => &mut blocks.strangers,
        }
    }

    /// For the audit.
    pub(super) fn words(self) -> &'static str {
        match self {
            Bucket::Device => "the bound device",
            Bucket::Former => "former devices",
            Bucket::Stranger => "devices that are not bound",
        }
    }
}

#[derive(Default)]
pub(super) struct Failures {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    sites: HashMap<(SiteId, Bucket), SiteCount>,
    names: HashMap<Hash, NameCount>,
    addresses: HashMap<Hash, Window>,
}

struct SiteCount {
    /// [`Site::lock_generation`] at the time; another one means that blocks were lifted since.
    generation: u64,
    failures: u32,
}

struct NameCount {
    failures: u32,
    blocked_until: Option<Millis>,
    at: Millis,
}

struct Window {
    start: Millis,
    failures: u32,
}

/// One address with one site name, in one bucket: a stranger behind the same proxy must not use up the device's attempts.
pub(super) fn address_key(address: &str, name: &str, bucket: Bucket) -> Hash {
    Hash::of_parts(&[address.as_bytes(), name.as_bytes(), bucket.words().as_bytes()])
}

pub(super) fn name_key(name: &str) -> Hash {
    Hash::of_parts(&[name.as_bytes()])
}

impl Failures {
    /// Until when this address has to wait, if it has to.
    pub(super) fn address_waits(&self, key: Hash, settings: &AuthSettings, now: Millis) -> Option<Millis> {
        let counts = locked(&self.counts);
        let window = counts.addresses.get(&key)?;
        let full = window.failures >= settings.address_failures_per_minute;
        (full && is_within(window.start, now)).then_some(window.start + MINUTE)
    }

    pub(super) fn address_failed(&self, key: Hash, now: Millis) {
        let addresses = &mut locked(&self.counts).addresses;
        match addresses.get_mut(&key) {
            Some(window) if is_within(window.start, now) => window.failures = window.failures.saturating_add(1),
            _ => {
                make_room(addresses, |window| window.start);
                addresses.insert(key, Window { start: now, failures: 1 });
            }
        }
    }

    /// Until when a name that no site has is blocked.
    pub(super) fn name_blocked(&self, key: Hash, settings: &AuthSettings, now: Millis) -> Option<Millis> {
        let counts = locked(&self.counts);
        settings.block_in_force(counts.names.get(&key)?.blocked_until, now)
    }

    pub(super) fn name_failed(&self, key: Hash, settings: &AuthSettings, now: Millis) {
        let names = &mut locked(&self.counts).names;
        if !names.contains_key(&key) {
            make_room(names, |count| count.at);
        }
        let count = names.entry(key).or_insert(NameCount { failures: 0, blocked_until: None, at: now });
        count.at = now;
        count.failures += 1;
        if count.failures >= settings.failures_before_block {
            count.failures = 0;
            count.blocked_until = Some(now.saturating_add(settings.block_ms));
        }
    }

    /// Counts a wrong password. True if a block is to begin.
    pub(super) fn site_failed(&self, site: &Site, bucket: Bucket, settings: &AuthSettings) -> bool {
        let generation = site.lock_generation;
        let sites = &mut locked(&self.counts).sites;
        let count = sites.entry((site.id, bucket)).or_insert(SiteCount { generation, failures: 0 });
        if count.generation != generation {
            *count = SiteCount { generation, failures: 0 };
        }
        count.failures += 1;
        let full = count.failures >= settings.failures_before_block;
        if full {
            count.failures = 0;
        }
        full
    }

    /// A right password: its bucket begins anew, the others do not.
    pub(super) fn site_proved(&self, site: SiteId, bucket: Bucket) {
        locked(&self.counts).sites.remove(&(site, bucket));
    }
}

/// A window that begins in the future was opened before the clock was set back; it does not count.
fn is_within(start: Millis, now: Millis) -> bool {
    (0..MINUTE).contains(&now.saturating_sub(start))
}

fn make_room<V>(map: &mut HashMap<Hash, V>, age: impl Fn(&V) -> Millis) {
    if map.len() < CAPACITY {
        return;
    }
    // Each failure costs an argon2 before it gets here, so looking through the map does not matter.
    if let Some(oldest) = map.iter().min_by_key(|(_, value)| age(value)).map(|(key, _)| *key) {
        map.remove(&oldest);
    }
}
