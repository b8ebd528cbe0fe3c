//! Who may work here at the same time: one person where the installation is for one, many where it serves a network.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use sitesync_core::given::Millis;
use sitesync_web::{ApiError, Peer};

use crate::site::DeviceKind;

/// Programs do not sign out, and people forget to: who did nothing for so long has left.
const LEFT_AFTER_MS: Millis = 10 * 60_000;

/// The one place of an installation for one person.
#[derive(Default)]
pub(crate) struct Desk(Mutex<Option<Sitting>>);

struct Sitting {
    name: String,
    last: Millis,
}

impl Desk {
    /// Lets somebody work, or says who works here.
    pub(crate) fn sit(&self, kind: DeviceKind, name: &str, now: Millis) -> Result<(), ApiError> {
        if kind == DeviceKind::ClientServer {
            return Ok(());
        }
        let mut sitting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = sitting.as_ref().filter(|sitting| sitting.name != name) {
            let left = other.last.saturating_add(LEFT_AFTER_MS) - now;
            if left > 0 {
                return Err(taken(&other.name, left));
            }
        }
        *sitting = Some(Sitting { name: name.to_owned(), last: now });
        Ok(())
    }
}

impl Desk {
    /// Somebody has signed out.
    pub(crate) fn leave(&self, name: &str) {
        let mut sitting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sitting.take_if(|sitting| sitting.name == name);
    }
}

fn taken(name: &str, left: Millis) -> ApiError {
    let seconds = left.unsigned_abs().div_ceil(1000);
    ApiError::new(
        StatusCode::CONFLICT,
        "somebody_works_here",
        format!("{name} works here; this installation is for one person at a time."),
        "Wait until ten minutes after they did something last, or set the site up as client/server.",
    )
    .retry_after(seconds)
}

/// Where an installation of this kind may be reached from.
pub(crate) fn reachable(kind: DeviceKind, peer: Peer) -> Result<(), ApiError> {
    let far = peer.0.is_some_and(|address| !is_here(address));
    if kind == DeviceKind::ClientServer || !far {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "this_machine_only",
        format!("A {} installation is used on its own machine only.", kind.name()),
        "Work on that machine, or set the site up as client/server there.",
    ))
}

/// Whether an address is of this machine itself.
pub(crate) fn is_here(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}
