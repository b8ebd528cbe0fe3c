//! Bodies: packed and sent in pieces, received in pieces and unpacked up to a limit. Every piece is a sign of life.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::error::LinkError;

/// Bodies up to this size are sent as they are: packing would gain nothing.
const PACKED_ABOVE: usize = 1 << 10;
/// Small enough that the slowest link passes one on before it counts as silent.
const PIECE: usize = 4 << 10;
const LEVEL: i32 = 1;
/// Archives that need a larger window than 8 MiB to be unpacked are refused: each would take that much memory.
const WINDOW_LOG_MAX: u32 = 23;

/// A body ready to be sent, and its content encoding.
pub(super) fn pack(json: Vec<u8>) -> Result<(Bytes, Option<&'static str>), LinkError> {
    if json.len() <= PACKED_ABOVE {
        return Ok((json.into(), None));
    }
    let packed = zstd::bulk::compress(&json, LEVEL).map_err(|error| LinkError::Here(error.to_string()))?;
    Ok((packed.into(), Some("zstd")))
}

/// When something last moved on a connection, in either direction.
#[derive(Clone)]
pub(super) struct Pulse(Arc<Mutex<Instant>>);

impl Pulse {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` until it is done, or nothing has moved for `idle`. How long it takes in all does not matter.
    pub(super) async fn watch<T>(
        &self,
        idle: Duration,
        work: impl Future<Output = Result<T, LinkError>>,
    ) -> Result<T, LinkError> {
        tokio::pin!(work);
        loop {
            let deadline = self.last() + idle;
            match tokio::time::timeout_at(deadline, &mut work).await {
                Ok(done) => return done,
                Err(_) if self.last() + idle <= Instant::now() => {
                    return Err(LinkError::Silent { seconds: idle.as_secs() });
                }
                Err(_) => {}
            }
        }
    }
}

/// A request's body. Taking a piece is a sign of life: the one before has left.
pub(super) struct Pieces {
    pub(super) rest: Bytes,
    pub(super) pulse: Pulse,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        self.pulse.beat();
        let size = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(size);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// A reply's body as it arrives.
pub(super) enum Unpacking {
    Plain(Limited),
    Zstd(Box<zstd::stream::write::Decoder<'static, Limited>>),
    Gzip(Box<flate2::write::GzDecoder<Limited>>),
}

impl Unpacking {
    pub(super) fn new(encoding: Option<&str>, limit: usize) -> Result<Self, LinkError> {
        let into = Limited { bytes: Vec::new(), limit, full: false };
        match encoding.map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Plain(into)),
            Some("zstd") => {
                let mut decoder =
                    zstd::stream::write::Decoder::new(into).map_err(|error| LinkError::Here(error.to_string()))?;
                decoder.window_log_max(WINDOW_LOG_MAX).map_err(|error| LinkError::Here(error.to_string()))?;
                Ok(Self::Zstd(Box::new(decoder)))
            }
            Some("gzip") => Ok(Self::Gzip(Box::new(flate2::write::GzDecoder::new(into)))),
            Some(other) => Err(LinkError::Answer(format!("it is packed as \"{other}\", which was not asked for"))),
        }
    }

    pub(super) fn take(&mut self, piece: &[u8]) -> Result<(), LinkError> {
        let outcome = match self {
            Self::Plain(into) => into.write_all(piece),
            Self::Zstd(decoder) => decoder.write_all(piece),
            Self::Gzip(decoder) => decoder.write_all(piece),
        };
        outcome.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> LinkError {
        let into = match self {
            Self::Plain(into) => into,
            Self::Zstd(decoder) => decoder.get_ref(),
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        if into.full {
            return LinkError::TooLarge { limit: into.limit };
        }
        LinkError::Answer(format!("it is damaged ({error})"))
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, LinkError> {
        let flushed = match &mut self {
            Self::Plain(_) => Ok(()),
            Self::Zstd(decoder) => decoder.flush(),
            Self::Gzip(decoder) => decoder.try_finish(),
        };
        flushed.map_err(|error| self.failed(&error))?;
        Ok(match self {
            Self::Plain(into) => into.bytes,
            Self::Zstd(decoder) => decoder.into_inner().bytes,
            Self::Gzip(decoder) => std::mem::take(&mut { decoder }.get_mut().bytes),
        })
    }
}

/// Bytes up to a limit: a small packed reply may not fill the memory.
pub(super) struct Limited {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Limited {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.limit {
            self.full = true;
            return Err(io::Error::other("the limit is reached"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
