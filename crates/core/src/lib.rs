//! What sitesync decides, and nothing of how it is done: records and their normal form, the catalogue of tables,
//! routing, ownership and the messages of the exchange.
//!
//! There is no file, socket, database, clock or randomness here; time and ids are given ([`given`]).

pub mod catalogue;
pub mod given;
pub mod hash;
pub mod ids;
pub mod normal;
pub mod ownership;
pub mod protocol;
pub mod record;
pub mod routing;
pub mod world;
