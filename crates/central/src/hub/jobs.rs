//! Work that is done after a commit, in commits of its own: documents tried again, records moved between feeds.

use serde::{Deserialize, Serialize};
use sitesync_core::ids::RecordKey;
use sitesync_core::record::Role;
use sitesync_store::world::StoreWorld;
use sitesync_store::{Space, Txn, write};

use super::held::{self, HeldId};
use super::reroute::route_linked;
use super::{Hub, HubError, rows};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Something that a held document waited for has arrived.
    Retry { held: HeldId },
    /// The records that link to `target` in this role belong elsewhere now.
    Reroute { role: u8, target: Box<str>, after: Option<RecordKey> },
}

pub(crate) fn add(txn: &mut dyn Txn, job: &Job) -> Result<(), HubError> {
    let number = rows::next_number(txn, "jobs")?;
    rows::put(txn, Space::Job, &number.to_be_bytes(), job)
}

impl Hub {
    /// Does one piece of waiting work, and writes down contacts. Whether there is more to do.
    pub fn work(&self) -> Result<bool, HubError> {
        self.flush_contacts()?;
        self.do_job()
    }

    /// Does one piece of waiting work. Whether there is more to do. Costs one look where there is none.
    pub fn do_job(&self) -> Result<bool, HubError> {
        let first = self.store.snapshot()?.rows(Space::Job, &[], None, 1)?.pop();
        let Some((key, bytes)) = first else { return Ok(false) };
        let job: Job = rows::decode(&bytes)?;
        let grown = write(&*self.store, |txn| {
            let grown = match &job {
                Job::Retry { held } => held::retry(txn, self.catalogue, *held, self.clock.now())?,
                Job::Reroute { role, target, after } => {
                    let role = role_of(*role)?;
                    let mut world = StoreWorld::new(txn, self.catalogue);
                    let (grown, next) = route_linked(&mut world, role, target, after.as_ref())?;
                    if next.is_some() {
                        add(txn, &Job::Reroute { role: role as u8, target: target.clone(), after: next })?;
                    }
                    grown
                }
            };
            txn.delete_row(Space::Job, &key)?;
            Ok::<_, HubError>(grown)
        })?;
        self.wake(&grown);
        Ok(true)
    }

    /// Does all waiting work.
    pub fn work_off(&self) -> Result<(), HubError> {
        while self.work()? {}
        Ok(())
    }
}

fn role_of(number: u8) -> Result<Role, HubError> {
    Role::of_number(number).ok_or_else(|| HubError::Stored(format!("a job names the role {number}")))
}
