//! A small central server without a network: a store that runs all work twice, a clock that is set by hand, seeded randomness.

mod devices;
mod gate;
mod lockout;
mod names;
mod tokens;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sitesync_core::given::{Clock, Millis, Random};
use sitesync_core::ids::SiteId;
use sitesync_store::memory::MemoryStore;
use sitesync_store::{Store, Txn, write};

use super::*;
use crate::sites::{self, By, Site, SiteError, SiteForm};

pub(crate) const START: Millis = 1_800_000_000_000;
pub(crate) const HOUR: Millis = 3_600_000;
/// The least argon2 takes, so that tests are quick.
pub(crate) const CHEAP: HashCost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };

pub(crate) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let seed = self.0.fetch_add(1, Ordering::SeqCst);
        blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(bytes);
    }
}

pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) clock: HandClock,
    pub(crate) random: Seeded,
    pub(crate) gate: Gate,
}

/// A device as it logs in: name, password, hardware id, data file.
#[derive(Clone, Copy)]
pub(crate) struct Device<'a>(pub &'a str, pub &'a str, pub &'a str, pub &'a str);

pub(crate) const TABLET: Device<'_> = Device("Kamo", "right", "hw-1", "file-1");

impl World {
    /// With the site "Kamo" (2), password "right".
    pub(crate) fn new() -> Self {
        let random = Seeded(AtomicU64::new(0));
        let gate = Gate::new(GateLimits::default(), &random);
        let world = Self { store: MemoryStore::repeating(), clock: HandClock(AtomicI64::new(START)), random, gate };
        world.write(|txn| sites::ensure_central(txn, &world.random, START)).unwrap();
        world.settings(|_| {});
        world.create("Kamo", Some("right")).unwrap();
        world
    }

    pub(crate) fn auth(&self) -> Auth<'_> {
        Auth { gate: &self.gate, store: &self.store, clock: &self.clock, random: &self.random }
    }

    pub(crate) fn by(&self) -> By<'static> {
        By { who: "admin", at: self.clock.now() }
    }

    pub(crate) fn forward(&self, by: Millis) {
        self.clock.0.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn write<T>(&self, work: impl FnMut(&mut dyn Txn) -> Result<T, SiteError>) -> Result<T, SiteError> {
        write(&self.store, work)
    }

    pub(crate) fn settings(&self, change: impl Fn(&mut AuthSettings)) {
        let mut wanted =
            AuthSettings { hash_cost: CHEAP, address_failures_per_minute: 1000, ..AuthSettings::default() };
        change(&mut wanted);
        write(&self.store, |txn| settings::set(txn, self.by(), &wanted)).unwrap();
    }

    pub(crate) fn hashed(&self, password: &str) -> HashedSecret {
        HashedSecret::new(&Secret::of_password(password).unwrap(), CHEAP, &self.random).unwrap()
    }

    pub(crate) fn create(&self, name: &str, password: Option<&str>) -> Result<Site, SiteError> {
        let form = SiteForm { name: name.to_owned(), ..SiteForm::default() };
        let secret = password.map(|password| self.hashed(password));
        self.write(|txn| sites::create(txn, &self.random, self.by(), &form, secret.clone()))
    }

    pub(crate) fn site(&self, id: u32) -> Site {
        sites::get(&*self.store.snapshot().unwrap(), SiteId(id)).unwrap().unwrap()
    }

    pub(crate) fn rename(&self, id: u32, name: &str) -> Result<Site, SiteError> {
        let site = self.site(id);
        let form = SiteForm { name: name.to_owned(), ..SiteForm::of(&site) };
        self.write(|txn| sites::edit(txn, self.by(), site.id, site.version, &form))
    }

    pub(crate) fn set_password(&self, id: u32, password: &str) {
        let site = self.site(id);
        let secret = self.hashed(password);
        self.write(|txn| sites::set_password(txn, self.by(), site.id, site.version, secret.clone())).unwrap();
    }

    pub(crate) fn reset(&self, id: u32) {
        self.write(|txn| sites::reset_hardware(txn, self.by(), SiteId(id))).unwrap();
    }

    pub(crate) fn unblock(&self, id: u32) {
        self.write(|txn| sites::unblock(txn, self.by(), SiteId(id))).unwrap();
    }

    pub(crate) fn login(&self, device: Device<'_>) -> Result<LoggedIn, Refusal> {
        let secret = Secret::of_password(device.1).unwrap();
        refused(self.auth().login(&request(device, &secret)))
    }

    pub(crate) fn check(&self, device: Device<'_>) -> Result<Checked, Refusal> {
        let secret = Secret::of_password(device.1).unwrap();
        refused(self.auth().check(&request(device, &secret)))
    }

    /// A call at a door whose sites send name and secret each time.
    pub(crate) fn verify(&self, device: Device<'_>, bind: bool) -> Result<Site, Refusal> {
        let secret = Secret::of_password(device.1).unwrap();
        let attempt = Attempt { data_file: None, ..request(device, &secret).attempt };
        refused(self.auth().verify_secret(&attempt, bind))
    }

    pub(crate) fn token(&self, token: &Token, hardware_id: &str, data_file: &str) -> Result<Site, Refusal> {
        let snapshot = self.store.snapshot().unwrap();
        refused(check_token(&*snapshot, token.reveal(), hardware_id, data_file))
    }

    /// `count` logins with a wrong password from this hardware.
    pub(crate) fn guess(&self, name: &str, hardware_id: &str, count: usize) -> Option<Refusal> {
        let guess = |_| self.login(Device(name, "wrong", hardware_id, "file-x")).err();
        (0..count).filter_map(guess).last()
    }
}

pub(crate) fn request<'a>(device: Device<'a>, secret: &'a Secret) -> LoginRequest<'a> {
    let Device(name, _, hardware_id, data_file) = device;
    LoginRequest {
        attempt: Attempt { name, secret, hardware_id, data_file: Some(data_file), address: "10.0.0.1" },
        app_name: "sitesync remote",
        app_version: "0.1.0",
        device_type: Some(sites::DeviceType::SingleUser),
        versions: &[1, 7],
    }
}

pub(crate) fn refused<T>(outcome: Result<T, AuthError>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        AuthError::Refused(refusal) => refusal,
        AuthError::Store(error) => panic!("the store failed: {error}"),
    })
}

pub(crate) fn is_blocked<T>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Blocked { .. }))
}
