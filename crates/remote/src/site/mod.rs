//! The engine of a remote site over its data file.
//!
//! A sync is a row of steps: [`Site::next_step`] says what to send, from what is stored; [`Site::receive`] stores the answer.
//! Between any two steps, or in the middle of one, the program may be killed: the next run goes on from what is stored.

mod ahead;
mod apply;
mod documents;
mod doubt;
mod drop;
mod error;
mod feeds;
mod leaving;
mod lineage;
mod load;
mod look;
mod next_commit;
mod pace;
mod pages;
mod push;
mod receive;
mod records;
mod sound;
mod staged;
mod state;
mod status;
mod step;
mod take;

use std::sync::Arc;

use sitesync_core::catalogue::Catalogue;
use sitesync_core::given::{Clock, Random};
use sitesync_store::{Store, write};

pub use error::SiteError;
pub use records::{Edit, PutAside};
pub use state::{Configuration, DeviceKind, State};
pub use status::{Status, StoreStatus};
pub use step::{Reply, Run, Step};

/// A remote site.
pub struct Site {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) catalogue: &'static Catalogue,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

impl Site {
    /// Opens a site over its data file, which it prepares if it is new.
    pub fn open(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, SiteError> {
        let site = Self { store, catalogue: Catalogue::embedded(), clock, random };
        let data_file = site.random.secret();
        write(&*site.store, |txn| match state::stored(txn)? {
            Some(_) => Ok::<_, SiteError>(()),
            None => state::put(txn, &State::new(data_file.clone())),
        })?;
        Ok(site)
    }

    pub fn catalogue(&self) -> &'static Catalogue {
        self.catalogue
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }
}
