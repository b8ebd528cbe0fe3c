//! Room for bodies: many large ones at a time would fill the memory, however small the limit of each is.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ApiError;

/// Bytes that all bodies may take together while they arrive, are unpacked and parsed. An `Extension` layer of a program's router.
#[derive(Clone, Debug)]
pub struct BodyRoom(Arc<Semaphore>);

/// Room is given in pieces of this size.
const PIECE: usize = 1 << 20;

impl BodyRoom {
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / PIECE)))
    }
}

/// The room that one body has taken. It is given back when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    room: Option<BodyRoom>,
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Taken {
    /// Nothing yet. Without a room, everything fits.
    pub(crate) fn of(room: Option<BodyRoom>) -> Self {
        Self { room, held: None, bytes: 0 }
    }

    /// Takes room for so many bytes more. The first piece is free, so that small bodies pass however full it is.
    pub(crate) fn grow(&mut self, by: usize) -> Result<(), ApiError> {
        let before = self.bytes / PIECE;
        self.bytes += by;
        let pieces = u32::try_from(self.bytes / PIECE - before).map_err(ApiError::unexpected)?;
        let Some(BodyRoom(room)) = self.room.as_ref().filter(|_| pieces > 0) else { return Ok(()) };
        let more = room.clone().try_acquire_many_owned(pieces).map_err(|_| full())?;
        match &mut self.held {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "server_busy",
        "The server is reading as many large requests as it has room for.",
        "Try again in a moment; a site does so by itself.",
    )
    .retry_after(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_in_pieces_and_given_back() {
        let room = BodyRoom::new(3 * PIECE);
        let mut first = Taken::of(Some(room.clone()));
        first.grow(PIECE - 1).unwrap();
        first.grow(2 * PIECE).unwrap();
        let mut second = Taken::of(Some(room.clone()));
        second.grow(PIECE / 2).unwrap();
        second.grow(PIECE).unwrap();
        let refused = second.grow(PIECE).unwrap_err();
        assert_eq!((refused.status(), &*refused.text().code), (StatusCode::SERVICE_UNAVAILABLE, "server_busy"));
        drop(first);
        second.grow(PIECE).unwrap();
        Taken::of(None).grow(100 * PIECE).unwrap();
    }
}
