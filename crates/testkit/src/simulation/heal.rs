//! The end of a life: the links are good, nothing breaks any more, everybody syncs. Then all must be well.

use std::sync::Arc;

use sitesync_core::ids::Feed;
use sitesync_store::Store;
use sitesync_store::memory::MemoryStore;

use super::action::Weather;
use super::broken::Broken;
use super::world::{Device, World};

/// More rounds than a country needs to come to rest.
const ROUNDS_MAX: u32 = 12;

impl World {
    pub(super) fn heal(&mut self) -> Result<(), Broken> {
        self.history.push("    healing".to_owned());
        self.calm();
        self.come_to_rest()?;
        self.country.compare().map_err(|text| Broken::new("all are equal", text))?;
        self.plain_is_equal()?;
        self.hand_overs_come_to_their_end()?;
        self.nothing_is_lost()?;
        self.packs_add_up()?;
        self.fill_new_devices()
    }

    fn calm(&mut self) {
        self.country.disk.hold();
        self.country.sites.iter().for_each(|member| member.disk.hold());
        if self.country.disk.is_broken() {
            self.restart_hub();
        }
        for at in 0..self.devices.len() {
            self.restart(at);
        }
        self.lazy = false;
    }

    /// Everybody syncs until nothing moves any more.
    fn come_to_rest(&mut self) -> Result<(), Broken> {
        let mut before = Vec::new();
        for _ in 0..ROUNDS_MAX {
            self.hub_work(false)?;
            for at in 0..self.devices.len() {
                self.sync(at, u32::MAX, Weather(None))?;
            }
            self.read_plainly(u32::MAX, Weather(None))?;
            let heads = self.heads();
            if heads == before {
                return Ok(());
            }
            before = heads;
        }
        Err(Broken::new("the country comes to rest", format!("after {ROUNDS_MAX} rounds something moves still")))
    }

    fn heads(&self) -> Vec<(Feed, u64)> {
        let snapshot = self.country.central.snapshot().expect("in memory");
        let feeds = snapshot.feeds().expect("in memory").into_iter();
        feeds.map(|feed| (feed.clone(), snapshot.feed(&feed).expect("in memory").head)).collect()
    }

    /// A new device of each site is filled with the same.
    fn fill_new_devices(&mut self) -> Result<(), Broken> {
        for at in 0..self.devices.len() {
            self.devices[at] = Device::default();
            self.open(at, Arc::new(MemoryStore::default()));
            self.sync(at, u32::MAX, Weather(None))?;
        }
        self.country.compare().map_err(|text| Broken::new("new devices are filled", text))
    }
}
