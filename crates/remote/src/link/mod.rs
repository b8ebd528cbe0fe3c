//! The way to the central server: one step goes out, its reply comes back.
//!
//! What is sent, and when, is decided elsewhere ([`crate::site`], [`crate::runner`]); nothing is repeated here. An error says in
//! plain words where on the way it happened, so that the person at the device knows whom to ask.

mod body;
mod error;
mod fault;
mod http;
mod short;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use sitesync_core::given::Millis;
use sitesync_core::protocol::{LoginRequest, SiteInfo, WaitReply, WaitRequest};

use crate::site::{Reply, Step};

pub use error::{LinkError, TlsFault};
pub use http::{HttpLink, HttpOptions};

/// Unpacks a reply that arrives in pieces: what the link does with each, without the network.
///
/// # Errors
/// If it is damaged, packed in an unknown way, or more than `limit` bytes.
pub fn unpack<'a>(
    encoding: Option<&str>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limit: usize,
) -> Result<Vec<u8>, LinkError> {
    let mut unpacking = body::Unpacking::new(encoding, limit)?;
    pieces.into_iter().try_for_each(|piece| unpacking.take(piece))?;
    unpacking.finish()
}

/// A reply that is on its way.
pub type Sending<'a, T> = Pin<Box<dyn Future<Output = Result<T, LinkError>> + Send + 'a>>;

/// Whether a text can be a server URL, before anything is sent to it.
pub(crate) fn read_url(text: &str) -> Result<(), LinkError> {
    http::url(text).map(|_| ())
}

/// Where the central server is, and what a request carries to be let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    pub server_url: String,
    /// None before the first login.
    pub token: Option<String>,
    pub hardware_id: String,
    /// The random id of the data file.
    pub data_file: String,
    /// See [`crate::site::Configuration::plain_requests`].
    pub plain: bool,
}

/// What answers at the address, before anybody is let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    pub name: String,
    /// The versions of the protocol that it speaks.
    pub versions: Vec<u32>,
    /// The central server's clock, if it told it.
    #[serde(skip)]
    pub clock: Option<Millis>,
}

/// What a login would say now; nothing was changed there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    #[serde(default)]
    pub site: Option<SiteInfo>,
    /// False: the site is free, and logging in would bind this device.
    #[serde(default)]
    pub bound: bool,
    #[serde(default)]
    pub clock: Option<Millis>,
}

/// The way to the central server.
pub trait Link: Send + Sync {
    /// Sends a step once.
    fn send<'a>(&'a self, step: &'a Step, credentials: &'a Credentials) -> Sending<'a, Reply>;

    /// Waits on the central server until there is something new, or the time of the request is over.
    fn wait<'a>(&'a self, request: &'a WaitRequest, credentials: &'a Credentials) -> Sending<'a, WaitReply>;

    /// Asks what answers at the address.
    fn greet<'a>(&'a self, server_url: &'a str) -> Sending<'a, Greeting>;

    /// Asks what a login would say, without logging in.
    fn check<'a>(&'a self, request: &'a LoginRequest, server_url: &'a str) -> Sending<'a, Checked>;
}
