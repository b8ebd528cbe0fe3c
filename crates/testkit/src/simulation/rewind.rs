//! Programs that are killed, clocks that jump, and data files that are put back, lost or copied.

use std::sync::Arc;

use sitesync_store::memory::MemoryStore;

use super::action::{Action, Made, Party, Slot};
use super::world::{Backup, Device, World};
use crate::brittle::Break;

/// Carries out an action of these.
pub(super) fn happen(world: &mut World, number: Made, action: &Action) {
    match *action {
        Action::Kill(party) => kill(world, party),
        Action::Break { party, write, stored } => {
            world.plan_break(party, write, if stored { Break::After } else { Break::Before });
        }
        Action::Clock { party, by } => {
            if let Some(clock) = world.clock(party) {
                clock.advance(by);
            }
        }
        Action::Backup(party) => back_up(world, number, party),
        Action::PutBack { party, backup } => put_back(world, party, backup),
        Action::NewDevice(slot) => {
            if let Some(at) = world.at(slot) {
                world.open(at, Arc::new(MemoryStore::default()));
                world.devices[at].written.clear();
                world.forgive();
            }
        }
        Action::Copy { from, to } => copy(world, from, to),
        Action::Work(..)
        | Action::Manage(_)
        | Action::Sync { .. }
        | Action::Read { .. }
        | Action::Late { .. }
        | Action::Job => {}
    }
}

fn kill(world: &mut World, party: Party) {
    match party {
        Party::Hub => world.restart_hub(),
        Party::Device(slot) => {
            if let Some(at) = world.at(slot) {
                world.restart(at);
            }
        }
    }
}

fn back_up(world: &mut World, number: Made, party: Party) {
    let backup = match party {
        Party::Hub => Backup { file: world.country.central.fork(), written: Vec::new() },
        Party::Device(slot) => {
            let Some(at) = world.at(slot) else { return };
            let (member, device) = (&world.country.sites[at], &world.devices[at]);
            Backup { file: member.store.fork(), written: device.written.clone() }
        }
    };
    world.backups.insert(number, backup);
}

fn put_back(world: &mut World, party: Party, backup: Made) {
    let Some(Backup { file, written }) = world.backups.get(&backup) else {
        return world.note("there is no such backup");
    };
    match party {
        Party::Hub => {
            world.country.restore_central(&file.fork());
            world.restart_hub();
        }
        Party::Device(slot) => {
            let Some(at) = world.at(slot) else { return };
            let (file, written) = (Arc::new(file.fork()), written.clone());
            world.open(at, file);
            world.devices[at].written = written;
        }
    }
    world.forgive();
}

/// A place is given to a copy once.
fn copy(world: &mut World, from: Slot, to: Slot) {
    let Some(at) = world.at(from).filter(|_| world.at(to).is_none()) else { return };
    let copy = world.country.copy_device(at);
    let written = world.devices[at].written.clone();
    world.devices.push(Device::of(written));
    world.slots[to] = Some(copy);
}
