//! Central data as people work with it: items, facilities, and the lists that say who sees what. Each is a handful of records, which
//! are read, checked and written together.
//!
//! Pages, API and imports come here. What is planned here goes through the hub like any other edit of central records; which sites
//! it reaches follows from the records alone (`sitesync_core::routing`).

mod basics;
mod facility;
mod fault;
mod in_lists;
mod index;
mod item;
mod list;
mod pairs;
mod plan;
mod read;
mod save;
mod shelf;
#[cfg(test)]
mod tests;

pub use basics::{Basics, BasicsForm};
pub use facility::{Facility, FacilityForm, FacilityKind};
pub use fault::{Fault, MasterError};
pub use index::{Master, Sight};
pub use item::{ITEM_KINDS, ItemForm};
pub use list::{ListForm, Turn};
pub use pairs::Pairs;
pub use plan::Plan;
pub use read::{Item, List, Name, Store, Unit};
pub(crate) use save::day;
pub use save::{Editor, Kind, Saved, save, version};
pub use shelf::{Kept, Shelf};
