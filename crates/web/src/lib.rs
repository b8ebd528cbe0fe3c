//! What the HTTP doors of both programs share: one error, bodies that cannot be bombs, accounts of people, headers, starting and
//! stopping, and the real clock and randomness.
//!
//! It knows neither the hub nor a site: what is asked and answered is the doors' business.

pub mod accounts;
mod backoff;
pub mod basic;
mod blocking;
mod body;
mod client_tls;
mod directory;
mod error;
mod extract;
mod few;
mod file_form;
mod form;
pub mod given;
mod layers;
mod local;
mod pace;
mod patient;
mod proxy;
mod reply;
mod room;
mod serve;
pub mod session;
pub mod sign_in;
mod tls;
mod unpack;

pub use blocking::blocking;
pub use body::{Body, BodyLimit, CsvBody, PackedBody};
pub use client_tls::{ClientTlsError, client_tls};
pub use directory::private_directory;
pub use error::{ApiError, Told, fallback_method, fallback_path};
pub use extract::{Path, Query};
pub use few::FewThreads;
pub use file_form::{FILE_MAX, FileForm, own_name};
pub use form::{CSRF, Form};
pub use layers::{common, page_headers};
pub use local::is_local_host;
pub use proxy::behind;
pub use reply::{Accepts, json_reply};
pub use room::BodyRoom;
pub use serve::{Peer, peer_of, serve};
pub use tls::{Tls, TlsError};
