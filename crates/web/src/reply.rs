//! Replies to programs: JSON, packed where they are made, which is where work may take its time, and without what only browsers read.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::ApiError;

/// Smaller replies are sent as they are: packing would gain less than it costs.
pub(crate) const PACKED_ABOVE: usize = 1 << 10;
/// Higher ones make records, whose size is their ids and numbers, no smaller, and take twice the time.
const LEVEL: i32 = 1;

/// Compressors are kept for later, though not more than work at a time: each holds some memory.
const KEPT: usize = 4;
static COMPRESSORS: Mutex<Vec<zstd::bulk::Compressor<'static>>> = Mutex::new(Vec::new());

/// How the other side can be answered.
#[derive(Clone, Copy, Debug)]
pub struct Accepts {
    zstd: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Accepts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let named = parts.headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let mut codings = named.flat_map(|text| text.split(','));
        // A weight means that somebody chooses; whoever does gets it as the layer for all answers decides.
        Ok(Self { zstd: codings.any(|coding| coding.trim().eq_ignore_ascii_case("zstd")) })
    }
}

/// On an answer that no browser shows.
#[derive(Clone, Copy)]
pub(crate) struct ForPrograms;

/// The reply as JSON.
pub fn json_reply(reply: &impl Serialize, accepts: Accepts) -> Result<Response, ApiError> {
    let json = serde_json::to_vec(reply).map_err(ApiError::unexpected)?;
    let kind = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut response = if accepts.zstd && json.len() > PACKED_ABOVE {
        let packed = pack(&json).map_err(ApiError::unexpected)?;
        ([kind, (CONTENT_ENCODING, HeaderValue::from_static("zstd"))], Body::from(packed)).into_response()
    } else {
        ([kind], Body::from(json)).into_response()
    };
    response.extensions_mut().insert(ForPrograms);
    Ok(response)
}

fn pack(json: &[u8]) -> std::io::Result<Vec<u8>> {
    let kept = || COMPRESSORS.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = kept().pop();
    let mut compressor = match taken {
        Some(compressor) => compressor,
        None => zstd::bulk::Compressor::new(LEVEL)?,
    };
    let packed = compressor.compress(json)?;
    let mut kept = kept();
    if kept.len() < KEPT {
        kept.push(compressor);
    }
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn sent(text: &str, zstd: bool) -> (Option<String>, Vec<u8>) {
        let response = json_reply(&text, Accepts { zstd }).unwrap();
        let coding = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        (coding, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn only_large_replies_are_packed_and_only_for_who_asks() {
        let (small, large) = ("x".repeat(100), "x".repeat(100_000));
        for (text, zstd) in [(&small, true), (&small, false), (&large, false)] {
            assert_eq!(sent(text, zstd).await, (None, format!("\"{text}\"").into_bytes()));
        }
        // Twice, with the compressor of the first time.
        for _ in 0..2 {
            let (coding, packed) = sent(&large, true).await;
            assert_eq!(coding.as_deref(), Some("zstd"));
            assert_eq!(zstd::decode_all(&packed[..]).unwrap(), format!("\"{large}\"").into_bytes());
        }
    }

    #[tokio::test]
    async fn what_is_accepted_is_read_from_the_request() {
        let cases = [("", false), ("gzip", false), ("zstd", true), ("gzip, ZSTD", true), ("zstd;q=0", false)];
        for (named, zstd) in cases {
            let request = axum::http::Request::get("/").header(ACCEPT_ENCODING, named).body(()).unwrap();
            let mut parts = request.into_parts().0;
            let accepts = Accepts::from_request_parts(&mut parts, &()).await.unwrap();
            assert_eq!(accepts.zstd, zstd, "{named}");
        }
    }
}
