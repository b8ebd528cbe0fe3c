//! JSON bodies: unpacked, bounded and parsed, with errors that say where.
//!
//! The limit counts twice: on the wire, and after unpacking. Parsing of large bodies is done where it holds up no connection.

use std::io::{self, Read};

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout_at;

use crate::pace::Pace;
use crate::room::Taken;
use crate::unpack::unpack_small;
use crate::{ApiError, BodyRoom, FILE_MAX, blocking};

/// The most bytes of a body; an `Extension` layer of a route sets another than the default.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(64 << 20)
    }
}

/// A body read as JSON.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A body as it came, within its limit: unpacked and read by who has the time for it.
pub struct PackedBody {
    bytes: Bytes,
    coding: Coding,
    limit: usize,
    /// Held until the message is read.
    taken: Taken,
}

/// The text of a CSV file as a body, up to [`crate::FILE_MAX`].
pub struct CsvBody(pub Vec<u8>);

/// Smaller ones are parsed in place: handing them over takes longer.
const IN_PLACE_MAX: usize = 32 << 10;

/// Above this a body is large. Packed, it may be ten times as large when it is read.
const LARGE_ABOVE: usize = 32 << 10;

/// Archives that need a larger window than 8 MiB to be unpacked are refused: each would take that much memory.
const WINDOW_LOG_MAX: u32 = 23;

impl<S: Send + Sync> FromRequest<S> for PackedBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let limit = request.extensions().get::<BodyLimit>().copied().unwrap_or_default().0;
        // Also keeps forms of other pages in the same browser from writing here with a person's sign-in.
        expect_json(&request)?;
        let coding = Coding::of(&request)?;
        let mut taken = Taken::of(request.extensions().get::<BodyRoom>().cloned());
        let bytes = read(request, limit, &mut taken).await?;
        Ok(Self { bytes, coding, limit, taken })
    }
}

impl PackedBody {
    /// The message. Takes its time if it is large, so it is called where that holds up no connection.
    pub fn read<T: DeserializeOwned>(mut self) -> Result<T, ApiError> {
        parse(&self.coding.unpack(self.bytes, self.limit, &mut self.taken)?)
    }

    /// Whether reading it, and what follows from it, takes much memory.
    pub fn is_large(&self) -> bool {
        self.bytes.len() > LARGE_ABOVE
    }

    fn is_small(&self) -> bool {
        self.bytes.len() <= IN_PLACE_MAX && self.coding == Coding::Plain
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = PackedBody::from_request(request, state).await?;
        if body.is_small() {
            return body.read().map(Self);
        }
        blocking(move || body.read()).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for CsvBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        if !is_announced_as(&request, "text/csv") {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_csv",
                "The body is not announced as CSV.",
                "Send it with the header \"content-type: text/csv\".",
            ));
        }
        let coding = Coding::of(&request)?;
        let mut taken = Taken::of(request.extensions().get::<BodyRoom>().cloned());
        let bytes = read(request, FILE_MAX, &mut taken).await?;
        coding.unpack(bytes, FILE_MAX, &mut taken).map(|bytes| Self(bytes.into()))
    }
}

fn is_announced_as(request: &Request, expected: &str) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(expected)
}

fn expect_json(request: &Request) -> Result<(), ApiError> {
    if is_announced_as(request, "application/json") {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not_json",
        "The body is not announced as JSON.",
        "Send it with the header \"content-type: application/json\".",
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Zstd,
}

impl Coding {
    fn of(request: &Request) -> Result<Self, ApiError> {
        let coding = request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim());
        match coding.map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "identity") => Ok(Self::Plain),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip),
            Some("zstd") => Ok(Self::Zstd),
            Some(_) => Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "coding_unknown",
                "The body is packed in a way that this server does not know.",
                "Send it plain, or packed with zstd or gzip.",
            )),
        }
    }

    fn unpack(self, bytes: Bytes, limit: usize, taken: &mut Taken) -> Result<Bytes, ApiError> {
        let unpacked = match self {
            Self::Plain => return Ok(bytes),
            Self::Gzip => read_up_to(flate2::read::MultiGzDecoder::new(&bytes[..]), limit, taken),
            Self::Zstd => match unpack_small(&bytes).filter(|unpacked| unpacked.len() <= limit) {
                Some(unpacked) => Ok(taken.grow(unpacked.len()).map(|()| unpacked)),
                None => zstd::Decoder::new(&bytes[..]).and_then(|mut decoder| {
                    decoder.window_log_max(WINDOW_LOG_MAX)?;
                    read_up_to(decoder, limit, taken)
                }),
            },
        };
        match unpacked {
            Ok(bytes) => Ok(bytes?.into()),
            Err(error) => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "packed_badly",
                format!("The packed body cannot be unpacked: {error}."),
                "Send it again, plain if it fails again.",
            )),
        }
    }
}

/// All that comes out of `reader`; a refusal if it is more than `limit` bytes, or there is no room.
fn read_up_to(mut reader: impl Read, limit: usize, taken: &mut Taken) -> io::Result<Result<Vec<u8>, ApiError>> {
    const PIECE: usize = 64 << 10;
    let mut bytes = Vec::new();
    loop {
        let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut bytes)?;
        if bytes.len() > limit {
            return Ok(Err(too_large(limit)));
        }
        if let Err(full) = taken.grow(read) {
            return Ok(Err(full));
        }
        if read == 0 {
            return Ok(Ok(bytes));
        }
    }
}

async fn read(request: Request, limit: usize, taken: &mut Taken) -> Result<Bytes, ApiError> {
    let mut body = Limited::new(request.into_body(), limit);
    let mut pace = Pace::new();
    let mut bytes = Vec::new();
    loop {
        let frame = match timeout_at(pace.deadline(), body.frame()).await {
            Ok(Some(frame)) => frame.map_err(|error| broken(&*error, limit))?,
            Ok(None) => return Ok(bytes.into()),
            Err(_) if pace.is_kept() => continue,
            Err(_) => return Err(too_slow()),
        };
        if let Ok(piece) = frame.into_data() {
            pace.moved(piece.len());
            taken.grow(piece.len())?;
            bytes.extend_from_slice(&piece);
        }
    }
}

fn broken(error: &(dyn std::error::Error + 'static), limit: usize) -> ApiError {
    if error.is::<LengthLimitError>() {
        return too_large(limit);
    }
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "body_cut",
        "The connection broke before the whole body had arrived.",
        "Send it again.",
    )
}

/// Whoever sends a byte now and then would hold a connection, and a site's turn, for ever.
fn too_slow() -> ApiError {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_slow",
        "The body arrives so slowly that it would not end.",
        "Check the connection, and send it again.",
    )
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("The body is larger than {limit} bytes."),
        "Send it in smaller parts.",
    )
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "body_unreadable",
            format!("The body is not what is expected here: {error}."),
            "Compare it with the description of the call.",
        )
    })
}
